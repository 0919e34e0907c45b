"""Memory that a training loop lends to its steps, and elementwise work in pieces that stay in the cache.

A step needs the same arrays as the step before it. Taken fresh, each of them costs page faults and cache misses before
the first number is in it. A `Workspace` keeps them by name, and each step writes where the last one wrote. Only the
training loop owns one: what a public call returns is the caller's, and fresh.

Elementwise functions are written plainly, `y * (1 - y)`, with a temporary array for each operation. `in_blocks` runs them on
a few rows at a time, so that the temporaries are small enough to stay in the cache, and puts the results together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import prod

import numpy as np
from numpy.typing import DTypeLike

BLOCK = 2 ** 15     # entries: 128 KiB in float32, half a dozen of which fit a core's second-level cache


class Workspace:
    """Arrays by name, allocated when first asked for. They hold whatever the last user of that name left there."""

    def __init__(self, dtype: DTypeLike) -> None:
        self.dtype = np.dtype(dtype)
        self._arrays: dict[tuple[str, str], np.ndarray] = {}

    def array(self, layer: str, role: str, *shape: int) -> np.ndarray:
        """Return the array of this name, or its first rows where fewer are wanted than before (the epoch's last batch)."""
        kept = self._arrays.get((layer, role))
        if kept is not None and kept.shape == shape:
            return kept
        if kept is None or kept.shape[1:] != shape[1:] or len(kept) < shape[0]:
            kept = self._arrays[layer, role] = np.empty(shape, self.dtype)
        return kept if len(kept) == shape[0] else kept[:shape[0]]


def row_blocks(shape: tuple[int, ...]) -> Iterator[slice]:
    """Yield slices of rows of an array of this shape, about BLOCK entries each."""
    rows = max(1, BLOCK // max(1, prod(shape[1:])))
    return (slice(start, start + rows) for start in range(0, shape[0], rows))


def in_blocks(function: Callable[..., np.ndarray], *arrays: np.ndarray, out: np.ndarray | None) -> np.ndarray:
    """Return function(*arrays), elementwise in arrays of one shape; what is larger than a block is written into `out`."""
    if out is None or out.size <= BLOCK or not out.flags.c_contiguous:
        return function(*arrays)
    for rows in row_blocks(out.shape):
        out[rows] = function(*(array[rows] for array in arrays))
    return out
