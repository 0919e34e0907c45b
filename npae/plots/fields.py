"""Vector fields in the plane: at every point of a grid the arrow of a function, for instance of r(x) - x; and landing maps.

Arrows have the direction and the relative length of the vectors. Panels of one window share their scale, so that an estimate
and the truth beside it are compared by eye; the longest arrows reach from one grid point to the next. A zoom has a scale
of its own: near a ridge of the density the arrows are short, and it is there that their directions matter. With equal=True
all arrows are equally long and show directions only.

Where the truth is given, arrows that point against it (cosine below 0) are drawn red and heavier.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from ..validation import check_integer, check_matrix
from .style import BLUE, BROWN, DOTS, INK, MUTED, PAPER, SMALL, VERMILLION, label_axes, new_figure, set_title, style_axes

Field = Callable[[np.ndarray], np.ndarray]
Window = tuple[float, float, float, float]      # left, right, bottom, top
LONGEST = 95            # percentile of the lengths that is drawn as long as the grid is wide: few are longer
AXES = "x\N{SUBSCRIPT ONE}", "x\N{SUBSCRIPT TWO}"


@dataclass(frozen=True, eq=False)
class FieldPanel:
    """One panel: a field as a function from points (m, 2) to vectors (m, 2), and the window in which it is drawn."""

    title: str
    field: Field
    window: Window
    note: str = ""
    truth: Field | None = None          # arrows that point against it are drawn red
    zoom: Window | None = None          # drawn again, larger, in the upper right corner
    colour: str = BLUE
    arrows: int = 21                    # along each side
    equal: bool = False                 # arrows of one length, for directions only


def vector_fields(panels: Sequence[FieldPanel], data: ArrayLike | None = None, curve: ArrayLike | None = None,
                  axes: tuple[str, str] = AXES, panel: float = 4.4) -> Figure:
    """Return a figure of the panels in a row, over data (m, 2) as dots and a curve (p, 2) as a line.

    axes: the names of the two coordinates. panel: the width of one, in inches.
    """
    if not panels:
        raise ValueError("panels is empty: give at least one FieldPanel")
    figure = new_figure(panel * len(panels), panel + 0.45)
    scales = _common_scales(panels)
    for index, item in enumerate(panels, start=1):
        ax = figure.add_subplot(1, len(panels), index)
        style_axes(ax)
        ax.grid(False)
        set_title(ax, item.title, item.note)
        label_axes(ax, *axes)
        _draw(ax, item, scales[item.window], data, curve)
        if item.zoom is not None:
            _draw_zoom(ax, item, data, curve)
    return figure


def landing_map(title: str, groups: Mapping[str, ArrayLike], curve: ArrayLike, note: str = "",
                axes: tuple[str, str] = AXES, width: float = 5.2) -> Figure:
    """Return a figure of up to three groups of points (m, 2), crosses, dots and triangles, over a curve (p, 2)."""
    if not 1 <= len(groups) <= 3:
        raise ValueError(f"groups must be one to three sets of points, got {len(groups)}")
    figure = new_figure(width, width + 0.35)
    ax = figure.add_subplot(1, 1, 1)
    style_axes(ax)
    set_title(ax, title, note)
    label_axes(ax, *axes)
    ax.plot(*check_matrix(curve, "curve", n_features=2).T, color=BROWN, linewidth=5, alpha=0.5, solid_capstyle="round",
            label="the data", zorder=1)
    for (name, points), colour, marker in zip(groups.items(), (VERMILLION, BLUE, INK), "x.^"):
        x, y = check_matrix(points, f"groups[{name!r}]", n_features=2).T
        ax.scatter(x, y, s=14, color=colour, marker=marker, linewidths=0.8, label=name, zorder=3)
    ax.set_aspect("equal", adjustable="datalim")
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.12), fontsize=SMALL, labelcolor=INK, edgecolor=PAPER,
              ncols=1 + len(groups), columnspacing=1.2, handletextpad=0.5, markerscale=1.4)
    return figure


def grid(window: Window, count: int) -> np.ndarray:
    """Return the points (count^2, 2) of a regular grid that leaves half a step at the edges of the window."""
    check_integer(count, "count", 2)
    left, right, bottom, top = window
    steps = (np.arange(count) + 0.5) / count
    x, y = np.meshgrid(left + (right - left) * steps, bottom + (top - bottom) * steps)
    return np.stack([x.ravel(), y.ravel()], axis=1)


def _evaluate(field: Field, points: np.ndarray, equal: bool = False) -> np.ndarray:
    """Return the vectors (m, 2) of the field at the points (m, 2), of length 1 where only directions are asked for."""
    vectors = check_matrix(field(points), "the field's values", n_features=2)
    if len(vectors) != len(points):
        raise ValueError(f"the field gave {len(vectors)} vectors for {len(points)} points")
    if not equal:
        return vectors
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.where(lengths > 0, lengths, 1)


def _common_scales(panels: Sequence[FieldPanel]) -> dict[Window, float]:
    """Return by what number lengths are multiplied in each window."""
    scales: dict[Window, float] = {}
    for item in panels:
        lengths = np.linalg.norm(_evaluate(item.field, grid(item.window, item.arrows), item.equal), axis=1)
        scale = (item.window[1] - item.window[0]) / item.arrows / (float(np.percentile(lengths, LONGEST)) or 1.0)
        scales[item.window] = min(scale, scales.get(item.window, scale))
    return scales


def _draw(ax: Axes, item: FieldPanel, scale: float, data: ArrayLike | None, curve: ArrayLike | None) -> None:
    points = grid(item.window, item.arrows)
    vectors = _evaluate(item.field, points, item.equal)
    wrong = np.zeros(len(points), dtype=bool)
    if item.truth is not None:
        wrong = (vectors * _evaluate(item.truth, points)).sum(axis=1) < 0
    if data is not None:
        x, y = check_matrix(data, "data", n_features=2).T
        ax.scatter(x, y, s=5, color=DOTS, linewidths=0, zorder=1)
    if curve is not None:
        ax.plot(*check_matrix(curve, "curve", n_features=2).T, color=BROWN, linewidth=2.6, zorder=2, solid_capstyle="round")
    thin = 0.09 / item.arrows                                   # of the width of the axes
    for chosen, colour, width in ((~wrong, item.colour, thin), (wrong, VERMILLION, 1.8 * thin)):
        if chosen.any():
            ax.quiver(*points[chosen].T, *(scale * vectors[chosen]).T, color=colour, angles="xy", scale_units="xy", scale=1,
                      width=width, headwidth=4.2, headlength=4.6, headaxislength=4.2, minlength=0.4, zorder=3)
    ax.set_xlim(item.window[:2])
    ax.set_ylim(item.window[2:])
    ax.set_aspect("equal", anchor="NW")     # titles of neighbouring panels stay on one line


def _draw_zoom(ax: Axes, item: FieldPanel, data: ArrayLike | None, curve: ArrayLike | None) -> None:
    assert item.zoom is not None
    inset = ax.inset_axes((0.57, 0.57, 0.43, 0.43), facecolor=PAPER, zorder=6)
    few = replace(item, window=item.zoom, arrows=11)
    _draw(inset, few, _common_scales([few])[few.window], data, curve)
    inset.set_xticks([])
    inset.set_yticks([])
    for spine in inset.spines.values():
        spine.set_color(INK)
        spine.set_linewidth(1.0)
    magnification = (item.window[1] - item.window[0]) * 0.43 / (item.zoom[1] - item.zoom[0])
    inset.text(0.03, 0.03, f"\N{MULTIPLICATION SIGN}{magnification:.1f}", transform=inset.transAxes, color=MUTED,
               fontsize=SMALL, bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 1.5}, zorder=7)
    ax.indicate_inset_zoom(inset, edgecolor=INK, linewidth=0.9, alpha=1.0)
