"""Priors, posteriors and the penalties that they are: brute force on grids against the formulas."""

from __future__ import annotations

import math

import numpy as np

from ...derivations.vocabulary import integral, normal_density, normal_log_density
from ...models import Autoencoder
from ...penalties import gaussian_log_prior, l1_sparsity, laplace_log_prior, student_t_log_prior
from ..erratum import Comparison

DATA = np.array([1.2, 0.7, 2.1])        # x_i ~ N(theta, 1), prior theta ~ N(0, 1)
GRID = np.linspace(-4, 4, 8001)


def _log_likelihood(theta: np.ndarray) -> np.ndarray:
    return normal_log_density(DATA, np.asarray(theta)[..., None]).sum(axis=-1)


def likelihood_is_not_posterior() -> list[Comparison]:
    """E000-04: the maximum of the posterior and of the likelihood."""
    posterior = _log_likelihood(GRID) + normal_log_density(GRID)
    return [Comparison("theta of the largest posterior, three data, prior N(0, 1)", "a grid of step 0.001",
                       GRID[posterior.argmax()], DATA.sum() / (len(DATA) + 1), DATA.mean())]


def log_of_the_posterior() -> list[Comparison]:
    """E000-05: the maxima differ by log p(x); what agrees is where they are."""
    def joint(theta: np.ndarray) -> np.ndarray:
        return np.exp(_log_likelihood(theta)) * normal_density(theta)

    evidence = integral(joint, -12, 12)
    density, right = joint(GRID) / evidence, _log_likelihood(GRID) + normal_log_density(GRID)
    return [Comparison("log of the largest posterior density", "the density, normalized by quadrature", np.log(density.max()),
                       right.max() - np.log(evidence), right.max()),
            Comparison("the largest posterior density", "the same", density.max(), np.exp(right.max() - np.log(evidence)),
                       right.max()),
            Comparison("where it is", "the same", GRID[density.argmax()], GRID[right.argmax()])]


def penalty_sees_the_data() -> list[Comparison]:
    """E000-06: for one and the same theta, Psi(E_theta(x)) is another number at another x."""
    model = Autoencoder(latent_dim=1, hidden_dims=(), dtype="float64", random_state=0).initialize(2)
    model.params["encoder.0.W"] = np.array([[1.0], [-1.0]])
    psi = [l1_sparsity(model.transform(x)) for x in (np.array([[1.0, 0.0]]), np.array([[1.0, 1.0]]))]
    return [Comparison("Psi(E(x)) at x = (1, 0) minus at (1, 1), the same theta", "npae.Autoencoder", psi[0] - psi[1],
                       np.abs(1 - 0) - np.abs(1 - 1), 0.0)]


def constant_of_the_prior() -> list[Comparison]:
    """E000-07: log of the product, with its constant; and the rate that it prefers when the rate is learned."""
    h, rates = np.array([0.5, -0.4, 0.3]), np.linspace(0.01, 10, 1000)
    log_likelihood = normal_log_density(np.array([1.0, 0.5, -2.0]), h).sum()
    product = [np.exp(log_likelihood) * np.prod(lam / 2 * np.exp(-lam * np.abs(h))) for lam in rates]
    printed = [log_likelihood - lam * np.sum(np.abs(h)) for lam in rates]
    at_three = np.exp(log_likelihood) * np.prod(1.5 * np.exp(-3 * np.abs(h)))
    return [Comparison("log of p(x|h) prod p(h_j), lambda = 3, against (15)", "the product, then its logarithm", np.log(at_three),
                       log_likelihood + laplace_log_prior(h[None], 3.0)[0], log_likelihood - 3 * np.sum(np.abs(h))),
            Comparison("the same, against (14) without a logarithm", "the product", at_three,
                       np.exp(log_likelihood + laplace_log_prior(h[None], 3.0)[0]),
                       log_likelihood + laplace_log_prior(h[None], 3.0)[0]),
            Comparison("lambda of the largest posterior, |h|_1 = 1.2", "a grid of step 0.01", rates[np.argmax(product)],
                       len(h) / np.sum(np.abs(h)), rates[np.argmax(printed)])]


def likelihood_once() -> list[Comparison]:
    """E000-08: with the likelihood once for every unit, lambda is divided by K."""
    x, lam = np.array([1.0, 0.5, -2.0]), 1.2
    posterior = -0.5 * (x[:, None] - GRID) ** 2 - lam * np.abs(GRID)         # separate for each unit
    threshold = np.sign(x) * np.maximum(np.abs(x) - lam, 0)
    three_fold = -0.5 * len(x) * (x[:, None] - GRID) ** 2 - lam * np.abs(GRID)
    return [Comparison("most probable code of x = (1, 0.5, -2), lambda = 1.2", "a grid of step 0.001",
                       GRID[posterior.argmax(axis=1)], threshold, GRID[three_fold.argmax(axis=1)], tolerance=1e-6)]


def which_prior_is_l1() -> list[Comparison]:
    """E000-09: how fast the price grows from h = 1 to h = 3, and how many codes become exactly zero."""
    def growth(log_prior) -> float:
        at = [float(log_prior(np.array([[h]]))[0]) for h in (0.0, 1.0, 3.0)]
        return (at[0] - at[2]) / (at[0] - at[1])

    y = np.random.default_rng(0).normal(size=2000)

    def zeros(price) -> float:
        here, *around = (0.5 * (y - h) ** 2 + price(h) for h in (0.0, 1e-6, -1e-6))
        return float(np.mean(here <= np.minimum(*around)))

    zero = {"laplace": zeros(lambda h: 0.8 * abs(h)), "gaussian": zeros(lambda h: 0.4 * h ** 2)}
    theory = math.erf(0.8 / math.sqrt(2))
    return [Comparison("-log prior at 3 over that at 1: Laplace, L1", "npae.penalties.laplace_log_prior",
                       growth(lambda z: laplace_log_prior(z, 0.8)), 3.0),
            Comparison("the same: Gaussian, said to be L1", "npae.penalties.gaussian_log_prior", growth(gaussian_log_prior), 9.0,
                       3.0),
            Comparison("the same: Student-t, one degree of freedom", "npae.penalties.student_t_log_prior",
                       growth(student_t_log_prior), np.log1p(9.0) / np.log1p(1.0), 3.0),
            Comparison("share of N(0, 1) data with a code of exactly 0: Laplace, rate 0.8", "2,000 draws, 0 against 1e-6",
                       zero["laplace"], theory, tolerance=0.05),
            Comparison("the same: Gaussian prior", "2,000 draws, 0 against 1e-6", zero["gaussian"], 0.0, theory)]
