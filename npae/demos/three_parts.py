"""What the demonstrations of reduction, classification and clustering share: the digits in three parts, means, tables.

Models learn from the first 1,150 training images. The last 287 are for whatever has to be chosen: architectures, strengths,
decays, numbers of neighbours. The 360 test images choose nothing; all figures are theirs. (Accuracies on the validation
images lie some points above those on the test images, for every method: they are harder.)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure

from ..applications import Examples
from ..datasets import load_digits
from ..plots import png_bytes

VALIDATION = 287


class Parts(NamedTuple):
    """Labelled images: for learning, for choosing, for the figures."""

    train: Examples
    validation: Examples
    test: Examples


def digits_in_three_parts() -> Parts:
    """Return the embedded digits: 1,150 to learn from, 287 to choose by, 360 to be judged by."""
    data = load_digits()
    return Parts(Examples(data.X_train[:-VALIDATION], data.y_train[:-VALIDATION]),
                 Examples(data.X_train[-VALIDATION:], data.y_train[-VALIDATION:]), Examples(data.X_test, data.y_test))


def save(figure: Figure, out: Path, name: str) -> None:
    """Write the figure as a PNG file into out, which is made where it is missing."""
    out.mkdir(parents=True, exist_ok=True)
    (out / f"{name}.png").write_bytes(png_bytes(figure))


def mean(values: Sequence[float] | np.ndarray) -> float:
    """Return the mean over the repetitions."""
    return float(np.mean(values))


def spread(values: Sequence[float] | np.ndarray) -> float:
    """Return the standard deviation over the repetitions, with one less in the denominator; 0 where all are equal."""
    return float(np.std(values, ddof=1)) if np.ptp(values) else 0.0         # not the rounding error of equal values


def cell(values: Sequence[float] | np.ndarray) -> str:
    """Return mean and spread as text; the mean alone of what does not vary."""
    return f"{mean(values):.3f}" + (f" ± {spread(values):.3f}" if spread(values) else " " * 8)


def table(rows: Sequence[Sequence[str]]) -> str:
    """Return rows of text as aligned columns, the first one flush left."""
    widths = [max(map(len, column)) for column in zip(*rows)]
    return "\n".join("  " + "  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]).rstrip() for row in rows)


def means_and_spreads(results: Mapping[str, Sequence[float]]) -> dict[str, float]:
    """Return every mean by its name, and its spread as "name, spread"."""
    return {name + suffix: measure(values) for name, values in results.items()
            for suffix, measure in (("", mean), (", spread", spread))}
