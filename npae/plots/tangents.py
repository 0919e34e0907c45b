"""Directions in the space of images, each drawn as an image beside the example to which it belongs.

Red pixels become darker along the direction and blue ones paler; the sign of a direction is arbitrary. Every direction has
its own scale, because only its shape is meant.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib import colormaps
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from .style import DIVERGING, GRAY, INK, SMALL, WIDTH, picture
from .tiles import SPACE, as_images, mosaic, pitch

GAP = 0.3               # between two groups of columns, in tiles


def direction_images(images: ArrayLike, image_shape: tuple[int, int], directions: Mapping[str, np.ndarray]) -> Figure:
    """Return a figure with one row per image (m, height * width): the image, then its directions (m, q, height * width).

    directions: groups of columns by their title.
    """
    pictures = as_images(images, image_shape)
    tile_y, tile_x = pitch(*image_shape)
    gap = round(GAP * tile_x)
    strips, groups, place = [mosaic(pictures, 1, _grays)], {"image": (0, 1)}, tile_x
    for title, group in directions.items():
        if len(group) != len(pictures):
            raise ValueError(f"directions[{title!r}] is for {len(group)} images, there are {len(pictures)}")
        count = group.shape[1]
        flat = as_images(group.reshape(len(group) * count, -1), image_shape, f"directions[{title!r}]")
        strips += [np.ones((strips[0].shape[0], SPACE + gap, 4)), mosaic(flat, count, _signed)]
        place += gap
        groups[title] = (place, count)
        place += count * tile_x
    canvas = np.hstack(strips)
    figure, ax = picture(canvas, WIDTH, top=0.3)
    centres = [start + (count * tile_x - SPACE) / 2 for start, count in groups.values()]
    ax.set_xticks(centres, list(groups), color=INK, fontsize=SMALL, fontweight="bold")
    ax.tick_params(length=0, pad=5, top=False, labeltop=True, labelbottom=False)
    return figure


def _grays(image: np.ndarray) -> np.ndarray:
    return colormaps[GRAY](Normalize(0, 1, clip=True)(image))


def _signed(image: np.ndarray) -> np.ndarray:
    limit = np.abs(image).max() or 1.0
    return colormaps[DIVERGING](Normalize(-limit, limit)(image))
