"""Divergences: signs, measures and indices, against quadrature, sums and Monte Carlo."""

from __future__ import annotations

import math

import numpy as np

from ...derivations.vocabulary import expectation, integral, normal_density, normal_log_density
from ...penalties import bernoulli_kl, gaussian_kl, kl_sparsity
from ...sparseness import lifetime_sparseness
from ..erratum import Comparison

MU, SIGMA = np.array([0.7, -1.1, 0.4]), np.array([1.6, 0.6, 0.9])


def under_which_measure() -> list[Comparison]:
    """E000-13: E[log p - log q] is D(p||q) under p, and minus D(q||p) under q."""
    p, q = (0.3, 0.8), (-0.4, 1.5)              # mean, variance

    def under(density: tuple[float, float]) -> float:
        return integral(lambda x: normal_density(x, *density) * (normal_log_density(x, *p) - normal_log_density(x, *q)), -25, 25)

    truth = gaussian_kl(np.array([[p[0]]]), np.log([[p[1]]]), q[0], math.log(q[1]))
    return [Comparison("D_KL(p||q) of N(0.3, 0.8) and N(-0.4, 1.5)", "npae.penalties.gaussian_kl", truth, under(p), under(q))]


def frozen_index() -> list[Comparison]:
    """E000-20: sigma_j under a sum over k."""
    def entropy_integral(mu: float, v: float) -> float:
        return integral(lambda z: normal_density(z, mu, v) * normal_log_density(z, mu, v), mu - 25, mu + 25)

    truth = sum(entropy_integral(mu, s**2) for mu, s in zip(MU, SIGMA))
    constant = -1.5 * math.log(2 * math.pi)
    return [Comparison("integral of q log q, three units", "quadrature", truth, constant - 0.5 * np.sum(1 + np.log(SIGMA**2)),
                       constant - 1.5 * (1 + math.log(SIGMA[0]**2)))]


def _printed_kl(mu: np.ndarray, sigma: np.ndarray) -> float:
    return 0.5 * np.sum(1 + np.log(sigma**2) - mu**2 - sigma**2)


def sign_of_the_closed_form() -> list[Comparison]:
    """E000-21: the closed form, one unit by quadrature and three by Monte Carlo; and where its gradient leads."""
    mu, s = 0.7, 1.6
    truth = integral(lambda z: normal_density(z, mu, s**2) * (normal_log_density(z, mu, s**2) - normal_log_density(z)),
                     mu - 14 * s, mu + 14 * s)
    z = MU + SIGMA * np.random.default_rng(0).normal(size=(200_000, 3))
    sampled = expectation(np.sum(normal_log_density(z, MU, SIGMA**2) - normal_log_density(z), axis=1))
    smaller = gaussian_kl(np.array([[0.9 * mu]]), np.log([[s**2]])) - gaussian_kl(np.array([[mu]]), np.log([[s**2]]))
    return [Comparison("D_KL(N(0.7, 1.6^2) || N(0, 1))", "quadrature", truth, gaussian_kl(np.array([[mu]]), np.log([[s**2]])),
                       _printed_kl(np.array([mu]), np.array([s]))),
            Comparison("the same for three units", "200,000 samples", sampled, gaussian_kl(MU[None], np.log(SIGMA**2)[None]),
                       _printed_kl(MU, SIGMA)),
            Comparison("its change when mu moves towards the prior, 0.7 to 0.63", "npae.penalties.gaussian_kl", smaller,
                       0.5 * (0.63**2 - 0.7**2), _printed_kl(np.array([0.63]), np.array([s])) - _printed_kl(np.array([mu]),
                                                                                                            np.array([s])))]


def _bernoulli(rho: float, r: float) -> float:
    """Return KL(Bern(rho) || Bern(r)) as the sum over the two outcomes."""
    return sum(p * math.log(p / q) for p, q in ((rho, r), (1 - rho, 1 - r)))


def brackets_of_the_sum() -> list[Comparison]:
    """E002-04: both terms under the sum; the curve; its curvature."""
    r, step = np.array([0.05, 0.5]), 1e-4
    near = [float(bernoulli_kl(np.array([0.2 + d]), 0.2)) for d in (-step, 0.0, step)]
    return [Comparison("KL sparsity of two units, rho = 0.2, means 0.05 and 0.5", "sums over the two outcomes",
                       _bernoulli(0.2, 0.05) + _bernoulli(0.2, 0.5), bernoulli_kl(r, 0.2),
                       np.sum(0.2 * np.log(0.2 / r)) + 0.8 * np.log(0.8 / (1 - r[-1]))),
            Comparison("the curve at rho^ = 0.01, 0.1, 0.2, 0.5, 0.9", "sums over the two outcomes",
                       np.array([_bernoulli(0.2, v) for v in (0.01, 0.1, 0.2, 0.5, 0.9)]),
                       np.array([bernoulli_kl(np.array([v]), 0.2) for v in (0.01, 0.1, 0.2, 0.5, 0.9)])),
            Comparison("its curvature at the minimum", "second differences", (near[0] - 2 * near[1] + near[2]) / step**2,
                       1 / (0.2 * 0.8), tolerance=1e-5)]


def not_symmetric() -> list[Comparison]:
    """E002-12: a distance would not care which comes first."""
    return [Comparison("KL(0.5 || 0.2); KL(0.2 || 0.5) is 0.1927", "the sum over the two outcomes", _bernoulli(0.5, 0.2),
                       bernoulli_kl(np.array([0.2]), 0.5), bernoulli_kl(np.array([0.5]), 0.2))]


def in_nats() -> list[Comparison]:
    """E004-05: which divergence, in which unit."""
    nats = bernoulli_kl(np.array([0.5]), 0.2)
    return [Comparison("KL(Bern(0.2) || Bern(0.5)), nats", "the sum over the two outcomes", _bernoulli(0.2, 0.5), nats),
            Comparison("the same in bits", "logarithms to base 2", sum(p * math.log2(p / 0.5) for p in (0.2, 0.8)),
                       nats / math.log(2))]


def mean_is_not_sparseness() -> list[Comparison]:
    """E002-03: of two units with the same mean one answers to everything; the penalty sees no difference."""
    constant = np.full((500, 1), 0.2)
    picky = np.zeros((500, 1))
    picky[::5] = 1.0
    return [Comparison("KL sparsity of a unit that always gives 0.2, at most", "npae.penalties.kl_sparsity",
                       kl_sparsity(constant, 0.2), 1e-12, relation="<="),
            Comparison("mean of a unit that gives 1 for a fifth of the data", "100 of 500", 100 / 500, picky.mean()),
            Comparison("lifetime sparseness of the constant unit, at most", "npae.sparseness.lifetime_sparseness",
                       lifetime_sparseness(constant), 1e-12, lifetime_sparseness(picky), relation="<=")]


def bias_of_a_small_batch() -> list[Comparison]:
    """E002-13: E[KL(rho || mean of B)] exceeds KL(rho || mean) by Var/(2B) times the curvature, 1/(2B) for 0/1 units."""
    found = []
    for B in (100, 1000):
        counts = np.arange(1, B)                # 0 and B have no finite divergence, and a probability below 1e-9
        log_choose = np.array([math.lgamma(B + 1) - math.lgamma(c + 1) - math.lgamma(B - c + 1) for c in counts])
        probability = np.exp(log_choose + counts * math.log(0.2) + (B - counts) * math.log(0.8))
        exact = sum(p * bernoulli_kl(np.array([c / B]), 0.2) for p, c in zip(probability, counts))
        found.append(Comparison(f"mean KL sparsity of a perfect 0/1 unit, batches of {B}", "the binomial sum", exact, 1 / (2 * B),
                                0.0, tolerance=5 / B))
    return found
