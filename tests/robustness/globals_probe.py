"""What belongs to the process and not to npae: a process of its own imports all of it, uses it, and looks what has changed.

`python -m tests.robustness.globals_probe` prints one JSON object: the names of what is different after each act.
`global_checks()` starts that process.
"""

from __future__ import annotations

import contextlib
import decimal
import importlib
import io
import json
import locale
import logging
import os
import pickle
import pkgutil
import random
import signal
import subprocess
import sys
import tempfile
import threading
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("matplotlib", "sklearn", "pandas", "polars", "torch", "jax", "scipy", "hypothesis", "multiprocessing.pool")
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGALRM, signal.SIGCHLD)


def snapshot() -> dict[str, Any]:
    """Return all that a library must leave as it finds it, in a form that `==` compares."""
    state: dict[str, Any] = {
        "numpy.random": pickle.dumps(np.random.get_state()), "random": random.getstate(), "numpy.geterr": np.geterr(),
        "numpy.geterrcall": np.geterrcall(), "numpy.getbufsize": np.getbufsize(), "printoptions": repr(np.get_printoptions()),
        "warnings.filters": list(warnings.filters), "warnings.showwarning": warnings.showwarning, "environment": dict(os.environ),
        "signals": [signal.getsignal(number) for number in SIGNALS], "locale": locale.setlocale(locale.LC_ALL),
        "logging": (logging.getLogger().level, list(logging.getLogger().handlers)), "sys.path": list(sys.path),
        "sys.argv": list(sys.argv), "folder": os.getcwd(), "threads": threading.enumerate(),
        "decimal": repr(decimal.getcontext()), "streams": (id(sys.stdin), id(sys.stdout), id(sys.stderr)),
        "hooks": (sys.excepthook, sys.displayhook, sys.gettrace(), sys.getprofile(), threading.excepthook),
        "recursion limit": sys.getrecursionlimit(), "switch interval": sys.getswitchinterval(), "umask": _umask(),
        "builtins": sorted(vars(sys.modules["builtins"])), "meta path": list(sys.meta_path),
        "pyplot": "matplotlib.pyplot" in sys.modules,
    }
    if "matplotlib" in sys.modules:
        matplotlib = sys.modules["matplotlib"]
        # _get: asking for the backend in the ordinary way chooses one, and imports pyplot
        state["rcParams"] = {name: repr(matplotlib.rcParams._get(name)) for name in matplotlib.rcParams}
        state["colormaps"] = list(matplotlib.colormaps)
    return state


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def changed_by(act: Callable[[], None]) -> list[str]:
    """Return the names of what an act has changed."""
    before = snapshot()
    act()
    after = snapshot()
    return [name for name in before if before[name] != after[name]]


def import_everything() -> None:
    """Import every module of npae that is no program of its own."""
    import npae
    for info in pkgutil.walk_packages(npae.__path__, "npae."):
        if not info.name.endswith("__main__"):
            importlib.import_module(info.name)


def train() -> None:
    """Every class of model, with the line of progress, early stopping, a divergence, a copy."""
    from npae import Autoencoder, TrainingDiverged, load_digits
    from npae.checks.cases import CASES
    digits = load_digits().X_train[:32]
    for case in CASES:
        x = case.suited(digits)
        model = case.fit(x, epochs=1, random_state=0, verbose=True)
        model.reconstruct(x), model.score(x), model.summary()
    with contextlib.suppress(TrainingDiverged):
        Autoencoder(optimizer="sgd", learning_rate=1e9, epochs=3, random_state=0).fit(digits)


def check() -> None:
    """The checker of gradients, on a right pair, a wrong one and a model, and some of the package's own checks."""
    from npae import check_gradients
    from npae.checks.cases import CASES
    from npae.layers import sigmoid, sigmoid_backward
    a = np.random.default_rng(0).normal(size=(4, 3))
    assert check_gradients(sigmoid, sigmoid_backward, {"a": a}).verdict == "pass"
    assert check_gradients(sigmoid, lambda dy, y: dy * y, {"a": a}).verdict == "fail"
    model, x = CASES[0].random_instance(np.random.default_rng(0))
    assert check_gradients(model, x).verdict == "pass"


def plot() -> None:
    """Figures of every kind that the rooms draw from a model, as PNG."""
    from npae import Autoencoder, load_digits, plots
    digits = load_digits()
    model = Autoencoder(epochs=2, random_state=0).fit(digits.X_train[:64])
    x = digits.X_test[:8]
    for figure in (plots.learning_curves({"a": model.history_}),
                   plots.scatter_codes({"a": model.transform(x)}, digits.y_test[:8]),
                   plots.image_grid(x, image_shape=(8, 8)), plots.reconstructions({"x": x, "a": model.reconstruct(x)}, (8, 8))):
        assert plots.png_bytes(figure, dpi=40)


def save() -> None:
    """Files: a model, a checkpoint, resumed."""
    from npae import Autoencoder, load, load_digits
    x = load_digits().X_train[:32]
    with tempfile.TemporaryDirectory() as folder:
        model = Autoencoder(epochs=2, random_state=0).fit(x, checkpoint=folder)
        model.fit(x, checkpoint=folder, resume=True)
        model.save(Path(folder) / "model.npz")
        assert np.array_equal(load(Path(folder) / "model.npz").theta, model.theta)


def command() -> None:
    """Subcommands, with what they print caught."""
    from npae.cli import main
    with tempfile.TemporaryDirectory() as folder:
        out = str(Path(folder) / "run")
        for arguments in (
                ["--version"], ["explain", "G204"], ["derive", "affine"], ["equations", "E000-21"], ["exercise", "list"],
                ["train", "autoencoder", "--data", "digits", "--set", "epochs=1", "--out", out], ["no-such-command"]):
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
                try:
                    status = main(arguments)
                except SystemExit as leaving:
                    status = leaving.code
            assert status == (2 if arguments == ["no-such-command"] else 0), (arguments, status)


ACTS: dict[str, Callable[[], None]] = {"train": train, "check": check, "plot": plot, "save": save, "command": command}


class Untouched(NamedTuple):
    """How many things were looked at, after how many acts, what had changed, and what `import npae` has imported needlessly."""

    things: int
    acts: int
    failures: list[str]


def global_checks() -> Untouched:
    """Run everything in a process of its own."""
    done = subprocess.run([sys.executable, "-m", __name__], cwd=ROOT, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout.splitlines()[-1])
    failures = [f"{act} changes {name}" for act, names in found["changes"].items() for name in names]
    return Untouched(found["things"], len(found["changes"]), failures + [f"{name} is imported" for name in found["imported"]])


def main() -> None:
    """Do everything and print what has changed."""
    import_light = changed_by(lambda: importlib.import_module("npae"))
    heavy = [name for name in HEAVY if name in sys.modules]
    importlib.import_module("matplotlib.figure")        # so that its settings are known, and what it changes is not our doing
    changes = {"import npae": import_light, "import everything": changed_by(import_everything)}
    changes |= {name: changed_by(act) for name, act in ACTS.items()}
    imported = heavy + ["matplotlib.pyplot"] * ("matplotlib.pyplot" in sys.modules)
    print(json.dumps({"imported": imported, "changes": changes, "things": len(snapshot())}))


if __name__ == "__main__":
    main()
