"""Kernels, and below each of them the maps that it makes of some images."""

from __future__ import annotations

import math

import numpy as np
from matplotlib import colormaps
from matplotlib.figure import Figure

from ..plots.style import DIVERGING, GRAY, INK, SMALL, WIDTH, picture
from ..plots.tiles import SPACE, mosaic, pitch


def kernel_maps(kernels: np.ndarray, images: np.ndarray, maps: np.ndarray) -> Figure:
    """Return a figure: kernels (o, k, k) on top; below, in a row for each of m images (m, n), the image and its maps (m, o, n').

    Red is positive, blue negative; each row has a scale of its own.
    """
    tile = pitch(*_squares(images).shape[1:])[0]
    paper = np.ones((tile - SPACE, tile, 4))
    rows = [np.hstack([paper, paper[:, :3 * SPACE], _signed(kernels)]), np.ones((SPACE, 1, 4))]
    for image, seen in zip(_squares(images), maps):
        digit = mosaic(image[np.newaxis], 1, colormaps[GRAY])
        rows.append(np.hstack([digit, paper[:, :4 * SPACE], _signed(_squares(seen))]))
    across = rows[0].shape[1]
    spaced = [part for row in rows for part in (np.broadcast_to(row, (len(row), across, 4)), np.ones((SPACE, across, 4)))]
    figure, ax = picture(np.vstack(spaced[:-1]), WIDTH)
    ax.text(tile - SPACE, tile / 2, "kernels", color=INK, fontsize=SMALL, ha="right", va="center")
    return figure


def _squares(rows: np.ndarray) -> np.ndarray:
    """Return rows (m, n) as square images (m, side, side)."""
    return rows.reshape(len(rows), math.isqrt(rows.shape[1]), -1)


def _signed(images: np.ndarray) -> np.ndarray:
    """Return images (o, h, w) as a row of tiles, white where they are zero."""
    limit = float(np.abs(images).max()) or 1.0
    return mosaic(images / limit, len(images), lambda image: colormaps[DIVERGING](0.5 + 0.5 * image))
