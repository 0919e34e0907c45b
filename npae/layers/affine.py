r"""Affine map: the layer that owns the weights.

Key: m examples, n inputs, h outputs. Rows are examples.
    x (m, n), W (n, h), b (h,), y (m, h); dy = dL/dy has the shape of y.

Forward
    y = x @ W + b                                       (1)

Backward. Entry by entry y_ij = sum_k x_ik W_kj + b_j, so with the chain rule
dL/dx_ik = sum_j dy_ij W_kj, dL/dW_kj = sum_i x_ik dy_ij, dL/db_j = sum_i dy_ij, that is
    dx = dy @ W.T                                       (2)
    dW = x.T @ dy                                       (3)
    db = dy.sum(axis=0)                                 (4)

Why the sum in (3) and (4) and not a mean: the 1/m of the batch average is already inside dy, put there by the loss.
Dividing again is the classic mistake; it scales dW and db by 1/m and leaves dx right.

Failure mode: W square (n = h) hides a forgotten transpose in (2) and (3) from every shape error.

Source: 003 section II, encoder and decoder equations (there in columns, W x + b, so that their W is our W.T, and with
the activation's letter misprinted: erratum E003-01).
"""

from __future__ import annotations

import numpy as np


def affine(x: np.ndarray, W: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return y (m, h) for x (m, n), W (n, h), b (h,)."""
    return x @ W + b                                    # (1)


def affine_backward(dy: np.ndarray, x: np.ndarray, W: np.ndarray, need_dx: bool = True):
    """Return dx (m, n), dW (n, h), db (h,) for dy (m, h); dx is None when nobody needs it (the first layer)."""
    dx = dy @ W.T if need_dx else None                  # (2)
    dW = x.T @ dy                                       # (3)
    db = dy.sum(axis=0)                                 # (4)
    return dx, dW, db
