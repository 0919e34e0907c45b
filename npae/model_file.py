"""The model file: arrays and JSON in one .npz, written atomically, nothing pickled. (`persistence` makes a model of it.)

The file holds one array per parameter ("params/encoder.0.W"), one per array of state, and the array "header", JSON text as
bytes: format, format version, class, hyperparameters, number of features, history. Fitted models that belong to another one
(a prior over its codes) are in its file, their arrays as "parts/<name>/params/..." and their headers in its header.
"""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from .files import atomic_write

FORMAT, VERSION = "npae model", 1


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


def read(path: str) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Return header and arrays of a file, or raise FileNotFoundError or ModelFileError."""
    try:
        with open(path, "rb") as handle, np.load(handle, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
    except FileNotFoundError:
        raise
    except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile, AttributeError, TypeError) as error:
        raise ModelFileError(f"{path} is not a readable npae model file (truncated, foreign, or with object arrays): "
                             f"{error}") from error
    return _read_header(path, arrays), arrays


def _read_header(path: str, arrays: Mapping[str, np.ndarray]) -> dict[str, Any]:
    header = None
    if "header" in arrays and arrays["header"].dtype == np.uint8:
        try:
            header = json.loads(arrays["header"].tobytes())
        except ValueError as error:
            raise ModelFileError(f"{path}: its header is damaged ({error})") from error
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise ModelFileError(f"{path} is an .npz file, but not an npae model: it has no such header")
    if not isinstance(header.get("version"), int) or header["version"] > VERSION:
        raise ModelFileError(f"{path} has format version {header.get('version')!r}, this npae reads up to {VERSION}: "
                             f"upgrade npae")
    return header
