"""Behaviour of a model of codes, whose loss is an exact negative log-likelihood: what chance, memory and data must give."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..baselines import independent_codes
from .cases import Case
from .result import Check


def code_behaviour_checks(case: Case, x: np.ndarray, x_test: np.ndarray, seed: int) -> Iterator[Check]:
    """Yield the checks of one such model on codes x (m, n): before training, on eight examples, on held-out ones."""
    K, slots = case.hyperparameters["n_codes"], x.shape[1]
    model = case.build(hidden_dims=(64, 64), random_state=seed).initialize(slots)
    chance = slots * np.log(K)
    yield Check("behaviour", case.name, "initial loss over slots x log K, minus 1",
                abs(model.loss_and_gradients(x)[0]["reconstruction"] / chance - 1), 0.25)

    eight = np.unique(x, axis=0)[:8]
    model = case.fit(eight, hidden_dims=(64, 64), weight_decay=0.0, epochs=400, learning_rate=1e-2, schedule="cosine",
                     random_state=seed)
    yield Check("behaviour", case.name, "eight different examples: nats above their entropy, log 8",
                abs(-model.score(eight) - np.log(8)), 0.02)

    model = case.fit(x, hidden_dims=(64, 64), epochs=60, learning_rate=5e-3, schedule="cosine", dtype="float32",
                     random_state=seed)
    independent = -np.mean(independent_codes(x, K, x_test))
    yield Check("behaviour", case.name, "held-out codes: nats over those of independent codes",
                -model.score(x_test) / independent, 0.9)
