r"""The contractive penalty of an encoder of any depth, and its exact gradient, without ever forming a Jacobian.

Key: m examples; layers l = 1..L with widths d_0 = n, d_1, ..., d_L = k; W[l] (d_{l-1}, d_l); S[l] = s'(a_l) slopes (m, d_l).
J_i = D_L W_L^T ... D_1 W_1^T (k, n), D_l = diag of example i's slopes; P = sum_i w_i |J_i|^2 (squared Frobenius norm).

The norm is a sum over rows of J, and a row is what backpropagation of one code unit gives: start with T = e_r at the
outputs of the code, and per layer multiply by the slopes and by W^T (`row_step`). All examples go together as the rows of
one matrix, and the last product is replaced by the small matrix G (`row_length`). The gradient runs the same steps
backwards and leaves dS and dW; from dS each layer's pre-activations get da = dS * s''(a), and the network's ordinary
backward pass does the rest. Memory: a few matrices of (rows, widest layer), never m x k x n.

Three ways, the same number:
    units       a row of J for every code unit, in blocks of units: 2 m k d_1^2 + 2 n d_1^2 + 3 m k sum_{1<l<L} d_{l-1} d_l
    inputs      a column of J for every input, forwards: 3 m n sum_{l>1} d_{l-1} d_l; cheaper where n < k (2-D pictures)
    probes      random rows T = v with E[v v^T] = I: E |v^T J|^2 = |J|^2, unbiased, for codes too wide for either. With
                Rademacher v (independent +-1) its variance is 2 sum_{a != b} (J J^T)_{ab}^2.

A deep encoder's penalty is not that of its last layer alone (ten times off in published code), and not the norm of J^T 1,
where units of opposite sign cancel. Both mistakes pass a gradient check; only the explicit Jacobian shows them.
Source: 002 section "contractive" speaks of "the hidden layer h", so the encoder may be deep; the recursion is ours.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from ..losses.weight import Weight
from .contraction import contraction, contraction_backward
from .jacobian_step import row_length, row_length_backward, row_step, row_step_backward

Arrays = Sequence[np.ndarray]
METHODS = ("auto", "units", "inputs")
BLOCK = 2 ** 18     # entries of the widest matrix in a block of rows: about the size of a second-level cache


def deep_contraction(S: Arrays, W: Arrays, weight: Weight = None, method: str = "auto",
                     probes: np.ndarray | None = None) -> np.floating:
    """Return P for slopes S[l] (m, d_l) and weights W[l] (d_{l-1}, d_l); weight is a number or (m, 1).

    probes (m, q, k): random rows to use instead of all k units, their mean over q is taken.
    """
    return deep_contraction_and_gradients(S, W, weight, method, probes)[0]


def deep_contraction_backward(S: Arrays, W: Arrays, weight: Weight = None, method: str = "auto",
                              probes: np.ndarray | None = None):
    """Return the lists dS and dW, the gradients of deep_contraction with the same arguments."""
    return deep_contraction_and_gradients(S, W, weight, method, probes)[1:]


def deep_contraction_and_gradients(S: Arrays, W: Arrays, weight: Weight = None, method: str = "auto",
                                   probes: np.ndarray | None = None):
    """Return P, dS, dW: the sweep that the gradient needs gives the value for nothing."""
    m = len(S[0])
    w = np.broadcast_to(np.asarray(1 / m if weight is None else weight, S[0].dtype), (m, 1))
    if len(W) == 1 and probes is None:
        ds, dW = contraction_backward(S[0], W[0], w)
        return contraction(S[0], W[0], w), [ds], [dW]
    total, dS, dW = 0.0, [np.zeros_like(s) for s in S], [np.zeros_like(matrix) for matrix in W]
    if probes is None and (method == "inputs" or method == "auto" and _columns_are_cheaper(m, W)):
        sweeps = _sweeps_over_inputs(S, W, w)
    else:
        sweeps = _sweeps_over_units(S, W, w, probes)
    for value, slopes, weights in sweeps:
        total = total + value
        for collected, part in zip([*dS, *dW], [*slopes, *weights]):
            collected += part                           # one path for every row of the Jacobian
    return total, dS, dW


def _columns_are_cheaper(m: int, W: Arrays) -> bool:
    n, d, k = *W[0].shape, W[-1].shape[1]
    above = sum(matrix.size for matrix in W[1:])
    return 3 * m * n * above < 2 * m * k * d * d + 2 * n * d * d + 3 * m * k * above


def _blocks(count: int, m: int, widest: int) -> Iterator[slice]:
    size = max(1, BLOCK // (m * widest))
    return (slice(start, min(start + size, count)) for start in range(0, count, size))


# ---- rows: from the code units down -----------------------------------------------------------------------------------

def _sweeps_over_units(S: Arrays, W: Arrays, w: np.ndarray, probes: np.ndarray | None) -> Iterator[tuple]:
    m, k = S[-1].shape
    widest = max(s.shape[1] for s in S)
    if probes is not None:
        seeds = np.moveaxis(probes, 1, 0).astype(S[-1].dtype)                 # (q, m, k)
        for block in _blocks(len(seeds), m, widest):
            yield _sweep_down(seeds[block], S, W, w / len(seeds))
        return
    one_hot = np.eye(k, dtype=S[-1].dtype)[:, np.newaxis, :]                  # (k, 1, k): unit r of every example
    for block in _blocks(k, m, widest):
        yield _sweep_down(np.broadcast_to(one_hot[block], (block.stop - block.start, m, k)), S, W, w)


def _sweep_down(T: np.ndarray, S: Arrays, W: Arrays, w: np.ndarray):
    """P and its gradients for the rows that start as T (q, m, k) at the outputs of the code."""
    q, m, k = T.shape
    S = [np.tile(s, (q, 1)) for s in S]                 # one row for every pair of seed and example
    w = np.tile(w, (q, 1))
    T = T.reshape(q * m, k)
    V = [T * S[-1]]                                     # V[l] at the pre-activations of layer l, built from the top
    for s, matrix in zip(S[-2::-1], W[:0:-1]):
        V.insert(0, row_step(V[0], matrix, s))
    value = row_length(V[0], W[0], w)
    dV, dW0 = row_length_backward(V[0], W[0], w)
    dS, dW = [], [dW0]
    for s, rows, matrix in zip(S[:-1], V[1:], W[1:]):
        dV, dmatrix, ds = row_step_backward(dV, rows, matrix, s)
        dW.append(dmatrix)
        dS.append(ds)
    dS.append(dV * T)
    return value, [ds.reshape(q, m, -1).sum(axis=0) for ds in dS], dW


# ---- columns: from the inputs up --------------------------------------------------------------------------------------

def _sweeps_over_inputs(S: Arrays, W: Arrays, w: np.ndarray) -> Iterator[tuple]:
    m, n = len(S[0]), len(W[0])
    for block in _blocks(n, m, max(s.shape[1] for s in S)):
        yield _sweep_up(block, S, W, w)


def _sweep_up(block: slice, S: Arrays, W: Arrays, w: np.ndarray):
    """P and its gradients for the columns of J that belong to a block of inputs.

    A column goes up by V @ W and the slopes: the same step as a row's, with the transposed weights.
    """
    q, m = block.stop - block.start, len(S[0])
    S = [np.tile(s, (q, 1)) for s in S]
    w = np.tile(w, (q, 1))
    first = np.repeat(W[0][block], m, axis=0)           # (q m, d_1): the block's rows of W_1, once for every example
    V = [first * S[0]]
    for s, matrix in zip(S[1:], W[1:]):
        V.append(row_step(V[-1], matrix.T, s))
    value = np.sum(w * V[-1] ** 2)
    dV, dS, dW = 2 * w * V[-1], [], []
    for s, columns, matrix in zip(S[:0:-1], V[-2::-1], W[:0:-1]):
        dV, dmatrix, ds = row_step_backward(dV, columns, matrix.T, s)
        dW.insert(0, dmatrix.T)
        dS.insert(0, ds)
    dS.insert(0, dV * first)
    dW0 = np.zeros_like(W[0])
    dW0[block] = (dV * S[0]).reshape(q, m, -1).sum(axis=1)
    return value, [ds.reshape(q, m, -1).sum(axis=0) for ds in dS], [dW0, *dW]
