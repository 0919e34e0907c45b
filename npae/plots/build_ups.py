"""Images built up from parts: each part by itself, and below it the sum so far."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib import colormaps
from matplotlib.colors import Normalize, to_rgba
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from .style import DIVERGING, GRAY, INK, PAPER, SMALL, WIDTH, picture
from .tiles import SPACE, Colours, as_images, mosaic, pitch

GAP = 0.3               # between two images' strips, in tiles
PERCENTILE = 99.5       # of the absolute values of all parts: where the colours end


def build_ups(images: ArrayLike, starts: ArrayLike, parts: np.ndarray, wholes: ArrayLike, image_shape: tuple[int, int],
              titles: Sequence[str] = (), width: float = WIDTH) -> Figure:
    """Return a figure with two strips for each image (r, height * width): its parts, and the start plus the first of them.

    parts (r, q, height * width) are drawn in red and blue, on one scale; all others (r, height * width) in gray from 0 to 1.
    Columns: the image, the start, the parts above the sums, the whole; q + 3 titles.
    """
    r, q = parts.shape[:2]
    ends = {"images": images, "starts": starts, "wholes": wholes}
    pictures = {name: as_images(array, image_shape, name) for name, array in ends.items()}
    for name, array in pictures.items():
        if len(array) != r:
            raise ValueError(f"{name} has {len(array)} rows, parts is for {r} images")
    pieces = as_images(parts.reshape(r * q, -1), image_shape, "parts").reshape(r, q, *image_shape)
    sums = pictures["starts"][:, np.newaxis] + np.cumsum(pieces, axis=1)
    limit = float(np.percentile(np.abs(parts), PERCENTILE)) or 1.0
    signed, gray = _colours(DIVERGING, -limit, limit), _colours(GRAY, 0, 1)
    strips = []
    for index in range(r):
        own = {name: mosaic(array[index:index + 1], 1, gray) for name, array in pictures.items()}
        blank = np.broadcast_to(to_rgba(PAPER), own["images"].shape)
        strips += [_beside(own["images"], blank, mosaic(pieces[index], q, signed), blank),
                   _beside(blank, own["starts"], mosaic(sums[index], q, gray), own["wholes"])]
    figure, ax = picture(_below(strips), width, top=0.3 if titles else 0)
    if titles:
        step = pitch(*image_shape)[1]
        ax.set_xticks([(column + 0.5) * step - SPACE / 2 for column in range(len(titles))], list(titles), color=INK,
                      fontsize=SMALL)
        ax.tick_params(length=0, pad=5, top=False, labeltop=True, labelbottom=False)
    return figure


def _beside(*tiles: np.ndarray) -> np.ndarray:
    """Return arrays of colours side by side with the space between two tiles."""
    space = np.ones((tiles[0].shape[0], SPACE, 4))
    return np.hstack([piece for tile in tiles for piece in (tile, space)][:-1])


def _below(strips: Sequence[np.ndarray]) -> np.ndarray:
    """Return strips one below the other, two by two, with a gap between the pairs."""
    height, width, _ = strips[0].shape
    spaces = (np.ones((SPACE, width, 4)), np.ones((round(GAP * height), width, 4)))
    return np.vstack([piece for index, strip in enumerate(strips) for piece in (strip, spaces[index % 2])][:-1])


def _colours(name: str, low: float, high: float) -> Colours:
    colour_map, scale = colormaps[name], Normalize(low, high, clip=True)
    return lambda image: colour_map(scale(image))
