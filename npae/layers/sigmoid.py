r"""Sigmoid: squashes a pre-activation into (0, 1), elementwise.

Key: a pre-activation, y output, of one shape; d1 and d2 are dy/da and d2y/da2, written as functions of y.

Forward
    y = 1 / (1 + np.exp(-a))                            (1)

For a < -709 (-88 in float32) exp(-a) overflows. It is then inf, and 1 / inf = 0 is the right answer: the true value is
below the smallest normal number. So the warning is switched off, and nothing else is needed.

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
    """Return y = 1 / (1 + exp(-a)), for any a."""
    with np.errstate(over="ignore"):
        y = 1 / (1 + np.exp(-a))                        # (1)
    return y


def sigmoid_derivative(y: np.ndarray) -> np.ndarray:
    """Return dy/da from the output y."""
    return y * (1 - y)                                  # (2)


def sigmoid_second_derivative(y: np.ndarray) -> np.ndarray:
    """Return d2y/da2 from the output y."""
    return y * (1 - y) * (1 - 2 * y)                    # (3)


def sigmoid_backward(dy: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return da for dy and the output y."""
    return dy * (y * (1 - y))                           # (4)
