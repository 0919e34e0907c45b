"""Every function of npae.plots on data that have no spread: zeros, one constant, one row, one huge number."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from npae import plots

SHAPE = (2, 2)
PLAIN = {0.0: (1, 3), 0.3: (1,), -2.5: (3,), 1e30: (1,)}      # the number that all entries are, and of how many rows
Make = Callable[..., np.ndarray]


def _fields(make: Make, rows: int) -> Figure:
    def field(points: np.ndarray) -> np.ndarray:
        return make(*points.shape)
    return plots.vector_fields([plots.FieldPanel("a", field, (-1.0, 1.0, -1.0, 1.0), arrows=5)], data=np.zeros((rows, 2)))


FIGURES: dict[str, Callable[[Make, int], Any]] = {
    "bar_groups": lambda make, rows: plots.bar_groups({"error": {str(i): float(v) for i, v in enumerate(make(rows))}}),
    "build_ups": lambda make, rows: plots.build_ups(make(rows, 4), make(rows, 4), make(rows, 3, 4), make(rows, 4), SHAPE),
    "count_tables": lambda make, rows: plots.count_tables({"a": np.clip(make(rows, 3), 0, 9).astype(int)}, range(rows)),
    "density_panels": lambda make, rows: plots.density_panels([plots.DensityPanel("a", {"codes": make(rows)}, (-1, 1), "z")]),
    "direction_images": lambda make, rows: plots.direction_images(make(rows, 4), SHAPE, {"first": make(rows, 2, 4)}),
    "dot_table": lambda make, rows: plots.dot_table({"g": [plots.DotPanel("score", {"a": make(rows), "b": make(rows)}, True)]}),
    "filters": lambda make, rows: plots.filters(make(4, rows), SHAPE),
    "graph_panels": lambda make, rows: plots.graph_panels([plots.GraphPanel("a", {"x": plots.Node("x", 0, 0)}, [], 1.0, 1.0)]),
    "grid_panels": lambda make, rows: plots.grid_panels({"a": make(rows, 4)}, SHAPE),
    "histograms": lambda make, rows: plots.histograms({"a": make(rows)}, "codes"),
    "image_grid": lambda make, rows: plots.image_grid(make(rows, 4), SHAPE),
    "image_rows": lambda make, rows: plots.image_rows({"a": make(rows, 4)}, SHAPE),
    "landing_map": lambda make, rows: plots.landing_map("a", {"points": make(rows, 2)}, make(max(rows, 2), 2)),
    "learning_curves": lambda make, rows: plots.learning_curves({"a": {"loss": make(rows).tolist()}}),
    "line_panels": lambda make, rows: plots.line_panels([plots.LinePanel("a", np.arange(rows), {"c": make(rows)}, "x", "y")]),
    "manifold": lambda make, rows: plots.manifold(make(rows ** 2, 4), SHAPE),
    "quantile_grid": lambda make, rows: plots.quantile_grid(rows),
    "reconstructions": lambda make, rows: plots.reconstructions({"x": make(rows, 4), "a": make(rows, 4)}, SHAPE),
    "scatter_codes": lambda make, rows: plots.scatter_codes({"a": make(rows, 2)}, np.zeros(rows, int)),
    "spectrogram_panels": lambda make, rows: plots.spectrogram_panels([plots.SpectrogramPanel(
        "a", make(3, rows + 1), np.arange(3.0), np.arange(rows + 1.0))]),
    "stack_panels": lambda make, rows: plots.stack_panels([plots.StackPanel("a", [plots.Column("x", rows)])]),
    "unit_opacity": lambda make, rows: plots.unit_opacity(make(rows, 4), SHAPE, make(rows, 3)),
    "vector_fields": _fields,
}


def failures_of(name: str) -> list[str]:
    """Return what goes wrong where a function draws plain data, of one row and of three, with warnings as errors."""
    failed = []
    for number, counts in PLAIN.items():
        for rows in counts:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                try:
                    drawn = FIGURES[name](lambda *shape: np.full(shape, number), rows)      # noqa: B023, called at once
                    assert not isinstance(drawn, Figure) or plots.png_bytes(drawn, dpi=20)
                except (Warning, ArithmeticError, ValueError, IndexError) as error:
                    failed.append(f"{name} of {rows} rows of {number:g}: {type(error).__name__}: {error}")
    return failed
