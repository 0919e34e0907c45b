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
from .model_file import ModelFileError, read
from .models import Model
from .models.hyperparameters import DTYPES
from .parameters import Parameters, Shapes
from .validation import check_integer, check_random_state


def load(path: str | os.PathLike[str], classes: Sequence[type] = ()) -> Model:
    """Return the model saved at `path`; its reconstructions are bitwise those of the model that was saved.

    classes: your own model, penalty, corruption or optimizer classes that the file may name.
    Raises FileNotFoundError, or ModelFileError for a file that is foreign, damaged, newer or tampered with.
    """
    path = os.fspath(path)
    header, arrays = read(path)
    known = _known_classes(classes)
    try:
        model = _build(header, arrays, known)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ModelFileError(f"{path} does not describe a valid model: {error}") from error
    return model


def _known_classes(extra: Sequence[type]) -> dict[str, type]:
    rooms = (models, penalties, corruption, optimizers)
    own = [getattr(room, name) for room in rooms for name in room.__all__]
    return {cls.__name__: cls for cls in [*own, *extra] if isinstance(cls, type) and is_dataclass(cls)}


def _build(header: Mapping[str, Any], arrays: Mapping[str, np.ndarray], known: Mapping[str, type]) -> Model:
    cls = known.get(header["class"])
    if cls is None or not issubclass(cls, Model):
        raise ValueError(f"unknown model class {header['class']!r}; pass classes=[YourClass] for one of your own")
    model = cls(**{name: _decode(value, known) for name, value in header["hyperparameters"].items()})
    model._validate()
    check_integer(header["n_features_in_"], "n_features_in_", 1)
    model._adopt_extras(header["extras"])
    _, shapes = model._build(header["n_features_in_"])
    params = _read_params(shapes, header["dtype"], arrays)
    model._begin(params, check_random_state(model.random_state))
    model.n_features_in_ = header["n_features_in_"]
    model._state = _read_state(arrays, params.dtype)
    if header["feature_names_in_"]:
        model.feature_names_in_ = np.asarray(header["feature_names_in_"], dtype=object)
    model.history_, model.metrics_ = _read_curves(header["history_"]), _read_curves(header["metrics_"])
    model._adopt_parts({name: _build(inner, _of_part(arrays, name), known) for name, inner in header.get("parts", {}).items()})
    model._training.epoch = len(model.history_.get("loss", []))     # partial_fit goes on from here, not with a new warm-up
    return model


def _of_part(arrays: Mapping[str, np.ndarray], part: str) -> dict[str, np.ndarray]:
    prefix = f"parts/{part}/"
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}


def _read_params(shapes: Shapes, dtype: str, arrays: Mapping[str, np.ndarray]) -> Parameters:
    """Return the parameters in the file, all of them checked before anything is allocated for them."""
    found = {name.removeprefix("params/"): array for name, array in arrays.items()
             if name != "header" and not name.startswith(("state/", "parts/", "training/"))}
    if found.keys() != shapes.keys():
        raise ValueError(f"it holds the parameters {sorted(found)}, expected {sorted(shapes)}")
    if dtype not in DTYPES:
        raise ValueError(f"dtype {dtype!r}, expected one of {DTYPES}")
    for name, array in found.items():
        if array.dtype != dtype or array.shape != shapes[name]:
            raise ValueError(f"{name} is {array.dtype} of shape {array.shape}, expected {dtype} of shape {shapes[name]}")
        if not np.isfinite(array).all():
            raise ValueError(f"{name} has entries that are not finite")
    return Parameters(shapes, np.concatenate([found[name].ravel() for name in shapes]))


def _read_state(arrays: Mapping[str, np.ndarray], dtype: np.dtype) -> dict[str, np.ndarray]:
    state = {name.removeprefix("state/"): array for name, array in arrays.items() if name.startswith("state/")}
    for name, array in state.items():
        if array.dtype != dtype or not np.isfinite(array).all():
            raise ValueError(f"the state {name} is not finite {dtype} data")
    return state


def _read_curves(curves: Mapping[str, Any]) -> dict[str, list[float]]:
    return {name: [float(value) for value in values] for name, values in curves.items()}


def _decode(value: Any, known: Mapping[str, type]) -> Any:
    if isinstance(value, list):
        return tuple(_decode(item, known) for item in value)
    if isinstance(value, dict):
        cls = known.get(value["type"])
        if cls is None or issubclass(cls, Model):
            raise ValueError(f"unknown object {value['type']!r}; pass classes=[YourClass] for one of your own")
        return cls(**{name: _decode(item, known) for name, item in value["fields"].items()})
    return value
