"""A network as a row of columns, one for each layer, as high as it is wide; between them the weights.

Heights grow with the logarithm of the number of units, so that 784 and 2 fit into one drawing. Places are in inches.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Ellipse, FancyArrowPatch, FancyBboxPatch, Polygon

from .style import (
    BLUE,
    BROWN,
    FAN,
    INK,
    LARGE,
    MUTED,
    PALE_BLUE,
    PALE_BROWN,
    PALE_GRAY,
    PALE_VERMILLION,
    PAPER,
    SMALL,
    VERMILLION,
    bare_axes,
)

FACES = {"data": PALE_GRAY, "hidden": PALE_BLUE, "code": PALE_VERMILLION, "random": PALE_BROWN}
EDGES = {"data": MUTED, "hidden": BLUE, "code": VERMILLION, "random": BROWN}
PITCH, BAR, TALLEST, SHORTEST = 1.15, 0.34, 2.3, 0.34
MIDDLE, MARGIN = 1.75, 0.55


@dataclass(frozen=True)
class Column:
    """A layer of `size` units; parts stands one above the other (two heads). weights: the name on the way to it, "" for none.

    kind: "data", "hidden", "code". noise: what a circle above it pours in.
    """

    name: str
    size: int
    kind: str = "hidden"
    below: str = ""
    weights: str = ""
    parts: Sequence[str] = ()
    noise: str = ""


@dataclass(frozen=True)
class StackPanel:
    """One network; links are pairs of columns joined by an arc below with a text (tied weights, a target)."""

    title: str
    columns: Sequence[Column]
    note: str = ""
    links: Sequence[tuple[int, int, str]] = ()


def stack_panels(panels: Sequence[StackPanel]) -> Figure:
    """Return a figure with the panels below each other."""
    if not panels:
        raise ValueError("panels is empty: give at least one StackPanel")
    width = max(_width(panel) for panel in panels)
    heights = [_height(panel) for panel in panels]
    figure = Figure(figsize=(width, sum(heights)), facecolor=PAPER, edgecolor=PAPER)
    top = sum(heights)
    for panel, height in zip(panels, heights):
        ax = figure.add_axes((0, (top - height) / sum(heights), 1, height / sum(heights)))
        bare_axes(ax)
        ax.set_xlim(0, width)
        ax.set_ylim(_floor(panel), _floor(panel) + height)
        _draw(ax, panel, _floor(panel) + height)
        top -= height
    return figure


def _width(panel: StackPanel) -> float:
    return max(2 * MARGIN + PITCH * (len(panel.columns) - 1) + BAR, 0.083 * max(len(panel.title), len(panel.note)) + 0.4)


def _floor(panel: StackPanel) -> float:
    return MIDDLE - TALLEST / 2 - 0.6 - 0.42 * len(panel.links)


def _height(panel: StackPanel) -> float:
    noise = 1.05 if any(column.noise for column in panel.columns) else 0.35
    return MIDDLE + TALLEST / 2 + noise + 0.75 - _floor(panel)


def _draw(ax: Axes, panel: StackPanel, top: float) -> None:
    largest = max(column.size for column in panel.columns)
    places = [MARGIN + BAR / 2 + PITCH * i for i in range(len(panel.columns))]
    heights = [SHORTEST + (TALLEST - SHORTEST) * math.log(column.size) / max(math.log(largest), 1e-9) if largest > 1 else SHORTEST
               for column in panel.columns]
    for i in range(1, len(panel.columns)):
        _draw_weights(ax, panel.columns[i], places[i - 1:i + 1], heights[i - 1:i + 1])
    for column, x, height in zip(panel.columns, places, heights):
        _draw_column(ax, column, x, height)
    for depth, (start, end, text) in enumerate(panel.links):
        _draw_link(ax, places[start], places[end], MIDDLE - TALLEST / 2 - 0.62 - 0.42 * depth, text)
    ax.text(0.15, top - 0.12, panel.title, color=INK, fontsize=LARGE, fontweight="bold", va="top")
    ax.text(0.15, top - 0.40, panel.note, color=MUTED, fontsize=SMALL, va="top")


def _draw_weights(ax: Axes, column: Column, places: Sequence[float], heights: Sequence[float]) -> None:
    left, right = places[0] + BAR / 2 + 0.03, places[1] - BAR / 2 - 0.03
    (a, b) = (height / 2 for height in heights)
    if column.weights:
        ax.add_patch(Polygon([(left, MIDDLE - a), (left, MIDDLE + a), (right, MIDDLE + b), (right, MIDDLE - b)], closed=True,
                             facecolor=FAN, edgecolor="none", zorder=1))
        ax.text((left + right) / 2, MIDDLE, column.weights, color=MUTED, fontsize=SMALL, ha="center", va="center", zorder=2)
    else:
        ax.add_patch(FancyArrowPatch((left, MIDDLE), (right, MIDDLE), arrowstyle="-|>", mutation_scale=11, color=INK,
                                     linewidth=1.3, shrinkA=0, shrinkB=0, zorder=1))


def _draw_column(ax: Axes, column: Column, x: float, height: float) -> None:
    parts = column.parts or (column.name,)
    share = height / len(parts)
    for i, name in enumerate(parts):
        low = MIDDLE + height / 2 - (i + 1) * share
        ax.add_patch(FancyBboxPatch((x - BAR / 2, low + 0.015), BAR, share - 0.03, boxstyle="round,pad=0,rounding_size=0.05",
                                    facecolor=FACES[column.kind], edgecolor=EDGES[column.kind], linewidth=1.4, zorder=3))
        ax.text(x, low + share / 2, name, color=INK, fontsize=SMALL if len(name) < 12 else 0.7 * SMALL, ha="center", va="center",
                zorder=4)
    ax.text(x, MIDDLE + height / 2 + 0.08, str(column.size), color=INK, fontsize=SMALL, ha="center", va="bottom")
    ax.text(x, MIDDLE - height / 2 - 0.08, column.below, color=MUTED, fontsize=SMALL, ha="center", va="top", linespacing=1.3)
    if column.noise:
        y = MIDDLE + TALLEST / 2 + 0.8
        ax.add_patch(Ellipse((x, y), 1.05, 0.42, facecolor=FACES["random"], edgecolor=BROWN, linewidth=1.4, zorder=3))
        ax.text(x, y, column.noise, color=INK, fontsize=SMALL, ha="center", va="center", zorder=4)
        ax.add_patch(FancyArrowPatch((x, y - 0.21), (x, MIDDLE + height / 2 + 0.27), arrowstyle="-|>", mutation_scale=11,
                                     color=BROWN, linewidth=1.4, shrinkA=0, shrinkB=0, zorder=2))


def _draw_link(ax: Axes, start: float, end: float, y: float, text: str) -> None:
    ax.plot([start, start, end, end], [y + 0.14, y, y, y + 0.14], color=MUTED, linewidth=1.1, linestyle=(0, (3, 2)), zorder=1)
    ax.text((start + end) / 2, y, text, color=INK, fontsize=SMALL, ha="center", va="center", zorder=2,
            bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 2})
