r"""One step of a row of the Jacobian through a layer, and the squared length of the row: the two pieces of the deep penalty.

Key: p rows (each belongs to one example and one code unit), d and e units of the layer below and above.
V (p, e) the row at the upper layer's pre-activations, W (d, e) the weights between, s (p, d) slopes s'(a) of the lower
layer, w weight of each row (a number or (p, 1)).

Forward: to the outputs of the layer below, then through its slopes to its pre-activations.
    U = V @ W.T                                         (1)
    D = U * s                                           (2)
Backward, given dD:
    dU = dD * s                                         (3)
    ds = dD * U                                         (4)
    dV = dU @ W                                         (5)
    dW = dU.T @ V                                       (6)

At the first layer one more product with W.T would give the row itself, n numbers for each example. Its squared length
needs only the small matrix G (d, d); for the pair below V is at the first layer's pre-activations and W its weights.
Forward
    G = W.T @ W                                         (7)
    P = np.sum(w * V * (V @ G))                         (8)
Backward, G being symmetric and P quadratic in V and in W:
    dA = 2 * w * (V @ G)                                (9)
    dB = 2 * W @ (V.T @ (w * V))                        (10)
(dA is the gradient in V, dB the gradient in W.)
"""

from __future__ import annotations

import numpy as np

from ..losses.weight import Weight


def row_step(V: np.ndarray, W: np.ndarray, s: np.ndarray) -> np.ndarray:
    """Return D (p, d), the rows one layer further down."""
    U = V @ W.T                                         # (1)
    return U * s                                        # (2)


def row_step_backward(dD: np.ndarray, V: np.ndarray, W: np.ndarray, s: np.ndarray):
    """Return dV (p, e), dW (d, e), ds (p, d) for dD (p, d)."""
    U = V @ W.T                                         # (1)
    dU = dD * s                                         # (3)
    ds = dD * U                                         # (4)
    dV = dU @ W                                         # (5)
    dW = dU.T @ V                                       # (6)
    return dV, dW, ds


def row_length(V: np.ndarray, W: np.ndarray, w: Weight) -> np.floating:
    """Return P, the weighted sum of the squared lengths of the rows V @ W.T, for V (p, d) and W (n, d)."""
    G = W.T @ W                                         # (7)
    return np.sum(w * V * (V @ G))                      # (8)


def row_length_backward(V: np.ndarray, W: np.ndarray, w: Weight):
    """Return the gradients of row_length(V, W, w) in V (p, d) and in W (n, d)."""
    G = W.T @ W                                         # (7)
    dA = 2 * w * (V @ G)                                # (9)
    dB = 2 * W @ (V.T @ (w * V))                        # (10)
    return dA, dB
