"""A table drawn: one row per model, one panel per quantity, every repetition a small dot and their mean a large one.

The best of a panel is blue and filled, the worst an empty red ring, so that print tells them apart as well. Panels have
their own scales: what is compared is the order and the distances within a panel, against the scatter of the repetitions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from .style import BLUE, FAINT, INK, MUTED, NORMAL, PAPER, SMALL, VERMILLION, new_figure, style_axes

ROW = 0.195             # inches
WIDE = 9.0


@dataclass(frozen=True, eq=False)
class DotPanel:
    """One quantity: its title, the repetitions (s,) of each model by name, whether high is good, and whom to mark."""

    title: str
    values: Mapping[str, ArrayLike]
    high_wins: bool
    best: Sequence[str] = ()
    worst: Sequence[str] = ()


def dot_table(groups: Mapping[str, Sequence[DotPanel]]) -> Figure:
    """Return a figure with a row of panels for each group, under its title; all panels show the same models."""
    if not groups or not all(groups.values()):
        raise ValueError("groups is empty, or one of them is: give at least one DotPanel in each")
    names = list(next(iter(groups.values()))[0].values)
    heights = ROW * len(names) + 0.95
    figure = new_figure(WIDE, heights * len(groups))
    for part, (title, panels) in zip(figure.subfigures(len(groups), 1, squeeze=False)[:, 0], groups.items()):
        part.suptitle(title, x=0.01, ha="left", color=INK, fontsize=NORMAL, fontweight="bold")
        row = part.subplots(1, len(panels), sharey=True, squeeze=False)[0]
        for ax, panel in zip(row, panels):
            if list(panel.values) != names:
                raise ValueError(f"panel {panel.title!r} shows {list(panel.values)}, the first one {names}")
            _draw_panel(ax, panel)
        row[0].set_yticks(range(len(names)), names, color=INK, fontsize=SMALL)
        row[0].set_ylim(len(names) - 0.5, -0.5)
    return figure


def _draw_panel(ax: Axes, panel: DotPanel) -> None:
    style_axes(ax)
    ax.spines["left"].set_visible(False)
    ax.tick_params(axis="y", length=0)
    ax.grid(True, axis="y", color=FAINT, linewidth=0.6)
    ax.xaxis.set_major_locator(MaxNLocator(3))
    arrow = "\N{RIGHTWARDS ARROW}" if panel.high_wins else "\N{LEFTWARDS ARROW}"
    ax.set_title(f"{panel.title} {arrow}", color=MUTED, fontsize=SMALL, pad=5)
    for row, (name, values) in enumerate(panel.values.items()):
        repetitions = np.asarray(values, dtype=float)
        ax.plot(repetitions, np.full(len(repetitions), row), "o", color=MUTED, alpha=0.45, markersize=2.6, markeredgewidth=0)
        face, edge = (BLUE, BLUE) if name in panel.best else (PAPER, VERMILLION) if name in panel.worst else (INK, INK)
        ax.plot(repetitions.mean(), row, "o", markersize=6, markerfacecolor=face, markeredgecolor=edge, markeredgewidth=1.4,
                zorder=3)
