"""How figures look: colours, sizes and axes, decided here and nowhere else.

Everything is set on the artists themselves. matplotlib's rcParams are read (the font family is the user's) and never
written, so that drawing a figure changes no other figure.
"""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

INK, MUTED, FAINT, PAPER = "#1a1d21", "#59616b", "#d5dae0", "#ffffff"

# Lines. Blue, vermillion and green are Okabe and Ito's; their orange and sky are too pale for thin lines on white, and their
# purple is too near to the blue for some. Contrast above 3:1, and told apart without red, green or blue cones (17 units of
# CIELAB or more); lines have different strokes and markers besides.
BLUE, VERMILLION, GREEN, PURPLE, BROWN = "#0072b2", "#d55e00", "#009e73", "#8f1fe0", "#70420a"

# Faces behind ink, and dots behind arrows.
PALE_BLUE, PALER_BLUE, PALE_VERMILLION, PALE_BROWN, PALE_GRAY = "#cfe3f2", "#e8f1f8", "#fbe3d3", "#fdf1d8", "#f3f4f6"
FAN, DOTS = "#eef2f6", "#b9c0c8"

# Ten classes: hues after Petroff's survey (2021), darkened until thin signs stand on white with a contrast above 3:1.
# Ten colours are too many for some eyes (two pairs are within 4 units without green cones): every example is drawn as the
# sign of its class, and classes are labelled directly.
CLASS_COLOURS = ("#1f6fc4", "#b07a00", "#bd1f01", "#2b7a3a", "#832db6",
                 "#8a4f3d", "#e25303", "#84803a", "#4b515b", "#008e9e")

GRAY = "gray_r"         # 0 is paper, 1 is ink
DIVERGING = "RdBu_r"    # blue below zero, red above, zero almost white

SMALL, NORMAL, LARGE = 9.0, 10.0, 11.5      # points
WIDTH = 7.5                                 # inches; a column on the screen, the text width on paper


def new_figure(width: float, height: float) -> Figure:
    """Return an empty white figure of width x height inches that lays out its own axes."""
    figure = Figure(figsize=(width, height), facecolor=PAPER, edgecolor=PAPER)
    figure.set_layout_engine("constrained", h_pad=0.08, w_pad=0.06)
    return figure


def style_axes(ax: Axes) -> None:
    """Two spines, quiet ticks, a faint grid behind the data."""
    ax.set_facecolor(PAPER)
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        ax.spines[side].set_visible(True)
        ax.spines[side].set_color(MUTED)
        ax.spines[side].set_linewidth(0.8)
    ax.tick_params(which="major", colors=MUTED, labelsize=SMALL, length=3.5, width=0.8, direction="out")
    ax.tick_params(which="minor", colors=MUTED, labelsize=SMALL, length=2, width=0.6, direction="out")
    ax.grid(True, which="major", color=FAINT, linewidth=0.6)
    ax.set_axisbelow(True)


def picture(canvas: np.ndarray, width: float, left: float = 0.0, right: float = 0.0,
            top: float = 0.0) -> tuple[Figure, Axes]:
    """Return a figure `width` inches wide and its axes, filled by an array of colours (h, w, 4) inside the margins.

    The height follows from the canvas, so that its pixels are square and nothing is left over. Margins are in inches.
    """
    edge = 0.04
    inner = width - left - right - 2 * edge
    inner_height = inner * canvas.shape[0] / canvas.shape[1]
    height = inner_height + top + 2 * edge
    figure = Figure(figsize=(width, height), facecolor=PAPER, edgecolor=PAPER)
    ax = figure.add_axes(((left + edge) / width, edge / height, inner / width, inner_height / height))
    bare_axes(ax)
    ax.imshow(canvas, interpolation="antialiased", aspect="equal", extent=(0, canvas.shape[1], canvas.shape[0], 0))
    return figure, ax


def bare_axes(ax: Axes) -> None:
    """No spines, no ticks, no grid: the axes carry a picture."""
    ax.set_facecolor(PAPER)
    ax.grid(False)
    ax.set_xticks([])
    ax.set_yticks([])
    for spine in ax.spines.values():
        spine.set_visible(False)


def set_title(ax: Axes, text: str, note: str = "") -> None:
    """Write the title of one panel, flush left, and a note below it."""
    ax.set_title(text, loc="left", color=INK, fontsize=NORMAL, fontweight="bold", pad=20 if note else 7)
    if note:
        ax.text(0, 1.015, note, transform=ax.transAxes, color=MUTED, fontsize=SMALL, verticalalignment="bottom")


def label_axes(ax: Axes, x: str, y: str) -> None:
    """Name the two axes; the names carry the units."""
    ax.set_xlabel(x, color=MUTED, fontsize=SMALL)
    ax.set_ylabel(y, color=MUTED, fontsize=SMALL)
