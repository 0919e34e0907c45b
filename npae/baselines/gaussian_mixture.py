r"""Gaussian mixture, fitted by expectation maximization (EM).

Key: m examples, n features, K components; r (m, K) responsibilities, rows of sum 1; N_k = sum_i r_ik.

A component k is drawn with the probabilities w (K,), then x from N(mu_k, S_k). In logarithms,
    log p(x, k) = log w_k + log N(x; mu_k, S_k)                                             (1)
    log p(x) = log sum_k exp(log p(x, k))                                                   (2)
a sum of K terms, so the likelihood is tractable: 001 (l.212) says otherwise (erratum E001-08). What is missing is a closed
form of its *maximizer*, as the sum inside the logarithm ties all parameters together. (In a variational autoencoder the sum
is an integral over z, and that one is intractable.) The largest term of (2) is taken out before exp: far from the data every
term alone would be 0, and the logarithm -inf.

The bound. p(x) = p(x, k) / p(k | x) for every k. Average its logarithm under any r, with log r_k added and taken away:
    log p(x)  =  sum_k r_k (log p(x, k) - log r_k)  +  KL(r | p(k | x)),
    ELBO = sum_k r_k (log p(x, k) - log r_k)  <=  log p(x)                                  (3)

E-step: the best r for given parameters makes the KL zero and the bound tight,
    r_k = p(k | x) = exp(log p(x, k) - log p(x))                                            (4)
M-step: the best parameters for given r. In (3) no sum stands inside a logarithm, and each parameter has its own terms.
Derivatives set to zero, for w under sum w = 1, give
    w_k = N_k / m                                                                           (5)
    mu_k = sum_i r_ik x_i / N_k                                                             (6)
    A_k = sum_i r_ik (x_i - mu_k)^T (x_i - mu_k) / N_k                                      (7)
and S_k = A_k, or its diagonal. The M-step raises the bound from where it touched the likelihood, so EM never goes downhill.
This touching is what an encoder network gives up: "like EM, but tightness cannot be ensured" (001 l.253).

The floor. A component can shrink onto one example, and its likelihood grows beyond every limit. So let no variance in any
direction fall below `min_variance`. For A_k = Q diag(a) Q^T the terms of S_k in (3) are -1/2 (log|S_k| + tr(S_k^-1 A_k)):
best with the axes Q, and for each eigenvalue s with the least log s + a / s, which falls until s = a and rises after it:
    S_k = Q diag(max(a, min_variance)) Q^T                                                  (8)
is the exact maximizer under the constraint, and EM stays monotone. (A constant added to the diagonal is none.) For scores of
new data set the floor to the size of the noise: in a direction without variance the mixture is as narrow as the floor.

EM finds a local maximum: the best of `n_starts` is kept. Each start spreads its means as k-means++ does (the next one is an
example drawn in proportion to its squared distance from the nearest so far), with equal weights and round components.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ..estimator import Estimator
from ..validation import Seed, check_choice, check_integer, check_matrix, check_random_state, check_range, check_real


class Components(NamedTuple):
    """The parameters in the axes of each component, where every covariance is a division."""

    weights: np.ndarray                     # (K,)
    means: np.ndarray                       # (K, n)
    variances: np.ndarray                   # (K, n), along the axes
    axes: list[np.ndarray | None]           # K times (n, n), axes in columns; None for the coordinate axes


@dataclass(kw_only=True, repr=False, eq=False)
class GaussianMixture(Estimator):
    """Mixture of Gaussians with "full" or "diagonal" covariance.

    EM stops when an iteration gains no more than `tolerance` nats per example, or after `max_iterations`. `min_variance` is
    in squared units of X; None takes 1e-6 of the least variance of a feature, and at least 1e-9 of the largest.
    Fitted: `weights_` (K,), `means_` (K, n), `covariances_` (K, n, n) or (K, n), `log_likelihoods_` in nats per example
    after each iteration (the last is that of the fitted mixture), `converged_`, `min_variance_`, `n_features_in_`.
    """

    n_components: int = 2
    covariance: str = "full"
    max_iterations: int = 200
    tolerance: float = 1e-6
    min_variance: float | None = None
    n_starts: int = 4
    random_state: Seed = None

    def fit(self, X: ArrayLike, y: Any = None) -> GaussianMixture:
        """Fit by EM from several starts and keep the most likely mixture."""
        self._validate()
        x, rng = check_matrix(X), check_random_state(self.random_state)
        floor = self._floor(x)
        runs = [self._run(x, _start(x, self.n_components, floor, rng), floor) for _ in range(self.n_starts)]
        best, history = max(runs, key=lambda run: run[1][-1])
        self._remember_features(X, x.shape[1])
        self.weights_, self.means_, self.min_variance_ = best.weights, best.means, floor
        self.covariances_ = np.stack([s if Q is None else (Q * s) @ Q.T for s, Q in zip(best.variances, best.axes)])
        self.log_likelihoods_ = np.array(history)
        self.converged_ = len(history) > 1 and history[-1] - history[-2] <= self.tolerance
        return self

    def score_samples(self, X: ArrayLike) -> np.ndarray:
        """Return log p(x) of each example in nats, constants included."""
        return _log_sum_exp(self._log_joint(X))

    def score(self, X: ArrayLike, y: Any = None) -> float:
        """Return the mean of `score_samples`."""
        return float(self.score_samples(X).mean())

    def predict_proba(self, X: ArrayLike) -> np.ndarray:
        """Return the responsibilities p(k | x), (m, K)."""
        return _responsibilities(self._log_joint(X))

    def predict(self, X: ArrayLike) -> np.ndarray:
        """Return the most probable component of each example."""
        return self._log_joint(X).argmax(axis=1)

    def elbo(self, X: ArrayLike, responsibilities: ArrayLike) -> float:
        """Return the mean bound in nats per example: `score(X)` for r = `predict_proba(X)`, less for any other r (m, K)."""
        log_joint = self._log_joint(X)
        r = check_matrix(responsibilities, "responsibilities", n_features=log_joint.shape[1])
        check_range(r, "responsibilities", 0, 1, "probabilities", "divide each row by its sum")
        if len(r) != len(log_joint) or np.abs(r.sum(axis=1) - 1).max() > 1e-8:
            raise ValueError(f"responsibilities must be {log_joint.shape} with rows of sum 1, got shape {r.shape} with sums "
                             f"from {r.sum(axis=1).min():g} to {r.sum(axis=1).max():g}")
        log_r = np.log(np.where(r > 0, r, 1))                   # r log r is 0 at r = 0
        return float((r * (log_joint - log_r)).sum(axis=1).mean())                          # (3)

    def sample(self, n: int, random_state: Seed = None) -> tuple[np.ndarray, np.ndarray]:
        """Draw n examples; return them and the component of each, (n,)."""
        parts = self._components()
        check_integer(n, "n", 1)
        rng = check_random_state(random_state)
        component = rng.choice(len(parts.weights), size=n, p=parts.weights)
        y = np.sqrt(parts.variances[component]) * rng.standard_normal((n, self.n_features_in_))
        for k, Q in enumerate(parts.axes):
            if Q is not None:
                y[component == k] = y[component == k] @ Q.T
        return parts.means[component] + y, component

    def _run(self, x: np.ndarray, parts: Components, floor: float) -> tuple[Components, list[float]]:
        """Return the components after EM and the log-likelihood after each iteration."""
        log_joint, history = _log_joint(x, parts), list[float]()
        while len(history) < self.max_iterations:
            parts = _m_step(x, _responsibilities(log_joint), self.covariance, floor)
            log_joint = _log_joint(x, parts)
            history.append(float(_log_sum_exp(log_joint).mean()))
            if len(history) > 1 and history[-1] - history[-2] <= self.tolerance:
                break
        return parts, history

    def _log_joint(self, X: ArrayLike) -> np.ndarray:
        return _log_joint(self._check_input(X), self._components())

    def _components(self) -> Components:
        self._check_fitted()
        axes = [_principal_axes(S, self.min_variance_) for S in self.covariances_]
        return Components(self.weights_, self.means_, np.stack([s for s, _ in axes]), [Q for _, Q in axes])

    def _floor(self, x: np.ndarray) -> float:
        if self.min_variance is not None:
            return float(self.min_variance)
        if (x == x[0]).all():
            given = "one sample" if len(x) == 1 else f"{len(x)} samples that are all the same"
            raise ValueError(f"X must hold different samples, got {given}: a mixture needs variance, or a min_variance to stand "
                             f"in for it")
        variances = x.var(axis=0)
        return float(max(1e-6 * variances.min(), 1e-9 * variances.max()))

    def _validate(self) -> None:
        check_integer(self.n_components, "n_components", 1)
        check_choice(self.covariance, "covariance", ("full", "diagonal"))
        check_integer(self.max_iterations, "max_iterations", 1)
        check_real(self.tolerance, "tolerance", 0)
        if self.min_variance is not None:
            check_real(self.min_variance, "min_variance", 0, open_low=True)
        check_integer(self.n_starts, "n_starts", 1)


# ---- the formulas, for examples x (m, n) --------------------------------------------------------------------------------


def _log_joint(x: np.ndarray, parts: Components) -> np.ndarray:
    """Return log p(x, k), (m, K)."""
    log_joint = np.empty((len(x), len(parts.weights)))
    for k, (w, mu, s, Q) in enumerate(zip(*parts)):
        y = x - mu if Q is None else (x - mu) @ Q
        log_joint[:, k] = np.log(w) - 0.5 * (np.log(2 * np.pi * s).sum() + (y**2 / s).sum(axis=1))      # (1)
    return log_joint


def _log_sum_exp(log_joint: np.ndarray) -> np.ndarray:
    top = log_joint.max(axis=1)
    return top + np.log(np.exp(log_joint - top[:, None]).sum(axis=1))                       # (2)


def _responsibilities(log_joint: np.ndarray) -> np.ndarray:
    return np.exp(log_joint - _log_sum_exp(log_joint)[:, None])                             # (4)


def _m_step(x: np.ndarray, r: np.ndarray, covariance: str, floor: float) -> Components:
    N = r.sum(axis=0) + np.finfo(r.dtype).tiny                  # a component that lost every example divides by no zero
    means = r.T @ x / N[:, None]                                                            # (6)
    axes = []
    for r_k, N_k, mu in zip(r.T, N, means):
        xc = x - mu
        A = (xc.T * r_k) @ xc / N_k if covariance == "full" else r_k @ xc**2 / N_k          # (7)
        axes.append(_principal_axes(A, floor))                                              # (8)
    return Components(N / N.sum(), means, np.stack([s for s, _ in axes]), [Q for _, Q in axes])     # (5)


def _principal_axes(A: np.ndarray, floor: float) -> tuple[np.ndarray, np.ndarray | None]:
    """Return the variances (n,), at least `floor`, and the axes of a covariance (n, n), or of the diagonal (n,) of one."""
    s, Q = (A, None) if A.ndim == 1 else np.linalg.eigh(A)
    return np.maximum(s, floor), Q


def _start(x: np.ndarray, K: int, floor: float, rng: np.random.Generator) -> Components:
    means = [x[rng.integers(len(x))]]
    distance = ((x - means[0])**2).sum(axis=1)                  # squared, to the nearest mean so far
    while len(means) < K:
        if not distance.any():
            raise ValueError(f"n_components must be at most the number of different examples in X, {len(means)}, got {K}")
        means.append(x[rng.choice(len(x), p=distance / distance.sum())])
        distance = np.minimum(distance, ((x - means[-1])**2).sum(axis=1))
    width = max(distance.mean() / x.shape[1], floor)
    return Components(np.full(K, 1 / K), np.stack(means), np.full((K, x.shape[1]), width), [None] * K)
