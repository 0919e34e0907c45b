r"""The best linear denoisers: the Wiener filter, and its like for entries that are masked or replaced.

Key: x (m, n) clean rows with mean mu (n,) and covariance S (n, n), x~ corrupted rows, q = 1 - fraction kept.

Of all maps x~ @ W + b the least mean squared error belongs to the solution of the normal equations,
    W  =  Cov(x~)^-1 Cov(x~, x),      b  =  E[x] - E[x~] W,      error  =  tr(S - Cov(x, x~) W)                 (1)

Gaussian noise of variance sd^2 leaves E[x~] = mu and Cov(x~, x) = S, and adds to the variances:
    Cov(x~)  =  S + sd^2 I                                                                                      (2)
so that a direction of variance s is shrunk by s / (s + sd^2), and the error is the sum of s sd^2 / (s + sd^2). For
Gaussian data this is E[x | x~] itself: no nonlinear map does better.

Replacement: independently of everything else, an entry becomes v with probability 1 - q; v is 0 for masking, one of two
values at even odds for salt and pepper. Two entries keep their relation when both are kept, an entry keeps itself:
    E[x~]  =  q mu + (1 - q) E[v],      Cov(x~, x)  =  q S                                                      (3)
    Cov(x~)_ij  =  q^2 S_ij for i != j,     q E[x_i^2] + (1 - q) E[v^2] - E[x~_i]^2 for i = j                   (4)
For masking without b, and E[x^T x] in the place of S, this is the matrix of marginalized denoising (Chen et al. 2012):
q^2 times it off the diagonal, q times it on the diagonal.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ..validation import as_array, check_matrix, check_real


class LinearDenoiser(NamedTuple):
    """x~ @ W + b and its mean squared error, summed over features."""

    W: np.ndarray       # (n, n)
    b: np.ndarray       # (n,)
    error: float

    def denoise(self, X: ArrayLike) -> np.ndarray:
        """Return the denoised rows (m, n)."""
        return check_matrix(X, n_features=len(self.W)) @ self.W + self.b


def wiener_filter(mean: ArrayLike, covariance: ArrayLike, sd: float) -> LinearDenoiser:
    """Return the best linear denoiser for data of this mean (n,) and covariance (n, n) with noise N(0, sd^2 I)."""
    check_real(sd, "sd", 0, 1e100, open_low=True)
    mu, S = _check_moments(mean, covariance)
    return _solve(mu, S, mu, S + float(sd) ** 2 * np.eye(len(mu)), S)                              # (2)


def masking_filter(mean: ArrayLike, covariance: ArrayLike, fraction: float) -> LinearDenoiser:
    """Return the best linear denoiser when this fraction of the entries, below 1, is set to 0."""
    return salt_and_pepper_filter(mean, covariance, fraction, 0.0, 0.0)


def salt_and_pepper_filter(mean: ArrayLike, covariance: ArrayLike, fraction: float, low: float = 0.0,
                           high: float = 1.0) -> LinearDenoiser:
    """Return the best linear denoiser when this fraction of the entries, below 1, is set to low or high at even odds."""
    check_real(fraction, "fraction", 0, 1, open_high=True)
    check_real(low, "low", -1e100, 1e100)
    check_real(high, "high", -1e100, 1e100)
    mu, S = _check_moments(mean, covariance)
    q = 1 - fraction
    noised_mean = q * mu + fraction * (low + high) / 2                                      # (3)
    noised = q ** 2 * S
    variances = q * (np.diag(S) + mu ** 2) + fraction * (low ** 2 + high ** 2) / 2 - noised_mean ** 2
    np.fill_diagonal(noised, variances)                                                     # (4)
    return _solve(mu, S, noised_mean, noised, q * S)                                        # (3)


def _solve(mu: np.ndarray, S: np.ndarray, noised_mean: np.ndarray, noised: np.ndarray, cross: np.ndarray) -> LinearDenoiser:
    """cross = Cov(x~, x), symmetric for all these kinds of noise."""
    W = np.linalg.lstsq(noised, cross, rcond=None)[0]       # (1) a feature that is always 0 makes `noised` singular
    return LinearDenoiser(W, mu - noised_mean @ W, float(np.trace(S - cross @ W)))


def _check_moments(mean: ArrayLike, covariance: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    mu = check_matrix(as_array(mean, "mean")[None], "mean, as a row,")[0]
    S = check_matrix(covariance, "covariance", n_features=len(mu))
    if S.shape[0] != S.shape[1] or np.abs(S - S.T).max() > 1e-10 * np.abs(S).max():
        raise ValueError(f"covariance must be a symmetric ({len(mu)}, {len(mu)}) matrix, got shape {S.shape}")
    return mu, S
