"""Numbers in short."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..derivations import Estimate

SHOWN = 4       # entries of an array


def show(value: Any) -> str:
    """Return a number, an array, an estimate or the reason for none, in short."""
    if isinstance(value, str):
        return value
    if isinstance(value, Estimate):
        errors = np.atleast_1d(value.error).max()
        return f"{show(value.mean)} +- {errors:.1g}"
    flat = np.asarray(value, dtype=float).ravel()
    digits = "{:.6g}" if flat.size == 1 else "{:.4g}"
    shown = ", ".join(digits.format(entry) for entry in flat[:SHOWN])
    if flat.size == 1:
        return shown
    return f"({shown}{', ...' if flat.size > SHOWN else ''})"
