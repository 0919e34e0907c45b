"""Oracles of the linear variational autoencoder, for which everything is known: it is probabilistic PCA.

log p(x) = ELBO + KL(q || posterior); the optimum is that of probabilistic PCA, with no gap; a direction is dropped when its
eigenvalue is at most beta sigma2 (facts E001-16 and E001-18); importance weighting climbs from the ELBO to log p(x).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ..baselines import GaussianMixture, ProbabilisticPCA
from .probabilistic_oracles_exact import (
    Rng,
    exact_loss,
    gaussian_data,
    gaussian_divergence,
    gaussian_log_density,
    largest_exact_gradient,
    linear_posterior,
    linear_vae,
    minimize_exactly,
    set_closed_form,
)
from .result import Check

EIGENVALUES = np.array([4.0, 2.0, 1.0, 0.5, 0.3])
SUBJECT = "linear variational autoencoder"


def linear_checks(rng: Rng, seed: int) -> Iterator[Check]:
    """Yield the checks of the linear variational autoencoder and its neighbours."""
    for covariance in ("diagonal", "full"):
        yield bound_plus_gap_is_evidence(covariance, rng)
    x, axes = gaussian_data(rng, EIGENVALUES)
    yield from optimum_is_probabilistic_pca(x, axes, seed)
    yield from collapse(x, axes, seed)
    yield from importance_weighting()
    yield from one_importance_sample_is_the_elbo(rng)
    yield from mixture_bound_is_tight(rng, seed)


def bound_plus_gap_is_evidence(covariance: str, rng: Rng) -> Check:
    """log p(x) = ELBO + KL(q || posterior) at random parameters, example by example (errata E000-15, E001-04)."""
    sigma2 = 0.6
    model = linear_vae(4, 2, sigma2=sigma2, covariance=covariance)
    model.theta += 0.3 * rng.normal(size=model.theta.shape)
    x, p = rng.normal(size=(6, 4)), model.params
    W, b = p["decoder.0.W"], p["decoder.0.b"]
    evidence = gaussian_log_density(x, b, W.T @ W + sigma2 * np.eye(4))
    means, posterior = linear_posterior(W, b, sigma2, x)
    errors = []
    for i in range(len(x)):
        q = model._encode(p, x[i:i + 1])[2]
        L = np.diag(np.exp(0.5 * q["logvar"][0]))
        L[1, 0] = q["lower"][0, 0] if covariance == "full" else 0.0
        elbo = -exact_loss(model, x[i:i + 1])
        errors.append(evidence[i] - elbo - gaussian_divergence(q["mu"][0], L @ L.T, means[i], posterior))
    return Check("oracles", SUBJECT, f"log p - ELBO - KL(q, posterior), {covariance}", np.abs(errors).max(), 1e-12)


def optimum_is_probabilistic_pca(x: np.ndarray, axes: np.ndarray, seed: int, k: int = 2) -> Iterator[Check]:
    """At the known optimum the bound is the likelihood of probabilistic PCA; training from a random start finds it."""
    ppca = ProbabilisticPCA(k).fit(x)
    model = linear_vae(x.shape[1], k, seed, sigma2="shared")
    start = model.theta.copy()
    set_closed_form(model, EIGENVALUES[:k], axes[:k], ppca.noise_variance_)
    model.params["log_sigma2"] = np.log(ppca.noise_variance_)
    yield Check("oracles", SUBJECT, "at the known optimum: ELBO minus log p of PPCA",
                abs(-exact_loss(model, x) - ppca.log_likelihood_), 1e-10)
    yield Check("oracles", SUBJECT, "at the known optimum: largest gradient", largest_exact_gradient(model, x), 1e-10)
    model.theta[...] = start
    minimize_exactly(model, x)
    yield Check("oracles", SUBJECT, "trained: ELBO below log p of PPCA, nats",
                abs(-exact_loss(model, x) - ppca.log_likelihood_), 1e-6)
    yield Check("oracles", SUBJECT, "trained: variance minus mean of the discarded eigenvalues",
                abs(float(np.exp(model.params["log_sigma2"])) - ppca.noise_variance_), 1e-4)


def collapse(x: np.ndarray, axes: np.ndarray, seed: int, sigma2: float = 0.4) -> Iterator[Check]:
    """b^2 = max(s - beta sigma2, 0), posterior variance beta sigma2 / (beta sigma2 + b^2): active iff s > beta sigma2."""
    for beta in (0.5, 1.2, 2.55, 12.0):             # beta sigma2 = 0.2, 0.48, 1.02, 4.8: one below 0.5, one above 1
        model = linear_vae(x.shape[1], 5, seed, sigma2=sigma2, beta=beta)
        start = model.theta.copy()
        set_closed_form(model, EIGENVALUES, axes, beta * sigma2)
        least = exact_loss(model, x)
        subject = f"linear beta-VAE, beta sigma2 = {beta * sigma2:g}"
        yield Check("oracles", subject, "at the closed form: largest gradient", largest_exact_gradient(model, x), 1e-10)
        model.theta[...] = start
        yield Check("oracles", subject, "trained: loss minus that of the closed form",
                    abs(minimize_exactly(model, x) - least), 1e-6)
        b2 = np.linalg.svd(model.params["decoder.0.W"], compute_uv=False) ** 2
        yield Check("oracles", subject, "trained: b^2 - max(s - beta sigma2, 0), largest",
                    np.abs(b2 - np.maximum(EIGENVALUES - beta * sigma2, 0)).max(), 1e-4)
        kl = model._posterior.kl_entries(model._encode(model.params, x)[2]).mean(axis=0)
        yield Check("oracles", subject, "trained: active units minus eigenvalues above beta sigma2",
                    abs(int(np.sum(kl > 1e-3)) - int(np.sum(EIGENVALUES > beta * sigma2))), 0)


def importance_weighting() -> Iterator[Check]:
    """A deliberately wrong q: the bounds increase with K and converge. Fixed seed: 3 standard errors are no lottery."""
    rng, sigma2 = np.random.default_rng(13), 0.5
    model = linear_vae(3, 2, sigma2=sigma2)
    p = model.params
    p["decoder.0.W"], p["decoder.0.b"] = rng.normal(size=(2, 3)), rng.normal(size=3)
    p["encoder.logvar.W"], p["encoder.mu.W"] = np.zeros((3, 2)), 0.1 * rng.normal(size=(3, 2))     # q is nearly the prior
    x = model.sample(4, rng)
    exact = gaussian_log_density(x, p["decoder.0.b"], p["decoder.0.W"].T @ p["decoder.0.W"] + sigma2 * np.eye(3))
    bounds = [-exact_loss(model, x)]
    for K, copies in ((1, 1000), (5, 1000), (50, 500), (500, 50)):
        values = model.log_likelihood(np.tile(x, (copies, 1)), K, rng)[0].reshape(copies, len(x)).mean(axis=1)
        if K == 1:
            yield Check("oracles", SUBJECT, "bound of one sample minus ELBO, standard errors",
                        abs(values.mean() - bounds[0]) / (values.std(ddof=1) / np.sqrt(copies)), 4.0)
        else:
            bounds.append(values.mean())
    yield Check("oracles", SUBJECT, "gap of the bound with a wrong q, nats", exact.mean() - bounds[0], 0.1, at_least=True)
    yield Check("oracles", SUBJECT, "importance weighting, K = 1, 5, 50, 500: smallest increase", min(np.diff(bounds)), 1e-3,
                at_least=True)
    yield Check("oracles", SUBJECT, "and the last is short of log p(x) by", abs(exact.mean() - bounds[-1]), 0.05)
    estimate, error = model.log_likelihood(x, 50_000, rng)
    yield Check("oracles", SUBJECT, "log_likelihood, K = 50,000: standard errors off",
                np.abs((estimate - exact) / error).max(), 3.0)
    yield Check("oracles", SUBJECT, "and these standard errors, nats", error.max(), 0.05)


def one_importance_sample_is_the_elbo(rng: Rng) -> Iterator[Check]:
    """With one sample the importance-weighted objective is the ELBO with the sampled divergence."""
    shared: dict[str, Any] = {"sigma2": "shared", "prior_mean": 0.3}
    iwae, elbo = linear_vae(4, 2, objective="iwae", **shared), linear_vae(4, 2, kl="sampled", **shared)
    iwae.theta += 0.3 * rng.normal(size=iwae.theta.shape)
    elbo.theta[...] = iwae.theta
    x = rng.normal(size=(7, 4))
    noise = iwae.draw_noise(x, rng)
    (ours, d_ours), (theirs, d_theirs) = (model.loss_and_gradients(x, noise=noise) for model in (iwae, elbo))
    yield Check("oracles", "IWAE, one sample", "loss minus that of the sampled ELBO",
                abs(ours["loss"] - theirs["loss"]), 1e-12)
    yield Check("oracles", "IWAE, one sample", "gradient minus that of the sampled ELBO",
                np.abs(d_ours.theta - d_theirs.theta).max(), 1e-12)


def mixture_bound_is_tight(rng: Rng, seed: int) -> Iterator[Check]:
    """EM never goes downhill, and its bound touches log p after each E-step: the tightness that an encoder gives up."""
    x = rng.normal(size=(200, 2)) + 3 * rng.integers(0, 2, (200, 1))
    mixture = GaussianMixture(n_components=2, max_iterations=30, tolerance=0.0, n_starts=1, random_state=seed).fit(x)
    yield Check("oracles", "Gaussian mixture, EM", "smallest increase of log p", np.diff(mixture.log_likelihoods_).min(),
                -1e-9, at_least=True)
    gap = mixture.score(x) - mixture.elbo(x, mixture.predict_proba(x))
    yield Check("oracles", "Gaussian mixture, EM", "gap of the bound after the E-step", abs(gap), 1e-12)
    uniform = mixture.score(x) - mixture.elbo(x, np.full((200, 2), 0.5))
    yield Check("oracles", "Gaussian mixture, EM", "gap with uniform responsibilities", uniform, 0.1, at_least=True)
