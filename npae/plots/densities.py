"""Histograms as densities against a curve: codes against their prior, estimators against their expectation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from .style import BLUE, INK, MUTED, PAPER, SMALL, VERMILLION, WIDTH, label_axes, new_figure, set_title, style_axes

FILLS = ((BLUE, 0.75), (VERMILLION, 0.45))      # the second lies over the first


@dataclass(frozen=True, eq=False)
class DensityPanel:
    """One panel: histograms of values (m,) by name, and curves (x, density) by name."""

    title: str
    values: Mapping[str, ArrayLike]
    limits: tuple[float, float]
    x_label: str
    note: str = ""
    curves: Mapping[str, tuple[ArrayLike, ArrayLike]] = field(default_factory=dict)
    verticals: Mapping[str, float] = field(default_factory=dict)


def density_panels(panels: list[DensityPanel], columns: int = 4, bins: int = 40, height: float = 2.3,
                   logarithmic: bool = False) -> Figure:
    """Return a figure of the panels, `columns` in a row; values beyond the limits are left out of the picture only.

    logarithmic: the densities, so that tails are seen.
    """
    if not panels:
        raise ValueError("panels is empty: give at least one DensityPanel")
    columns = min(columns, len(panels))
    rows = -(-len(panels) // columns)
    figure = new_figure(WIDTH, rows * height)
    for index, panel in enumerate(panels):
        ax = figure.add_subplot(rows, columns, index + 1)
        style_axes(ax)
        edges = np.linspace(*panel.limits, bins + 1).tolist()
        for (name, values), (colour, alpha) in zip(panel.values.items(), FILLS, strict=False):
            values = np.asarray(values)
            weights = np.full(len(values), 1 / (len(values) * (edges[1] - edges[0])))   # of all values, also those outside
            ax.hist(values, edges, weights=weights, color=colour, alpha=alpha, label=name)
        for name, (x, y) in panel.curves.items():
            ax.plot(np.asarray(x), np.asarray(y), color=INK, linewidth=1.4, label=name)
        for name, place in panel.verticals.items():
            ax.axvline(place, color=INK, linewidth=1.3, linestyle=(0, (4, 2)), label=name)
        set_title(ax, panel.title, panel.note)
        label_axes(ax, panel.x_label, "density" if index % columns == 0 else "")
        ax.set_xlim(*panel.limits)
        if logarithmic:
            ax.set_yscale("log")
    limits = np.array([ax.get_ylim() for ax in figure.axes])
    for ax in figure.axes:
        ax.set_ylim(limits[:, 0].min(), limits[:, 1].max())     # one scale: densities may be compared
    figure.legend(*figure.axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=4, fontsize=SMALL,
                  labelcolor=MUTED, facecolor=PAPER, edgecolor=PAPER, handlelength=1.6)
    return figure
