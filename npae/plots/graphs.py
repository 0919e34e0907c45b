"""Computation graphs as drawings: boxes for what is computed, circles for what is drawn at random, arrows between them.

Places and sizes are in inches, so that what is put on paper is what was meant. Forward arrows are dark; gradients are
vermillion and dashed and run beside them; a cross ends a gradient that cannot go on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Ellipse, FancyArrowPatch, FancyBboxPatch, Patch

from .style import (
    BLUE,
    BROWN,
    INK,
    MUTED,
    NORMAL,
    PALE_BLUE,
    PALE_BROWN,
    PALE_GRAY,
    PALER_BLUE,
    PAPER,
    SMALL,
    VERMILLION,
    bare_axes,
)

FACES = {"computed": PALER_BLUE, "random": PALE_BROWN, "loss": PALE_GRAY, "network": PALE_BLUE, "plain": PAPER}
EDGES = {"computed": BLUE, "random": BROWN, "loss": INK, "network": BLUE, "plain": MUTED}


@dataclass(frozen=True)
class Node:
    """Something computed ("computed", "network", "loss"), given ("plain") or drawn ("random", a circle)."""

    text: str
    x: float
    y: float
    kind: str = "computed"
    width: float = 1.1
    height: float = 0.46


@dataclass(frozen=True)
class Arrow:
    """From one node to another; gradient: dashed, beside the forward arrow; blocked: it ends in a cross."""

    start: str
    end: str
    text: str = ""
    gradient: bool = False
    blocked: bool = False
    bend: float = 0.0                                   # curvature; gradients bend away from the forward arrow
    text_at: tuple[float, float] | None = None          # where the text stands, inches


@dataclass(frozen=True)
class GraphPanel:
    """One drawing of width x height inches, its nodes by name; texts: (x, y, text) written beside."""

    title: str
    nodes: Mapping[str, Node]
    arrows: Sequence[Arrow]
    width: float
    height: float
    note: str = ""
    texts: Sequence[tuple[float, float, str]] = ()


def graph_panels(panels: Sequence[GraphPanel], beside: bool = True) -> Figure:
    """Return a figure of the panels, beside or below each other."""
    if not panels:
        raise ValueError("panels is empty: give at least one GraphPanel")
    head = 0.62
    sizes = [(panel.width, panel.height + head) for panel in panels]
    width = sum(w for w, _ in sizes) if beside else max(w for w, _ in sizes)
    height = max(h for _, h in sizes) if beside else sum(h for _, h in sizes)
    figure = Figure(figsize=(width, height), facecolor=PAPER, edgecolor=PAPER)
    left, top = 0.0, height
    for panel, (w, h) in zip(panels, sizes):
        ax = figure.add_axes((left / width, (top - h) / height, panel.width / width, panel.height / height))
        _draw(ax, panel)
        figure.text((left + 0.15) / width, (top - 0.14) / height, panel.title, color=INK, fontsize=NORMAL + 1,
                    fontweight="bold", va="top")
        figure.text((left + 0.15) / width, (top - 0.38) / height, panel.note, color=MUTED, fontsize=SMALL, va="top")
        left, top = (left + w, top) if beside else (left, top - h)
    return figure


def _draw(ax: Axes, panel: GraphPanel) -> None:
    bare_axes(ax)
    ax.set_xlim(0, panel.width)
    ax.set_ylim(0, panel.height)
    shapes = {name: _shape(node) for name, node in panel.nodes.items()}
    for arrow in panel.arrows:
        _draw_arrow(ax, arrow, panel.nodes, shapes)
    for name, node in panel.nodes.items():
        ax.add_patch(shapes[name])
        ax.text(node.x, node.y, node.text, color=INK, fontsize=SMALL + 0.5, ha="center", va="center", zorder=4,
                linespacing=1.3)
    for x, y, text in panel.texts:
        ax.text(x, y, text, color=MUTED, fontsize=SMALL, ha="left", va="center", linespacing=1.35)


def _shape(node: Node) -> Patch:
    looks: dict[str, Any] = {"facecolor": FACES[node.kind], "edgecolor": EDGES[node.kind], "linewidth": 1.4, "zorder": 3}
    if node.kind == "random":
        return Ellipse((node.x, node.y), node.width, node.height, **looks)
    corner = (node.x - node.width / 2, node.y - node.height / 2)
    return FancyBboxPatch(corner, node.width, node.height, boxstyle="round,pad=0,rounding_size=0.07", **looks)


def _draw_arrow(ax: Axes, arrow: Arrow, nodes: Mapping[str, Node], shapes: Mapping[str, Patch]) -> None:
    a, b = nodes[arrow.start], nodes[arrow.end]
    colour = VERMILLION if arrow.gradient else INK
    ax.add_patch(FancyArrowPatch((a.x, a.y), (b.x, b.y), patchA=shapes[arrow.start], patchB=shapes[arrow.end],
                                 shrinkA=2, shrinkB=2, arrowstyle="-|>", mutation_scale=12, color=colour, linewidth=1.5,
                                 zorder=2, linestyle=(0, (3.5, 2)) if arrow.gradient else "-",
                                 connectionstyle=f"arc3,rad={arrow.bend}"))
    # the middle of the curve: arc3 moves it off the chord by half of its control point
    x, y = (a.x + b.x) / 2 + arrow.bend * (b.y - a.y) / 2, (a.y + b.y) / 2 - arrow.bend * (b.x - a.x) / 2
    if arrow.blocked:
        ax.plot([x], [y], marker="x", color=VERMILLION, markersize=13, markeredgewidth=3, zorder=5)
    if arrow.text:
        at_x, at_y = arrow.text_at or (x, y)
        ax.text(at_x, at_y, arrow.text, color=colour, fontsize=SMALL, ha="center", va="center", zorder=5)
