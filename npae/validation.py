"""Bad input is answered here: what was given, what was expected, under which name.

Every check runs before any state changes and raises a ValueError (TypeError for the wrong kind of object), so
that a failed call leaves everything as it was.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Mapping, Sequence
from numbers import Integral, Real
from typing import Any, Union

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from .rows import Rows

LARGEST_SIZE = 2 ** 20      # of a layer, a codebook: what is meant to be larger is a slip, and would be allocated before it shows
LARGEST_WEIGHT = 1e30       # of a term of a loss
Seed = Union[int, np.random.Generator, None]


def check_matrix(X: ArrayLike, name: str = "X", n_features: int | None = None,
                 dtype: DTypeLike = np.float64, owner: str | None = None) -> np.ndarray:
    """Return X as a finite (m, n) array of `dtype` in C order; X itself is returned where it already is one.

    Raises TypeError for data that are no numbers and ValueError for complex ones, a wrong number of dimensions, no rows
    or columns, a width other than `n_features` (what `owner`, an estimator, was fitted on), or NaN and infinite entries,
    of which the first is located.
    """
    if X is None:
        raise TypeError(f"{name} must be a matrix of real numbers, got None")
    if hasattr(X, "toarray") and not isinstance(X, np.ndarray):
        raise TypeError(f"{name} is a sparse matrix; npae works on dense arrays: pass {name}.toarray()")
    array = check_numbers(X, name)
    _check_two_dimensions(array, name)
    if n_features is not None and array.shape[1] != n_features:
        expected = f"expected {n_features}" if owner is None else f"but {owner} is expecting {n_features} features as input"
        raise ValueError(f"{name} has {array.shape[1]} features, {expected}")
    with np.errstate(over="ignore"):  # too large for the dtype becomes inf and is reported on the next line
        array = np.ascontiguousarray(array, dtype=dtype)
    _check_finite(array, name)
    return array


def as_array(value: Any, name: str) -> np.ndarray:
    """Return value as an array, or raise for rows of different lengths, masked entries and records."""
    if isinstance(value, np.ma.MaskedArray) and np.ma.is_masked(value):
        raise ValueError(f"{name} has {np.ma.count_masked(value)} masked entries: fill them (numpy.ma.filled) before calling")
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise ValueError(f"{name} cannot be read as an array: its rows have different lengths") from error
    if array.dtype.names:
        raise TypeError(f"{name} must be an array of single values, got records with the fields {', '.join(array.dtype.names)}")
    return array


def check_numbers(value: Any, name: str) -> np.ndarray:
    """Return value as an array of real numbers of any shape, or raise."""
    array = as_array(value, name)
    if array.dtype.kind == "O":
        array = _from_objects(array, name)
    if array.dtype.kind == "c":
        raise ValueError(f"{name} must hold real numbers, got {array.dtype}. Complex data not supported")
    if array.dtype.kind not in "fiub":
        raise TypeError(f"{name} must hold real numbers, got {array.dtype} data")
    return array


def _check_two_dimensions(array: np.ndarray, name: str) -> None:
    if array.ndim != 2:
        hint = (f"a single example is {name}.reshape(1, -1), a single feature {name}.reshape(-1, 1)" if array.ndim < 2 else
                f"{name}.reshape(len({name}), -1) flattens images to rows")
        raise ValueError(f"{name} must have two dimensions (examples, features), got shape {array.shape}. Reshape your data: "
                         f"{hint}")
    for length, what in zip(array.shape, ("sample", "feature")):
        if not length:
            raise ValueError(f"{name} is empty: 0 {what}(s) (shape={array.shape}) while a minimum of 1 is required.")


def _from_objects(array: np.ndarray, name: str) -> np.ndarray:
    try:
        return array.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise TypeError(f"{name} must hold real numbers, got objects that are none ({error})") from error


def _check_finite(array: np.ndarray, name: str) -> None:
    with np.errstate(over="ignore", invalid="ignore"):
        if np.isfinite(np.vdot(array, array)):      # then every entry is, and its square; no array of answers was needed
            return
    finite = np.isfinite(array)
    if finite.all():
        raise ValueError(f"{name} has entries as large as {np.abs(array).max():.3g}, whose squares add up to more than "
                         f"{array.dtype} holds; rescale the data")
    row, column = np.unravel_index(np.argmin(finite), finite.shape)
    raise ValueError(
        f"{name} has {np.count_nonzero(~finite)} entries that are not finite in {array.dtype} (NaN or inf), the first at "
        f"row {row}, column {column} ({array[row, column]}); remove or fill them before calling")


def check_labels(y: Any, m: int, name: str = "y") -> np.ndarray:
    """Return the class labels y (m,) as an array of whole numbers, booleans or strings, or raise; warn of a column (m, 1)."""
    if y is None:
        raise ValueError(f"fit requires y to be passed, but the target y is None: {name} holds the label of each example")
    array = as_array(y, name)
    if array.dtype.kind == "O" and all(isinstance(label, str) for label in array.flat):
        array = array.astype(str)
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise ValueError(f"{name} has labels that are NaN or inf; remove those examples before calling")
    if array.dtype.kind not in "iubUS" and not (array.dtype.kind == "f" and np.array_equal(array, np.round(array))):
        raise ValueError(f"Unknown label type: {name} must hold class labels, whole numbers or strings, got {array.dtype}")
    if array.shape == (m, 1):
        # where scikit-learn is loaded, in its own kind and words, which its tools look for
        kind = getattr(sys.modules.get("sklearn.exceptions"), "DataConversionWarning", UserWarning)
        warnings.warn(f"A column-vector y was passed when a 1d array was expected: {name} of shape ({m}, 1) is read as "
                      f"{name}.ravel()", kind, stacklevel=3)
        array = array.ravel()
    if array.shape != (m,):
        raise ValueError(f"{name} must hold one label for each of the {m} examples, shape ({m},), got shape {array.shape}")
    return array


def distinct_labels(y: np.ndarray, name: str = "y") -> np.ndarray:
    """Return the different labels in order, or raise where there are fewer than two."""
    classes = np.unique(y)
    if len(classes) < 2:
        raise ValueError(f"{name} must hold at least two classes, got {len(classes)} class(es): {classes.tolist()}")
    return classes


def check_model(model: Any, *methods: str, name: str = "model") -> None:
    """Raise TypeError unless model has these methods."""
    missing = [method for method in methods if not callable(getattr(model, method, None))]
    if missing or isinstance(model, type):
        raise TypeError(f"{name} must be a fitted model with the method{'s' * (len(methods) > 1)} {', '.join(methods)}, got "
                        f"{model!r}")


def check_mapping(value: Any, name: str, of_what: str) -> None:
    """Raise TypeError unless value is a dictionary; `of_what` ends the sentence that says what it must hold."""
    if not isinstance(value, Mapping):
        raise TypeError(f"{name} must be a dictionary of {of_what}, got {value!r}")


def check_generator(rng: Any, name: str = "rng") -> None:
    """Raise TypeError unless rng is a numpy Generator."""
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"{name} must be a numpy.random.Generator, got {rng!r}")


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


def check_size(value: Any, name: str, low: int = 1) -> None:
    """Raise unless value is an integer from low to LARGEST_SIZE: a number of units, of channels or of codes."""
    check_integer(value, name, low)
    if value > LARGEST_SIZE:
        raise ValueError(f"{name} must be at most {LARGEST_SIZE:,}, got {value}")


def check_sequence(value: Any, name: str, of_what: str) -> None:
    """Raise unless value is a list, tuple or array (no text); `of_what` ends the sentence that says what it must be."""
    if isinstance(value, (str, bytes, bytearray)) or not isinstance(value, (Sequence, np.ndarray)) or (
            isinstance(value, np.ndarray) and value.ndim == 0):
        raise TypeError(f"{name} must be a sequence of {of_what}, got {value!r}")


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


def check_weight(value: Any, name: str) -> None:
    """Raise unless value is a number from 0 to LARGEST_WEIGHT, which float32 holds."""
    check_real(value, name, 0)
    if value > LARGEST_WEIGHT:
        raise ValueError(f"{name} must be at most {LARGEST_WEIGHT:g}, got {value}")


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
