"""Bad input is answered here: what was given, what was expected, under which name.

Every check runs before any state changes and raises a ValueError (TypeError for the wrong kind of object), so
that a failed call leaves everything as it was.
"""

from __future__ import annotations

from numbers import Integral, Real
from typing import Any, Union

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from .rows import Rows

Seed = Union[int, np.random.Generator, None]


def check_matrix(X: ArrayLike, name: str = "X", n_features: int | None = None,
                 dtype: DTypeLike = np.float64) -> np.ndarray:
    """Return X as a finite (m, n) array of `dtype` in C order; X itself is returned where it already is one.

    Raises TypeError for data that are no real numbers and ValueError for a wrong number of dimensions, no rows or
    columns, a width other than `n_features`, or NaN and infinite entries (the first one is located).
    """
    if X is None:
        raise TypeError(f"{name} must be a matrix of real numbers, got None")
    if hasattr(X, "toarray") and not isinstance(X, np.ndarray):
        raise TypeError(f"{name} is a sparse matrix; npae works on dense arrays: pass {name}.toarray()")
    try:
        array = np.asarray(X)
    except ValueError as error:
        raise ValueError(f"{name} cannot be read as a matrix: its rows have different lengths") from error
    if array.dtype.kind == "O":
        array = _from_objects(array, name)
    if array.dtype.kind not in "fiub":
        kind = "complex" if array.dtype.kind == "c" else str(array.dtype)
        raise TypeError(f"{name} must hold real numbers, got {kind} data")
    if array.ndim != 2:
        hint = f": reshape a single example to (1, {array.size})" if array.ndim == 1 else ""
        hint = ": flatten images to rows with X.reshape(len(X), -1)" if array.ndim > 2 else hint
        raise ValueError(f"{name} must have two dimensions (examples, features), got shape {array.shape}{hint}")
    if 0 in array.shape:
        raise ValueError(f"{name} is empty: shape {array.shape}, expected at least one example and one feature")
    if n_features is not None and array.shape[1] != n_features:
        raise ValueError(f"{name} has {array.shape[1]} features (columns), expected {n_features}")
    with np.errstate(over="ignore"):  # too large for the dtype becomes inf and is reported on the next line
        array = np.ascontiguousarray(array, dtype=dtype)
    _check_finite(array, name)
    return array


def _from_objects(array: np.ndarray, name: str) -> np.ndarray:
    try:
        return array.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise TypeError(f"{name} must hold real numbers, got objects that are none ({error})") from error


def _check_finite(array: np.ndarray, name: str) -> None:
    with np.errstate(over="ignore", invalid="ignore"):
        if np.isfinite(array.sum()):    # then every entry is, and no array of answers was needed
            return
    finite = np.isfinite(array)
    if not finite.all():
        row, column = np.argwhere(~finite)[0]
        raise ValueError(
            f"{name} has {np.count_nonzero(~finite)} entries that are not finite in {array.dtype}, the first at row "
            f"{row}, column {column} ({array[row, column]}); remove or fill them before calling")


def check_range(array: Rows, name: str, low: float, high: float, because: str, remedy: str) -> None:
    """Raise ValueError unless low <= array <= high, saying what was found, why the range matters and what to do."""
    smallest, largest = array.min(), array.max()
    if smallest < low or largest > high:
        raise ValueError(f"{name} must lie in [{low:g}, {high:g}] for {because}, found values from {smallest:.4g} to "
                         f"{largest:.4g}: {remedy}")


def check_integer(value: Any, name: str, low: int, high: float = np.inf) -> None:
    """Raise unless value is an integer (not a bool) in [low, high]."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, Integral):
        raise TypeError(f"{name} must be an integer, got {value!r}")
    value = int(value)
    if not low <= value <= high:
        expected = f"of at least {low}" if high == np.inf else f"from {low} to {high}"
        raise ValueError(f"{name} must be an integer {expected}, got {value}")


def check_real(value: Any, name: str, low: float = -np.inf, high: float = np.inf, *,
               open_low: bool = False, open_high: bool = False) -> None:
    """Raise unless value is a finite real number within the interval (ends included unless declared open)."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, Real):
        raise TypeError(f"{name} must be a number, got {value!r}")
    value = float(value)
    inside = (low < value if open_low else low <= value) and (value < high if open_high else value <= high)
    if not (inside and np.isfinite(value)):
        left, right = "(" if open_low or low == -np.inf else "[", ")" if open_high or high == np.inf else "]"
        raise ValueError(f"{name} must be a finite number in {left}{low:g}, {high:g}{right}, got {value}")


def check_choice(value: Any, name: str, choices: Any) -> None:
    """Raise unless value is one of the choices."""
    if not isinstance(value, str) or value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(repr(choice) for choice in choices)}, got {value!r}")


def check_flag(value: Any, name: str) -> None:
    """Raise unless value is True or False."""
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name} must be True or False, got {value!r}")


def check_random_state(random_state: Seed, name: str = "random_state") -> np.random.Generator:
    """Return a numpy Generator: the one given, or a new one from a seed or from None (fresh entropy)."""
    if isinstance(random_state, np.random.Generator):
        return random_state
    integer = isinstance(random_state, Integral) and not isinstance(random_state, bool) and random_state >= 0
    if random_state is not None and not integer:
        raise TypeError(f"{name} must be None, a non-negative integer or a numpy.random.Generator, got {random_state!r}")
    return np.random.default_rng(random_state)
