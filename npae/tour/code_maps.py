"""Code maps: images, the grids of whole numbers that stand for them, and what a decoder makes of these.

A code is a name, its number says nothing. Its colour does: codes are coloured in the order of the ink where they stand.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..plots.style import GRAY, INK, PAPER, SMALL, WIDTH, picture
from ..plots.tiles import SPACE, mosaic, pitch

COLOURS = "YlGnBu"
LETTER = 0.072          # inches that a letter of a row label takes, about
NUMBER = 0.42           # height of a number, in cells, where that is not more than the largest, in points
LARGEST = 8.0
DARK = 0.55             # luminance below which a number is written in white


def code_colours(ink: np.ndarray) -> np.ndarray:
    """Return a colour (K, 4) for each code, from pale to dark in the order of ink (K,)."""
    rank = np.argsort(np.argsort(ink, kind="stable"), kind="stable")
    return colormaps[COLOURS](rank / max(len(ink) - 1, 1))


def code_maps(rows: Mapping[str, np.ndarray], side: int, colours: Mapping[str, np.ndarray], width: float = WIDTH) -> Figure:
    """Return a figure with a row for each entry: images (m, side * side), or codes (m, g * g) if the label has colours (K, 4)."""
    across = len(next(iter(rows.values())))
    grids = {label: row.reshape(across, math.isqrt(row.shape[1]), -1) for label, row in rows.items()}
    strips = [mosaic(grid, across, colours[label].__getitem__ if label in colours else colormaps[GRAY])
              for label, grid in grids.items()]
    paper = np.ones((SPACE, strips[0].shape[1], 4))
    canvas = np.vstack([part for strip in strips for part in (strip, paper)])[:-SPACE]
    letters = max(len(line) for label in rows for line in label.splitlines())
    figure, ax = picture(canvas, width, left=0.2 + LETTER * letters)
    tile = pitch(side, side)[0]
    ax.set_yticks([(row + 0.5) * tile - SPACE / 2 for row in range(len(rows))], list(rows), color=INK, fontsize=SMALL)
    ax.tick_params(length=0, pad=5)
    points = 72 * ax.get_position().width * width / canvas.shape[1]            # of a pixel of the canvas
    for row, (label, grid) in enumerate(grids.items()):
        for column, codes in enumerate(grid if label in colours else []):
            _write_numbers(ax, codes, colours[label], (column * tile, row * tile), tile - SPACE, points)
    return figure


def _write_numbers(ax: Axes, codes: np.ndarray, colours: np.ndarray, corner: tuple[float, float], tile: float,
                   points: float) -> None:
    """Write each number of codes (g, g) on its cell of the tile with this upper left corner."""
    cell = tile / len(codes)
    for (y, x), code in np.ndenumerate(codes):
        dark = colours[code, :3] @ (0.2126, 0.7152, 0.0722) < DARK
        ax.text(corner[0] + (x + 0.5) * cell, corner[1] + (y + 0.5) * cell, str(code), color=PAPER if dark else INK,
                fontsize=min(NUMBER * cell * points, LARGEST), ha="center", va="center_baseline")
