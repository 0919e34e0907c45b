r"""The best linear denoisers: the Wiener filter, and its like for masked entries.

Key: x (m, n) clean rows with mean mu (n,) and covariance S (n, n), x~ corrupted rows, q = 1 - fraction kept.

Of all maps x~ @ W + b the least mean squared error belongs to the solution of the normal equations,
    W  =  Cov(x~)^-1 Cov(x~, x),      b  =  E[x] - E[x~] W,      error  =  tr(S - Cov(x, x~) W)         (1)

Gaussian noise of variance sd^2 leaves E[x~] = mu and Cov(x~, x) = S, and adds to the variances:
    Cov(x~)  =  S + sd^2 I                                                                              (2)
so that a direction of variance s is shrunk by s / (s + sd^2), and the error is the sum of s sd^2 / (s + sd^2). For
Gaussian data this is E[x | x~] itself: no nonlinear map does better.

Masking sets an entry to zero with probability 1 - q, independently. Then E[x~] = q mu, E[x~_i x_j] = q E[x_i x_j],
E[x~_i x~_j] = q^2 E[x_i x_j] for i != j, but E[x~_i^2] = q E[x_i^2]; less the products of the means,
    Cov(x~, x)  =  q S                                                                                  (3)
    Cov(x~)  =  q^2 S + q (1 - q) diag(S_ii + mu_i^2)                                                   (4)
The mean enters (4) because zero is then a jump away from it: centre data before masking them. Without b, put the
uncentred E[x^T x] for S and 0 for mu (Chen et al. 2012, marginalized denoising).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ..validation import check_matrix, check_real


class LinearDenoiser(NamedTuple):
    """x~ @ W + b and its mean squared error, summed over features."""

    W: np.ndarray       # (n, n)
    b: np.ndarray       # (n,)
    error: float

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """Return the denoised rows (m, n)."""
        return x @ self.W + self.b


def wiener_filter(mean: ArrayLike, covariance: ArrayLike, sd: float) -> LinearDenoiser:
    """Return the best linear denoiser for data of this mean (n,) and covariance (n, n) with noise N(0, sd^2 I)."""
    check_real(sd, "sd", 0, open_low=True)
    mu, S = _moments(mean, covariance)
    return _solve(mu, S, mu, S + sd ** 2 * np.eye(len(mu)), S)                              # (2)


def masking_filter(mean: ArrayLike, covariance: ArrayLike, fraction: float) -> LinearDenoiser:
    """Return the best linear denoiser when a fraction of the entries, below 1, is set to zero at random."""
    check_real(fraction, "fraction", 0, 1, open_high=True)
    mu, S = _moments(mean, covariance)
    q = 1 - fraction
    noised = q ** 2 * S + q * (1 - q) * np.diag(np.diag(S) + mu ** 2)                       # (4)
    return _solve(mu, S, q * mu, noised, q * S)                                             # (3)


def _solve(mu: np.ndarray, S: np.ndarray, noised_mean: np.ndarray, noised: np.ndarray, cross: np.ndarray) -> LinearDenoiser:
    """cross = Cov(x~, x), symmetric in both cases."""
    W = np.linalg.lstsq(noised, cross, rcond=None)[0]       # (1) a feature that is always 0 makes `noised` singular
    return LinearDenoiser(W, mu - noised_mean @ W, float(np.trace(S - cross.T @ W)))


def _moments(mean: ArrayLike, covariance: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    mu = check_matrix([mean], "[mean]")[0]
    S = check_matrix(covariance, "covariance", n_features=len(mu))
    if S.shape[0] != S.shape[1] or np.abs(S - S.T).max() > 1e-10 * np.abs(S).max():
        raise ValueError(f"covariance must be a symmetric ({len(mu)}, {len(mu)}) matrix, got shape {S.shape}")
    return mu, S
