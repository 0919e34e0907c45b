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
from .contraction import contraction_and_gradients
from .jacobian_step import (
    RowWeight,
    gram,
    gram_backward,
    row_length_backward,
    row_step,
    row_step_backward,
    unweighted_row_length_gradients,
)

Arrays = Sequence[np.ndarray]
METHODS = ("auto", "units", "inputs")
BLOCK = 2 ** 16     # entries of the widest matrix in a block of rows: two units at a time, but toys all at once


def deep_contraction(S: Arrays, W: Arrays, weight: Weight = None, method: str = "auto",
                     probes: np.ndarray | None = None) -> np.floating:
    """Return P for slopes S[l] (m, d_l) and weights W[l] (d_{l-1}, d_l); weight is a number or (m, 1).

    probes (m, q, k): random rows to use instead of all k units; the mean over q is taken.
    """
    return deep_contraction_and_gradients(S, W, weight, method, probes)[0]


def deep_contraction_backward(S: Arrays, W: Arrays, weight: Weight = None, method: str = "auto",
                              probes: np.ndarray | None = None):
    """Return the lists dS and dW, the gradients of deep_contraction with the same arguments."""
    return deep_contraction_and_gradients(S, W, weight, method, probes)[1:]


def deep_contraction_and_gradients(S: Arrays, W: Arrays, weight: Weight = None, method: str = "auto",
                                   probes: np.ndarray | None = None):
    """Return P, dS, dW: the sweep that the gradient needs gives the value for nothing."""
    w = 1 / len(S[0]) if weight is None else weight
    if len(W) == 1 and probes is None:
        P, ds, dW = contraction_and_gradients(S[0], W[0], w)
        return P, [ds], [dW]
    if np.ndim(w) == 0 and w != 1:      # one number for all rows goes to the results, which are smaller
        P, dS, dW = deep_contraction_and_gradients(S, W, 1, method, probes)
        return P * P.real.dtype.type(w), [w * ds for ds in dS], [w * dmatrix for dmatrix in dW]    # float64 in NumPy 1 else
    if probes is None and (method == "inputs" or method == "auto" and _columns_are_cheaper(len(S[0]), W)):
        return _add_up(_from_inputs(S, W, w))
    G = gram(W[0])
    P, dS, (dG, *dW) = _from_units(S, W, w, G) if probes is None else _add_up(_from_probes(S, W, w, G, probes))
    return P, dS, [gram_backward(dG, W[0]), *dW]


def _add_up(blocks: Iterator[tuple]):
    """Return the sums over all rows of the Jacobian: many paths, each with its value, its dS and its dW."""
    P, dS, dW = next(blocks)
    for value, slopes, weights in blocks:
        P = P + value
        for total, part in zip([*dS, *dW], [*slopes, *weights]):
            total += part
    return P, dS, dW


def _columns_are_cheaper(m: int, W: Arrays) -> bool:
    n, d, k = *W[0].shape, W[-1].shape[1]
    above = sum(matrix.size for matrix in W[1:])
    return 3 * m * n * above < 2 * m * k * d * d + 2 * n * d * d + 3 * m * k * above


def _blocks(count: int, S: Arrays) -> Iterator[slice]:
    """Cut `count` rows per example into blocks that fit the cache."""
    size = max(1, BLOCK // max(s.size for s in S))
    return (slice(start, min(start + size, count)) for start in range(0, count, size))


# ---- rows: from the code units down. V[l] (q, m, d_l) is at the pre-activations of layer l ---------------------------

def _from_units(S: Arrays, W: Arrays, w: RowWeight, G: np.ndarray):
    """One row for every code unit r. It starts as the outer product of slope S_L[:, r] and weights W_L[:, r].

    Returns the value, dS, and dG in place of the first dW. At the top a unit has slopes and weights of its own: no sum there.
    """
    top_s, top_W = np.empty_like(S[-1].T, order="C"), np.empty_like(W[-1].T, order="C")     # (k, m), (k, d)
    P, dS, dW = _add_up(_blocks_of_units(S, W, w, G, top_s, top_W))
    return P, [*dS, top_s.T], [*dW, top_W.T]


def _blocks_of_units(S: Arrays, W: Arrays, w: RowWeight, G: np.ndarray, top_s: np.ndarray, top_W: np.ndarray) -> Iterator[tuple]:
    slopes, columns = np.ascontiguousarray(S[-1].T), np.ascontiguousarray(W[-1].T)        # (k, m), (k, d)
    for units in _blocks(len(columns), S):
        slope, column = slopes[units][:, :, None], columns[units][:, None, :]             # (q, m, 1), (q, 1, d)
        U = slope * column
        value, dV, dS, dW = _sweep(U * S[-2], S[:-2], W[1:-1], w, G)
        dU = dV * S[-2]
        top_s[units] = (dU @ column.swapaxes(1, 2))[:, :, 0]
        top_W[units] = (slope.swapaxes(1, 2) @ dU)[:, 0, :]
        yield value, [*dS, (dV * U).sum(axis=0)], dW


def _from_probes(S: Arrays, W: Arrays, w: RowWeight, G: np.ndarray, probes: np.ndarray) -> Iterator[tuple]:
    """One row for every random direction T at the outputs of the code. Yields the value, dS, and dG in place of the first dW."""
    q = probes.shape[1]
    for chosen in _blocks(q, S):
        T = np.moveaxis(probes, 1, 0)[chosen]                                             # (q, m, k)
        value, dV, dS, dW = _sweep(T * S[-1], S[:-1], W[1:], w / q, G)
        yield value, [*dS, (dV * T).sum(axis=0)], dW


def _sweep(V: np.ndarray, S: Arrays, W: Arrays, w: RowWeight, G: np.ndarray):
    """Return P and its gradients in V, S and (G, W): rows V go down through W[-1], ..., W[0] to the first layer."""
    steps = []
    for s, matrix in zip(S[::-1], W[::-1]):
        U, D = row_step(V, matrix, s)
        steps.append((U, V, matrix, s))
        V = D
    dV, dG = unweighted_row_length_gradients(V, G) if np.ndim(w) == 0 and w == 1 else row_length_backward(V, G, w)
    value = np.sum(V * dV) * V.real.dtype.type(0.5)     # Euler
    dS, dW = [], [dG]
    for U, rows, matrix, s in reversed(steps):
        dV, dmatrix, ds = row_step_backward(dV, U, rows, matrix, s)
        dS.append(ds.sum(axis=0))
        dW.append(dmatrix)
    return value, dV, dS, dW


# ---- columns: from the inputs up --------------------------------------------------------------------------------------

def _from_inputs(S: Arrays, W: Arrays, w: RowWeight) -> Iterator[tuple]:
    """One column for every input a: it starts as W_1[a] times the slopes, and climbs by V @ W and the next slopes.

    That is the step of a row with the weights transposed.
    """
    for inputs in _blocks(len(W[0]), S):
        first = W[0][inputs][:, None, :]                                                  # (q, 1, d_1)
        V, steps = first * S[0], []
        for s, matrix in zip(S[1:], W[1:]):
            U, D = row_step(V, matrix.T, s)
            steps.append((U, V, matrix.T, s))
            V = D
        value, dV = np.sum(w * V ** 2), 2 * w * V
        dS: list[np.ndarray] = []
        dW: list[np.ndarray] = []
        for U, columns, matrix, s in reversed(steps):
            dV, dmatrix, ds = row_step_backward(dV, U, columns, matrix, s)
            dS.insert(0, ds.sum(axis=0))
            dW.insert(0, dmatrix.T)
        bottom = np.zeros_like(W[0])
        bottom[inputs] = np.sum(dV * S[0], axis=1)
        yield value, [(dV * first).sum(axis=0), *dS], [bottom, *dW]
