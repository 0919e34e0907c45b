"""Spoiled files for every loader: each ends in the package's own exception or in a correct result, and costs little.

What is demanded of each file: ModelFileError or DataFileError (OSError of a download), or what independent readers find in the
same file (np.load, struct and gzip, float); no warning; at most LIMIT of max_bytes allowed and never twice that taken;
two seconds of processor time; and the canary, which only unpickling or evaluating a file could make, is never there.
A number and a seed reproduce a file: `spoiled(originals(), number, seed, canary)`.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import io
import math
import time
import tracemalloc
import warnings
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

import numpy as np

import npae
from npae.checkpoint import CheckpointWriter
from npae.cli import main
from npae.datasets import DataFileError, download, load_file, load_mnist, read_idx
from npae.models import Model
from npae.training import EarlyStopping

from . import mutated_arrays, mutations
from .mutated_arrays import change_directory, change_npy
from .mutated_data import change_csv, change_gzip, change_idx
from .mutated_headers import change_header
from .originals import Original, X, originals, run

LIMIT = 2 ** 22             # max_bytes of every loader
SECONDS = 2.0               # of processor time
WHOLE = 40                  # every so many checkpoints go through `fit`, and models through `npae info`

ERRORS = {"model": npae.ModelFileError, "checkpoint": npae.ModelFileError, "download": OSError}
FIELDS: dict[str, list[Any]] = {
    "model": [change_header] * 5 + mutated_arrays.ARCHIVE, "checkpoint": [change_header] * 3 + mutated_arrays.ARCHIVE,
    "npy": [change_npy], "npz": mutated_arrays.ARCHIVE, "csv": [change_csv], "idx": [change_idx],
    "gzip": [change_gzip], "mnist": [change_idx], "download": [change_gzip]}
ZIPPED = ("model", "checkpoint", "npz")
TAKES_CANARY = (change_header, change_npy, *mutated_arrays.ARCHIVE)


class Fuzzed(NamedTuple):
    """What came of the files, by loader, and all that was wrong, each with the number that reproduces it."""

    files: dict[str, int]
    errors: dict[str, int]
    correct: dict[str, int]
    failures: list[str]
    limit: int
    most_memory: int        # bytes that a file took at a moment
    slowest: float          # seconds


class File(NamedTuple):
    """A spoiled file: what it was, what was done to it, what it is."""

    original: Original
    mutation: str
    content: bytes


def spoiled(sound: list[Original], number: int, seed: int, canary: str) -> File:
    """Return the file of this number."""
    rng = np.random.default_rng([seed, number])
    original = sound[number % len(sound)]
    draw = rng.random()
    if draw < 0.1:
        content = mutations.splice(rng, original.content, sound[rng.integers(len(sound))].content)
        return File(original, "splice", content)
    if draw < 0.45:
        change = mutations.ANY[rng.integers(len(mutations.ANY))]
        return File(original, change.__name__, change(rng, original.content))
    if draw < 0.55 and original.loader in ZIPPED:
        return File(original, "change_directory", change_directory(rng, original.content))
    change = FIELDS[original.loader][rng.integers(len(FIELDS[original.loader]))]
    more = (canary,) if change in TAKES_CANARY else ()
    return File(original, change.__name__, change(rng, original.content, *more))


def fuzzed(folder: Path, files: int, seed: int = 0) -> Fuzzed:
    """Try so many spoiled files, written one after the other into `folder`."""
    canary, outcomes, failures = folder / "canary", {"error": Counter(), "correct": Counter()}, []
    sound = originals()
    judge = Judge(folder, sound)
    slowest, most, counts = 0.0, 0, Counter()
    tracemalloc.start()
    for number in range(files):
        file = spoiled(sound, number, seed, str(canary))
        counts[file.original.loader] += 1
        label = f"number {number} of seed {seed} ({file.original.loader} {file.original.name}, {file.mutation})"
        outcome, seconds, memory = judge.try_file(file, number)
        slowest, most = max(slowest, seconds), max(most, memory)
        if outcome in outcomes:
            outcomes[outcome][file.original.loader] += 1
        else:
            failures.append(f"{label}: {outcome}")
        if seconds > SECONDS:
            failures.append(f"{label}: took {seconds:.1f} s")
        if memory > 2 * LIMIT:
            failures.append(f"{label}: took {memory / LIMIT:.2f} times the limit")
        if canary.exists():
            failures.append(f"{label}: its code was run")
            canary.unlink()
    tracemalloc.stop()
    return Fuzzed(dict(counts), dict(outcomes["error"]), dict(outcomes["correct"]), failures, LIMIT, most, slowest)


class Judge:
    """Loads files and holds what comes of them against independent readers."""

    def __init__(self, folder: Path, sound: list[Original]):
        self.folder = folder
        self.mnist = folder / "mnist"
        self.mnist.mkdir(exist_ok=True)
        self.sound = {(original.loader, original.name): original.content for original in sound}

    def try_file(self, file: File, number: int) -> tuple[str, float, int]:
        """Return "error", "correct" or what is wrong, the seconds and the bytes it took."""
        loader = file.original.loader
        path = self.folder / f"spoiled{file.original.suffix}"
        _write(path, file.content)
        load = self._loader(file, path, number)
        tracemalloc.reset_peak()
        before, began = tracemalloc.get_traced_memory()[0], time.process_time()
        found, wrong = None, ""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                found = load()
        except ERRORS.get(loader, DataFileError) as error:
            wrong = "error" if str(error) else "an error without words"
        except Exception as error:
            wrong = f"{type(error).__name__}: {error}"
        seconds, memory = time.process_time() - began, tracemalloc.get_traced_memory()[1] - before
        return wrong or self._compare(found, file, path), seconds, memory

    def _compare(self, found: Any, file: File, path: Path) -> str:
        try:
            return getattr(self, f"_{file.original.loader}_differs")(found, file, path) or "correct"
        except Exception as error:
            return f"loaded, but refused by an independent reader or of no use: {type(error).__name__}: {error}"

    def _loader(self, file: File, path: Path, number: int) -> Callable[[], Any]:
        """Return the call that reads the file."""
        loader, name = file.original.loader, file.original.name
        if loader == "model":
            return lambda: self._load_model(path, number)
        if loader == "checkpoint":
            return self._checkpoint_loader(file, number)
        if loader == "mnist":
            for part in ("train", "t10k"):
                for each, spelling in (("images", "images-idx3-ubyte"), ("labels", "labels-idx1-ubyte")):
                    content = file.content if each == name and part == "t10k" else self.sound["mnist", each]
                    _write(self.mnist / f"{part}-{spelling}", content)
            return lambda: load_mnist(self.mnist, max_bytes=LIMIT)
        if loader == "download":
            return lambda: _downloaded(file.content, self.sound["download", name])
        reader = read_idx if loader in ("idx", "gzip") else load_file
        return lambda: reader(path, max_bytes=LIMIT)

    def _load_model(self, path: Path, number: int) -> Model:
        model = npae.load(path, max_bytes=LIMIT)
        if number % WHOLE == 0:
            with contextlib.redirect_stdout(io.StringIO()) as printed, contextlib.redirect_stderr(io.StringIO()):
                assert main(["info", str(path)]) in (0, 2) and printed.getvalue()
        return model

    def _checkpoint_loader(self, file: File, number: int) -> Callable[[], Any]:
        folder = self.folder / "spoiled-run"
        folder.mkdir(exist_ok=True)
        _write(folder / "checkpoint.npz", file.content)
        checkpoint, model = npae.Checkpoint(folder, max_bytes=LIMIT), run(file.original.name)
        if number % WHOLE == 0:
            return lambda: (model.fit(X, X_val=X[:9], checkpoint=checkpoint, resume=True), None)
        model.initialize(X.shape[1])
        model._training._start(model)
        writer, watch = CheckpointWriter(checkpoint, X, X[:9]), EarlyStopping(model.patience)
        return lambda: (model, writer.resume(model, watch))

    # ---- what independent readers find: each returns what differs, or nothing ---------------------------------------

    def _model_differs(self, model: Model, file: File, path: Path) -> str:
        with np.load(path, allow_pickle=False) as arrays:
            mine = {name: arrays[f"params/{name}"] for name in model.params}
        if any(not np.array_equal(mine[name], array) for name, array in model.params.items()):
            return "parameters other than those of the file"
        if model.n_features_in_ > 10 ** 4:
            return ""       # a convolution, whose weights do not tell how large its images are
        data = np.zeros((2, model.n_features_in_), model.params.dtype)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert model.summary() and repr(model)
            try:
                codes = model.transform(data)
            except FloatingPointError:
                return ""       # parameters so large that nothing can be computed with them, which it says
        return "" if len(codes) == 2 and codes.shape[1] == model._code_size() else f"codes of shape {codes.shape}"

    def _checkpoint_differs(self, found: tuple[Model, int | None], file: File, path: Path) -> str:
        model, epochs_done = found
        if epochs_done == 0:
            return "a file that was not seen"
        if epochs_done is None:
            return "" if np.isfinite(model.theta).all() else "parameters that are not finite"
        with np.load(path, allow_pickle=False) as arrays:
            same = all(np.array_equal(arrays[f"params/{name}"], array) for name, array in model.params.items())
        return "" if same else "parameters other than those of the file"

    def _npy_differs(self, found: np.ndarray, file: File, path: Path) -> str:
        return _differs(found, np.load(path, allow_pickle=False))

    def _npz_differs(self, found: np.ndarray, file: File, path: Path) -> str:
        with np.load(path, allow_pickle=False) as arrays:
            return _differs(found, arrays["X"] if "X" in arrays.files else arrays[arrays.files[0]])

    def _csv_differs(self, found: np.ndarray, file: File, path: Path) -> str:
        lines = [line for line in io.StringIO(file.content.decode("utf-8-sig", "replace"), newline=None) if line.strip()]
        rows = [[float(cell) for cell in line.split(",")] for line in lines[len(lines) - len(found):]]
        return _differs(found, np.array(rows)) or ("" if len(lines) - len(found) in (0, 1) else "rows are missing")

    def _idx_differs(self, found: np.ndarray, file: File, path: Path) -> str:
        content = file.content
        dtype = {8: ">u1", 9: ">i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}[content[2]]
        shape = np.frombuffer(content[4:4 + 4 * content[3]], ">u4").astype(int)
        entries = np.frombuffer(content[4 + 4 * content[3]:], dtype).reshape(shape)
        same = np.array_equal(found, entries, equal_nan=True) and found.dtype.isnative
        return "" if same else "entries other than those of the file"

    def _gzip_differs(self, found: np.ndarray, file: File, path: Path) -> str:
        return self._idx_differs(found, file._replace(content=gzip.decompress(file.content)), path)

    def _mnist_differs(self, found: npae.ImageData, file: File, path: Path) -> str:
        sound = found.X_train.shape == (4, 784) and found.X_test.shape == (len(found.y_test), 784) and found.y_test.max() <= 9
        return "" if sound and found.X_test.min() >= 0 and found.X_test.max() <= 1 else "no images"

    def _download_differs(self, found: bytes, file: File, path: Path) -> str:
        return "" if gzip.decompress(found) == gzip.decompress(self.sound["download", "body"]) else "another content"


def _differs(found: np.ndarray, expected: np.ndarray) -> str:
    """Return what is wrong with X for the array that another reader found."""
    sound = found.ndim == 2 and found.dtype == np.float64 and found.flags.c_contiguous and np.isfinite(found).all()
    flat = expected.reshape(len(expected), math.prod(expected.shape[1:])).astype(np.float64)
    return "" if sound and np.array_equal(found, flat) else "entries other than those of the file"


def _write(path: Path, content: bytes) -> None:
    path.unlink(missing_ok=True)        # a file that is written over is brought to the disk first, which takes long
    path.write_bytes(content)


class _Response(io.BytesIO):
    length = None


def _downloaded(body: bytes, sound: bytes) -> bytes:
    """Return what `download` makes of a server that sends this body."""
    checksum = hashlib.sha256(gzip.decompress(sound)).hexdigest()
    with mock.patch.multiple(download, urlopen=lambda url, timeout: _Response(body), _MAX_BYTES=LIMIT):
        return download.download("file.gz", checksum, ["http://mirror/"], rounds=1)
