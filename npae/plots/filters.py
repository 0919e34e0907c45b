"""Filters: the weights into each unit, seen as an image.

A unit computes x W_j + b_j, so among all x of one length the image W_j itself excites it most. Red pixels raise the
unit, blue ones lower it, white ones do not matter to it. One symmetric scale for all units, so that zero is white
everywhere and a weak unit looks weak.
"""

from __future__ import annotations

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from ..validation import check_integer, check_matrix
from .style import DIVERGING, MUTED, SMALL, picture, set_title
from .tiles import as_images, mosaic

PERCENTILE = 99.5       # of the absolute weights: a few extreme ones shall not make all others pale


def filters(W: ArrayLike, image_shape: tuple[int, int], columns: int = 16, max_units: int = 64,
            title: str | None = None, limit: float | None = None, tile: float = 0.42) -> Figure:
    """Return a figure of the weights W (n, h), column j drawn as the image of unit j.

    Of more than max_units units those with the largest norms are drawn, in their order. The colours run from -limit to
    limit, by default the 99.5th percentile of the absolute weights; what lies beyond has the colours of the ends.
    tile: the width of one image in inches.
    """
    check_integer(columns, "columns", 1)
    check_integer(max_units, "max_units", 1)
    chosen = _largest(check_matrix(W, "W"), max_units)                  # (n, h or max_units)
    pictures = as_images(chosen.T, image_shape, "W transposed")
    limit = limit or float(np.percentile(np.abs(chosen), PERCENTILE)) or 1.0    # a W of zeros is drawn white
    colour_map, scale = colormaps[DIVERGING], Normalize(-limit, limit, clip=True)
    columns = min(columns, len(pictures))
    canvas = mosaic(pictures, columns, lambda image: colour_map(scale(image)))
    figure, ax = picture(canvas, columns * tile + 0.62, right=0.54, top=0.3 if title else 0)
    if title:
        set_title(ax, title)
    _add_scale(figure, ax, ScalarMappable(scale, colour_map), limit)
    return figure


def _largest(W: np.ndarray, count: int) -> np.ndarray:
    order = np.argsort(-np.linalg.norm(W, axis=0), kind="stable")[:count]
    return W[:, np.sort(order)]


def _add_scale(figure: Figure, ax: Axes, colours: ScalarMappable, limit: float) -> None:
    """Add a bar on the right, 0.09 inches wide, with three numbers."""
    box = ax.get_position()
    inch = 1 / figure.get_figwidth()
    bar_ax = figure.add_axes((box.x1 + 0.1 * inch, box.y0, 0.09 * inch, box.height))
    bar = figure.colorbar(colours, cax=bar_ax)
    bar.outline.set_visible(False)
    bar.set_ticks([-limit, 0, limit], labels=[f"\N{MINUS SIGN}{limit:.2g}", "0", f"{limit:.2g}"])
    bar_ax.tick_params(colors=MUTED, labelsize=SMALL - 1, length=0, pad=3)
    lowest, _, highest = bar_ax.get_yticklabels()
    lowest.set_verticalalignment("bottom")          # the outer two stay inside the figure
    highest.set_verticalalignment("top")
