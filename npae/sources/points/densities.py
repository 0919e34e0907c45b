"""Random points for claims about probabilities: Gaussians, Bayes' rule, a linear latent variable model, a mixture.

Everything is small enough that an expectation is an integral over [low, high], or a finite sum.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from ... import latents, losses, penalties
from ...baselines import GaussianMixture
from ...checks.probabilistic_oracles_exact import exact_loss, gaussian_log_density, linear_posterior, linear_vae
from ...derivations.vocabulary import normal_density, normal_log_density
from ...distributions import Gaussian

Rng = np.random.Generator
Point = dict[str, Any]

FUNCTIONS = {function.__name__: function for function in (
    losses.gaussian_nll, losses.laplace_nll, penalties.gaussian_kl, penalties.covariance_kl, penalties.sampled_kl,
    penalties.laplace_log_prior, penalties.gaussian_log_prior, penalties.l1_sparsity, latents.reparameterize,
    latents.reparameterize_cholesky, latents.unit_noise)}


def parameter(rng: Rng) -> Point:
    """data x ~ N(t, 1), one parameter t with the prior N(0, 1): posterior(t) its exact density, evidence p(x)"""
    x = rng.normal(0.8, 1, size=4)
    mean, variance = x.sum() / (len(x) + 1), 1 / (len(x) + 1)
    return {"x": x, "t": rng.normal(), "low": -12.0, "high": 12.0, "penalty": penalties.l2_decay,
            "likelihood": lambda t: np.prod(normal_density(x, t)) if np.ndim(t) == 0 else
            np.prod(normal_density(x, t[:, None]), axis=1),
            "prior": normal_density, "posterior": lambda t: normal_density(t, mean, variance),
            "evidence": np.exp(gaussian_log_density(x[None], np.zeros(4), np.eye(4) + 1))[0],
            "grid": np.linspace(-3, 3, 2001)}


def code(rng: Rng) -> Point:
    """K code units h with a Laplace prior of rate lam; likelihood = p(x|h) of one x; mu a location"""
    K = int(rng.integers(2, 5))
    h, lam = rng.normal(size=K), rng.uniform(0.5, 3)
    log_likelihood = float(normal_log_density(rng.normal(size=3), h.sum()).sum())
    return {**FUNCTIONS, "K": K, "h": h, "lam": lam, "mu": rng.normal(), "log_likelihood": log_likelihood,
            "likelihood": np.exp(log_likelihood), "prior": lam / 2 * np.exp(-lam * np.abs(h)), "far": 60 / lam,
            "log_laplace": lambda h, mu: -losses.laplace_nll_entries(mu, h, np.log(2 / lam**2))}


def two_gaussians(rng: Rng) -> Point:
    """p = N(a, s) and q = N(b, t) on the line, s and t variances; P, Q their densities, log_P, log_Q the logarithms"""
    a, b, s, t = rng.normal(), rng.normal(), rng.uniform(0.5, 2), rng.uniform(0.5, 2)
    return {**FUNCTIONS, "a": a, "b": b, "s": s, "t": t, "low": -25.0, "high": 25.0,
            "P": lambda x: normal_density(x, a, s), "Q": lambda x: normal_density(x, b, t),
            "log_P": lambda x: normal_log_density(x, a, s), "log_Q": lambda x: normal_log_density(x, b, t)}


def posterior_and_prior(rng: Rng) -> Point:
    """q = N(mu, diag sigma2) and p = N(0, I) over K units; q(z), p(z), log_q(z), log_p(z) unit by unit for points z"""
    K = int(rng.integers(2, 5))
    mu, sigma2 = rng.normal(size=K), rng.uniform(0.4, 2.5, size=K)
    return {**FUNCTIONS, "K": K, "mu": mu, "sigma2": sigma2, "low": -20.0, "high": 20.0, "log2pi": np.log(2 * np.pi),
            "kl": penalties.gaussian_kl(mu[None], np.log(sigma2)[None]),
            "q": lambda z: normal_density(z[:, None], mu, sigma2), "log_q": lambda z: normal_log_density(z[:, None], mu, sigma2),
            "p": lambda z: normal_density(z[:, None]), "log_p": lambda z: normal_log_density(z[:, None])}


def full_gaussian(rng: Rng) -> Point:
    """q = N(mu, Sigma), Sigma = C C^T over K units, against p = N(0, I); nodes: points whose mean is E of any quadratic"""
    K = 3
    logvar, lower = rng.normal(size=(1, K)), np.tril(rng.normal(size=(1, K, K)), -1)
    C = latents.cholesky_factor(logvar, lower)[0]
    nodes = np.sqrt(K) * np.vstack([np.eye(K), -np.eye(K)])
    mu = rng.normal(size=K)
    return {**FUNCTIONS, "K": K, "mu": mu, "logvar": logvar, "lower": lower, "Sigma": C @ C.T, "ones": np.ones((1, K)),
            "z": mu + nodes @ C.T, "log_q": lambda z: gaussian_log_density(z, mu, C @ C.T),
            "log_p": lambda z: gaussian_log_density(z, np.zeros(K), np.eye(K)), "C": C, "eps": rng.normal(size=K)}


def latent(rng: Rng) -> Point:
    """one z ~ N(0, 1), x = z w + c + N(0, s2); q = N(mu, sd^2), another than the posterior p(z|x); log_px exact

    kl_prior and kl_posterior are npae.penalties.gaussian_kl; elbo is that of npae.VariationalAutoencoder with this q
    """
    n = 3
    return vars(_latent(rng, rng.normal(size=n), rng.normal(size=n), rng.uniform(0.3, 1), rng.normal(size=n)))


def dataset(rng: Rng) -> Point:
    """rows: four examples x of one linear latent model, z ~ N(0, 1), each with its own q = N(mu, sd^2) and exact log_px

    loss is that of npae.VariationalAutoencoder, averaged over its noise exactly
    """
    n, s2 = 3, rng.uniform(0.3, 1)
    w, c = rng.normal(size=n), rng.normal(size=n)
    rows = [_latent(rng, w, c, s2, rng.normal(size=n)) for _ in range(4)]
    model = linear_vae(n, 1, sigma2=s2)
    p = model.params
    p["decoder.0.W"], p["decoder.0.b"] = w[None], c
    p["encoder.mu.W"], p["encoder.logvar.W"] = rng.normal(size=(n, 1)), 0.2 * rng.normal(size=(n, 1))
    X = np.stack([row.x for row in rows])
    for row in rows:
        q = model._encode(p, row.x[None])[2]
        _set_posterior(row, float(q["mu"][0, 0]), float(np.exp(0.5 * q["logvar"][0, 0])))
    return {**FUNCTIONS, "rows": rows, "X": X, "loss": exact_loss(model, X)}


def _latent(rng: Rng, w: np.ndarray, c: np.ndarray, s2: float, x: np.ndarray) -> SimpleNamespace:
    means, variance = linear_posterior(w[None], c, s2, x[None])
    C = np.outer(w, w) + s2 * np.eye(len(w))
    row = SimpleNamespace(
        **FUNCTIONS, x=x, w=w, c=c, s2=s2, log_px=gaussian_log_density(x[None], c, C)[0],
        true_mean=means[0, 0], true_variance=variance[0, 0],
        log_px_given=lambda z: normal_log_density(x, c + np.asarray(z)[..., None] * w, s2).sum(axis=-1),
        log_prior=normal_log_density, prior=normal_density,
        log_posterior=lambda z: normal_log_density(z, means[0, 0], variance[0, 0]))
    row.joint = np.block([[np.ones((1, 1)), w[None]], [w[:, None], C]])         # covariance of (z, x)
    _set_posterior(row, rng.normal(), rng.uniform(0.5, 1.5))
    row.z = rng.normal()
    row.log_joint = lambda z: gaussian_log_density(np.concatenate([[z], x])[None], np.concatenate([[0.0], c]), row.joint)[0]
    return row


def _set_posterior(row: SimpleNamespace, mu: float, sd: float) -> None:
    """Give the example its q = N(mu, sd^2) and what depends on it."""
    row.mu, row.sd = mu, sd
    row.low, row.high = mu - 14 * sd, mu + 14 * sd
    row.q = lambda z: normal_density(z, mu, sd**2)
    row.log_q = lambda z: normal_log_density(z, mu, sd**2)
    q = np.array([[mu]]), np.array([[2 * np.log(sd)]])
    row.kl_prior = penalties.gaussian_kl(*q)
    row.kl_posterior = penalties.gaussian_kl(*q, row.true_mean, np.log(row.true_variance))
    model = linear_vae(len(row.x), 1, sigma2=row.s2)
    p = model.params
    p["decoder.0.W"], p["decoder.0.b"] = row.w[None], row.c
    p["encoder.mu.W"], p["encoder.logvar.W"] = np.zeros((len(row.x), 1)), np.zeros((len(row.x), 1))
    p["encoder.mu.b"], p["encoder.logvar.b"] = q[0][0], q[1][0]
    row.elbo = -exact_loss(model, row.x[None])


def mixture(rng: Rng) -> Point:
    """a latent variable z with K values, so that E_q is a sum: q any probabilities, joint = log p(x, z), posterior = p(z|x)

    log_px and elbo are those of npae.GaussianMixture
    """
    K, n = int(rng.integers(3, 5)), 2
    x = rng.normal(size=(30, n)) + 2 * rng.integers(0, 2, (30, 1))
    model = GaussianMixture(n_components=K, covariance="diagonal", max_iterations=2, n_starts=1, min_variance=0.1,
                            random_state=int(rng.integers(1000))).fit(x)
    q, row = rng.dirichlet(np.ones(K)), x[:1]
    given = normal_log_density(row, model.means_, model.covariances_).sum(axis=1)
    joint = np.log(model.weights_) + given
    return {"K": K, "q": q, "joint": joint, "given": given, "prior": model.weights_, "log_px": model.score_samples(row)[0],
            "posterior": np.exp(joint) / np.sum(np.exp(joint)), "elbo": model.elbo(row, q[None])}


def variational(rng: Rng) -> Point:
    """npae.VariationalAutoencoder with linear networks: mu = x M + a, logvar = x N + d, decode(z) = z V + c, variance s2

    eps (m, 1, k); loss(x, eps) and terms(x, eps) are the model's, beta its weight; q the encoder's distribution
    """
    m, n, k, s2, beta = 6, 4, 3, 0.6, 1.0
    model = linear_vae(n, k, sigma2=s2, beta=beta)
    model.theta += 0.3 * rng.normal(size=model.theta.shape)
    p, x = model.params, rng.normal(size=(m, n))
    return {**FUNCTIONS, "m": m, "n": n, "k": k, "s2": s2, "x": x, "eps": rng.normal(size=(m, 1, k)),
            "z": rng.normal(size=(m, k)),
            "M": p["encoder.mu.W"], "a": p["encoder.mu.b"], "N": p["encoder.logvar.W"], "d": p["encoder.logvar.b"],
            "V": p["decoder.0.W"], "c": p["decoder.0.b"], "decode": lambda z: z @ p["decoder.0.W"] + p["decoder.0.b"],
            "encoder": model.encoder_distribution(x), "decoder_at": model.decoder_distribution, "Gaussian": Gaussian,
            "mu": x @ p["encoder.mu.W"] + p["encoder.mu.b"], "logvar": x @ p["encoder.logvar.W"] + p["encoder.logvar.b"],
            "sample_prior": model.sample_prior, "sample": model.sample, "rng": np.random.default_rng(rng.integers(1000)),
            "terms": lambda x, eps: model.loss_and_gradients(x, noise={"eps": eps})[0],
            "loss": lambda x, eps: model.loss_and_gradients(x, noise={"eps": eps})[0]["loss"],
            "exact_loss": lambda x: exact_loss(model, x)}
