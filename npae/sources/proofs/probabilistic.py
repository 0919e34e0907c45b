"""Probabilistic autoencoders: which beta, what the noise does, what the bottleneck holds, why samples are blurred."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...checks.probabilistic_oracles_exact import exact_loss, gaussian_data, linear_vae, minimize_exactly
from ...derivations.vocabulary import expectation, integral, normal_density
from ...layers import sigmoid
from ...models import Autoencoder, ProbabilisticAutoencoder
from ...penalties import gaussian_kl
from ..erratum import Comparison
from ..points.networks import unit_noise

EIGENVALUES = np.array([3.0, 1.5, 1.0, 0.4])


def _one_sample(sigma2: float):
    """Return the squared error, |f|^2, and a function of beta: twice sigma2 times minus the bound, constants taken off."""
    point = unit_noise(np.random.default_rng(0))
    f, x, n = point["f"], point["x"], point["n"]
    error = np.sum((x - point["g"](f + point["eps"][:, 0]))**2, axis=1)

    def bound(beta: float) -> np.ndarray:
        nll = 0.5 * error / sigma2 + n / 2 * np.log(2 * np.pi * sigma2)
        kl = np.array([gaussian_kl(row[None], np.zeros((1, 3))) for row in f])
        return 2 * sigma2 * (nll + beta * kl - n / 2 * np.log(2 * np.pi * sigma2))

    return error, np.sum(f**2, axis=1), bound


def which_beta() -> list[Comparison]:
    """E001-06: |x - g(f + eps)|^2 + lambda |f|^2 is a beta-VAE of frozen encoder variance; beta = lambda / sigma_x^2."""
    found = []
    for sigma2 in (1.0, 0.25):
        error, size, bound = _one_sample(sigma2)
        found.append(Comparison(f"error + 0.7 |f|^2, six examples, decoder variance {sigma2:g}", "the slide's formula",
                                error + 0.7 * size, bound(0.7 / sigma2), bound(1.0)))
    mu = np.array([[0.7]])
    return [*found, Comparison("KL(N(0.7, 1) || N(0, 1)) = mu^2 / 2", "quadrature", integral(
        lambda z: normal_density(z, 0.7) * (z**2 - (z - 0.7)**2) / 2, -14, 14), gaussian_kl(mu, np.zeros((1, 1))))]


def half_or_not() -> list[Comparison]:
    """E001-07: with a half in front of the squared error, beta is twice lambda."""
    error, size, bound = _one_sample(1.0)
    beta = [(2 * (half - 0.5 * error) / size)[0] for half in (0.5 * error + 0.7 * size, 0.5 * (error + 0.7 * size))]
    return [Comparison("beta of 1/2 |error|^2 + 0.7 |f|^2", "the price of |f|^2 over |f|^2 / 2", beta[0], 1.4, 0.7),
            Comparison("beta of 1/2 (|error|^2 + 0.7 |f|^2)", "the same", beta[1], 0.7),
            Comparison("1/2 |error|^2 + 0.7 |f|^2, six examples", "the formula", 0.5 * error + 0.7 * size, 0.5 * bound(1.4),
                       0.5 * bound(0.7))]


def noise_can_be_scaled_away() -> list[Comparison]:
    """E001-13: f -> c f, g -> g(./c), without a price on the code."""
    x = np.random.default_rng(0).normal(size=(30, 4))
    shape: dict[str, Any] = {"latent_dim": 2, "hidden_dims": (), "dtype": "float64", "random_state": 0}
    plain, vanilla = Autoencoder(**shape).initialize(4), ProbabilisticAutoencoder(code_weight=0.0, **shape).initialize(4)
    floor, B2 = plain.loss_and_gradients(x)[0]["loss"], np.sum(plain.params["decoder.0.W"]**2)
    found = []
    for c in (1.0, 10.0, 1000.0):
        for name, factor in (("encoder.0.W", c), ("encoder.0.b", c), ("decoder.0.W", 1 / c), ("decoder.0.b", 1.0)):
            vanilla.params[name] = factor * plain.params[name]
        found.append(Comparison(f"loss with codes {c:g} times as long", "the exact expectation", exact_loss(vanilla, x),
                                floor + B2 / c**2))
    return found


def price_of_the_code() -> list[Comparison]:
    """E001-14: the linear model with a price on |f|^2, trained, against its closed form."""
    x, _ = gaussian_data(np.random.default_rng(0), EIGENVALUES)
    found = []
    for lam in (0.3, 1.2):
        model = ProbabilisticAutoencoder(latent_dim=4, hidden_dims=(), code_weight=lam, dtype="float64",
                                         random_state=0).initialize(4)
        best = minimize_exactly(model, x)
        optimum = np.where(lam < EIGENVALUES, 2 * np.sqrt(lam * EIGENVALUES) - lam, EIGENVALUES).sum()
        codes = np.sort(np.linalg.eigvalsh(np.cov(model.transform(x).T, bias=True)))[::-1]
        found += [Comparison(f"least loss, lambda = {lam:g}, eigenvalues 3, 1.5, 1, 0.4", "L-BFGS", best, optimum,
                             tolerance=1e-6),
                  Comparison(f"variances of the code, lambda = {lam:g}", "L-BFGS", codes,
                             np.maximum(np.sqrt(EIGENVALUES / lam) - 1, 0),
                             tolerance=1e-3)]
    return found


def collapse_of_a_direction() -> list[Comparison]:
    """E001-18: a linear beta-VAE drops a direction when its variance is at most beta sigma_x^2."""
    x, _ = gaussian_data(np.random.default_rng(0), EIGENVALUES)
    found = []
    for beta in (1.0, 3.0):
        model = linear_vae(4, 4, sigma2=0.4, beta=beta)
        minimize_exactly(model, x)
        v, b2 = beta * 0.4, np.maximum(EIGENVALUES - beta * 0.4, 0)
        variances = np.exp(model.params["encoder.logvar.b"])
        found += [Comparison(f"b^2 of the decoder, beta sigma_x^2 = {v:g}", "L-BFGS",
                             np.linalg.svd(model.params["decoder.0.W"], compute_uv=False)**2, b2, tolerance=1e-4),
                  Comparison(f"posterior variances, beta sigma_x^2 = {v:g}", "L-BFGS", np.sort(variances), np.sort(v / (v + b2)),
                             tolerance=1e-3)]
    return found


def what_the_bottleneck_holds() -> list[Comparison]:
    """E000-22 and E004-11: x = 0.8 z + 5 + 0.6 noise. q(z|x) is N(0.8 (x - 5), 0.36); the data are N(5, 1)."""
    rng = np.random.default_rng(0)
    z = rng.normal(size=100_000)
    x = 0.8 * z + 5 + 0.6 * rng.normal(size=z.size)
    mu = 0.8 * (x - 5)
    codes = mu + 0.6 * rng.normal(size=z.size)

    def moments(v: np.ndarray):
        return expectation(np.stack([v, (v - v.mean())**2], axis=1))

    near = np.abs(x - 6) < 0.1                      # the posterior at x = 6, from the joint samples
    return [Comparison("mean and variance of codes drawn from q(z|x)", "100,000 samples", moments(codes), np.array([0.0, 1.0]),
                       np.array([5.0, 1.0])),
            Comparison("mean and variance of the data", "100,000 samples", moments(x), np.array([5.0, 1.0]),
                       np.array([0.0, 1.0])),
            Comparison("mean and variance of z given x near 6: the bottleneck", "samples with |x - 6| < 0.1", moments(z[near]),
                       np.array([0.8, 0.36]), np.array([5.0, 1.0]), tolerance=0.01)]


def where_blur_comes_from() -> list[Comparison]:
    """E004-12: a deterministic linear autoencoder blurs shifted bars; latent noise blurs only where posteriors overlap."""
    n, k = 64, 8
    bar = (np.arange(n) < 8).astype(float)
    x = np.stack([np.roll(bar, shift) for shift in range(n)])
    U, s, Vt = np.linalg.svd(x - x.mean(axis=0))
    o = x.mean(axis=0) + (U[:, :k] * s[:k]) @ Vt[:k]

    def edges(v: np.ndarray) -> float:
        return float(np.sum((v - np.roll(v, 1, axis=-1))**2))

    power = np.abs(np.fft.fft(bar))**2
    frequency = np.minimum(np.arange(n), n - np.arange(n))
    kept = np.isin(frequency, np.arange(1, k // 2 + 1))                         # the largest, in pairs of sine and cosine
    weight = power * 4 * np.sin(np.pi * np.arange(n) / n)**2
    overlap = integral(lambda z: normal_density(z, 1, 0.04) * 4 * sigmoid(z / 0.02) * sigmoid(-z / 0.02), -2, 4)
    return [Comparison("edge energy of 8 linear units without noise, over the data's", "principal components",
                       edges(o) / edges(x), weight[kept].sum() / weight.sum(), 1.0),
            Comparison("mixing 4 w (1 - w) of two images at z = 1 and -1, posterior sd 0.2, at most", "quadrature", overlap, 1e-3,
                       relation="<=")]
