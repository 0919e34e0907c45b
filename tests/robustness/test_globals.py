"""Nothing global is touched: random states, NumPy's error state, filters of warnings, matplotlib's settings, the environment."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
import warnings

import matplotlib.figure  # what its own import changes is not looked at
import numpy as np
import pytest

from .globals_probe import ACTS, ROOT, changed_by, global_checks


@pytest.mark.dev
def test_a_process_that_does_everything_with_npae_finds_all_as_it_was():
    found = global_checks()
    assert found.failures == [] and found.acts == len(ACTS) + 2 and found.things > 20


@pytest.mark.parametrize("act", ["check", "plot", "save"])
def test_what_one_does_with_npae_leaves_all_as_it_was(act):
    assert changed_by(ACTS[act]) == []


def test_import_is_light():
    """The names of heavy packages, in a fresh process: `import npae` brings none of them."""
    code = "import sys, npae; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    names = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    assert "npae" in names and not {"matplotlib", "sklearn", "pandas", "polars", "torch", "jax", "scipy"} & set(names)


CHANGES = {
    "numpy.random": lambda: np.random.normal(), "random": random.random, "numpy.geterr": lambda: np.seterr(over="ignore"),
    "printoptions": lambda: np.set_printoptions(precision=3), "warnings.filters": lambda: warnings.simplefilter("ignore"),
    "environment": lambda: os.environ.update(NPAE_TRIED="1"), "sys.path": lambda: sys.path.append("elsewhere"),
    "signals": lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
    "threads": lambda: threading.Thread(target=time.sleep, args=(0.2,)).start(),
    "rcParams": lambda: matplotlib.rcParams.update({"lines.linewidth": 7.0}),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_seen(name, monkeypatch):
    with np.errstate(), np.printoptions(), warnings.catch_warnings(), matplotlib.rc_context():
        monkeypatch.setattr(sys, "path", list(sys.path))
        monkeypatch.setenv("NPAE_TRIED", "0")
        handler = signal.getsignal(signal.SIGINT)
        try:
            assert changed_by(CHANGES[name]) == [name]
        finally:
            signal.signal(signal.SIGINT, handler)
