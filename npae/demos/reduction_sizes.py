"""Error against code size, the autoencoder beside PCA, on images that trained nothing and on those that did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .. import plots
from ..applications import error_by_code_size
from .three_parts import Parts, cell, mean, means_and_spreads, save, spread, table

OURS, BASELINE = "autoencoder", "PCA"
Errors = dict[str, dict[int, list[float]]]      # by name, by code size: of all seeds


def error_against_size(out: Path, parts: Parts, models: Sequence[Mapping[int, Any]],
                       components: Mapping[int, Any]) -> dict[str, float]:
    """Print and draw the errors of the models of every seed, by code size, and of PCA."""
    sizes = list(components)
    test, train = (_errors(part.X, models, components) for part in (parts.test, parts.train))
    rows = [[str(k), *(cell(errors[name][k]) for errors in (test, train) for name in (OURS, BASELINE)),
             f"{mean(test[OURS][k]) / mean(test[BASELINE][k]):.2f}"] for k in sizes]
    below = [k for k in sizes if max(test[OURS][k]) < test[BASELINE][k][0]]
    print("Squared error per image against the number of code units\n\n" + table([
        ["units", "autoencoder", "PCA", "training: autoencoder", "PCA", "ratio"], *rows]))
    print(f"\n  Below PCA on held-out images in every seed at {', '.join(map(str, below)) or 'no'} units. The ratio of the "
          f"errors is\n  smallest where a few curved directions do the work of many straight ones; at {sizes[-1]} units little "
          f"is left to bend.\n")
    _draw(out, sizes, test, train)
    return means_and_spreads({f"{k} units: {name}{suffix}": errors[name][k] for name in (OURS, BASELINE) for k in sizes
                              for errors, suffix in ((test, ""), (train, ", training"))})


def _errors(X: np.ndarray, models: Sequence[Mapping[int, Any]], components: Mapping[int, Any]) -> Errors:
    by_seed = [error_by_code_size(by_size, X) for by_size in models]
    return {OURS: {k: [errors[k] for errors in by_seed] for k in components},
            BASELINE: {k: [error] for k, error in error_by_code_size(components, X).items()}}


def _draw(out: Path, sizes: list[int], test: Errors, train: Errors) -> None:
    panels = []
    for title, errors in (("Images that trained nothing", test), ("Images they were trained on", train)):
        curves = {name: [mean(errors[name][k]) for k in sizes] for name in (OURS, BASELINE)}
        ends = [[mean(errors[OURS][k]) + sign * spread(errors[OURS][k]) for k in sizes] for sign in (-1, 1)]
        panels.append(plots.LinePanel(title, [str(k) for k in sizes], curves, "code units", "squared error per image", log=True,
                                      bands={OURS: (ends[0], ends[1])}, y_limits=(0.1, 5)))
    save(plots.line_panels(panels), out, "error_against_code_size")
