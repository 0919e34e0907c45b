"""The probability distributions of the probabilistic models: mean, sample, log_prob.

Rows are independent. log_prob returns nats per example, constants included, and is computed by the very functions that
training minimises (losses/), so that a likelihood cannot mean two things.
"""

from __future__ import annotations

import math

import numpy as np

from .layers import sigmoid
from .losses import (
    bernoulli_nll_entries,
    continuous_bernoulli_mean,
    continuous_bernoulli_nll_entries,
    gaussian_nll_entries,
    laplace_nll_entries,
)
from .validation import Seed, check_matrix, check_random_state


class Distribution:
    """m independent rows of a distribution over vectors; `mean` is (m, n)."""

    mean: np.ndarray

    def sample(self, random_state: Seed = None) -> np.ndarray:
        """Return one draw for every row, (m, n)."""
        return self._draw(check_random_state(random_state)).astype(self.mean.dtype)

    def log_prob(self, x: np.ndarray) -> np.ndarray:
        """Return the log-density (log-probability for Bernoulli) of x (m, n), nats per row (m,)."""
        return self._log_prob(check_matrix(x, "x", self.mean.shape[1], self.mean.dtype))

    def _draw(self, rng: np.random.Generator) -> np.ndarray:
        raise NotImplementedError

    def _log_prob(self, x: np.ndarray) -> np.ndarray:
        raise NotImplementedError


class Gaussian(Distribution):
    """N(mean, diag exp(logvar)); logvar broadcasts over (m, n)."""

    def __init__(self, mean: np.ndarray, logvar: np.ndarray):
        self.mean, self.logvar = mean, logvar

    def _draw(self, rng: np.random.Generator) -> np.ndarray:
        std = np.exp(0.5 * self.logvar)
        return self.mean + std * rng.standard_normal(self.mean.shape)

    def _log_prob(self, x: np.ndarray) -> np.ndarray:
        return -gaussian_nll_entries(self.mean, x, self.logvar).sum(axis=1)


class FullGaussian(Distribution):
    """N(mean, L L^T) with lower triangular L (m, k, k)."""

    def __init__(self, mean: np.ndarray, L: np.ndarray):
        self.mean, self.L = mean, L

    def _draw(self, rng: np.random.Generator) -> np.ndarray:
        return self.mean + np.einsum("ijl,il->ij", self.L, rng.standard_normal(self.mean.shape))

    def _log_prob(self, x: np.ndarray) -> np.ndarray:
        eps = np.linalg.solve(self.L, (x - self.mean)[:, :, None])[:, :, 0]
        log_det = 2 * np.log(np.einsum("ijj->ij", self.L)).sum(axis=1)
        return -0.5 * (eps.shape[1] * math.log(2 * math.pi) + log_det + np.sum(eps ** 2, axis=1))


class Laplace(Distribution):
    """Laplace with location mean and variance exp(logvar)."""

    def __init__(self, mean: np.ndarray, logvar: np.ndarray):
        self.mean, self.logvar = mean, logvar

    def _draw(self, rng: np.random.Generator) -> np.ndarray:
        scale = np.exp(0.5 * self.logvar) / math.sqrt(2)
        return rng.laplace(self.mean, np.broadcast_to(scale, self.mean.shape))

    def _log_prob(self, x: np.ndarray) -> np.ndarray:
        return -laplace_nll_entries(self.mean, x, self.logvar).sum(axis=1)


class Bernoulli(Distribution):
    """Independent bits with these logits."""

    def __init__(self, logits: np.ndarray):
        self.logits, self.mean = logits, sigmoid(logits)

    def _draw(self, rng: np.random.Generator) -> np.ndarray:
        return (rng.random(self.mean.shape) < self.mean).astype(float)

    def _log_prob(self, x: np.ndarray) -> np.ndarray:
        return -bernoulli_nll_entries(self.logits, x).sum(axis=1)


class ContinuousBernoulli(Distribution):
    """Gray values in [0, 1], density proportional to p^x (1 - p)^(1 - x), p = sigmoid(logits)."""

    def __init__(self, logits: np.ndarray):
        self.logits, self.mean = logits, continuous_bernoulli_mean(logits)

    def _draw(self, rng: np.random.Generator) -> np.ndarray:
        # The distribution function at x is (exp(o x) - 1) / (exp(o) - 1); |o| taken so that nothing overflows.
        u, o = rng.random(self.mean.shape), np.abs(np.asarray(self.logits, float))
        near = o < 1e-6
        safe = np.where(near, 1.0, o)
        x = 1 + np.log(u + (1 - u) * np.exp(-safe)) / safe
        return np.where(near, u, np.where(self.logits > 0, x, 1 - x))

    def _log_prob(self, x: np.ndarray) -> np.ndarray:
        return -continuous_bernoulli_nll_entries(self.logits, x).sum(axis=1)
