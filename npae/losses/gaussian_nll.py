r"""Gaussian negative log-likelihood with its constant, nats per example.

Key: m examples, n features. mu mean (m, n), x target (m, n), logvar log sigma^2: a scalar shape () or (1,) (shared),
(n,) (per feature) or (m, n) (per entry); w weight (1/m unless given), L scalar.

Forward: -log N(x; mu, exp(logvar)), entry by entry.
    l = 0.5 * (np.log(2 * np.pi) + logvar + (x - mu) ** 2 * np.exp(-logvar))    (1)
    L = np.sum(w * l)                                   (2)

Backward. The quadratic term gives both; a variance shared by several entries collects the sum over them.
    dmu = w * (mu - x) * np.exp(-logvar)                (3)
    dl = w * 0.5 * (1 - (x - mu) ** 2 * np.exp(-logvar))    (4)
    dlogvar = sum_to_shape(dl, logvar.shape)            (5)

At the optimum exp(logvar) is the mean squared residual over the entries that share it. With logvar fixed at 0, L is
half the squared error plus n/2 log 2 pi: the same minimum in mu, and a different meaning of every weight beside it.
Far out: what exp(-logvar) makes too large for the dtype is inf, but a residual of 0 stays 0 (losses/overflow.py).
Failure mode: with a variance per entry, L has no lower bound (residual 0, logvar to -infinity).
Source: 000-(29); 001 vanilla slides 4-5 with c = d/2 log 2 pi; erratum E000-18 (a log-density is no Gaussian).
"""

from __future__ import annotations

import math

import numpy as np

from .overflow import exp, square_times_exp, times
from .weight import Weight

LOG_2PI = math.log(2 * math.pi)     # a Python float: a NumPy scalar would turn float32 arrays into float64


def sum_to_shape(d: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Return d summed over the axes along which an array of `shape` was broadcast to d's shape."""
    lead = d.ndim - len(shape)
    d = d.sum(axis=tuple(range(lead)))
    stretched = tuple(axis for axis, size in enumerate(shape) if size == 1 and d.shape[axis] != 1)
    return d.sum(axis=stretched, keepdims=True)


def gaussian_nll_entries(mu: np.ndarray, x: np.ndarray, logvar: np.ndarray) -> np.ndarray:
    """Return l (m, n), the negative log-density of each entry."""
    return 0.5 * (LOG_2PI + logvar + square_times_exp(x - mu, -logvar))    # (1)


def gaussian_nll(mu: np.ndarray, x: np.ndarray, logvar: np.ndarray, weight: Weight = None) -> np.floating:
    """Return L for means mu (m, n), targets x (m, n) and log-variances that broadcast over (m, n)."""
    w = 1 / len(mu) if weight is None else weight
    return np.sum(w * gaussian_nll_entries(mu, x, logvar))    # (2)


def gaussian_nll_backward(mu: np.ndarray, x: np.ndarray, logvar: np.ndarray, weight: Weight = None):
    """Return dmu (m, n) and dlogvar (of logvar's shape), the gradients of gaussian_nll(mu, x, logvar, weight)."""
    w = 1 / len(mu) if weight is None else weight
    dmu = times(w * (mu - x), exp(-logvar))             # (3)
    dl = w * 0.5 * (1 - square_times_exp(x - mu, -logvar))    # (4)
    dlogvar = sum_to_shape(dl, np.shape(logvar))        # (5)
    return dmu, dlogvar
