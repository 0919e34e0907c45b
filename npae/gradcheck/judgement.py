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
from .findings import TensorRow
from .numerical import Function, Slopes
from .reference import Reference, cross_examine, find_reference

VAGUE = 1e-2
CHUNK = 300         # entries: an accusation needs one that stands, not thousands


def hear(name: str, got: np.ndarray, f: Function, x: np.ndarray, upstream: np.ndarray | None, method: str,
         limit: float, rng: np.random.Generator) -> tuple[TensorRow, Reference]:
    """Compare `got` with the derivative of sum(upstream * f(x)); whoever fails is heard by a second witness."""
    reference = find_reference(f, x, upstream, method, rng)
    row = judge(name, got, reference, limit)
    if row.verdict != "fail":
        return row, reference
    reference, convicted = _cross_examined(f, x, upstream, reference, got, limit)
    if reference.method == "complex" and not reference.proven and method == "auto":
        return hear(name, got, f, x, upstream, "richardson", limit, rng)
    if reference.proven and not convicted and differing(got, reference, limit).size:                 # (4)
        reference = replace(reference, doubt="it differs on corners only, and there may be corners behind them")
    return judge(name, got, reference, limit), reference


def _cross_examined(f: Function, x: np.ndarray, upstream: np.ndarray | None, reference: Reference, got: np.ndarray,
                    limit: float) -> tuple[Reference, bool]:
    """Have the second witness look at the entries that differ, the worst first, until some of them convict, or all are seen."""
    unseen = np.ones(x.size, bool)
    while True:
        suspects = differing(got, reference, limit)
        suspects = suspects[unseen[suspects]]
        gaps = np.abs(got.reshape(-1) - expected_values(got.reshape(-1), reference.slopes))[suspects]
        chunk = suspects[np.argsort(-gaps)[:CHUNK]]
        if not chunk.size:
            return reference, False
        reference = cross_examine(f, x, upstream, reference, chunk)
        unseen[chunk] = False
        guilty = np.intersect1d(differing(got, reference, limit), chunk)
        if upstream is None:                                                                        # (4)
            guilty = guilty[~reference.slopes.corners[guilty]]
        if guilty.size or not reference.proven:
            return reference, bool(guilty.size)


def judge(name: str, got: np.ndarray, reference: Reference, limit: float) -> TensorRow:
    """Return the row of one tensor whose gradient `got` is well-formed."""
    flat, slopes = got.reshape(-1), reference.slopes
    expected = expected_values(flat, slopes)
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
    expected = expected_values(flat, slopes)
    return np.flatnonzero(np.abs(flat - expected) > np.maximum(limit * largest(flat, expected), 10 * slopes.error))


def expected_values(flat: np.ndarray, slopes: Slopes) -> np.ndarray:
    """Return the reference; on corners, the value nearest to the computed one between the one-sided derivatives."""
    return np.where(slopes.corners, np.clip(flat, slopes.low, slopes.high), slopes.value)       # (3)
