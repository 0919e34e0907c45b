"""The model file, written: arrays and JSON in one .npz, atomically, nothing pickled. (Read back by `persistence`.)

The file holds one array per parameter ("params/encoder.0.W"), one per array of state, and the array "header", JSON text as
bytes: format, format version, class, hyperparameters, number of features, history. Fitted models that belong to another one
(a prior over its codes) are in its file, their arrays as "parts/<name>/params/..." and their headers in its header.
"""

from __future__ import annotations

import json
import os
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from .files import atomic_write

FORMAT, VERSION = "npae model", 1


def save(model: Any, path: str | os.PathLike[str]) -> None:
    """Write a fitted (or initialized) model to `path`, atomically. A Generator given as random_state is not kept."""
    header, arrays = _contents(model)
    arrays["header"] = np.frombuffer(json.dumps(header).encode(), dtype=np.uint8)
    with atomic_write(path) as file:
        np.savez(file, **arrays)     # type: ignore[arg-type]


def _contents(model: Any) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Return the header and the arrays of a model; those of its parts are nested and prefixed."""
    params = model.params       # raises NotFittedError where there are none
    parts = {name: _contents(part) for name, part in model._parts().items()}
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
