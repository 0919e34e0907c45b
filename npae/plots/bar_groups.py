"""Horizontal bars, one per model, one panel per quantity, with the number at the end of each bar."""

from __future__ import annotations

from collections.abc import Mapping

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from .style import BLUE, INK, NORMAL, SMALL, WIDTH, label_axes, new_figure, set_title, style_axes

BAR = 0.34              # inches: a bar and the space below it


def bar_groups(quantities: Mapping[str, Mapping[str, float]], x_labels: Mapping[str, str] | None = None,
               form: str = ".3g") -> Figure:
    """Return a figure with a panel for each quantity, a bar for each model; form: how the numbers are written.

    x_labels: unit of a quantity, by the same names. Bars begin at zero: their lengths may be compared.
    """
    if not quantities:
        raise ValueError("quantities is empty: give the values of at least one")
    models = list(next(iter(quantities.values())))
    figure = new_figure(WIDTH, 1.0 + BAR * len(models))
    row = figure.subplots(1, len(quantities), sharey=True, squeeze=False)[0]
    for ax, (quantity, values) in zip(row, quantities.items()):
        style_axes(ax)
        ax.grid(False)
        lengths = [values[name] for name in models]
        bars = ax.barh(range(len(models)), lengths, height=0.62, color=BLUE)
        ax.bar_label(bars, [format(length, form) for length in lengths], padding=4, color=INK, fontsize=SMALL)
        ax.set_xlim(min(0.0, *lengths) * 1.22, max(0.0, *lengths) * 1.22 if any(lengths) else 1.0)
        ax.set_yticks(range(len(models)), models, color=INK, fontsize=NORMAL)
        ax.tick_params(axis="y", length=0)
        ax.xaxis.set_major_locator(MaxNLocator(4, steps=(1, 2, 5, 10)))
        set_title(ax, quantity)
        label_axes(ax, (x_labels or {}).get(quantity, ""), "")
    row[0].invert_yaxis()
    return figure
