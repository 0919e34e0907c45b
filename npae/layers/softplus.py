r"""Softplus log(1 + exp(a)): a ReLU with a rounded corner, elementwise.

Key: a pre-activation, y output, of one shape; d1 and d2 are dy/da and d2y/da2, written as functions of y.

Forward
    y = np.log(1 + np.exp(a))                           (1)

As written, exp(a) overflows for a > 709. Take exp(max(a, 0)) out of the logarithm: y = p + log1p(exp(-|a|)) with
p = max(a, 0), where -|a| = a - 2 p needs no absolute value and therefore also serves the complex-step derivative.

Backward. dy/da = exp(a) / (1 + exp(a)) is the sigmoid of a; from (1), exp(-y) = 1 / (1 + exp(a)), hence
    d1 = 1 - np.exp(-y)                                 (2)
    d2 = d1 * np.exp(-y)                                (3)
    da = dy * d1                                        (4)
Written with expm1, (2) keeps all its digits where y is small.

Failure mode: never exactly 0, so codes made with it are small, not sparse.
Source: the smooth relative of 003's ReLU; it is what the Bernoulli loss on logits is made of.
"""

from __future__ import annotations

import numpy as np

from .relu import relu


def softplus(a: np.ndarray) -> np.ndarray:
    """Return y = log(1 + exp(a)), without overflow for any a."""
    p = relu(a)
    return p + np.log1p(np.exp(a - 2 * p))              # (1)


def softplus_derivative(y: np.ndarray) -> np.ndarray:
    """Return dy/da from the output y."""
    return -np.expm1(-y)                                # (2)


def softplus_second_derivative(y: np.ndarray) -> np.ndarray:
    """Return d2y/da2 from the output y."""
    return -np.expm1(-y) * np.exp(-y)                   # (3)


def softplus_backward(dy: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return da for dy and the output y."""
    return dy * -np.expm1(-y)                           # (4)
