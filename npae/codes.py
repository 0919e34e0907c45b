"""Tables of codes: whole numbers from 0 to K - 1 in columns, each column with a K of its own, and their one-hot rows.

Codes are names and not amounts: code 7 is not more than code 3. Whatever adds or multiplies gets them as one-hot rows, in
which every code has a place of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .validation import check_size


def check_n_codes(n_codes: Any) -> None:
    """Raise unless n_codes is an integer of at least 2, or a sequence of them."""
    if isinstance(n_codes, (str, bytes)) or not isinstance(n_codes, (Sequence, np.ndarray)):
        check_size(n_codes, "n_codes", 2)
        return
    for column, K in enumerate(n_codes):
        check_size(K, f"n_codes[{column}]", 2)


def codes_per_column(n_codes: Any, n: int) -> np.ndarray:
    """Return K of each of n columns, (n,): n_codes itself, or the one number for all of them."""
    check_n_codes(n_codes)
    K = np.asarray(n_codes, dtype=np.intp)
    if K.shape not in ((), (n,)):
        raise ValueError(f"n_codes must be one number, or one for each of the {n} columns, got {len(K)} of them")
    return np.broadcast_to(K, (n,))


def check_codes(x: np.ndarray, name: str, K: np.ndarray) -> None:
    """Raise ValueError, with row and column, unless column j of x (m, n) holds whole numbers from 0 to K[j] - 1."""
    wrong = (x != np.rint(x)) | (x < 0) | (x >= K)
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        negative = "Negative values in data: " if x.min() < 0 else ""
        raise ValueError(f"{negative}{name} must hold codes, whole numbers, from 0 to {K[column] - 1} in column {column}; found "
                         f"{x[row, column]:g} in row {row}")


def one_hot(x: np.ndarray, K: np.ndarray) -> np.ndarray:
    """Return (m, sum of K) for codes x (m, n): the columns' one-hot rows side by side, in the dtype of x."""
    rows = np.zeros((len(x), K.sum()), x.dtype)
    first = np.cumsum(K) - K                                    # where each column begins
    np.put_along_axis(rows, x.astype(np.intp) + first, 1, axis=1)
    return rows
