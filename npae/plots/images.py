"""Pictures side by side, dark ink on white paper, all on one scale from white to black.

The scale is fixed (0 to 1 unless said otherwise) and not adapted to each image: a reconstruction that is too pale shall
look too pale. Values outside the scale are drawn as its ends.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from matplotlib import colormaps
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from ..validation import check_integer
from .style import GRAY, INK, SMALL, WIDTH, picture, set_title
from .tiles import SPACE, as_images, mosaic, pitch

GAP = 0.35              # between the originals and the rest, in tiles
LETTER = 0.072          # inches that a letter of a row label takes, about


def image_grid(images: ArrayLike, image_shape: tuple[int, int], columns: int = 10, low: float = 0.0, high: float = 1.0,
               title: str | None = None) -> Figure:
    """Return a figure of the images (m, height * width), `columns` in a row; `low` is drawn white and `high` black."""
    check_integer(columns, "columns", 1)
    pictures = as_images(images, image_shape)
    used = min(columns, len(pictures))
    canvas = mosaic(pictures, used, _grays(low, high))
    figure, ax = picture(canvas, WIDTH * used / max(columns, 10), top=0.3 if title else 0)
    if title:
        set_title(ax, title)
    return figure


def reconstructions(rows: Mapping[str, ArrayLike], image_shape: tuple[int, int], low: float = 0.0, high: float = 1.0,
                    column_titles: Sequence[str] = ()) -> Figure:
    """Return a figure with one row of images (m, height * width) per entry, labelled by its key.

    The first entry holds the originals; every later row shows the same m examples as a model rebuilds them.
    """
    pictures = _checked(rows, image_shape)
    columns = len(next(iter(pictures.values())))
    tile_y, tile_x = pitch(*image_shape)
    gap = round(GAP * tile_y)
    canvas = _stack([mosaic(images, columns, _grays(low, high)) for images in pictures.values()], gap)
    letters = max(len(line) for label in pictures for line in label.splitlines())
    figure, ax = picture(canvas, WIDTH, left=0.2 + LETTER * letters, top=0.3 if column_titles else 0)
    centres = [(index + 0.5) * tile_y + (gap if index else 0) for index in range(len(pictures))]
    ax.set_yticks(centres, list(pictures), color=INK, fontsize=SMALL, linespacing=1.35)
    ax.get_yticklabels()[0].set_fontweight("bold")
    if column_titles:
        middles = [(index + 0.5) * tile_x for index in range(columns)]
        ax.set_xticks(middles, list(column_titles), color=INK, fontsize=SMALL)
    ax.tick_params(length=0, pad=6, top=False, labeltop=bool(column_titles), labelbottom=False)
    return figure


def _checked(rows: Mapping[str, ArrayLike], image_shape: tuple[int, int]) -> dict[str, np.ndarray]:
    if not rows:
        raise ValueError("rows is empty: give the originals, then one row of images per model")
    pictures = {label: as_images(images, image_shape, f"rows[{label!r}]") for label, images in rows.items()}
    originals = len(next(iter(pictures.values())))
    for label, images in pictures.items():
        if len(images) != originals:
            raise ValueError(f"rows[{label!r}] has {len(images)} images, the originals are {originals}")
    return pictures


def _stack(strips: Sequence[np.ndarray], gap: int) -> np.ndarray:
    """Return the strips (h, w, 4) one below the other on white paper, with a gap after the first."""
    def paper(height: int) -> np.ndarray:
        return np.ones((height, strips[0].shape[1], 4))

    stacked = [strips[0], paper(gap)] if len(strips) > 1 else [strips[0]]
    for strip in strips[1:]:
        stacked += [paper(SPACE), strip]
    return np.vstack(stacked)


def _grays(low: float, high: float) -> Callable[[np.ndarray], np.ndarray]:
    colour_map, scale = colormaps[GRAY], Normalize(low, high, clip=True)
    return lambda image: colour_map(scale(image))
