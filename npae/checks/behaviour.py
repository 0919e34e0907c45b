"""Behaviour: what training must do whatever the details. These catch right gradients of wrong objectives."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..datasets import load_digits
from ..losses import bernoulli_entropy
from .cases import CASES, REAL, Case
from .result import Check


def behaviour_checks(seed: int = 0) -> Iterator[Check]:
    """Yield the checks of every model on the embedded digits."""
    digits = load_digits()
    for case in CASES:
        shift = 0.5 if case.data == REAL else 0.0
        x, x_test = digits.X_train - shift, digits.X_test - shift
        yield initial_loss(case, x, seed)
        yield overfits_eight(case, x[:8], seed)
        yield beats_the_mean(case, x, x_test, seed)
        for weight, term in case.weights.items():
            yield from raising_lowers(case, weight, term, x[:200], seed)


def initial_loss(case: Case, x: np.ndarray, seed: int) -> Check:
    """Before training the output has nothing to do with its own input: it fits that of another example as well.

    The loss by chance is written out here once more, on purpose: a mean where a sum belongs would show.
    """
    model = case.build(**{**case.without_penalties(), "hidden_dims": _wide(case), "latent_dim": 16, "random_state": seed})
    model.initialize(x.shape[1])
    mismatch = np.random.default_rng(seed).permutation(x) - model.reconstruct(x)
    chance = {"mse": np.mean(np.sum(mismatch ** 2, axis=1)), "mae": np.mean(np.sum(np.abs(mismatch), axis=1)),
              "bce": x.shape[1] * np.log(2)}[model.loss]
    loss = model.loss_and_gradients(x, np.random.default_rng(seed))[0]["loss"]
    return Check("behaviour", case.name, "initial loss over the loss by chance, minus 1", abs(loss / chance - 1), 0.25)


def overfits_eight(case: Case, x: np.ndarray, seed: int) -> Check:
    """Eight examples, eight code units: the loss must go down to (almost) nothing, above the entropy for gray targets."""
    model = case.build(**{**case.without_penalties(), "hidden_dims": _wide(case), "latent_dim": 8, "epochs": 1500,
                          "learning_rate": 1e-2, "schedule": "cosine", "batch_size": 8, "random_state": seed}).fit(x)
    floor = bernoulli_entropy(x).sum() / len(x) if model.loss == "bce" else 0.0
    losses = model.history_["reconstruction"]
    return Check("behaviour", case.name, "eight examples: share of the loss above its floor that is left",
                 (losses[-1] - floor) / (losses[0] - floor), 0.03)


def beats_the_mean(case: Case, x: np.ndarray, x_test: np.ndarray, seed: int) -> Check:
    """On held-out digits the squared error is well below that of the training mean."""
    model = case.build(hidden_dims=_wide(case), latent_dim=16, epochs=40, learning_rate=1e-2, dtype="float32",
                       weight_decay=min(1e-4, case.build().weight_decay), random_state=seed).fit(x)
    trivial = np.sum((x_test - x.mean(axis=0)) ** 2)
    return Check("behaviour", case.name, "held-out digits: squared error over that of the mean image",
                 float(np.sum((x_test - model.reconstruct(x_test)) ** 2) / trivial), 0.5)


def raising_lowers(case: Case, weight: str, term: str, x: np.ndarray, seed: int) -> Iterator[Check]:
    """Raising a weight lowers what it penalizes. (A contraction with a zero gradient passes every gradient check.)"""
    values = (1e-3, 1e-2, 1e-1) if weight == "weight_decay" else (1e-2, 1e-1, 1.0)
    sizes = []
    for value in values:
        model = case.build(**{weight: value, "epochs": 300, "learning_rate": 1e-2, "random_state": seed}).fit(x)
        rng = np.random.default_rng(seed)
        sizes.append(np.mean([float(model.loss_and_gradients(x, rng)[0][term]) for _ in range(20)]) / value)
    for weaker, stronger, low, high in zip(sizes, sizes[1:], values, values[1:]):
        yield Check("behaviour", case.name, f"{weight} from {low:g} to {high:g}: ratio of the unweighted term",
                    stronger / weaker, 0.999)


def _wide(case: Case) -> tuple[int, ...]:
    return tuple(32 for _ in case.build().hidden_dims)
