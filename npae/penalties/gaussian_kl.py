r"""The Kullback-Leibler divergence of a Gaussian posterior from the prior, in closed form, nats per example.

Key: m examples, k latent units. q = N(mu, diag exp(logvar)), mu and logvar (m, k); prior N(prior_mean, diag
exp(prior_logvar)), numbers or (k,), by default N(0, I); w weight (1/m unless given), P scalar.

Forward. E_q log q = -1/2 sum (log 2 pi + logvar + 1) and E_q log p = -1/2 sum (log 2 pi + prior_logvar + (exp(logvar) +
(mu - prior_mean)^2) exp(-prior_logvar)); their difference is
    r = mu - prior_mean                                 (1)
    v = np.exp(-prior_logvar)                           (2)
    l = 0.5 * (prior_logvar - logvar + (np.exp(logvar) + r ** 2) * v - 1)    (3)
    P = np.sum(w * l)                                   (4)

Backward
    dmu = w * r * v                                     (5)
    dlogvar = w * 0.5 * (np.exp(logvar) * v - 1)        (6)

For N(0, I): 1/2 sum (mu^2 + sigma^2 - 1 - log sigma^2), never negative, zero only at the prior. The formula printed as
000-(41) is its negative (erratum E000-21): minimizing that would push q away from the prior.

A full covariance L L^T with the same diagonal convention (latents/cholesky.py) adds the squared entries below the diagonal
to the variances, and nothing to log det:
    c = 0.5 * np.sum(w[..., None] * lower ** 2 * v[..., None])    (7)
    dlower = w[..., None] * lower * v[..., None]        (8)

Far out: exp(logvar) that is too large for the dtype makes P and dlogvar infinite (losses/overflow.py).
Failure mode: averaged over k beside a reconstruction that is summed over n, beta is silently 1/k; both averaged, n/k.
Source: 000-(28), (31) to (41); 001 ELBO slides; 004 VAE slide.
"""

from __future__ import annotations

import numpy as np

from ..losses.overflow import exp, square_times_exp, times
from ..losses.weight import Weight


def gaussian_kl_entries(mu: np.ndarray, logvar: np.ndarray, prior_mean: Weight = 0.0, prior_logvar: Weight = 0.0) -> np.ndarray:
    """Return l (m, k), the divergence of each latent unit of each example."""
    c = _like(prior_logvar, mu)
    return 0.5 * (prior_logvar - logvar + (exp(logvar - c) + square_times_exp(mu - prior_mean, -c)) - 1)    # (3)


def gaussian_kl(mu: np.ndarray, logvar: np.ndarray, prior_mean: Weight = 0.0, prior_logvar: Weight = 0.0,
                weight: Weight = None) -> np.floating:
    """Return P for mu, logvar (m, k); weight broadcasts over (m, k)."""
    w = 1 / len(mu) if weight is None else weight
    return np.sum(w * gaussian_kl_entries(mu, logvar, prior_mean, prior_logvar))    # (4)


def gaussian_kl_backward(mu: np.ndarray, logvar: np.ndarray, prior_mean: Weight = 0.0, prior_logvar: Weight = 0.0,
                         weight: Weight = None):
    """Return dmu and dlogvar (m, k), the gradients of gaussian_kl with the same arguments."""
    w = 1 / len(mu) if weight is None else weight
    r = mu - prior_mean                                 # (1)
    v = exp(-_like(prior_logvar, mu))                   # (2)
    dmu = times(w * r, v)                               # (5)
    dlogvar = w * 0.5 * (exp(logvar - _like(prior_logvar, mu)) - 1)    # (6)
    return dmu, dlogvar


def covariance_kl(lower: np.ndarray, w: np.ndarray, v: np.ndarray) -> np.floating:
    """Return c, what the entries below the diagonal add: lower (m, k, k), w (m, k), v = exp(-prior_logvar) (k,) per row."""
    return 0.5 * np.sum(w[..., None] * lower ** 2 * v[..., None])    # (7)


def covariance_kl_backward(lower: np.ndarray, w: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Return dlower (m, k, k), the gradient of covariance_kl(lower, w, v)."""
    return w[..., None] * lower * v[..., None]          # (8)


def _like(value: Weight, array: np.ndarray) -> np.ndarray:
    """Return a hyperparameter in the array's real dtype: a NumPy scalar would turn float32 into float64."""
    return np.asarray(value, array.real.dtype)
