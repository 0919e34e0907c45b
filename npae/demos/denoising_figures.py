"""What the figures of the denoising demonstration share: writing them, panels of lines, groups of bars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from ..plots import png_bytes
from ..plots.style import (BLUE, GREEN, INK, MUTED, ORANGE, PAPER, PURPLE, SMALL, VERMILLION, label_axes, new_figure, set_title,
                           style_axes)

Style = tuple[str, str, str]                # colour, line, marker: colour never stands alone
STYLES: tuple[Style, ...] = ((BLUE, "-", "o"), (VERMILLION, "--", "s"), (GREEN, "-.", "^"), (PURPLE, ":", "D"))
PAIRS: tuple[Style, ...] = ((VERMILLION, "-", "s"), (VERMILLION, "--", "D"), (BLUE, "-", "o"), (BLUE, "--", "^"))


@dataclass
class LinePanel:
    """Lines over one x: name -> y. A line of one number is drawn across, as a level."""

    title: str
    x: np.ndarray
    lines: Mapping[str, np.ndarray | float]
    axes: tuple[str, str]
    note: str = ""
    logarithmic: str = ""                                       # "", "x", "y" or "xy"
    y_limits: tuple[float, float] | None = None
    bands: Mapping[str, tuple[np.ndarray, np.ndarray]] = field(default_factory=dict)    # around lines: low, high
    legend: str = "best"
    styles: Sequence[Style] = STYLES


def save(figure: Figure, out: Path, name: str) -> None:
    """Write the figure as a PNG file."""
    (out / f"{name}.png").write_bytes(png_bytes(figure))


def line_panels(panels: Sequence[LinePanel], panel: float = 4.6, height: float = 3.9) -> Figure:
    """Return a figure of the panels in a row."""
    figure = new_figure(panel * len(panels), height)
    for index, item in enumerate(panels, start=1):
        ax = figure.add_subplot(1, len(panels), index)
        style_axes(ax)
        set_title(ax, item.title, item.note)
        label_axes(ax, *item.axes)
        _draw_lines(ax, item)
    return figure


def map_and_lines(title: str, note: str, groups: Mapping[str, np.ndarray], curve: np.ndarray, axes: tuple[str, str],
                  right: LinePanel) -> Figure:
    """Return a figure with groups of points (m, 2) over a curve on the left, and a panel of lines on the right."""
    figure = new_figure(9.2, 4.8)
    left_ax, right_ax = (figure.add_subplot(1, 2, index) for index in (1, 2))
    for ax, heading, text, names in ((left_ax, title, note, axes), (right_ax, right.title, right.note, right.axes)):
        style_axes(ax)
        set_title(ax, heading, text)
        label_axes(ax, *names)
    left_ax.plot(*curve.T, color=ORANGE, linewidth=5, alpha=0.5, solid_capstyle="round", label="the data", zorder=1)
    for (name, points), colour, marker in zip(groups.items(), (VERMILLION, BLUE), "x."):
        left_ax.scatter(*points.T, s=14, color=colour, marker=marker, linewidths=0.8, label=name, zorder=3)
    left_ax.set_aspect("equal", adjustable="datalim")
    left_ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.14), fontsize=SMALL, labelcolor=INK, edgecolor=PAPER,
                   ncols=1 + len(groups), columnspacing=1.2, handletextpad=0.5, markerscale=1.4)
    _draw_lines(right_ax, right)
    return figure


def _draw_lines(ax: Axes, item: LinePanel) -> None:
    for (name, y), (colour, dashes, marker) in zip(item.lines.items(), item.styles, strict=False):
        if np.ndim(y) == 0:
            ax.axhline(float(y), color=colour, linestyle=dashes, linewidth=1.5, label=name)
            continue
        ax.plot(item.x, y, dashes, color=colour, linewidth=1.9, marker=marker, markersize=4.5, label=name,
                markevery=max(1, len(item.x) // 8))
        if name in item.bands:
            ax.fill_between(item.x, *item.bands[name], color=colour, alpha=0.15, linewidth=0)
    if item.y_limits is not None:
        ax.set_ylim(item.y_limits)
    for axis in item.logarithmic:
        _make_logarithmic(ax, axis)
    ax.legend(loc=item.legend, fontsize=SMALL, labelcolor=INK, handlelength=2.8, facecolor=PAPER, edgecolor=PAPER,
              framealpha=0.9)


def _make_logarithmic(ax: Axes, which: str) -> None:
    """Ticks as plain numbers, at 1, 2 and 5 times the powers of ten unless there are many of these."""
    ax.set(**{f"{which}scale": "log"})
    axis = {"x": ax.xaxis, "y": ax.yaxis}[which]
    low, high = sorted(axis.get_view_interval())
    axis.set_major_locator(LogLocator(subs=(1, 2, 5) if high < 200 * low else (1,)))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_formatter(NullFormatter())


def bars(title: str, note: str, groups: Mapping[str, Mapping[str, Sequence[float]]], axis: str) -> Figure:
    """Return a figure with a group of bars for each entry of groups: name of the bar -> its values, one per seed.

    A bar has the height of the mean; the values themselves are dots on it.
    """
    figure = new_figure(6.6, 3.7)
    ax = figure.add_subplot(1, 1, 1)
    style_axes(ax)
    ax.grid(False, axis="x")
    set_title(ax, title, note)
    names = list(next(iter(groups.values())))
    width = 0.8 / len(names)
    for index, (name, (colour, _, marker)) in enumerate(zip(names, STYLES, strict=False)):
        places = np.arange(len(groups)) + (index - (len(names) - 1) / 2) * width
        heights = [float(np.mean(group[name])) for group in groups.values()]
        ax.bar(places, heights, 0.92 * width, color=colour, alpha=0.85, label=name, hatch="//" if index % 2 else "",
               edgecolor=PAPER, linewidth=0)
        for place, group, height in zip(places, groups.values(), heights):
            values = np.asarray(group[name])
            ax.plot(place + 0.08 * width * (np.arange(len(values)) - (len(values) - 1) / 2), values, linestyle="none",
                    marker=marker, markersize=3.5, color=INK)
            ax.text(place, max(height, values.max()) + 0.02 * max(heights), f"{height:.2f}", ha="center", va="bottom",
                    fontsize=SMALL, color=INK)
    ax.set_xticks(np.arange(len(groups)), list(groups), color=INK, fontsize=SMALL)
    ax.set_ylabel(axis, color=MUTED, fontsize=SMALL)
    ax.margins(y=0.22)
    ax.legend(loc="upper right", fontsize=SMALL, labelcolor=INK, ncols=len(names), facecolor=PAPER, edgecolor=PAPER)
    return figure
