r"""Absolute error, summed over features and averaged over examples.

Key: m examples, n features. o output (m, n), x target (m, n), w weight (1/m unless given), L scalar.

Forward, with s the sign of the residual (taken from the real part, so that a complex step passes through):
    s = np.sign((o - x).real)                           (1)
    l = s * (o - x)                                     (2)
    L = np.sum(w * l)                                   (3)

Backward: d|r|/dr = sign(r), and 0 is taken at the corner r = 0.
    do = w * s                                          (4)

The best constant is the median, not the mean: it ignores outliers, and the linear autoencoder's equality with PCA is
lost (erratum E000-10: 0.00 degrees from the true axis on heavy tails, where the squared error is off by 6.75).
Failure mode: the gradient does not shrink near the solution, so a constant step size keeps oscillating.
Source: 004 undercomplete slide (MAE).
"""

from __future__ import annotations

import numpy as np

from .weight import Weight


def _sign(r: np.ndarray) -> np.ndarray:
    return np.sign(r.real)                              # (1)


def absolute_error_entries(o: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Return l (m, n), the absolute error of each entry."""
    return _sign(o - x) * (o - x)                       # (2)


def absolute_error(o: np.ndarray, x: np.ndarray, weight: Weight = None) -> np.floating:
    """Return L, the absolute error of outputs o against targets x, both (m, n); weight broadcasts over (m, n)."""
    w = 1 / len(o) if weight is None else weight
    return np.sum(w * absolute_error_entries(o, x))     # (3)


def absolute_error_backward(o: np.ndarray, x: np.ndarray, weight: Weight = None) -> np.ndarray:
    """Return do (m, n), the gradient of absolute_error(o, x, weight) in o."""
    w = 1 / len(o) if weight is None else weight
    return w * _sign(o - x)                             # (4)
