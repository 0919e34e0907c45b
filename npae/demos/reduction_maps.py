"""Maps of two units: which neighbourhoods they keep, and how many digits the nearest neighbours on the map name rightly."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .. import plots
from ..applications import continuity, neighbour_accuracy, trustworthiness
from .classification_recipes import STACKED
from .reduction_recipes import variational
from .three_parts import Parts, cell, mean, means_and_spreads, save, table

AUTOENCODER, VARIATIONAL, DENOISING, PCA_MAP, PIXELS = "autoencoder", "variational", "stacked denoising", "PCA", "64 pixels"
MEASURES = ("trustworthiness", "continuity", "5-NN accuracy")


def two_unit_maps(out: Path, parts: Parts, models: Sequence[Any], pca: Any, epochs: int) -> dict[str, float]:
    """Print the measures of two-unit codes, draw their maps of the held-out images, return the numbers."""
    X, seeds = parts.train.X, range(len(models))
    maps = {AUTOENCODER: models, VARIATIONAL: [variational(seed, epochs).fit(X) for seed in seeds],
            DENOISING: [STACKED.fit(X, seed, epochs // 2, {**STACKED.chosen, "latent_dim": 2}) for seed in seeds], PCA_MAP: [pca]}
    found = {name: np.array([_measures(model, parts) for model in fitted]) for name, fitted in maps.items()}      # (s, 3)
    everything = neighbour_accuracy(parts.train.X, parts.train.y, parts.test.X, parts.test.y)
    rows = [[name, *(cell(column) for column in values.T)] for name, values in found.items()]
    rows.append([PIXELS, cell([1.0]), cell([1.0]), cell([everything])])
    print("Two units as a map of the held-out images: neighbourhoods of 10 that are kept (1 is best, about 1/2 chance), digits "
          "named\n\n" + table([["", *MEASURES], *rows]))
    gains = [mean(column) for column in (found[VARIATIONAL] - found[PCA_MAP]).T]
    print(f"\n  A projection keeps near what is near, and prints on top of it what is far: continuous, and to be trusted less. "
          f"Against\n  PCA the variational map has {gains[0]:+.3f} of trustworthiness and {gains[1]:+.3f} of continuity. Parting "
          f"the classes is another\n  matter: neither measure asks for it.\n")
    _draw(out, parts, {name: fitted[0] for name, fitted in maps.items()}, found)
    results = {f"map, {name}: {measure}": list(values) for name, columns in found.items()
               for measure, values in zip(MEASURES, columns.T)}
    return {**means_and_spreads(results), f"map, {PIXELS}: {MEASURES[-1]}": everything}


def _measures(model: Any, parts: Parts) -> tuple[float, float, float]:
    known, new = (np.asarray(model.transform(part.X), np.float64) for part in (parts.train, parts.test))
    return (trustworthiness(parts.test.X, new), continuity(parts.test.X, new),
            neighbour_accuracy(known, parts.train.y, new, parts.test.y))


def _draw(out: Path, parts: Parts, models: dict[str, Any], found: dict[str, np.ndarray]) -> None:
    codes = {name: np.asarray(model.transform(parts.test.X), np.float64) for name, model in models.items()}
    notes = {name: f"trusted {mean(values[:, 0]):.2f}, continuous {mean(values[:, 1]):.2f}, 5-NN {mean(values[:, 2]):.2f}"
             for name, values in found.items()}
    save(plots.scatter_codes(codes, parts.test.y, notes), out, "two_unit_maps")
