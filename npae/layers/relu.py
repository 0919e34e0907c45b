r"""ReLU, the rectifier max(0, a), elementwise.

Key: a pre-activation, y output, of one shape; d1 and d2 are dy/da and d2y/da2, written as functions of y.

Forward
    y = np.maximum(a, 0)                                (1)

Backward: slope 1 where the unit is on, 0 where it is off, and on is visible in the output, since y > 0 exactly when
a > 0. At the corner a = 0 no derivative exists; any value between 0 and 1 is a subgradient and we take 0.
    d1 = (y.real > 0) * 1.0                             (2)
    d2 = 0 * d1                                         (3)
    da = dy * d1                                        (4)

Failure mode: a unit that is off for every example has gradient exactly 0 and never learns again (a dead unit). The
claim that ReLU cures vanishing gradients holds on active paths only, and with He initialization (erratum E003-09).
Source: 003 section V, ReLU equations; the range is [0, inf), not [0, inf] (erratum E003-08).
"""

from __future__ import annotations

import numpy as np


def relu(a: np.ndarray) -> np.ndarray:
    """Return y = max(0, a)."""
    zeros = np.zeros(np.shape(a)[-1:], getattr(a, "dtype", float))     # a row: NumPy is slower with a single number
    return np.maximum(a, zeros)                         # (1)


def relu_derivative(y: np.ndarray) -> np.ndarray:
    """Return dy/da: 1 where y > 0, else 0."""
    return (y.real > 0).astype(y.dtype)                 # (2)


def relu_second_derivative(y: np.ndarray) -> np.ndarray:
    """Return d2y/da2: 0 on both sides of the corner."""
    return np.zeros_like(y)                             # (3)


def relu_backward(dy: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return da for dy and the output y."""
    return dy * (y.real > 0)                            # (4)
