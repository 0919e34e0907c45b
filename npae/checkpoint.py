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
from .model_file import ModelFileError, contents, read, write
from .resuming import plain, restore
from .rows import ByteImages, Rows
from .validation import check_integer, check_real

FILE = "checkpoint.npz"


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
            "epochs_done": epochs_done, "epoch": training.epoch, "random": plain(training.rng.bit_generator.state),
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
                return restore(model, watch, header, arrays)
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
