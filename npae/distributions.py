"""The probability distributions of the probabilistic models: mean, sample, log_prob.

Rows are independent. log_prob returns nats per example, constants included, and is computed by the very functions that
training minimizes (losses/), so that a likelihood cannot mean two things.
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
from .losses.overflow import exp
from .validation import Seed, check_matrix, check_random_state


class Distribution:
    """m independent rows of a distribution over vectors; `mean` is (m, n)."""

    mean: np.ndarray

    def __repr__(self) -> str:
        return f"{type(self).__name__} with means {self.mean.shape}"

    def sample(self, random_state: Seed = None) -> np.ndarray:
        """Return one draw for every row, (m, n). Raises FloatingPointError where a draw is too large for the dtype."""
        with np.errstate(over="ignore", invalid="ignore"):
            draws = self._draw(check_random_state(random_state)).astype(self.mean.dtype)
        if not np.isfinite(draws).all():
            raise FloatingPointError(f"samples of this {type(self).__name__} are too large for {draws.dtype}: {self._scales()}")
        return draws

    def log_prob(self, x: np.ndarray) -> np.ndarray:
        """Return the log-density (log-probability for Bernoulli) of x (m, n), nats per row (m,); -inf where it has no number."""
        return self._log_prob(check_matrix(x, "x", self.mean.shape[1], self.mean.dtype))

    def _scales(self) -> str:
        """Say what the widths of this distribution are."""
        return f"its log-variances are up to {np.max(self.logvar):.4g}"     # type: ignore[attr-defined]

    def _draw(self, rng: np.random.Generator) -> np.ndarray:
        raise NotImplementedError

    def _log_prob(self, x: np.ndarray) -> np.ndarray:
        raise NotImplementedError


class Gaussian(Distribution):
    """N(mean, diag exp(logvar)); logvar broadcasts over (m, n)."""

    def __init__(self, mean: np.ndarray, logvar: np.ndarray):
        self.mean, self.logvar = mean, logvar

    def _draw(self, rng: np.random.Generator) -> np.ndarray:
        std = exp(0.5 * self.logvar)
        return self.mean + std * rng.standard_normal(self.mean.shape)

    def _log_prob(self, x: np.ndarray) -> np.ndarray:
        return -gaussian_nll_entries(self.mean, x, self.logvar).sum(axis=1)


class FullGaussian(Distribution):
    """N(mean, L L^T) with lower triangular L (m, k, k)."""

    def __init__(self, mean: np.ndarray, L: np.ndarray):
        self.mean, self.L = mean, L

    def _draw(self, rng: np.random.Generator) -> np.ndarray:
        return self.mean + np.einsum("ijl,il->ij", self.L, rng.standard_normal(self.mean.shape))

    def _scales(self) -> str:
        return f"the standard deviations on the diagonal of its L are up to {np.einsum('ijj->ij', self.L).max():.4g}"

    def _log_prob(self, x: np.ndarray) -> np.ndarray:
        diagonal = np.einsum("ijj->ij", self.L)
        if not (np.isfinite(self.L).all() and np.all(diagonal > 0)):
            raise FloatingPointError(f"this FullGaussian has no density in {self.L.dtype}: the standard deviations on the "
                                     f"diagonal of its L go from {diagonal.min():.4g} to {diagonal.max():.4g}")
        eps = self._standardized(x - self.mean)
        log_det = 2 * np.log(diagonal).sum(axis=1)
        with np.errstate(over="ignore"):
            squares = np.sum(np.where(np.isfinite(eps), eps, np.inf) ** 2, axis=1)
        return -0.5 * (eps.shape[1] * math.log(2 * math.pi) + log_det + squares)

    def _standardized(self, r: np.ndarray) -> np.ndarray:
        """Return eps (m, k) with L eps = r, from the top down: a general solver would choose pivots, and lose small diagonals."""
        eps = np.empty(r.shape, np.result_type(r, self.L))
        with np.errstate(over="ignore", invalid="ignore"):
            for j in range(r.shape[1]):
                eps[:, j] = (r[:, j] - np.sum(self.L[:, j, :j] * eps[:, :j], axis=1)) / self.L[:, j, j]
        return eps


class Laplace(Distribution):
    """Laplace with location mean and variance exp(logvar)."""

    def __init__(self, mean: np.ndarray, logvar: np.ndarray):
        self.mean, self.logvar = mean, logvar

    def _draw(self, rng: np.random.Generator) -> np.ndarray:
        scale = exp(0.5 * self.logvar) / math.sqrt(2)
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
        x = 1 + np.log(np.maximum(u + (1 - u) * np.exp(-safe), np.finfo(float).tiny)) / safe     # u may be 0
        return np.where(near, u, np.where(self.logits > 0, x, 1 - x))

    def _log_prob(self, x: np.ndarray) -> np.ndarray:
        return -continuous_bernoulli_nll_entries(self.logits, x).sum(axis=1)
