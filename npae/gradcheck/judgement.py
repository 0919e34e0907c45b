r"""The verdict on one tensor.

Key: g a computed gradient, r its reference, error the relative error of the two (compare.py).

    tolerance = max(limit, 10 * the largest error bar of r / the largest entry of either)            (1)
Nobody is accused of a difference that the reference itself may have made. Where (1) exceeds `VAGUE` agreement would say
nothing either, and the verdict is "untrusted". Two cases are settled all the same: a difference within the rounding of
f itself, which a backward that works from the output, y (1 - y), cannot avoid where y saturates; and a gradient that is
zero to rounding, where the reference cannot tell its own value from zero.                           (2)
On a corner, r is the value nearest to g between the one-sided derivatives.                          (3)
With corners behind corners (a blank input, zero biases, two leaky ReLU layers) the product of the slopes that a
backward pass chooses at each of them need not lie between the one-sided derivatives of the whole. A scalar loss hides
whether it has such corners, so entries on its corners alone convict nobody.                         (4)
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .compare import largest, relative_error
from .numerical import Function, Slopes
from .reference import Reference, cross_examine, find_reference
from .report import TensorRow

VAGUE = 1e-2


def hear(name: str, got: np.ndarray, f: Function, x: np.ndarray, upstream: np.ndarray | None, method: str,
         limit: float, rng: np.random.Generator) -> tuple[TensorRow, Reference]:
    """Compare `got` with the derivative of sum(upstream * f(x)); whoever fails is heard by a second witness."""
    reference = find_reference(f, x, upstream, method, rng)
    row = judge(name, got, reference, limit)
    if row.verdict != "fail":
        return row, reference
    reference = cross_examine(f, x, upstream, reference, differing(got, reference, limit))
    if reference.method == "complex" and not reference.proven and method == "auto":
        return hear(name, got, f, x, upstream, "richardson", limit, rng)
    differs = differing(got, reference, limit)
    if upstream is None and differs.size and np.all(reference.slopes.corners[differs]):              # (4)
        reference = replace(reference, doubt="it differs on corners only, and there may be corners behind them")
    return judge(name, got, reference, limit), reference


def judge(name: str, got: np.ndarray, reference: Reference, limit: float) -> TensorRow:
    """Return the row of one tensor whose gradient `got` is well-formed."""
    flat, slopes = got.reshape(-1), reference.slopes
    expected = _expected(flat, slopes)
    error, scale = relative_error(flat, expected), largest(flat, expected)
    tolerance = max(limit, 10 * largest(slopes.error) / scale) if scale > 0 else limit      # (1)
    is_rounding = any(np.all(np.abs(gap) <= 10 * slopes.floor) for gap in (flat - expected, flat))      # (2)
    corners = int(slopes.corners.sum())
    if not reference.proven or (limit < error <= tolerance and tolerance > VAGUE and not is_rounding):
        verdict = "untrusted"
    elif error > tolerance:
        verdict = "fail"
    else:
        verdict = "kink" if corners else "pass"
    if not flat.size:
        return TensorRow(name, error, tolerance, (), np.nan, np.nan, reference.method, corners, verdict)
    worst = int(np.argmax(np.abs(flat - expected)))
    index = tuple(int(i) for i in np.unravel_index(worst, got.shape))
    return TensorRow(name, error, tolerance, index, float(flat[worst]), float(expected[worst]), reference.method,
                     corners, verdict)


def differing(got: np.ndarray, reference: Reference, limit: float) -> np.ndarray:
    """Return the flat entries of `got` that differ by more than the limit and their own error bars explain."""
    flat, slopes = got.reshape(-1), reference.slopes
    expected = _expected(flat, slopes)
    return np.flatnonzero(np.abs(flat - expected) > np.maximum(limit * largest(flat, expected), 10 * slopes.error))


def _expected(flat: np.ndarray, slopes: Slopes) -> np.ndarray:
    return np.where(slopes.corners, np.clip(flat, slopes.low, slopes.high), slopes.value)       # (3)
