r"""The one error metric of the package.

Key: a computed gradient, b its reference, both of one shape.

    error = max |a - b| / max(max |a|, max |b|)                                          (1)
for each tensor. Entry-by-entry ratios |a - b| / |b| would blow up on entries that are nearly zero, where rounding is
all there is; one norm over all tensors together would hide a wrong bias behind a large weight matrix.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ..validation import as_array


def relative_error(a: ArrayLike, b: ArrayLike) -> float:
    """Return (1): 0.0 when both are zero, inf when either is not finite. The shapes must agree."""
    a, b = as_array(a, "a"), as_array(b, "b")
    for name, array in (("a", a), ("b", b)):
        if array.dtype.kind not in "fiubc":
            raise TypeError(f"{name} must hold numbers, got {array.dtype} data")
    if a.shape != b.shape:
        raise ValueError(f"a and b must have one shape, got {a.shape} and {b.shape}")
    if not (np.all(np.isfinite(a)) and np.all(np.isfinite(b))):
        return float("inf")
    scale = largest(a, b)
    return largest(a / scale - b / scale) if scale > 0 else 0.0     # (1), divided first: a - b might overflow


def largest(*arrays: np.ndarray) -> float:
    """Return the largest absolute entry of all arrays, 0.0 if there is none."""
    return max(float(np.max(np.abs(array), initial=0)) for array in arrays)
