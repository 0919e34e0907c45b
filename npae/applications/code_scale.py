r"""Codes of different models on one scale, and several models' codes side by side.

The unit of a code is arbitrary: twice the code and half the decoder are the same autoencoder. Whatever goes by distances, or
decays weights, therefore gets codes minus their mean, divided by one number, the root of their mean square. One number and not
one for every unit: that would raise units that carry nothing but noise to the rank of the others (the collapsed units of a
variational autoencoder, the last components of PCA).

Side by side. Squared distances in codes that are joined are sums of squared distances, that is, up to a factor, their mean over
the models. What one training happened to put together another one may not; what is alike in the data is near in all. So the mean
is steadier than any one model, at the price of training several.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..transformer import Transformer
from ..validation import check_matrix, check_model, check_sequence


def codes_of(model: Any, X: ArrayLike, name: str = "X") -> np.ndarray:
    """Return the codes (m, k) of X (m, n) in float64: what the fitted model's `transform` gives, or X itself for None."""
    if model is None:
        return check_matrix(X, name)
    check_model(model, "transform")
    check_matrix(X, name)
    return check_matrix(model.transform(X), f"the codes of {name}")


def on_one_scale(codes: np.ndarray, *others: np.ndarray) -> list[np.ndarray]:
    """Return all sets of codes (., k) minus the mean of the first and divided by the root of its mean square."""
    first = check_matrix(codes, "codes")
    parts = [first, *(check_matrix(part, f"others[{index}]", first.shape[1]) for index, part in enumerate(others))]
    mean, scale = _mean_and_scale(first)
    return [(part - mean) / scale for part in parts]


@dataclass(repr=False, eq=False)
class SideBySide(Transformer):
    """The codes of several fitted models joined, each on one scale: a model with `transform` and no way back.

    models: fitted, of the same features; one with more units weighs more.
    """

    models: Sequence[Any]

    def fit(self, X: ArrayLike, y: Any = None) -> SideBySide:
        """Take the scales from the codes of X (m, n); the models stay as they are."""
        check_sequence(self.models, "models", "fitted models")
        if not len(self.models):
            raise ValueError("models is empty: give at least one fitted model")
        for index, model in enumerate(self.models):
            if model is not None and not hasattr(model, "transform"):
                raise TypeError(f"models[{index}] must be a fitted model with transform, or None for the data, got {model!r}")
        x = check_matrix(X)
        self.scales_ = [_mean_and_scale(codes_of(model, x)) for model in self.models]
        self._remember_features(X, x.shape[1])
        return self

    def _transform(self, X: ArrayLike) -> np.ndarray:
        """Return the joined codes (m, sum of the models' k) of X (m, n)."""
        x = self._check_input(X)
        return np.hstack([(codes_of(model, x) - mean) / scale for model, (mean, scale) in zip(self.models, self.scales_)])

    def _code_size(self) -> int:
        return sum(len(mean) for mean, _ in self.scales_)


def _mean_and_scale(codes: np.ndarray) -> tuple[np.ndarray, float]:
    mean = codes.mean(axis=0)
    return mean, float(np.sqrt(np.mean((codes - mean) ** 2))) or 1.0        # codes that are all the same become 0
