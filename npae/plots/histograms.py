"""Histograms in a row, on one scale: how a quantity is spread over the units of several models."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from .style import BLUE, MUTED, PAPER, SMALL, VERMILLION, WIDTH, label_axes, new_figure, set_title, style_axes


def histograms(values: Mapping[str, ArrayLike], x_label: str, notes: Mapping[str, str] | None = None,
               target: tuple[str, float] | None = None, bins: int = 30, y_label: str = "units") -> Figure:
    """Return a figure with a histogram of the values (k,) of each entry, all with the same bins from 0 (or the lowest) upwards.

    notes: a line under the title of a panel, by the same names. target: the name and the place of a dashed line.
    """
    if not values:
        raise ValueError("values is empty: give the values (k,) of at least one model")
    arrays = {name: np.asarray(array, dtype=float) for name, array in values.items()}
    low, high = min(0.0, *(array.min() for array in arrays.values())), max(0.0, *(array.max() for array in arrays.values()))
    edges = np.linspace(low * 1.02, high * 1.02 if high > low else 1.0, bins + 1)
    figure = new_figure(WIDTH, 2.7)
    row = figure.subplots(1, len(arrays), sharey=True, squeeze=False)[0]
    for ax, (name, array) in zip(row, arrays.items()):
        style_axes(ax)
        ax.hist(array, edges, color=BLUE, edgecolor=PAPER, linewidth=0.4)
        set_title(ax, name, (notes or {}).get(name, ""))
        label_axes(ax, x_label, y_label if ax is row[0] else "")
        ax.set_xlim(edges[0], edges[-1])
        if target is not None:
            ax.axvline(target[1], color=VERMILLION, linewidth=1.4, linestyle=(0, (4, 2)), label=target[0])
    if target is not None:
        row[0].legend(loc="upper right", fontsize=SMALL, labelcolor=MUTED, facecolor=PAPER, edgecolor=PAPER)
    return figure
