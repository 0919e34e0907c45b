r"""The contractive penalty of one layer: the squared Frobenius norm of dz/dx, exactly, without forming a Jacobian.

Key: m examples, n inputs, h units. W (n, h); s slopes s'(a) of the units (m, h); w weight (1/m unless given), P scalar.
The factor lambda stands outside.

Forward. z_j = s(x . W_j + b_j) has the gradient s'(a_j) W_j in x, so the Jacobian of example i is J_i = diag(s_i) W^T and
its squared norm is the sum over units of slope squared times column length squared.
    q = np.sum(W ** 2, axis=0)                          (1)
    P = np.sum(w * s ** 2 * q)                          (2)

Backward. P depends on W directly through q, and through the slopes, which depend on the pre-activations:
    ds = w * 2 * s * q                                  (3)
    dW = W * (2 * np.sum(w * s ** 2, axis=0))           (4)
From ds the path goes on to da = ds * s''(a), which joins the ordinary backward pass at this layer's pre-activations.
Dropping it, or freezing W in (1) at a copy, leaves a value that looks right and a gradient that is not.

Both at once: P is a quadratic function of the slopes, so that sum(s ds) = 2 P by Euler's theorem.

For ReLU and linear units s'' = 0: only (4) is left, a weight decay whose strength depends on the data; for linear units
P is exactly the sum of squares of W.

Failure mode: scale. With an untied decoder z -> z / c, decoder times c leaves the reconstruction and sends P to zero
(erratum E002-11). Tie the weights, as Rifai et al. (2011) do, or decay the decoder.
Source: 002 section "contractive", three equations (squared norm: E002-05; sum over units *and* examples: E002-07); 004.
"""

from __future__ import annotations

import numpy as np

from ..losses.weight import Weight


def contraction(s: np.ndarray, W: np.ndarray, weight: Weight = None) -> np.floating:
    """Return P for slopes s (m, h) and weights W (n, h); weight broadcasts over (m, h)."""
    w = 1 / len(s) if weight is None else weight
    q = np.sum(W ** 2, axis=0)                          # (1)
    return np.sum(w * s ** 2 * q)                       # (2)


def contraction_backward(s: np.ndarray, W: np.ndarray, weight: Weight = None):
    """Return ds (m, h) and dW (n, h), the gradients of contraction(s, W, weight)."""
    w = 1 / len(s) if weight is None else weight
    q = np.sum(W ** 2, axis=0)                          # (1)
    ds = w * 2 * s * q                                  # (3)
    dW = W * (2 * np.sum(w * s ** 2, axis=0))           # (4)
    return ds, dW


def contraction_and_gradients(s: np.ndarray, W: np.ndarray, weight: Weight = None):
    """Return P, ds and dW, what contraction and contraction_backward return, with the lengths q computed once."""
    ds, dW = contraction_backward(s, W, weight)
    return np.sum(s * ds) * s.real.dtype.type(0.5), ds, dW      # NumPy 1 makes a float64 of a float32 number divided by 2
