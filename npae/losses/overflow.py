"""Exponentials of log-variances, whatever these are: what is too large for the dtype is inf, and nothing is ever NaN.

exp(1000) has no number in float64, exp(89) none in float32. As a variance it is infinite, and so are the losses and gradients
that are proportional to it: that is the convention of all pairs here, without a warning. Training ends there, with the error
that names the term. But 0 * exp(1000) is 0, where 0 * inf is NaN: a residual of zero costs nothing at any precision.
"""

from __future__ import annotations

import numpy as np


def exp(a: np.ndarray) -> np.ndarray:
    """Return the exponential of a, inf where it is too large for the dtype."""
    with np.errstate(over="ignore"):
        return np.exp(a)


def times(r: np.ndarray, e: np.ndarray) -> np.ndarray:
    """Return r * e for e = exp(...), perhaps inf: 0 where r is 0. Shapes broadcast."""
    with np.errstate(over="ignore", invalid="ignore"):
        return r * e if np.isfinite(e).all() else np.where(r == 0, r, r * e)


def square_times_exp(r: np.ndarray, a: np.ndarray) -> np.ndarray:
    """Return r^2 * exp(a), 0 where r is 0; shapes broadcast. What exp(a) alone makes too large, r may make small again."""
    e = exp(a)
    with np.errstate(over="ignore"):
        return r ** 2 * e if np.isfinite(e).all() else times(r, exp(0.5 * a)) ** 2
