"""Data by rows: images kept as bytes until a batch needs them, and work on many rows in pieces.

Training looks at its data a batch at a time, so the data need not be floating-point numbers all at once. An array of dtype
uint8 is read as images: a byte b is the gray level b / 255, in every call that takes data.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Union

import numpy as np

CHUNK = 256     # rows at a time: what they need beside the result does not grow with the number of rows


class ByteImages:
    """An array (m, n) of bytes that gives out its rows as gray levels from 0 to 1, in `dtype`."""

    def __init__(self, images: np.ndarray, dtype: np.dtype):
        self.images, self.dtype = images, np.dtype(dtype)
        self.shape = images.shape

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, rows: Any) -> np.ndarray:
        return self._gray(self.images[rows], None)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.asarray(self[:], dtype)

    def take(self, rows: np.ndarray, axis: int = 0, out: np.ndarray | None = None, mode: Any = "raise") -> np.ndarray:
        """Return these rows, written into `out` where that is given: what the array's own method does."""
        return self._gray(self.images.take(rows, axis, mode=mode), out)

    def min(self) -> float:
        """Return the darkest gray level."""
        return float(self.images.min()) / 255

    def max(self) -> float:
        """Return the lightest gray level."""
        return float(self.images.max()) / 255

    def _gray(self, images: np.ndarray, out: np.ndarray | None) -> np.ndarray:
        return np.divide(images, self.dtype.type(255), out=out, dtype=self.dtype)


Rows = Union[np.ndarray, ByteImages]


def is_bytes(X: Any) -> bool:
    """Return whether X is an array of bytes."""
    return isinstance(X, np.ndarray) and X.dtype == np.uint8


def chunks(x: Rows, size: int = CHUNK) -> Iterator[np.ndarray]:
    """Yield the rows of x (m, ...) as numbers, `size` at a time."""
    return (x[start:start + size] for start in range(0, len(x), size))


def by_chunks(function: Callable[[np.ndarray], np.ndarray], x: Rows, size: int = CHUNK) -> np.ndarray:
    """Return function(x), whose rows depend on the same rows of x alone, computed `size` rows at a time.

    Raises FloatingPointError where a result is not finite.
    """
    return checked(lambda: _by_chunks(function, x, size))


def checked(compute: Callable[[], np.ndarray]) -> np.ndarray:
    """Return compute(), rows of numbers; raise FloatingPointError, and let NumPy say nothing, where they are not finite."""
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        found = compute()
        in_range = np.isfinite(found.sum()) or np.isfinite(found).all()     # the sum needs no array of answers
    if not in_range:
        row = np.flatnonzero(~np.isfinite(found.reshape(len(found), -1)).all(axis=1))[0]
        raise FloatingPointError(f"row {row} of the result is not finite in {found.dtype}: the parameters of the model, or the "
                                 f"data, are too large for it")
    return found


def _by_chunks(function: Callable[[np.ndarray], np.ndarray], x: Rows, size: int) -> np.ndarray:
    if len(x) <= size:
        return function(x[:])
    out: np.ndarray | None = None
    for start in range(0, len(x), size):
        part = function(x[start:start + size])
        if out is None:
            out = np.empty((len(x), *part.shape[1:]), part.dtype)
        out[start:start + size] = part
    assert out is not None
    return out
