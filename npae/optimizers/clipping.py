r"""Gradient clipping: keep the direction, bound the length.

    g = g * max_norm / |g|     where |g| > max_norm                  (1)

One cliff in the loss gives one huge gradient, and with it one step that ruins what a thousand steps have learned. (1)
turns it into a step of ordinary length in the same direction. Clipping each entry by itself would change the direction.
"""

from __future__ import annotations

import numpy as np

from ..validation import check_real


def clip_by_norm(gradient: np.ndarray, max_norm: float) -> float:
    """Scale `gradient` in place to at most `max_norm`; return its norm before. One with inf or NaN is left alone."""
    check_real(max_norm, "max_norm", 0, open_low=True)
    norm = _norm(gradient)
    if float(max_norm) < norm < np.inf:
        gradient *= float(max_norm) / norm                           # (1)
    return norm


def _norm(gradient: np.ndarray) -> float:
    """Euclidean norm whose squares cannot overflow: in float32 they do from 2e19, just where clipping is needed."""
    with np.errstate(over="ignore"):
        norm = float(np.sqrt(np.dot(gradient, gradient)))
    if np.isinf(norm):
        peak = np.abs(gradient).max()
        norm = float(peak) * float(np.linalg.norm(gradient / peak)) if np.isfinite(peak) else float(peak)
    return norm
