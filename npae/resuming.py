"""A training run taken up again: every part of a checkpoint is checked when it is taken over."""

from __future__ import annotations

from typing import Any

import numpy as np

from .model_file import read_curves
from .validation import check_integer

LARGEST = {"pos": 624, "buffer_pos": 4}     # places in the states of MT19937 and Philox


def restore(model: Any, watch: Any, header: dict[str, Any], arrays: dict[str, np.ndarray]) -> int:
    """Bring a model that has just been started to the state of a checkpoint, or raise; return the number of epochs done."""
    found, training, theta = header["training"], model._training, model.theta
    vectors = {name: _of_run(name, array, theta) for name, array in arrays.items()}
    for name, array in model.params.items():
        model.params[name] = _like(vectors, f"params/{name}", array)
    good, best = _like(vectors, "training/good", theta), vectors.get("training/best")
    training.optimizer.start(theta)
    training.optimizer.restore({**_under("training/optimizer/", vectors), **_scalars(found["optimizer"], training.optimizer)})
    restore_random(training.rng, found["random"])
    model._adopt_state(_under("state/", vectors))
    model._adopt_extras(header["extras"])
    for name, low, high in (("epochs_done", 1, model.epochs), ("epoch", 1, np.inf), ("waited", 0, np.inf)):
        check_integer(found[name], name, low, high)
    model.history_, model.metrics_ = read_curves(header["history_"]), read_curves(header["metrics_"])
    if len(model.history_["loss"]) != found["epoch"]:
        raise ValueError(f"its history is not that of {found['epoch']} epochs")
    training.epoch, training._good = found["epoch"], good
    watch.best, watch.waited = np.inf if found["best"] is None else float(found["best"]), found["waited"]
    watch.best_theta = None if best is None else _like(vectors, "training/best", theta)
    return found["epochs_done"]


def _of_run(name: str, array: np.ndarray, theta: np.ndarray) -> np.ndarray:
    counts = name.startswith("training/optimizer/")         # an optimizer may count something besides
    if not (array.dtype == theta.dtype or counts) or not np.isfinite(array).all():
        raise ValueError(f"{name} is not finite {theta.dtype} data")
    return array


def _under(prefix: str, vectors: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {name.removeprefix(prefix): array for name, array in vectors.items() if name.startswith(prefix)}


def _scalars(found: dict[str, Any], optimizer: Any) -> dict[str, Any]:
    """Return what an optimizer's state has besides arrays: values of the names and types that it has at the start of a run."""
    mine = {name: value for name, value in optimizer.state().items() if not isinstance(value, np.ndarray)}
    if found.keys() != mine.keys() or any(type(found[name]) is not type(mine[name]) for name in mine if mine[name] is not None):
        raise ValueError(f"the state of its optimizer is {found!r}, expected values like {mine!r}")
    for name, value in found.items():
        if type(value) is int:
            check_integer(value, f"{name} of its optimizer", 0, 2 ** 53)
    return found


def restore_random(rng: np.random.Generator, state: Any) -> None:
    """Set the state of a generator, or raise ValueError or TypeError.

    NumPy takes the places in its buffers unseen, and would read beside the buffers.
    """
    before = rng.bit_generator.state
    _check_form(plain(before), state, "random")
    rng.bit_generator.state = state
    if plain(rng.bit_generator.state) != state:
        rng.bit_generator.state = before
        raise ValueError("its random generator has a state that none can have")


def _check_form(mine: Any, found: Any, name: str) -> None:
    """Raise unless the state found has the form of this generator's, and its places are within their buffers."""
    if isinstance(mine, int):
        check_integer(found, name, 0, LARGEST.get(name, 2 ** 128))
    elif isinstance(mine, str) or type(mine) is not type(found) or len(mine) != len(found):
        if mine != found:
            raise ValueError(f"{name} of its random generator is {found!r}, expected {mine!r}")
    else:
        for key in mine if isinstance(mine, dict) else range(len(mine)):
            _check_form(mine[key], found[key], str(key))


def plain(state: Any) -> Any:
    """Return the state of a bit generator as JSON values."""
    if isinstance(state, dict):
        return {name: plain(value) for name, value in state.items()}
    return state.tolist() if isinstance(state, np.ndarray) else state


def _like(vectors: dict[str, np.ndarray], name: str, array: np.ndarray) -> np.ndarray:
    if vectors[name].shape != array.shape:
        raise ValueError(f"{name} has shape {vectors[name].shape}, expected {array.shape}")
    return vectors[name]
