"""Bounds on log p(x): a linear-Gaussian model with one latent, where every term is known, and a mixture."""

from __future__ import annotations

import numpy as np

from ...baselines import GaussianMixture, ProbabilisticPCA
from ...checks.probabilistic_oracles_exact import exact_loss, linear_vae, set_closed_form
from ...datasets import correlated_gaussian
from ...derivations.vocabulary import integral
from ..erratum import Comparison
from ..points.densities import dataset, latent

SEED = 5


def _expected_log_likelihood(row) -> float:
    return integral(lambda z: row["q"](z) * row["log_px_given"](z), row["low"], row["high"])


def sign_of_the_bound() -> list[Comparison]:
    """E000-15: log p(x) - KL(q || posterior), both from closed forms, against (25)."""
    row = latent(np.random.default_rng(SEED))
    expected, kl = _expected_log_likelihood(row), row["kl_prior"]
    true = row["log_px"] - row["kl_posterior"]
    reversed_kl = integral(lambda z: np.exp(row["log_prior"](z)) * (row["log_prior"](z) - row["log_q"](z)), -12, 12)
    return [Comparison("log p(x) - KL(q || p(z|x)), linear-Gaussian", "marginal and posterior in closed form", true,
                       expected - kl, kl - expected),
            Comparison("the same as npae.VariationalAutoencoder has it", "its exact loss", row["elbo"], expected - kl,
                       kl - expected),
            Comparison("which order of the KL: KL(q || p(z))", "npae.penalties.gaussian_kl", expected - true, kl, reversed_kl),
            Comparison("the bound, at most log p(x)", "(25) as corrected", expected - kl, row["log_px"], relation="<=")]


def loss_is_minus_the_bound() -> list[Comparison]:
    """E000-16: (27) and (30) are what is minimized, not (26)."""
    point = dataset(np.random.default_rng(SEED))
    rows = [vars(row) for row in point["rows"]]
    return [Comparison("E_X[log p(x) - KL(q || p(z|x))], four examples", "closed forms",
                       np.mean([row["log_px"] - row["kl_posterior"] for row in rows]),
                       np.mean([_expected_log_likelihood(row) - row["kl_prior"] for row in rows]),
                       np.mean([row["kl_prior"] - _expected_log_likelihood(row) for row in rows])),
            Comparison("the loss of npae.VariationalAutoencoder", "its exact expectation", point["loss"],
                       np.mean([row["kl_prior"] - _expected_log_likelihood(row) for row in rows]))]


def missing_q() -> list[Comparison]:
    """E001-04: without q in the numerator the entropy of q is added."""
    row = latent(np.random.default_rng(SEED))

    def under_q(f) -> float:
        return integral(lambda z: row["q"](z) * f(z), row["low"], row["high"])

    def log_joint(z: np.ndarray) -> np.ndarray:
        return row["log_px_given"](z) + row["log_prior"](z)

    printed = under_q(lambda z: log_joint(z) - row["log_q"](z) - row["log_posterior"](z))
    entropy = 0.5 * np.log(2 * np.pi * np.e * row["sd"]**2)
    return [Comparison("log p(x)", "the marginal in closed form", row["log_px"],
                       under_q(lambda z: log_joint(z) + row["log_q"](z) - row["log_q"](z) - row["log_posterior"](z)), printed),
            Comparison("what is printed, minus log p(x)", "quadrature", printed - row["log_px"], entropy, 0.0)]


def mixtures_are_tractable() -> list[Comparison]:
    """E001-08: log p(x) of a mixture is a sum of K terms; EM climbs it, and its bound touches it."""
    x = np.random.default_rng(0).normal(size=(120, 1)) + 3 * (np.arange(120) % 2)[:, None]
    model = GaussianMixture(n_components=2, max_iterations=30, tolerance=0.0, n_starts=1, random_state=0).fit(x)
    grid = np.linspace(-8, 12, 4001)[:, None]
    terms = [w * np.exp(-(x[:, 0] - mu[0])**2 / (2 * S[0, 0])) / np.sqrt(2 * np.pi * S[0, 0])
             for w, mu, S in zip(model.weights_, model.means_, model.covariances_)]
    return [Comparison("mean log p(x) of a mixture of two, 120 examples", "the sum of two terms, written out",
                       np.mean(np.log(np.sum(terms, axis=0))), model.score(x), "said to be intractable"),
            Comparison("integral of its density", "a grid of step 0.005", np.exp(model.score_samples(grid)).sum() * 0.005, 1.0),
            Comparison("least gain of an iteration of EM, nats, at least", "30 iterations", np.diff(model.log_likelihoods_).min(),
                       -1e-9, relation=">="),
            Comparison("its bound after the E-step", "GaussianMixture.elbo", model.elbo(x, model.predict_proba(x)),
                       model.score(x)),
            Comparison("the bound with uniform responsibilities, at most", "GaussianMixture.elbo",
                       model.elbo(x, np.full((120, 2), 0.5)), model.score(x) - 0.1, relation="<=")]


def bound_touches_for_a_linear_model() -> list[Comparison]:
    """E001-16: at the solution of probabilistic PCA the ELBO of a linear VAE is log p(x)."""
    x = correlated_gaussian(60, np.diag([4.0, 2.0, 1.0, 0.5]), random_state=0)
    x = x - x.mean(axis=0)
    ppca = ProbabilisticPCA(2).fit(x)
    model = linear_vae(4, 2, sigma2=ppca.noise_variance_)
    axes = ppca.W_ / np.linalg.norm(ppca.W_, axis=1, keepdims=True)
    set_closed_form(model, ppca.explained_variance_, axes, ppca.noise_variance_)
    return [Comparison("ELBO of a linear VAE at the solution of probabilistic PCA", "its exact expectation",
                       -exact_loss(model, x), ppca.log_likelihood_)]
