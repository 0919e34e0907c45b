"""Oracles of the samplers: the divergence by formula, quadrature and Monte Carlo; moments; densities; gradient estimators.

A sampler that takes the variance for a standard deviation passes every gradient check. Its moments show it, and so does the
divergence measured with its samples. The draws have a fixed seed, so that a limit of four standard errors is no lottery.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from ..distributions import ContinuousBernoulli, Distribution, Gaussian, Laplace
from ..latents import reparameterize, reparameterize_backward
from ..models import VariationalAutoencoder
from ..penalties import gaussian_kl_entries
from .probabilistic_oracles_exact import Rng, gaussian_divergence, gaussian_log_density
from .result import Check

STANDARD_ERRORS = 4.0
DRAWS = 20_000
PRIOR_MEAN, PRIOR_LOGVAR = np.array([0.4, -0.2]), np.array([0.3, -0.5])


def sampling_checks(rng: Rng) -> Iterator[Check]:
    """Yield the checks of samplers, divergences and densities."""
    yield from divergence_by_quadrature()
    for covariance in ("diagonal", "full"):
        yield from samplers(covariance, rng)
    yield from densities_integrate_to_one()
    yield from two_gradient_estimators()


def divergence_by_quadrature() -> Iterator[Check]:
    """The closed form against the integral of q log(q / p), in one dimension."""
    for mu, sd, prior_mean, prior_sd in ((0.7, 1.6, 0.0, 1.0), (-1.2, 0.3, 0.5, 2.0), (0.0, 1.0, 0.0, 1.0)):
        z = np.linspace(mu - 12 * sd, mu + 12 * sd, 4001)       # the trapezoidal rule: exact to rounding for a Gaussian
        log_q, log_p = (-0.5 * np.log(2 * np.pi) - np.log(s) - (z - c) ** 2 / (2 * s ** 2)
                        for c, s in ((mu, sd), (prior_mean, prior_sd)))
        integral = np.sum(np.exp(log_q) * (log_q - log_p)) * (z[1] - z[0])
        formula = gaussian_kl_entries(np.array([[mu]]), np.log([[sd ** 2]]), prior_mean, np.log(prior_sd ** 2))
        yield Check("oracles", "gaussian_kl", f"closed form minus quadrature, N({mu}, {sd}^2)",
                    abs(float(formula[0, 0]) - integral), 1e-12)


def samplers(covariance: str, rng: Rng) -> Iterator[Check]:
    """Both samplers of a model, the one of training and the one of `encoder_distribution`, at one example."""
    model = VariationalAutoencoder(latent_dim=2, hidden_dims=(), covariance=covariance, prior_mean=PRIOR_MEAN,
                                   prior_logvar=PRIOR_LOGVAR, dtype="float64", n_samples=DRAWS, random_state=0)
    model.initialize(3)
    model.theta += rng.normal(size=model.theta.shape)
    x, draws = rng.normal(size=(1, 3)), np.random.default_rng(11)
    q = model._encode(model.params, x)[2]
    L = np.diag(np.exp(0.5 * q["logvar"][0]))
    L[1, 0] = q["lower"][0, 0] if covariance == "full" else 0.0
    mu, S, prior = q["mu"][0], L @ L.T, np.diag(np.exp(PRIOR_LOGVAR))
    exact = gaussian_divergence(mu, S, PRIOR_MEAN, prior)
    subject = f"variational, {covariance} posterior"
    yield Check("oracles", subject, "KL of the model minus the matrix formula",
                abs(float(model._posterior.kl_entries(q).sum()) - exact), 1e-12)
    eps = model.draw_noise(x, draws)["eps"]
    drawn = {"in training": model._posterior.sample(q, eps)[0],
             "encoder_distribution": model.encoder_distribution(np.repeat(x, DRAWS, axis=0)).sample(draws)}
    for name, z in drawn.items():
        log_ratio = gaussian_log_density(z, mu, S) - gaussian_log_density(z, PRIOR_MEAN, prior)
        yield Check("oracles", subject, f"{name}: mean, standard errors off", mean_error(z, mu, S), STANDARD_ERRORS)
        yield Check("oracles", subject, f"{name}: covariance, standard errors off", covariance_error(z, mu, S),
                    STANDARD_ERRORS)
        yield Check("oracles", subject, f"{name}: Monte Carlo KL, standard errors off",
                    abs(log_ratio.mean() - exact) / standard_error(log_ratio), STANDARD_ERRORS)


def mean_error(z: np.ndarray, mu: np.ndarray, S: np.ndarray) -> float:
    """Return the largest error of the sample mean of z (N, k) in standard errors, if z ~ N(mu, S)."""
    return float(np.max(np.abs(z.mean(axis=0) - mu) / np.sqrt(np.diag(S) / len(z))))


def covariance_error(z: np.ndarray, mu: np.ndarray, S: np.ndarray) -> float:
    """Return the largest error of the sample covariance in standard errors: Var(S_ij) = (S_ii S_jj + S_ij^2) / N."""
    spread = np.sqrt((np.outer(np.diag(S), np.diag(S)) + S ** 2) / len(z))
    return float(np.max(np.abs((z - mu).T @ (z - mu) / len(z) - S) / spread))


def standard_error(values: np.ndarray) -> float:
    """Return the standard error of the mean of values."""
    return float(values.std(ddof=1) / np.sqrt(len(values)))


def densities_integrate_to_one() -> Iterator[Check]:
    """log_prob of the decoder's distributions, exponentiated and integrated by Gauss and Legendre, piece by piece."""
    for o in (0.0, 0.05, -0.0999, 0.1001, 3.0, -25.0):
        yield integral(ContinuousBernoulli(np.array([[o]])), [0.0, 0.25, 0.5, 0.75, 1.0], f"logit {o:g}")
    for kind in (Gaussian, Laplace):
        mu, sd = 0.3, 1.7
        cuts = [mu + sd * cut for cut in (-30, -6, -2, 0, 2, 6, 30)]        # a cut at the corner of the Laplace density
        yield integral(kind(np.array([[mu]]), np.array(np.log(sd ** 2))), cuts, "variance 2.89")


def integral(distribution: Distribution, cuts: list[float], which: str) -> Check:
    """Return the check that the density of a distribution of one row and column integrates to one over the pieces."""
    nodes, weights = np.polynomial.legendre.leggauss(60)
    total = 0.0
    for low, high in pairwise(cuts):
        x = (low + high) / 2 + (high - low) / 2 * nodes
        total += (high - low) / 2 * weights @ np.exp(distribution.log_prob(x[:, None]))
    return Check("oracles", type(distribution).__name__, f"integral of the density minus 1, {which}", abs(total - 1), 1e-12)


def two_gradient_estimators(phi: float = 0.7, draws: int = 400_000) -> Iterator[Check]:
    """d/dphi of E z^2 = 1 + phi^2 for z ~ N(phi, 1): pathwise 2 z, score function z^2 (z - phi). Erratum E000-17."""
    eps = np.random.default_rng(12).standard_normal((draws, 1))
    logvar = np.zeros((1, 1))
    z = reparameterize(np.full((1, 1), phi), logvar, eps)
    pathwise = reparameterize_backward(2 * z, logvar, eps)[0][:, 0]
    score = (z ** 2 * (z - phi))[:, 0]
    for name, values in (("pathwise", pathwise), ("score function", score)):
        yield Check("oracles", "gradient of E z^2", f"{name}: bias in standard errors",
                    abs(values.mean() - 2 * phi) / standard_error(values), STANDARD_ERRORS)
    ratio = score.var() / pathwise.var()            # 22.1 / 4 in theory
    yield Check("oracles", "gradient of E z^2", "variance, score function over pathwise", ratio, 5.0, at_least=True)
