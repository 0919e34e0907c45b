r"""Hyperbolic tangent: squashes a pre-activation into (-1, 1), elementwise.

Key: a pre-activation, y output, of one shape; d1 and d2 are dy/da and d2y/da2, written as functions of y.

Forward
    y = np.tanh(a)                                      (1)

Backward. tanh = sinh / cosh, so dy/da = (cosh^2 - sinh^2) / cosh^2 = 1 - y^2; once more by the chain rule:
    d1 = 1 - y ** 2                                     (2)
    d2 = -2 * y * d1                                    (3)
    da = dy * d1                                        (4)

It is a shifted sigmoid, tanh(a) = 2 sigmoid(2a) - 1, with slope 1 at the origin and outputs centred on 0.
Failure mode: saturates like the sigmoid; y rounds to 1 from a = 19 in float64, from a = 9 in float32.
Source: needed by the nonlinear encoders of 000 section 2 and by the probabilistic models; not derived there.
"""

from __future__ import annotations

import numpy as np


def tanh(a: np.ndarray) -> np.ndarray:
    """Return y = tanh(a)."""
    return np.tanh(a)                                   # (1)


def tanh_derivative(y: np.ndarray) -> np.ndarray:
    """Return dy/da from the output y."""
    return 1 - y ** 2                                   # (2)


def tanh_second_derivative(y: np.ndarray) -> np.ndarray:
    """Return d2y/da2 from the output y."""
    return -2 * y * (1 - y ** 2)                        # (3)


def tanh_backward(dy: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return da for dy and the output y."""
    return dy * (1 - y ** 2)                            # (4)
