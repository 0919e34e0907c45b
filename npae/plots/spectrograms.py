"""Spectrograms: time to the right, frequency upwards, ink for loudness. All panels of a figure share the scale and the axes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from ..validation import check_matrix
from .style import GRAY, MUTED, SMALL, WIDTH, label_axes, new_figure, set_title, style_axes


@dataclass(frozen=True, eq=False)
class SpectrogramPanel:
    """One panel: levels in dB (frequencies, times), their frequencies in Hz and their times in seconds, both evenly spaced."""

    title: str
    decibels: ArrayLike
    frequencies: ArrayLike
    times: ArrayLike
    note: str = ""


def spectrogram_panels(panels: Sequence[SpectrogramPanel], columns: int = 2, low: float = -50.0, high: float = 0.0,
                       height: float = 2.4) -> Figure:
    """Return a figure of the panels, `columns` in a row; white is `low` dB and below, black is `high` dB and above."""
    if not panels:
        raise ValueError("panels is empty: give at least one SpectrogramPanel")
    columns = min(columns, len(panels))
    rows = -(-len(panels) // columns)
    figure = new_figure(WIDTH, rows * height)
    axes = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    for place, (ax, panel) in enumerate(zip(axes.flat, panels)):
        style_axes(ax)
        ax.grid(False)
        image = ax.imshow(_levels(panel), cmap=GRAY, vmin=low, vmax=high, origin="lower", aspect="auto", interpolation="nearest",
                          extent=(*_edges(panel.times), *_edges(panel.frequencies)))
        set_title(ax, panel.title, panel.note)
        lowest = place + columns >= len(panels)
        label_axes(ax, "time, s" if lowest else "", "frequency, Hz" if place % columns == 0 else "")
        ax.tick_params(labelbottom=lowest)
    for ax in axes.flat[len(panels):]:
        ax.set_visible(False)
    bar = figure.colorbar(image, ax=list(axes.flat), aspect=30, pad=0.02)
    bar.set_label("amplitude, dB", color=MUTED, fontsize=SMALL)
    bar.ax.tick_params(colors=MUTED, labelsize=SMALL)
    return figure


def _levels(panel: SpectrogramPanel) -> np.ndarray:
    levels = check_matrix(panel.decibels, "decibels")
    expected = np.size(panel.frequencies), np.size(panel.times)
    if levels.shape != expected:
        raise ValueError(f"decibels must have shape (frequencies, times) = {expected}, got {levels.shape}")
    return levels


def _edges(centres: ArrayLike) -> tuple[float, float]:
    """Return where the first cell begins and the last one ends."""
    values = np.asarray(centres, dtype=np.float64)
    if len(values) < 2:
        raise ValueError("frequencies and times must have at least two entries each")
    half = (values[-1] - values[0]) / (len(values) - 1) / 2
    return float(values[0] - half), float(values[-1] + half)
