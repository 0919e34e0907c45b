r"""The three pieces of the deep contractive penalty: how a row of the Jacobian starts, goes down a layer, and is measured.

Key: p rows, each for one example (and one code unit). d and e units of the layer below and above, n inputs.
V (p, e) rows at the upper layer's pre-activations, W (d, e) the weights between, s (p, d) slopes s'(a) of the lower
layer, w weight of each row (a number or (p, 1)). All arrays of rows may have further axes in front.

A step down: to the outputs of the layer below, then through its slopes to its pre-activations.
    U = V @ W.T                                         (1)
    D = U * s                                           (2)
Backward, given dD:
    dU = dD * s                                         (3)
    ds = dD * U                                         (4)
    dV = dU @ W                                         (5)
    dW = dU.T @ V                                       (6)

The length. At the first layer one more product with W.T would give the row itself, n numbers. Its squared length needs
only the small matrix G (e, e), computed once for all rows: |V W^T|^2 = V G V^T, with W (n, e) the first layer's weights.
    G = W.T @ W                                         (7)
    P = np.sum(w * V * (V @ G))                         (8)
Backward, dA being the gradient in V (G is symmetric) and dB the one in W:
    dA = 2 * w * (V @ G)                                (9)
    dG = V.T @ (w * V)                                  (10)
    dB = W @ (dG + dG.T)                                (11)
By Euler's theorem for quadratic functions P = sum(V * dA) / 2: the gradient gives the value for nothing.
"""

from __future__ import annotations

from typing import Union

import numpy as np

RowWeight = Union[np.ndarray, float]


def pool(rows: np.ndarray) -> np.ndarray:
    """Return rows (..., d) as one matrix (p, d), whatever the axes in front."""
    return rows.reshape(-1, rows.shape[-1])


def row_step(V: np.ndarray, W: np.ndarray, s: np.ndarray):
    """Return U and D (p, d), the rows at the outputs and at the pre-activations one layer further down."""
    U = V @ W.T                                         # (1)
    D = U * s                                           # (2)
    return U, D


def row_step_backward(dD: np.ndarray, U: np.ndarray, V: np.ndarray, W: np.ndarray, s: np.ndarray):
    """Return dV (p, e), dW (d, e), ds (p, d) for dD (p, d)."""
    dU = dD * s                                         # (3)
    ds = dD * U                                         # (4)
    dV = dU @ W                                         # (5)
    dW = pool(dU).T @ pool(V)                           # (6)
    return dV, dW, ds


def gram(W: np.ndarray) -> np.ndarray:
    """Return G (e, e), the inner products of the columns of W (n, e)."""
    return W.T @ W                                      # (7)


def gram_backward(dG: np.ndarray, W: np.ndarray) -> np.ndarray:
    """Return the gradient in W (n, e) for dG (e, e)."""
    return W @ (dG + dG.T)                              # (11)


def row_length(V: np.ndarray, G: np.ndarray, w: RowWeight) -> np.floating:
    """Return P, the weighted sum of the squared lengths of rows, for V (p, e) and the symmetric G (e, e)."""
    return np.sum(w * V * (V @ G))                      # (8)


def row_length_backward(V: np.ndarray, G: np.ndarray, w: RowWeight):
    """Return the gradients dA (p, e) in V and dG (e, e) of row_length(V, G, w)."""
    dA = 2 * w * (V @ G)                                # (9)
    dG = pool(V).T @ pool(w * V)                        # (10)
    return dA, dG


def unweighted_row_length_gradients(V: np.ndarray, G: np.ndarray):
    """Return dA and dG for w = 1: the product of a matrix with its own transpose costs half of another product."""
    rows = pool(V)
    return np.dot(rows, 2 * G).reshape(V.shape), np.dot(rows.T, rows)
