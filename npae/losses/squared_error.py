r"""Squared error, summed over features and averaged over examples.

Key: m examples, n features. o output (m, n), x target (m, n), w weight (1/m unless given), L scalar.

Forward
    l = (o - x) ** 2                                    (1)
    L = np.sum(w * l)                                   (2)

Backward: d(o - x)^2/do = 2 (o - x), and L is linear in l.
    do = w * 2 * (o - x)                                (3)

The Hessian in o is 2/m times the identity: in o the minimum o = x is unique and global. In the parameters it is not
convex (the scalar linear autoencoder (1 - ab)^2 has a saddle at 0): erratum E003-10.

Failure mode: `np.mean` over all m n entries is n times smaller than this, and every lambda or beta copied between the
two conventions is wrong by that n (784 on MNIST).
Source: 003 section VI, MSE equations 1-8; 001 objective slides. Without the 1/2 of a Gaussian likelihood.
"""

from __future__ import annotations

import numpy as np

from .weight import Weight, weighted_sum


def squared_error_entries(o: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Return l (m, n), the squared error of each entry."""
    return (o - x) ** 2                                 # (1)


def squared_error(o: np.ndarray, x: np.ndarray, weight: Weight = None) -> np.floating:
    """Return L, the squared error of outputs o against targets x, both (m, n); weight broadcasts over (m, n)."""
    w = 1 / len(o) if weight is None else weight
    return np.sum(w * squared_error_entries(o, x))      # (2)


def squared_error_backward(o: np.ndarray, x: np.ndarray, weight: Weight = None) -> np.ndarray:
    """Return do (m, n), the gradient of squared_error(o, x, weight) in o."""
    w = 1 / len(o) if weight is None else weight
    return w * 2 * (o - x)                              # (3)


def squared_error_and_gradient(o: np.ndarray, x: np.ndarray, weight: Weight = None):
    """Return L and do, what squared_error and squared_error_backward return, from one difference o - x."""
    w = 1 / len(o) if weight is None else weight
    d = o - x
    return weighted_sum(w, d ** 2), w * 2 * d
