"""Learning curves: the loss on training and validation data, epoch by epoch, one panel per model.

A panel each, because models differ in what an epoch is (one pass over the batches; one L-BFGS iteration) and in the
unit of their loss. The axis is logarithmic where the loss falls by a large factor: its later half would be a flat line.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

from .style import BLUE, INK, MUTED, PAPER, SMALL, VERMILLION, WIDTH, label_axes, new_figure, set_title, style_axes

SQUARED_ERROR, NATS = "squared error per image", "nats per image"
COLUMNS = 2
SPAN = 4.0              # from this ratio of the highest to the lowest value on, the axis is logarithmic


def learning_curves(histories: Mapping[str, Mapping[str, Sequence[float]]], units: Mapping[str, str] | None = None,
                    floors: Mapping[str, tuple[str, float]] | None = None, term: str = "loss") -> Figure:
    """Return a figure with a panel for each `history_`, by the names of the models.

    units   of the loss by name; "squared error per image" where nothing is said
    floors  by name: what the value is called, and a value that the loss can not (or need not) go below
    term    which entry is drawn, together with "val_" + term where there is one
    """
    if not histories:
        raise ValueError("histories is empty: give the history_ of at least one model")
    columns = min(COLUMNS, len(histories))
    rows = -(-len(histories) // columns)
    figure = new_figure(WIDTH if columns > 1 else WIDTH / 1.6, rows * 2.55)
    for index, (name, history) in enumerate(histories.items(), start=1):
        ax = figure.add_subplot(rows, columns, index)
        style_axes(ax)
        set_title(ax, name)
        label_axes(ax, "epoch", (units or {}).get(name, SQUARED_ERROR))
        _draw_curves(ax, history, term, (floors or {}).get(name))
    return figure


def _draw_curves(ax: Axes, history: Mapping[str, Sequence[float]], term: str, floor: tuple[str, float] | None) -> None:
    if term not in history:
        raise ValueError(f"history has no {term!r}, it has {', '.join(history) or 'nothing'}")
    lowest, highest = np.inf, 0.0
    for key, label, colour, style in ((term, "training", BLUE, "-"), (f"val_{term}", "validation", VERMILLION, "--")):
        if key in history:
            values = np.asarray(history[key], dtype=float)
            ax.plot(np.arange(1, len(values) + 1), values, style, color=colour, linewidth=1.7, label=label)
            lowest, highest = min(lowest, values.min()), max(highest, values.max())
    if floor is not None:
        ax.axhline(floor[1], color=INK, linewidth=1.1, linestyle=(0, (1, 2)), label=floor[0])
        lowest = min(lowest, floor[1])
    if 0 < lowest and highest / lowest > SPAN:
        _make_logarithmic(ax, lowest, highest)
    ax.xaxis.set_major_locator(MaxNLocator(5, integer=True, steps=(1, 2, 5, 10)))
    ax.set_xlim(left=0)
    ax.legend(loc="upper right", fontsize=SMALL, labelcolor=MUTED, handlelength=2.2, facecolor=PAPER, edgecolor=PAPER,
              framealpha=0.9)


def _make_logarithmic(ax: Axes, lowest: float, highest: float) -> None:
    """Ticks at 1, 2 and 5 times the powers of ten, written as plain numbers."""
    ax.set_yscale("log")
    ax.set_ylim(lowest / 1.15, highest * 1.15)
    ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    ax.yaxis.set_minor_formatter(NullFormatter())
