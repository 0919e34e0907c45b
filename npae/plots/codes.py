"""Maps of two-dimensional codes: every example drawn at its code, as the sign of its class, one panel per model.

Both axes of a panel have the same scale, because distances in the map are what the nearest neighbours go by. The unit
of a code is arbitrary, so panels are not compared by their size but by how the classes lie.
"""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.patheffects as effects
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from ..validation import check_matrix
from .labels import class_medians, push_apart
from .style import CLASS_COLOURS, INK, PAPER, label_axes, new_figure, set_title, style_axes

COLUMNS = 2
HALO = (effects.withStroke(linewidth=3.5, foreground=PAPER),)


def scatter_codes(codes: Mapping[str, ArrayLike], labels: ArrayLike, notes: Mapping[str, str] | None = None,
                  panel: float = 3.75) -> Figure:
    """Return a figure with a panel for each entry of codes (m, 2), coloured and labelled by the labels (m,).

    notes: a line under the title of a panel, by the same names. panel: the width of one, in inches.
    """
    if not codes:
        raise ValueError("codes is empty: give the codes (m, 2) of at least one model")
    labels = np.asarray(labels)
    columns = min(COLUMNS, len(codes))
    rows = -(-len(codes) // columns)
    figure = new_figure(columns * panel, rows * (panel + 0.25))
    for index, (name, points) in enumerate(codes.items(), start=1):
        points = check_matrix(points, f"codes[{name!r}]", n_features=2)
        if labels.shape != (len(points),):
            raise ValueError(f"labels must have shape ({len(points)},) like codes[{name!r}], got {labels.shape}")
        ax = figure.add_subplot(rows, columns, index)
        _draw_map(ax, points, labels, sign=6.5 * panel)
        set_title(ax, name, (notes or {}).get(name, ""))
    return figure


def _draw_map(ax: Axes, points: np.ndarray, labels: np.ndarray, sign: float) -> None:
    """Draw the points (m, 2) as signs of so many square points, and the labels of the classes over them."""
    style_axes(ax)
    label_axes(ax, "code unit 1", "code unit 2")
    classes, medians = class_medians(points, labels)
    for index, label in enumerate(classes):
        own = points[labels == label]
        colour = CLASS_COLOURS[index % len(CLASS_COLOURS)]
        ax.scatter(own[:, 0], own[:, 1], s=sign, marker=_sign(label), color=colour, linewidths=0.4)
    side = _make_square(ax, points)
    for label, (x, y) in zip(classes, push_apart(medians, 0.062 * side)):
        ax.text(x, y, str(label), color=INK, fontsize=15, fontweight="bold", ha="center", va="center",
                path_effects=HALO, zorder=5)


def _sign(label: object) -> str:
    """Return the marker of a class: the label itself where it is one letter or digit, so that print needs no colour."""
    text = str(label)
    return f"$\\mathbf{{{text}}}$" if len(text) == 1 and text.isalnum() and text.isascii() else "o"


def _make_square(ax: Axes, points: np.ndarray) -> float:
    """Centre the points in a square window with a margin, and return its side."""
    low, high = points.min(axis=0), points.max(axis=0)
    side = max(float((high - low).max()) * 1.08, 1e-6 * float(np.abs(points).max())) or 1.0     # points may be one point
    (left, bottom), (right, top) = (low + high - side) / 2, (low + high + side) / 2
    ax.set_xlim(left, right)
    ax.set_ylim(bottom, top)
    ax.set_aspect("equal", anchor="NW")      # titles of neighbouring panels stay on one line
    return side
