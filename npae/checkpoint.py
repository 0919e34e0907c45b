"""A training run on disk, so that a killed process loses no more than its last epochs.

The file holds the model, as `save` would write it, and what its training needs besides: the optimizer's state, the state of
the random generator, the number of epochs done, what early stopping remembers. Resumed, a run goes on to the same bits as if it
had never been interrupted. It is written at the end of an epoch, atomically: a reader finds the last state or the one before,
never half of one.
"""

from __future__ import annotations

import errno
import os
import time
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Union

import numpy as np

from .files import MAX_BYTES, complaints, reason
from .model_file import ModelFileError, contents, read, read_curves, write
from .rows import ByteImages, Rows
from .validation import check_integer, check_real

FILE = "checkpoint.npz"
LARGEST = {"pos": 624, "buffer_pos": 4}     # places in the states of MT19937 and Philox


@dataclass(frozen=True)
class Checkpoint:
    """Where and how often: after every so many epochs, and only if so many seconds have passed since the last time.

    max_bytes: what a checkpoint may take in memory when it is read back.
    """

    folder: Union[str, os.PathLike[str]]
    epochs: int = 1
    seconds: float = 0.0
    max_bytes: int = MAX_BYTES

    def validate(self) -> None:
        """Raise unless the numbers make sense and the folder can be written to; it is made where it does not exist.

        Raises OSError naming the folder: before training, not after its first epoch.
        """
        check_integer(self.epochs, "epochs of the checkpoint", 1)
        check_real(self.seconds, "seconds of the checkpoint", 0)
        check_integer(self.max_bytes, "max_bytes of the checkpoint", 1)
        try:
            Path(self.folder).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            reason = f"checkpoint={os.fspath(self.folder)!r} must be a folder, there or to be made: {error.strerror}"
            raise type(error)(error.errno, reason) from error
        if not os.access(self.folder, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, f"checkpoint={os.fspath(self.folder)!r} is a folder that cannot be written to")

    @property
    def path(self) -> Path:
        """The file."""
        return Path(self.folder) / FILE


class CheckpointWriter:
    """Writes the checkpoints of one run over the same data, and reads them back."""

    def __init__(self, checkpoint: Checkpoint, x: Rows, x_val: Rows | None):
        checkpoint.validate()
        self.checkpoint = checkpoint
        self.data = [fingerprint(x), None if x_val is None else fingerprint(x_val)]
        self._written = time.monotonic()

    def see(self, model: Any, watch: Any, epochs_done: int) -> None:
        """Write a checkpoint if it is time for one."""
        if epochs_done % self.checkpoint.epochs or time.monotonic() - self._written < self.checkpoint.seconds:
            return
        training = model._training
        header, arrays = contents(model)
        state = training.optimizer.state()
        scalars = {name: value for name, value in state.items() if not isinstance(value, np.ndarray)}
        vectors = {**{f"optimizer/{name}": value for name, value in state.items() if name not in scalars}, "good": training._good}
        if watch.best_theta is not None:
            vectors["best"] = watch.best_theta
        header["training"] = {
            "epochs_done": epochs_done, "epoch": training.epoch, "random": _plain(training.rng.bit_generator.state),
            "optimizer": scalars, "best": None if np.isinf(watch.best) else watch.best, "waited": watch.waited, "data": self.data}
        arrays |= {f"training/{name}": array for name, array in vectors.items()}
        write(header, arrays, self.checkpoint.path)
        self._written = time.monotonic()

    def resume(self, model: Any, watch: Any) -> int:
        """Bring a model that has just been started to the state of the file; return the number of epochs it has done.

        Without a file nothing happens and 0 is returned. Raises ModelFileError for a file that is damaged, or of a run with
        other hyperparameters or other data.
        """
        path = self.checkpoint.path
        if not path.exists():
            return 0
        header, arrays = read(path, self.checkpoint.max_bytes)
        with complaints(path, ModelFileError):
            self._compare(header, contents(model)[0])
        try:
            with np.errstate(all="ignore"):     # what does not fit into a number is found by the checks
                return _restore(model, watch, header, arrays)
        except Exception as error:      # a value of the file's may have got anywhere
            raise ModelFileError(f"{path} does not describe a training run: {reason(error)}") from error

    def _compare(self, header: dict[str, Any], mine: dict[str, Any]) -> None:
        if "training" not in header:
            raise ValueError("it holds a model without its training: it cannot be resumed")
        for what in ("class", "n_features_in_", "dtype"):
            if header.get(what) != mine[what]:
                raise ValueError(f"it is of a run with {what}={header.get(what)!r}, this one has {mine[what]!r}")
        theirs = header["hyperparameters"]
        other = [name for name, value in mine["hyperparameters"].items() if name != "verbose" and theirs.get(name) != value]
        if other:
            raise ValueError("it is of a run with other hyperparameters: " + ", ".join(
                f"{name}={theirs.get(name)!r}, here {mine['hyperparameters'][name]!r}" for name in other))
        if header["training"].get("data") != self.data:
            raise ValueError("it is of a run on other data: resume with the X and X_val that it was begun with")


def _restore(model: Any, watch: Any, header: dict[str, Any], arrays: dict[str, np.ndarray]) -> int:
    """Bring the model to the state of the file, each part of which has been checked when it is taken over."""
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
    _check_form(_plain(before), state, "random")
    rng.bit_generator.state = state
    if _plain(rng.bit_generator.state) != state:
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


def as_checkpoint(given: Any) -> Checkpoint:
    """Return a Checkpoint for a folder, or the one given; raise TypeError for anything else."""
    if isinstance(given, Checkpoint):
        return given
    if isinstance(given, (str, os.PathLike)):
        return Checkpoint(given)
    raise TypeError(f"checkpoint must be a folder or a Checkpoint, got {given!r}")


def fingerprint(x: Rows) -> list[Any]:
    """Return shape, dtype and checksum of the data, computed a few rows at a time."""
    array = x.images if isinstance(x, ByteImages) else x
    checksum = 0
    for start in range(0, len(array), 1024):
        checksum = zlib.crc32(np.ascontiguousarray(array[start:start + 1024]).data, checksum)
    return [list(array.shape), array.dtype.str, checksum]


def _plain(state: Any) -> Any:
    """Return the state of a bit generator as JSON values."""
    if isinstance(state, dict):
        return {name: _plain(value) for name, value in state.items()}
    return state.tolist() if isinstance(state, np.ndarray) else state


def _like(vectors: dict[str, np.ndarray], name: str, array: np.ndarray) -> np.ndarray:
    if vectors[name].shape != array.shape:
        raise ValueError(f"{name} has shape {vectors[name].shape}, expected {array.shape}")
    return vectors[name]
