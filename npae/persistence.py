"""The model file, read (`model_file` writes it).

Reading runs no code of the file's: classes are looked up by name among those of the package and those that the caller
passes. Everything is checked before a model is made.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import is_dataclass
from typing import Any

import numpy as np

from . import corruption, models, optimizers, penalties
from .files import MAX_BYTES, reason
from .model_file import ModelFileError, opened, read_curves
from .models import Model
from .models.hyperparameters import DTYPES
from .npz_file import Npz
from .parameters import Parameters, Shapes
from .validation import check_integer, check_random_state

MOST_LAYERS = 1000
LONGEST_WORD, LONGEST_IN_LIST = 1000, 64        # characters; an array of strings is as wide everywhere as its longest string


def load(path: str | os.PathLike[str], classes: Sequence[type] = (), max_bytes: int = MAX_BYTES) -> Model:
    """Return the model saved at `path`; its reconstructions are bitwise those of the model that was saved.

    classes: your own model, penalty, corruption or optimizer classes that the file may name.
    max_bytes: what the file's header and arrays may take in memory (2 GiB). They are counted before anything is allocated, and
    loading takes at no moment more than twice as much.
    Raises FileNotFoundError, or ModelFileError for a file that is foreign, damaged, newer, tampered with or too large.
    """
    known = _known_classes(classes)
    with opened(path, max_bytes) as (header, arrays):
        try:
            with np.errstate(all="ignore"):     # numbers of the file's that are too large for their dtype are found by the checks
                return _build(header, arrays, "", known)
        except Exception as error:      # the header decides what is called with what, so anything may be raised
            raise ModelFileError(f"{os.fspath(path)} does not describe a valid model: {reason(error)}") from error


def _known_classes(extra: Sequence[type]) -> dict[str, type]:
    rooms = (models, penalties, corruption, optimizers)
    own = [getattr(room, name) for room in rooms for name in room.__all__]
    return {cls.__name__: cls for cls in [*own, *extra] if isinstance(cls, type) and is_dataclass(cls)}


def _build(header: Mapping[str, Any], arrays: Npz, room: str, known: Mapping[str, type]) -> Model:
    """Return the model of a header, the names of whose arrays begin with `room`: "" or "parts/priors_0/".

    The shapes that the hyperparameters ask for are those of the file's arrays before anything of their size is allocated.
    """
    model, n = _unfitted(header, known), header["n_features_in_"]
    check_integer(n, "n_features_in_", 1)
    model._adopt_extras(header["extras"])
    shapes = model._shapes(n)
    _check_params(shapes, header["dtype"], arrays, room)
    params = _read_params(shapes, header["dtype"], arrays, room)
    if list(model._build(n)[1].items()) != list(shapes.items()):
        raise ValueError(f"{type(model).__name__} says other shapes in _shapes than in _build")
    model._begin(params, check_random_state(model.random_state))
    model.n_features_in_ = n
    model._adopt_state(_read_state(arrays, room, model._params.dtype))
    if header["feature_names_in_"]:
        model.feature_names_in_ = _read_names(header["feature_names_in_"], n)
    model.history_, model.metrics_ = read_curves(header["history_"]), read_curves(header["metrics_"])
    if len(model.history_.get("loss", [])) != len(model.history_.get("seconds", [])):
        raise ValueError("its history has not as many times as losses")
    model._adopt_parts(_read_parts(header.get("parts", {}), arrays, room, known))
    if model._parts().keys() != header.get("parts", {}).keys():
        raise ValueError(f"{type(model).__name__} has no parts {sorted(header['parts'])}")
    model._training.epoch = len(model.history_.get("loss", []))     # partial_fit goes on from here, not with a new warm-up
    return model


def _read_parts(headers: Mapping[str, Any], arrays: Npz, room: str, known: Mapping[str, type]) -> dict[str, Model]:
    if not all(name.isidentifier() for name in headers):        # with a / in a name, two parts could share their arrays
        raise ValueError(f"its parts have the names {sorted(headers)}")
    return {name: _build(header, arrays, f"{room}parts/{name}/", known) for name, header in headers.items()}


def _unfitted(header: Mapping[str, Any], known: Mapping[str, type]) -> Model:
    """Return a model with the header's hyperparameters, which make sense."""
    cls = known.get(header["class"])
    if cls is None or not issubclass(cls, Model):
        raise ValueError(f"unknown model class {header['class']!r}; pass classes=[YourClass] for one of your own")
    _check_lengths(header["hyperparameters"])
    model = cls(**{name: _decode(value, known) for name, value in header["hyperparameters"].items()})
    model._validate()
    return model


def _check_lengths(hyperparameters: Mapping[str, Any]) -> None:
    """Raise where a few bytes for each layer or penalty would make so many objects of them that they cost more than the file."""
    for name in ("hidden_dims", "channels", "top_channels", "penalties"):
        if len(hyperparameters.get(name, ())) > MOST_LAYERS:
            raise ValueError(f"{name} has {len(hyperparameters[name])} entries, expected at most {MOST_LAYERS}")


def _check_params(shapes: Shapes, dtype: Any, arrays: Npz, room: str) -> None:
    """Raise unless the arrays of the file are the parameters of these shapes; nothing is read or allocated for that."""
    kept = ("header", f"{room}state/", f"{room}parts/", f"{room}training/")
    found = {name.removeprefix(room).removeprefix("params/"): header for name, header in arrays.headers.items()
             if name.startswith(room) and not name.startswith(kept)}
    if found.keys() != shapes.keys():
        raise ValueError(f"it holds the parameters {sorted(found)}, expected {sorted(shapes)}")
    if dtype not in DTYPES:
        raise ValueError(f"dtype {dtype!r}, expected one of {DTYPES}")
    for name, header in found.items():
        if header.dtype != dtype or header.shape != tuple(shapes[name]):
            raise ValueError(f"{name} is {header.dtype} of shape {header.shape}, expected {dtype} of shape {shapes[name]}")


def _read_params(shapes: Shapes, dtype: str, arrays: Npz, room: str) -> Parameters:
    """Return the parameters in the file, each read to its place in theta."""
    params = Parameters(shapes, dtype=np.dtype(dtype))
    for name, view in params.items():
        arrays.read(f"{room}params/{name}", out=view)
        if not np.isfinite(view).all():
            raise ValueError(f"{name} has entries that are not finite")
    return params


def _read_state(arrays: Npz, room: str, dtype: np.dtype) -> dict[str, np.ndarray]:
    prefix = f"{room}state/"
    state = {name.removeprefix(prefix): arrays.read(name) for name in arrays if name.startswith(prefix)}
    for name, array in state.items():
        if array.dtype != dtype or not np.isfinite(array).all():
            raise ValueError(f"the state {name} is not finite {dtype} data")
    return state


def _read_names(names: Any, n: int) -> np.ndarray:
    if not isinstance(names, list) or len(names) != n or not all(isinstance(name, str) for name in names):
        raise ValueError(f"feature_names_in_ must be {n} names, got {names!r}")
    return np.asarray(names, dtype=object)


def _decode(value: Any, known: Mapping[str, type], longest: int = LONGEST_WORD) -> Any:
    """Return the hyperparameter that a JSON value stands for; no string of it may be longer than so many characters."""
    if isinstance(value, str) and len(value) > longest:
        raise ValueError(f"{value[:longest]!r}... is too long for a hyperparameter")
    if isinstance(value, list):
        return tuple(_decode(item, known, LONGEST_IN_LIST) for item in value)
    if isinstance(value, dict):
        cls = known.get(value["type"])
        if cls is None or issubclass(cls, Model):
            raise ValueError(f"unknown object {value['type']!r}; pass classes=[YourClass] for one of your own")
        return cls(**{name: _decode(item, known) for name, item in value["fields"].items()})
    return value
