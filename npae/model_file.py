"""The model file: arrays and JSON in one .npz, written atomically, nothing pickled. (`persistence` makes a model of it.)

The file holds one array per parameter ("params/encoder.0.W"), one per array of state, and the array "header", JSON text as
bytes: format, format version, class, hyperparameters, number of features, history. Fitted models that belong to another one
(a prior over its codes) are in its file, their arrays as "parts/<name>/params/..." and their headers in its header.
"""

from __future__ import annotations

import json
import os
import reprlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from typing import IO, Any

import numpy as np

from .files import MAX_BYTES, atomic_write, check_bytes, complaints, reason
from .npz_file import Npz
from .validation import check_integer

FORMAT, VERSION = "npae model", 1
LONGEST_INTEGER = 1000      # digits
JSON_COST = 48      # bytes that Python's objects take for one byte of JSON, at most: nested dictionaries of one entry each


class ModelFileError(ValueError):
    """The file is no model of this package, is damaged, or was written by a newer version."""


def save(model: Any, path: str | os.PathLike[str]) -> None:
    """Write a fitted (or initialized) model to `path`, atomically. A Generator given as random_state is not kept."""
    write(*contents(model), path)


def write(header: Mapping[str, Any], arrays: Mapping[str, np.ndarray], path: str | os.PathLike[str]) -> None:
    """Write header and arrays to `path`, atomically."""
    text = np.frombuffer(json.dumps(header).encode(), dtype=np.uint8)
    with atomic_write(path) as file:
        np.savez(file, header=text, **arrays)     # type: ignore[arg-type]


def contents(model: Any) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Return the header and the arrays of a model; those of its parts are nested and prefixed."""
    params = model.params       # raises NotFittedError where there are none
    parts = {name: contents(part) for name, part in model._parts().items()}
    header = {
        "format": FORMAT, "version": VERSION, "class": type(model).__name__,
        "hyperparameters": {name: _encode(name, value) for name, value in model.get_params().items()},
        "n_features_in_": model.n_features_in_,
        "feature_names_in_": list(getattr(model, "feature_names_in_", [])) or None,
        "history_": model.history_, "metrics_": model.metrics_, "dtype": params.dtype.name, "extras": model._extras(),
        "parts": {name: inner for name, (inner, _) in parts.items()},
    }
    arrays = {f"params/{name}": array for name, array in params.items()}
    arrays |= {f"state/{name}": array for name, array in model._state.items()}
    for name, (_, inner) in parts.items():
        arrays |= {f"parts/{name}/{key}": array for key, array in inner.items()}
    return header, arrays


def _encode(name: str, value: Any) -> Any:
    """Return a JSON value for a hyperparameter, or raise TypeError."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, (tuple, list, np.ndarray)):
        return [_encode(name, item) for item in value]
    if isinstance(value, (np.random.Generator, np.random.SeedSequence)):
        return None
    if isinstance(value, (type, np.dtype)):
        return np.dtype(value).name
    if is_dataclass(value):
        kept = {field.name: _encode(name, getattr(value, field.name)) for field in fields(value) if field.init}
        return {"type": type(value).__name__, "fields": kept}
    raise TypeError(f"hyperparameter {name}={value!r} cannot be saved: only numbers, strings, sequences of them and "
                    f"objects with fields can; set it to one of those before saving")


@contextmanager
def opened(path: str | os.PathLike[str], max_bytes: int = MAX_BYTES) -> Iterator[tuple[dict[str, Any], Npz]]:
    """Yield the header of a file, and its arrays, none of which has been read.

    max_bytes: what header and arrays may take in memory. Raises FileNotFoundError, or ModelFileError for all else that is wrong
    with the file, also in the block.
    """
    check_integer(max_bytes, "max_bytes", 1)
    with complaints(path, ModelFileError):
        with open(path, "rb") as handle:
            arrays = _opened_archive(path, handle)
            if "header" not in arrays or arrays.headers["header"].dtype != np.uint8:
                raise ModelFileError(f"{path} is an .npz file, but not an npae model: it has no header of one")
            n_bytes = {name: header.n_bytes for name, header in arrays.headers.items()}
            check_bytes(sum(n_bytes.values()) + JSON_COST * n_bytes["header"], max_bytes)
            yield _read_header(path, arrays.read("header")), arrays


def _opened_archive(path: str | os.PathLike[str], handle: IO[bytes]) -> Npz:
    try:
        return Npz(handle)
    except Exception as error:
        raise ModelFileError(f"{path} is not a readable npae model file (truncated, damaged or of another kind): "
                             f"{reason(error)}; model.save(path) writes one") from error


def read(path: str | os.PathLike[str], max_bytes: int = MAX_BYTES) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Return header and arrays of a file, or raise FileNotFoundError or ModelFileError."""
    with opened(path, max_bytes) as (header, arrays):
        return header, {name: array for name, array in arrays.items() if name != "header"}


def _read_header(path: str | os.PathLike[str], text: np.ndarray) -> dict[str, Any]:
    try:
        header = json.loads(text.tobytes(), parse_int=_integer)
    except (ValueError, RecursionError) as error:
        raise ModelFileError(f"{path}: its header is damaged ({error})") from error
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise ModelFileError(f"{path} is an .npz file, but not an npae model: it has no header of one")
    if type(header.get("version")) is not int or not 1 <= header["version"] <= VERSION:
        raise ModelFileError(f"{path} has format version {_short(header.get('version'))}, this npae reads up to {VERSION}: "
                             f"upgrade npae")
    return header


def read_curves(curves: Mapping[str, Any]) -> dict[str, list[float]]:
    """Return the curves of a header, numbers by name, or raise ValueError."""
    if not all(values and isinstance(value, (int, float)) for values in curves.values() for value in values or [None]):
        raise ValueError("a curve of its history is empty or holds what is no number")
    return {name: [float(value) for value in values] for name, values in curves.items()}


def _integer(digits: str) -> int:
    if len(digits) > LONGEST_INTEGER:       # reading them takes time that grows with the square of their number
        raise ValueError(f"an integer of {len(digits)} digits")
    return int(digits)


def _short(value: Any) -> str:
    """Return a value of the file's for a message that stays readable whatever it is."""
    return reprlib.repr(value)
