"""Panels of curves: functions of one variable, sweeps over a hyperparameter, spectra with their bands.

Every curve of a panel has its own colour and its own line style, so that print and every kind of colour vision tell them
apart; a curve of that name looks the same in all panels of the figure. References (an identity line, a theory) are
thin and dashed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter
from numpy.typing import ArrayLike

from .style import (
    BLUE,
    BROWN,
    FAINT,
    GREEN,
    INK,
    MUTED,
    PAPER,
    PURPLE,
    SMALL,
    VERMILLION,
    WIDTH,
    label_axes,
    new_figure,
    set_title,
    style_axes,
)

LOOKS: tuple[tuple[str, Any, str], ...] = (         # colour, line style, marker
    (BLUE, "-", "o"), (VERMILLION, (0, (5, 1.5)), "s"), (GREEN, (0, (5, 1.5, 1, 1.5)), "^"), (PURPLE, (0, (1.5, 1)), "D"),
    (BROWN, (0, (7, 2, 1, 2, 1, 2)), "v"))
DOTTED: Any = (0, (1, 2))
FEW = 12                # up to so many values of x every one is marked


@dataclass(frozen=True, eq=False)
class LinePanel:
    """One panel: curves y (p,) by name over x (p,), or over texts, which stand at equal distances."""

    title: str
    x: ArrayLike | Sequence[str]
    curves: Mapping[str, ArrayLike]
    x_label: str
    y_label: str
    note: str = ""
    references: Mapping[str, ArrayLike] = field(default_factory=dict)       # thin dashed curves by name
    bands: Mapping[str, tuple[ArrayLike, ArrayLike]] = field(default_factory=dict)      # (low, high) around a curve
    points: Mapping[str, tuple[ArrayLike, ArrayLike]] = field(default_factory=dict)     # places (x, y) by name
    verticals: Mapping[str, float] = field(default_factory=dict)            # dotted lines at x
    horizontals: Mapping[str, float] = field(default_factory=dict)          # dotted lines at y
    x_limits: tuple[float | None, float | None] = (None, None)
    y_limits: tuple[float | None, float | None] = (None, None)
    log: bool = False                                                       # the axis of y
    legend: Any = "best"                                                    # where; "" for none


def line_panels(panels: Sequence[LinePanel], columns: int = 2, width: float = WIDTH, height: float = 2.9) -> Figure:
    """Return a figure of the panels, `columns` in a row, each row `height` inches high."""
    if not panels:
        raise ValueError("panels is empty: give at least one LinePanel")
    columns = min(columns, len(panels))
    rows = -(-len(panels) // columns)
    figure = new_figure(width, rows * height)
    names = list(dict.fromkeys(name for panel in panels for name in panel.curves))
    looks = {name: LOOKS[index % len(LOOKS)] for index, name in enumerate(names)}
    for index, panel in enumerate(panels, start=1):
        ax = figure.add_subplot(rows, columns, index)
        style_axes(ax)
        set_title(ax, panel.title, panel.note)
        label_axes(ax, panel.x_label, panel.y_label)
        _draw(ax, panel, looks)
    return figure


def _draw(ax: Axes, panel: LinePanel, looks: Mapping[str, tuple]) -> None:
    x = _places(ax, panel.x)
    for name, values in panel.references.items():
        ax.plot(x, np.asarray(values), color=INK, linewidth=1.0, linestyle=(0, (4, 2)), label=name, zorder=3)
    for name, (low, high) in panel.bands.items():
        ax.fill_between(x, np.asarray(low), np.asarray(high), color=looks[name][0], alpha=0.16, linewidth=0)
    for name, values in panel.curves.items():
        colour, style, marker = looks[name]
        ax.plot(x, np.asarray(values), color=colour, linestyle=style, linewidth=1.9, label=name, markersize=4.5,
                marker=marker if len(x) <= FEW else "")
    for name, (across, up) in panel.points.items():
        size = 5 if np.size(across) <= FEW else 2.5
        ax.plot(np.asarray(across), np.asarray(up), "o", color=INK, markersize=size, label=name, zorder=4, clip_on=False)
    for name, place in panel.verticals.items():
        ax.axvline(place, color=INK, linewidth=1.1, linestyle=DOTTED, label=name)
    for name, place in panel.horizontals.items():
        ax.axhline(place, color=INK, linewidth=1.1, linestyle=DOTTED, label=name)
    if panel.log:
        _make_logarithmic(ax)
    ax.set_xlim(*panel.x_limits)
    ax.set_ylim(*panel.y_limits)
    if panel.legend and len(ax.get_legend_handles_labels()[1]) > 1:
        ax.legend(loc=panel.legend, fontsize=SMALL, labelcolor=MUTED, handlelength=2.6, facecolor=PAPER, edgecolor=FAINT,
                  framealpha=0.9)


def _places(ax: Axes, x: ArrayLike | Sequence[str]) -> np.ndarray:
    """Return x as numbers; texts become the labels of 0, 1, 2, ..."""
    values = np.asarray(x)
    if values.dtype.kind != "U":
        ax.margins(x=0)
        return values
    ax.set_xticks(range(len(values)), list(values))
    return np.arange(len(values))


def _make_logarithmic(ax: Axes) -> None:
    """Plain numbers at the powers of ten, and at 2 and 5 times them where there are few."""
    ax.set_yscale("log", nonpositive="mask")
    low, high = ax.get_ylim()
    ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if high / low < 100 else (1,)))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    ax.yaxis.set_minor_formatter(NullFormatter())
