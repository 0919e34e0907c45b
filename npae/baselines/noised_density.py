r"""Noised data: their density, their score, and the best denoiser there can be. Exact for points, curves and mixtures.

Key: m queries, n features, K components; x clean data, x~ = x + N(0, sd^2 I) noised data, X (m, n) where to ask.

The clean data come from a mixture, with probability w_k from N(mu_k, S_k). S_k = 0 is a point: a training set is a mixture
of its examples, and a curve is a mixture of closely spaced points. Noise adds its variance to every component:

    p(x~)  =  sum_k w_k N(x~; mu_k, S_k + sd^2 I)                                     (1)
    r_k    =  w_k N(x~; mu_k, S_k + sd^2 I) / p(x~)                                   (2)   where x~ is likely to come from
    grad log p(x~)  =  - sum_k r_k (S_k + sd^2 I)^-1 (x~ - mu_k)                      (3)   the score
    m_k    =  mu_k + S_k (S_k + sd^2 I)^-1 (x~ - mu_k)                                (4)   E[x | x~, k], a Wiener filter
    E[x | x~]  =  sum_k r_k m_k                                                       (5)
    tr Cov[x | x~]  =  sum_k r_k (tr S_k sd^2 (S_k + sd^2 I)^-1 + |m_k - E[x | x~]|^2)   (6)

(5) is the denoiser of least squared error, and the mean of (6) over x~ is its error: no model comes below it.

Tweedie's identity (Miyasawa 1961). Whatever the density p0 of the clean data, p(x~) is the integral over x of
p0(x) N(x~; x, sd^2 I), and the gradient of the Gaussian in x~ is (x - x~)/sd^2 times itself. Hence
    grad p(x~) = integral of p0(x) N(x~; x, sd^2 I) (x - x~)/sd^2 = p(x~) (E[x | x~] - x~)/sd^2,
and divided by p(x~):
    E[x | x~]  =  x~ + sd^2 grad log p(x~)                                            (7)
A denoiser that has learnt its task knows the score of the *noised* density. (3) and (5) are computed apart from each
other, so that (7) can be tested.

The memorizing denoiser. For points (S_k = 0) the m_k are the points themselves and r is the softmax of
-|x~ - x_k|^2 / (2 sd^2): a weighted mean of the training examples, and where sd is small beside their distances simply the
nearest one. That is the optimum of a denoising autoencoder on finitely many examples (erratum E002-10).

In the code S_k = Q_k diag(s_k) Q_k^T, and y = (x~ - mu_k) Q_k: in these axes every matrix is a division.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from ..validation import Seed, check_integer, check_matrix, check_random_state, check_real

BLOCK = 2 ** 20         # numbers in one (queries, components, features) array: more would only fill memory


class NoisedDensity:
    """The density of x + N(0, sd^2 I) for x from points or from a Gaussian mixture.

    means (K, n); sd > 0; covariances None for points, (K, n) variances, or (K, n, n), positive semi-definite; weights (K,)
    above 0 (divided by their sum), None for equal ones.
    """

    def __init__(self, means: ArrayLike, sd: float, covariances: ArrayLike | None = None, weights: ArrayLike | None = None):
        check_real(sd, "sd", 0, open_low=True)
        self.means, self.sd = check_matrix(means, "means"), float(sd)                       # (K, n)
        self.weights = _check_weights(weights, len(self.means))                             # (K,)
        self._variances, self._axes = _principal_axes(covariances, *self.means.shape)       # (K, n); (K, n, n) or None
        self._noised = self._variances + self.sd ** 2                                       # (K, n)
        self._log_scale = np.log(self.weights) - 0.5 * np.log(2 * np.pi * self._noised).sum(axis=1)

    def log_density(self, X: ArrayLike) -> np.ndarray:
        """Return log p(x~), (m,)."""
        return self._in_blocks(self._log_density, X)

    def score(self, X: ArrayLike) -> np.ndarray:
        """Return grad log p(x~), (m, n)."""
        return self._in_blocks(self._score, X)

    def denoise(self, X: ArrayLike) -> np.ndarray:
        """Return E[x | x~], (m, n)."""
        return self._in_blocks(self._denoise, X)

    def posterior_variance(self, X: ArrayLike) -> np.ndarray:
        """Return tr Cov[x | x~], (m,): the squared error that even the best denoiser makes there."""
        return self._in_blocks(self._posterior_variance, X)

    def sample(self, n_examples: int, random_state: Seed = None) -> tuple[np.ndarray, np.ndarray]:
        """Draw clean examples x and their noised versions x~, both (n_examples, n)."""
        check_integer(n_examples, "n_examples", 1)
        rng = check_random_state(random_state)
        k = rng.choice(len(self.means), size=n_examples, p=self.weights)
        spread = np.sqrt(self._variances[k]) * rng.standard_normal((n_examples, self.means.shape[1]))
        x = self.means[k] + (spread if self._axes is None else np.einsum("mj,mij->mi", spread, self._axes[k]))
        return x, x + self.sd * rng.standard_normal(x.shape)

    # ---- the formulas, for a block of queries x (m, n) --------------------------------------------------------------

    def _log_density(self, x: np.ndarray) -> np.ndarray:
        log_joint = self._joint(x)[1]
        top = log_joint.max(axis=1)
        return top + np.log(np.exp(log_joint - top[:, None]).sum(axis=1))                   # (1)

    def _score(self, x: np.ndarray) -> np.ndarray:
        y, log_joint = self._joint(x)
        return _average(_softmax(log_joint), self._turn_back(-y / self._noised))            # (3)

    def _denoise(self, x: np.ndarray) -> np.ndarray:
        return _average(*self._posterior(x))                                                # (5)

    def _posterior_variance(self, x: np.ndarray) -> np.ndarray:
        r, m = self._posterior(x)
        within = (self._variances * self.sd ** 2 / self._noised).sum(axis=1)                # (K,)
        between = ((m - _average(r, m)[:, None]) ** 2).sum(axis=2)                          # (m, K)
        return (r * (within + between)).sum(axis=1)                                         # (6)

    def _posterior(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return r (m, K) and m_k (m, K, n), which for points has one row for all queries."""
        y, log_joint = self._joint(x)
        if not self._variances.any():
            return _softmax(log_joint), self.means[None]
        return _softmax(log_joint), self.means + self._turn_back(y * self._variances / self._noised)    # (4)

    def _joint(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return y (m, K, n) and the logarithm of w_k N(x~; mu_k, S_k + sd^2 I), (m, K)."""
        y = x[:, None] - self.means
        if self._axes is not None:
            y = np.einsum("mki,kij->mkj", y, self._axes)
        return y, self._log_scale - 0.5 * (y ** 2 / self._noised).sum(axis=2)

    def _turn_back(self, y: np.ndarray) -> np.ndarray:
        return y if self._axes is None else np.einsum("mkj,kij->mki", y, self._axes)

    def _in_blocks(self, formula: Callable[[np.ndarray], np.ndarray], X: ArrayLike) -> np.ndarray:
        x = check_matrix(X, n_features=self.means.shape[1])
        size = max(1, BLOCK // self.means.size)
        return np.concatenate([formula(x[start:start + size]) for start in range(0, len(x), size)])


def _softmax(log_joint: np.ndarray) -> np.ndarray:
    """Return r (m, K), rows of sum 1."""
    r = np.exp(log_joint - log_joint.max(axis=1, keepdims=True))
    return r / r.sum(axis=1, keepdims=True)                                                 # (2)


def _average(r: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Return the average (m, n) of vectors v (m, K, n), or of the same (1, K, n) for all queries, with weights r (m, K)."""
    return r @ v[0] if len(v) == 1 else (r[:, None] @ v)[:, 0]


def _check_weights(weights: ArrayLike | None, K: int) -> np.ndarray:
    if weights is None:
        return np.full(K, 1 / K)
    w = check_matrix(np.asarray(weights)[None], "weights, as a row,", n_features=K)[0]
    if w.min() <= 0:
        raise ValueError(f"weights must all be above 0, found {w.min():g}: leave such components out")
    return w / w.sum()


def _principal_axes(covariances: ArrayLike | None, K: int, n: int) -> tuple[np.ndarray, np.ndarray | None]:
    """Return the variances (K, n) and the axes (K, n, n) in its columns, or None for the coordinate axes."""
    if covariances is None:
        return np.zeros((K, n)), None
    S = np.asarray(covariances, dtype=np.float64)
    if S.shape not in ((K, n), (K, n, n)) or not np.isfinite(S).all():
        raise ValueError(f"covariances must be finite, of shape ({K}, {n}) or ({K}, {n}, {n}), got shape {S.shape}")
    tiny = 1e-10 * np.abs(S).max()
    variances, axes = (S, None) if S.ndim == 2 else np.linalg.eigh(S)
    if S.ndim == 3 and np.abs(S - S.swapaxes(1, 2)).max() > tiny or variances.min() < -tiny:
        raise ValueError(f"covariances must be symmetric and positive semi-definite, the smallest variance is "
                         f"{variances.min():g}")
    return np.maximum(variances, 0), axes
