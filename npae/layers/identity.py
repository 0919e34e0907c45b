r"""Identity: the activation of a linear layer, elementwise.

Key: a pre-activation, y output, of one shape; d1 and d2 are dy/da and d2y/da2, written as functions of y.

Forward
    y = 1.0 * a                                         (1)

Backward: the slope is one everywhere, so the curvature is zero.
    d1 = np.ones_like(y)                                (2)
    d2 = np.zeros_like(y)                               (3)
    da = dy * d1                                        (4)

Failure mode: a stack of linear layers is one linear layer. With squared error it can do no better than PCA.
Source: 003 section V (output units); 001 linear autoencoder slide.
"""

from __future__ import annotations

import numpy as np


def identity(a: np.ndarray) -> np.ndarray:
    """Return y = a as a fresh array."""
    return +a                                           # (1)


def identity_derivative(y: np.ndarray) -> np.ndarray:
    """Return dy/da, ones of y's shape."""
    return np.ones_like(y)                              # (2)


def identity_second_derivative(y: np.ndarray) -> np.ndarray:
    """Return d2y/da2, zeros of y's shape."""
    return np.zeros_like(y)                             # (3)


def identity_backward(dy: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return da for dy, a fresh array."""
    return +dy                                          # (4)
