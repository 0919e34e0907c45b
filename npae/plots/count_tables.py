"""Contingency tables as shaded squares: classes in rows, clusters in columns, and in every square its count.

Shades are of the row: how a class is shared out. A clean clustering has one dark square in each row and each column.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from .style import GRAY, INK, MUTED, PAPER, SMALL, WIDTH, bare_axes, label_axes, new_figure, set_title

DARK = 0.42             # shades above it are written on in white


def count_tables(tables: Mapping[str, ArrayLike], rows: Sequence[object], notes: Mapping[str, str] | None = None,
                 row_label: str = "class", column_label: str = "cluster") -> Figure:
    """Return a figure with a panel for each table (r, c) of counts, side by side; rows: the names of the r rows.

    notes: a line under the title of a panel, by the same names. Zeros are left blank.
    """
    if not tables:
        raise ValueError("tables is empty: give at least one table of counts")
    counts = {name: np.asarray(table) for name, table in tables.items()}
    for name, table in counts.items():
        if table.ndim != 2 or len(table) != len(rows):
            raise ValueError(f"tables[{name!r}] must have {len(rows)} rows, as rows has names, got shape {table.shape}")
    width = WIDTH / 2 * max(2, len(counts))
    figure = new_figure(width, width / len(counts) + 0.2)
    for ax, (name, table) in zip(figure.subplots(1, len(counts), squeeze=False)[0], counts.items()):
        _draw(ax, table, rows)
        set_title(ax, name, (notes or {}).get(name, ""))
        label_axes(ax, column_label, row_label)
    return figure


def _draw(ax: Axes, table: np.ndarray, rows: Sequence[object]) -> None:
    shades = table / np.maximum(table.sum(axis=1, keepdims=True), 1)
    bare_axes(ax)
    ax.imshow(shades, cmap=GRAY, vmin=0, vmax=1)
    for i, j in np.argwhere(table > 0):
        ax.text(j, i, str(table[i, j]), ha="center", va="center", fontsize=SMALL, color=PAPER if shades[i, j] > DARK else INK)
    ax.set_yticks(range(len(rows)), [str(name) for name in rows])
    ax.tick_params(colors=MUTED, labelsize=SMALL, length=0)
