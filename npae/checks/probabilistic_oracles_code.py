"""Oracles of the probabilistic autoencoder: the beta-VAE that it is, its linear optimum, the price it cannot do without."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ..models import Autoencoder, ProbabilisticAutoencoder, VariationalAutoencoder
from .probabilistic_oracles_exact import (
    Rng,
    exact_loss,
    gaussian_data,
    largest_exact_gradient,
    minimize_exactly,
)
from .probabilistic_oracles_sampling import STANDARD_ERRORS, standard_error
from .result import Check

EIGENVALUES = np.array([3.0, 1.5, 1.0, 0.4])


def code_checks(rng: Rng, seed: int) -> Iterator[Check]:
    """Yield the checks of the probabilistic autoencoder."""
    for sigma2 in (1.0, 0.25):
        yield from it_is_a_beta_vae(sigma2, rng)
    yield from linear_optimum(rng, seed)
    yield from noise_alone_does_not_regularize(rng)
    yield from more_samples(rng)


def it_is_a_beta_vae(sigma2: float, rng: Rng, weight: float = 0.7) -> Iterator[Check]:
    """2 sigma2 (-ELBO_beta - c) = |x - g(f + eps)|^2 + beta sigma2 |f|^2, c = n/2 log 2 pi sigma2 (erratum E001-06)."""
    shape: dict[str, Any] = {"latent_dim": 2, "hidden_dims": (4,), "activation": "tanh", "dtype": "float64", "n_samples": 3,
                             "random_state": 0}
    ours = ProbabilisticAutoencoder(code_weight=weight, **shape).initialize(5)
    vae = VariationalAutoencoder(beta=weight / sigma2, sigma2=sigma2, **shape).initialize(5)
    ours.theta += 0.3 * rng.normal(size=ours.theta.shape)
    same = {name: name.replace("encoder.1", "encoder.mu") for name in ours.params}
    for name, theirs in same.items():
        vae.params[theirs] = ours.params[name]
    vae.params["encoder.logvar.W"], vae.params["encoder.logvar.b"] = np.zeros((4, 2)), np.zeros(2)      # variance one
    x = rng.normal(size=(6, 5))
    noise = ours.draw_noise(x, rng)
    terms, grads = ours.loss_and_gradients(x, noise=noise)
    bound, d_bound = vae.loss_and_gradients(x, noise=noise)
    c = 5 / 2 * np.log(2 * np.pi * sigma2)
    error = max(np.abs(grads[name] - 2 * sigma2 * d_bound[theirs]).max() for name, theirs in same.items())
    subject = f"probabilistic autoencoder, sigma2 {sigma2:g}"
    yield Check("oracles", subject, "loss minus that of the beta-VAE",
                abs(terms["loss"] - 2 * sigma2 * (bound["loss"] - c)), 1e-12)
    yield Check("oracles", subject, "gradients minus those of the beta-VAE", error, 1e-12)


def linear_optimum(rng: Rng, seed: int) -> Iterator[Check]:
    """2 sqrt(lambda s) - lambda where s > lambda, else s; code variance max(sqrt(s / lambda) - 1, 0) (fact E001-14)."""
    x, axes = gaussian_data(rng, EIGENVALUES)
    for weight in (0.1, 0.98, 1.02, 4.0):           # just below and just above an eigenvalue; above all
        model = ProbabilisticAutoencoder(latent_dim=4, hidden_dims=(), code_weight=weight, dtype="float64",
                                         random_state=seed).initialize(4)
        kept = weight < EIGENVALUES
        minimum = np.sum(np.where(kept, 2 * np.sqrt(weight * EIGENVALUES) - weight, EIGENVALUES))
        variances = np.maximum(np.sqrt(EIGENVALUES / weight) - 1, 0)
        subject = f"linear probabilistic, code_weight {weight:g}"
        trained = minimize_exactly(model, x)
        code = np.sort(np.linalg.eigvalsh(np.cov(model.transform(x).T, bias=True)))[::-1]
        yield Check("oracles", subject, "trained: loss minus the closed form", abs(trained - minimum), 1e-6)
        yield Check("oracles", subject, "trained: variances of the code, largest error",
                    np.abs(code - variances).max(), 1e-4)
        yield Check("oracles", subject, "trained: active directions minus eigenvalues above it",
                    abs(int(np.sum(code > 3e-3)) - int(kept.sum())), 0)
        a = np.sqrt(variances / EIGENVALUES)        # code = a times the coordinate, reconstruction = b times the code
        b = a * EIGENVALUES / (variances + 1)
        p = model.params
        p["encoder.0.W"], p["decoder.0.W"] = axes.T * a, b[:, None] * axes
        p["encoder.0.b"], p["decoder.0.b"] = np.zeros(4), np.zeros(4)
        yield Check("oracles", subject, "closed form: loss minus the formula", abs(exact_loss(model, x) - minimum), 1e-10)
        yield Check("oracles", subject, "closed form: largest gradient", largest_exact_gradient(model, x), 1e-10)


def noise_alone_does_not_regularize(rng: Rng) -> Iterator[Check]:
    """Vanilla: f -> c f, g -> g(./c) turns the loss into the plain autoencoder's plus |B|^2 / c^2 (fact E001-13)."""
    shape: dict[str, Any] = {"latent_dim": 2, "hidden_dims": (), "dtype": "float64", "random_state": 0}
    plain = Autoencoder(**shape).initialize(4)
    vanilla = ProbabilisticAutoencoder(code_weight=0.0, **shape).initialize(4)
    plain.theta += 0.3 * rng.normal(size=plain.theta.shape)
    x, p = rng.normal(size=(30, 4)), plain.params
    floor, B2 = float(plain.loss_and_gradients(x)[0]["loss"]), np.sum(p["decoder.0.W"] ** 2)
    errors = []
    for c in (1.0, 3.0, 10.0, 100.0, 1000.0):
        for name, factor in (("encoder.0.W", c), ("encoder.0.b", c), ("decoder.0.W", 1 / c), ("decoder.0.b", 1)):
            vanilla.params[name] = factor * p[name]
        errors.append(exact_loss(vanilla, x) - floor - B2 / c ** 2)
    yield Check("oracles", "vanilla probabilistic, rescaled", "loss - floor - |B|^2 / c^2, c to 1000",
                np.abs(errors).max(), 1e-10)


def more_samples(rng: Rng, repetitions: int = 500) -> Iterator[Check]:
    """The S-sample estimate is unbiased and the variance of its gradient falls as 1/S."""
    model = ProbabilisticAutoencoder(latent_dim=2, hidden_dims=(), code_weight=0.5, dtype="float64",
                                     random_state=0).initialize(4)
    model.theta += 0.3 * rng.normal(size=model.theta.shape)
    x, draws = rng.normal(size=(5, 4)), np.random.default_rng(14)
    sizes, variances = (1, 4, 16), []
    for S in sizes:
        model.set_params(n_samples=S)
        results = [model.loss_and_gradients(x, draws) for _ in range(repetitions)]
        losses = np.array([terms["loss"] for terms, _ in results])
        variances.append(np.var([grads.theta for _, grads in results], axis=0, ddof=1).sum())
        yield Check("oracles", "probabilistic autoencoder", f"{S} samples: bias of the loss, standard errors",
                    abs(losses.mean() - exact_loss(model, x)) / standard_error(losses), STANDARD_ERRORS)
    slope = np.polyfit(np.log(sizes), np.log(variances), 1)[0]
    yield Check("oracles", "probabilistic autoencoder", "variance of the gradient over S: log-log slope + 1",
                abs(slope + 1), 0.1)
