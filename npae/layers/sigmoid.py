r"""Sigmoid: squashes a pre-activation into (0, 1), elementwise.

Key: a pre-activation, y output, of one shape; d1 and d2 are dy/da and d2y/da2, written as functions of y.

Forward
    y = 1 / (1 + np.exp(-a))                            (1)

As written, exp(-a) overflows for a < -709. Multiply numerator and denominator by exp(min(a, 0)): then no exponent is
positive, y = exp(min(a, 0)) / (1 + exp(-|a|)), where -|a| = 2 min(a, 0) - a needs no absolute value and therefore
also serves the complex-step derivative.

Backward. With u = exp(-a), dy/da = u / (1 + u)^2 = y (1 - y); once more by the product rule:
    d1 = y * (1 - y)                                    (2)
    d2 = d1 * (1 - 2 * y)                               (3)
    da = dy * d1                                        (4)

Failure mode: d1 <= 1/4, so each sigmoid layer shrinks the gradient at least fourfold (times its weights); a saturated
unit has d1 = 0: y rounds to 1 from a = 37 in float64 and from a = 17 in float32.
Source: 003 section V, sigmoid equation; the range is (0, 1), not [0, 1] (erratum E003-08).
"""

from __future__ import annotations

import numpy as np


def sigmoid(a: np.ndarray) -> np.ndarray:
    """Return y = 1 / (1 + exp(-a)), without overflow for any a."""
    negative = np.minimum(a, 0)
    return np.exp(negative) / (1 + np.exp(2 * negative - a))    # (1)


def sigmoid_derivative(y: np.ndarray) -> np.ndarray:
    """Return dy/da from the output y."""
    return y * (1 - y)                                  # (2)


def sigmoid_second_derivative(y: np.ndarray) -> np.ndarray:
    """Return d2y/da2 from the output y."""
    return y * (1 - y) * (1 - 2 * y)                    # (3)


def sigmoid_backward(dy: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return da for dy and the output y."""
    return dy * (y * (1 - y))                           # (4)
