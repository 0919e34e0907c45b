r"""Masked affine map: an affine map some of whose connections are cut, and stay so.

Key: m examples, n inputs, h outputs. Rows are examples.
    x (m, n), W (n, h), b (h,), y (m, h); mask (n, h), 1 where input k reaches output j and 0 where it does not, no parameter;
    dy = dL/dy has the shape of y.

Forward
    y = x @ (W * mask) + b                              (1)

Backward. y_ij = sum_k x_ik mask_kj W_kj + b_j: for x this is the affine map with the matrix W * mask, and W_kj meets its input
with the factor mask_kj, so that its gradient has the same factor:
    dx = dy @ (W * mask).T                              (2)
    dW = (x.T @ dy) * mask                              (3)
    db = dy.sum(axis=0)                                 (4)

Failure modes: without the mask in (3) every output is right, and a cut connection, whose weight nobody reads, has a gradient:
it fills the optimizer's averages and the norm that clips the step. Without it in (1) the cut connections carry whatever their
initial weights say: the mask must be a part of the map, it is not enough that the weights under it are never trained.
Source: Germain et al. 2015 (MADE), equations (8) and (9), there in columns.
"""

from __future__ import annotations

import numpy as np


def masked_affine(x: np.ndarray, W: np.ndarray, b: np.ndarray | float, mask: np.ndarray) -> np.ndarray:
    """Return y (m, h) for x (m, n), W (n, h), b (h,) and mask (n, h) of zeros and ones."""
    return x @ (W * mask) + b                           # (1)


def masked_affine_backward(dy: np.ndarray, x: np.ndarray, W: np.ndarray, mask: np.ndarray, need_dx: bool = True):
    """Return dx (m, n), dW (n, h), db (h,) for dy (m, h); dx is None when nobody needs it (the first layer)."""
    dx = dy @ (W * mask).T if need_dx else None         # (2)
    dW = (x.T @ dy) * mask                              # (3)
    db = dy.sum(axis=0)                                 # (4)
    return dx, dW, db
