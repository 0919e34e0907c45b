"""The units of a code as discs, as opaque as they are active: which part of the network answers to which input."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import Normalize, to_rgba
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from ..validation import check_matrix
from .style import BLUE, FAINT, GRAY, INK, MUTED, PAPER, SMALL, WIDTH, bare_axes
from .tiles import as_images


def unit_opacity(images: ArrayLike, image_shape: tuple[int, int], activations: ArrayLike, titles: Sequence[str] = (),
                 limit: float | None = None, note: str = "") -> Figure:
    """Return a figure: the images (m, height * width) in a row, below each its activations (m, k) as k discs.

    Unit j stands at the same place below every image, in reading order. A disc is opaque from `limit` on (by default
    the largest activation) and transparent at zero. titles: one above each image; note: a line at the foot.
    """
    pictures = as_images(images, image_shape)
    codes = check_matrix(activations, "activations")
    if len(codes) != len(pictures):
        raise ValueError(f"activations has {len(codes)} rows, there are {len(pictures)} images")
    limit = limit or float(codes.max()) or 1.0
    side = int(np.ceil(np.sqrt(codes.shape[1])))
    tile = WIDTH / len(pictures)
    head, foot = 0.24 if len(titles) else 0.04, 0.3 if note else 0.04
    height = head + 1.62 * tile + foot
    figure = Figure(figsize=(WIDTH, height), facecolor=PAPER, edgecolor=PAPER)
    for index, (image, code) in enumerate(zip(pictures, codes)):
        left = (index + 0.08) * tile / WIDTH
        above = figure.add_axes((left + 0.16 * tile / WIDTH, (foot + 1.02 * tile) / height, 0.52 * tile / WIDTH,
                                 0.52 * tile / height))
        below = figure.add_axes((left, foot / height, 0.84 * tile / WIDTH, 0.84 * tile / height))
        _draw_image(above, image, str(titles[index]) if len(titles) else "")
        _draw_units(below, np.clip(code / limit, 0, 1), side, tile)
    if note:
        figure.text(0.012, 0.06 / height, note, color=MUTED, fontsize=SMALL, va="bottom")
    return figure


def _draw_image(ax: Axes, image: np.ndarray, title: str) -> None:
    bare_axes(ax)
    ax.imshow(image, cmap=colormaps[GRAY], norm=Normalize(0, 1, clip=True))
    for spine in ax.spines.values():
        spine.set(visible=True, color=FAINT, linewidth=0.8)
    ax.set_title(title, color=INK, fontsize=SMALL, fontweight="bold", pad=4)


def _draw_units(ax: Axes, opacity: np.ndarray, side: int, tile: float) -> None:
    """Draw the units row by row in a square; the rim of a disc shows units that are off."""
    bare_axes(ax)
    row, column = np.divmod(np.arange(len(opacity)), side)
    ax.set_xlim(-0.6, side - 0.4)
    ax.set_ylim(side - 0.4, -0.6)
    diameter = 72 * 0.84 * tile / (side + 0.2) * 0.78               # points
    faces = np.array([to_rgba(BLUE, alpha) for alpha in opacity])
    ax.scatter(column, row, s=diameter ** 2, c=faces, edgecolors=FAINT, linewidths=0.7)
