"""Rows of images with a label each, some of them marked: interpolations, and traversals of one latent unit at a time."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from .style import BLUE, GRAY, INK, MUTED, NORMAL, SMALL, WIDTH, picture
from .tiles import SPACE, as_images, mosaic, pitch

GAP = 0.3               # where columns stand apart, in tiles
LETTER = 0.072          # inches that a letter of a row label takes, about


def image_rows(rows: Mapping[str, ArrayLike], image_shape: tuple[int, int], column_titles: Sequence[str] = (),
               title: str = "", note: str = "", marked: Collection[str] | None = None, apart: Sequence[int] = (),
               low: float = 0.0, high: float = 1.0, width: float = WIDTH) -> Figure:
    """Return a figure with one row of images (c, height * width) per entry, labelled by its key.

    marked: names of rows in bold blue, the others pale; None makes no difference between rows.
    apart: numbers of the columns before which there is a gap.
    """
    if not rows:
        raise ValueError("rows is empty: give the images of at least one")
    pictures = {label: as_images(images, image_shape, f"rows[{label!r}]") for label, images in rows.items()}
    counts = {len(images) for images in pictures.values()}
    if len(counts) > 1:
        raise ValueError(f"rows must have equally many images, got {sorted(counts)}")
    count = counts.pop()
    tile_y, tile_x = pitch(*image_shape)
    cuts = [0, *(cut for cut in apart if 0 < cut < count), count]
    gap = round(GAP * tile_x)
    canvas = np.vstack([_spaced(_row(images, cuts, gap, low, high)) for images in pictures.values()])[:-SPACE]
    letters = max(len(label) for label in pictures)
    top = (0.54 if note else 0.34 if title else 0.0) + (0.26 if len(column_titles) else 0.0)
    figure, ax = picture(canvas, width, left=0.2 + LETTER * letters, top=top)
    ax.set_yticks([(index + 0.5) * tile_y - SPACE / 2 for index in range(len(pictures))], list(pictures), fontsize=SMALL)
    for label, text in zip(pictures, ax.get_yticklabels()):
        on = marked is None or label in marked
        text.set(color=INK if marked is None else BLUE if on else MUTED, fontweight="bold" if marked and on else "normal")
    if len(column_titles):
        shift = np.searchsorted(cuts[1:-1], np.arange(count), side="right") * gap
        middles = (np.arange(count) + 0.5) * tile_x - SPACE / 2 + shift
        ax.set_xticks(middles, [str(text) for text in column_titles], color=INK, fontsize=SMALL)
    ax.tick_params(length=0, pad=5, top=False, labeltop=bool(len(column_titles)), labelbottom=False)
    if title:
        lift = 0.26 if len(column_titles) else 0.04
        _write(figure, ax, title, note, lift)
    return figure


def _row(images: np.ndarray, cuts: Sequence[int], gap: int, low: float, high: float) -> np.ndarray:
    """Return one row of framed tiles, groups of columns apart, as an array of colours."""
    colour_map, scale = colormaps[GRAY], Normalize(low, high, clip=True)
    parts = [mosaic(images[a:b], b - a, lambda image: colour_map(scale(image))) for a, b in zip(cuts, cuts[1:])]
    paper = np.ones((parts[0].shape[0], SPACE + gap, 4))
    joined = [parts[0]]
    for part in parts[1:]:
        joined += [paper, part]
    return np.hstack(joined)


def _spaced(strip: np.ndarray) -> np.ndarray:
    return np.vstack([strip, np.ones((SPACE, strip.shape[1], 4))])


def _write(figure: Figure, ax: Axes, title: str, note: str, lift: float) -> None:
    """Write the title and the note above the titles of the columns, flush left with the figure."""
    height, place = figure.get_size_inches()[1], ax.get_position()
    above = place.y1 + lift / height
    figure.text(0.012, above + (0.26 if note else 0.06) / height, title, color=INK, fontsize=NORMAL,
                fontweight="bold", va="bottom")
    if note:
        figure.text(0.012, above + 0.05 / height, note, color=MUTED, fontsize=SMALL, va="bottom")
