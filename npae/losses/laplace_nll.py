r"""Laplace negative log-likelihood with its constant, nats per example.

Key: m examples, n features. mu location (m, n), x target (m, n), logvar log-variance: (), (1,), (n,) or (m, n); w weight
(1/m unless given), L scalar. A Laplace density of scale b has variance 2 b^2, so b = exp(logvar / 2) / sqrt(2).

Forward: -log [exp(-|x - mu| / b) / (2 b)], entry by entry, with s the sign of the residual (of its real part):
    s = np.sign((x - mu).real)                          (1)
    q = np.sqrt(2) * s * (x - mu) * np.exp(-0.5 * logvar)    (2)
    l = 0.5 * (np.log(2) + logvar) + q                  (3)
    L = np.sum(w * l)                                   (4)

Backward. dq/dmu = -sqrt(2) s exp(-logvar / 2) and dq/dlogvar = -q / 2; a shared variance collects the sum.
    dmu = -w * np.sqrt(2) * s * np.exp(-0.5 * logvar)    (5)
    dl = w * 0.5 * (1 - q)                              (6)
    dlogvar = sum_to_shape(dl, logvar.shape)            (7)

Absolute error with a scale that can be learned: robust to single large residuals. 0 is taken at the corner x = mu.
Source: 000-(11), (12) as a density of x instead of h; 004 (MAE).
"""

from __future__ import annotations

import math

import numpy as np

from .gaussian_nll import sum_to_shape
from .overflow import exp, times
from .weight import Weight

LOG_2, ROOT_2 = math.log(2), math.sqrt(2)


def _sign(r: np.ndarray) -> np.ndarray:
    return np.sign(r.real)                              # (1)


def _scaled(mu: np.ndarray, x: np.ndarray, logvar: np.ndarray) -> np.ndarray:
    return times(ROOT_2 * _sign(x - mu) * (x - mu), exp(-0.5 * logvar))    # (2)


def laplace_nll_entries(mu: np.ndarray, x: np.ndarray, logvar: np.ndarray) -> np.ndarray:
    """Return l (m, n), the negative log-density of each entry."""
    return 0.5 * (LOG_2 + logvar) + _scaled(mu, x, logvar)    # (3)


def laplace_nll(mu: np.ndarray, x: np.ndarray, logvar: np.ndarray, weight: Weight = None) -> np.floating:
    """Return L for locations mu (m, n), targets x (m, n) and log-variances that broadcast over (m, n)."""
    w = 1 / len(mu) if weight is None else weight
    return np.sum(w * laplace_nll_entries(mu, x, logvar))    # (4)


def laplace_nll_backward(mu: np.ndarray, x: np.ndarray, logvar: np.ndarray, weight: Weight = None):
    """Return dmu (m, n) and dlogvar (of logvar's shape), the gradients of laplace_nll(mu, x, logvar, weight)."""
    w = 1 / len(mu) if weight is None else weight
    dmu = times(-w * ROOT_2 * _sign(x - mu), exp(-0.5 * logvar))    # (5)
    dl = w * 0.5 * (1 - _scaled(mu, x, logvar))         # (6)
    dlogvar = sum_to_shape(dl, np.shape(logvar))        # (7)
    return dmu, dlogvar
