"""Behaviour: what training must do whatever the details. These catch right gradients of wrong objectives."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..datasets import load_digits
from ..models import Model, ProbabilisticAutoencoder, VariationalAutoencoder
from .behaviour_codes import code_behaviour_checks
from .cases import CASES, CODES, Case
from .result import Check


def behaviour_checks(seed: int = 0) -> Iterator[Check]:
    """Yield the checks of every model on the embedded digits."""
    digits = load_digits()
    for case in CASES:
        x, x_test = case.suited(digits.X_train), case.suited(digits.X_test)
        if case.data == CODES:
            yield from code_behaviour_checks(case, x, x_test, seed)
            continue
        yield initial_loss(case, x, seed)
        yield overfits_eight(case, x[:8], seed)
        yield beats_the_mean(case, x[:896], x_test, seed)
        for weight, term in case.weights.items():
            yield from raising_lowers(case, weight, term, x[:128], seed)


def initial_loss(case: Case, x: np.ndarray, seed: int) -> Check:
    """Before training the output has nothing to do with its own input: it fits that of another example as well.

    The loss by chance is written out here once more, on purpose: a mean where a sum belongs would show.
    """
    model = case.build(**{**case.without_penalties(), **_wide(case), "latent_dim": 16, "random_state": seed})
    model.initialize(x.shape[1])
    chance = _loss_by_chance(model, x, np.random.default_rng(seed).permutation(x), seed)
    loss = model.loss_and_gradients(x, np.random.default_rng(seed))[0]["reconstruction"]
    return Check("behaviour", case.name, "initial loss over the loss by chance, minus 1", abs(loss / chance - 1), 0.25)


def _loss_by_chance(model: Model, x: np.ndarray, others: np.ndarray, seed: int) -> float:
    if isinstance(model, VariationalAutoencoder):
        z = model.encoder_distribution(x).sample(seed)
        return float(-np.mean(model.decoder_distribution(z).log_prob(others)))
    if isinstance(model, ProbabilisticAutoencoder):
        mismatch = others - model.inverse_transform(model.encoder_distribution(x).sample(seed))
    else:
        mismatch = others - model.reconstruct(x)
    return {"mse": np.mean(np.sum(mismatch ** 2, axis=1)), "mae": np.mean(np.sum(np.abs(mismatch), axis=1)),
            "bce": x.shape[1] * np.log(2)}[model.loss]


def overfits_eight(case: Case, x: np.ndarray, seed: int) -> Check:
    """Eight examples, eight code units, no penalty: the squared error must go down to (almost) nothing."""
    changes = {**case.without_penalties(), **_fixed_variance(case), **_wide(case), "latent_dim": 8, "random_state": seed}
    untrained = case.build(**changes).initialize(x.shape[1])
    model = case.fit(x, **changes, epochs=600 if case.image else 1000, learning_rate=1e-2, schedule="cosine", batch_size=8)
    before, after = (np.sum((x - one.reconstruct(x)) ** 2) for one in (untrained, model))
    return Check("behaviour", case.name, "eight examples: share of the squared error that is left", after / before, 0.03)


def beats_the_mean(case: Case, x: np.ndarray, x_test: np.ndarray, seed: int) -> Check:
    """On held-out digits the squared error is well below that of the training mean.

    Variances per feature are fixed: some pixels of the digits are always empty, and their variance would run away.
    """
    model = case.fit(x, **_wide(case), latent_dim=16, epochs=100, learning_rate=1e-2, schedule="cosine", dtype="float32",
                     weight_decay=min(1e-4, case.build().weight_decay), random_state=seed, **_fixed_variance(case))
    trivial = np.sum((x_test - x.mean(axis=0)) ** 2)
    return Check("behaviour", case.name, "held-out digits: squared error over that of the mean image",
                 float(np.sum((x_test - model.reconstruct(x_test)) ** 2) / trivial), 0.7)


def raising_lowers(case: Case, weight: str, term: str, x: np.ndarray, seed: int) -> Iterator[Check]:
    """Raising a weight lowers what it penalizes. (A contraction with a zero gradient passes every gradient check.)"""
    values = {"weight_decay": (1e-3, 1e-2, 1e-1), "contraction_weight": (1e-2, 1.0, 10.0)}.get(weight, (1e-2, 1e-1, 1.0))
    sizes = []
    for value in values:
        model = case.fit(x, **{weight: value, "latent_dim": 8, "epochs": 100 if case.image else 250, "batch_size": len(x),
                               "learning_rate": 1e-2, "random_state": seed})
        rng = np.random.default_rng(seed)
        sizes.append(np.mean([float(model.loss_and_gradients(x, rng)[0][term]) for _ in range(20)]) / value)
    for weaker, stronger, low, high in zip(sizes, sizes[1:], values, values[1:]):
        yield Check("behaviour", case.name, f"{weight} from {low:g} to {high:g}: ratio of the unweighted term",
                    stronger / weaker, 0.999)


def _fixed_variance(case: Case) -> dict[str, float]:
    return {"sigma2": 0.1} if str(getattr(case.build(), "sigma2", "")).startswith("per_") else {}


def _wide(case: Case) -> dict[str, tuple[int, ...]]:
    """Overrides: every layer wide enough for digits. The widths of the catalogue are for looking at every entry."""
    known = case.build().get_params()
    widths = {"hidden_dims": 32, "channels": 16, "top_channels": 16}
    return {name: tuple(width for _ in known[name]) for name, width in widths.items() if name in known}
