"""Whole processes: how long, and how much memory at most."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from .race import ROOT, environment


class Process(NamedTuple):
    """Median wall-clock seconds, and peak memory in MB."""

    seconds: float
    peak_mb: float


def run(command: Sequence[str], env: Mapping[str, str]) -> Process | None:
    """Run once; None if it failed."""
    began = time.perf_counter()
    child = subprocess.Popen(command, cwd=ROOT, env=dict(env), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    return None if child.returncode else Process(time.perf_counter() - began, usage.ru_maxrss / 1024)


def interleaved(commands: Mapping[str, Sequence[str]], native: bool, repeats: int = 5) -> dict[str, Process | None]:
    """Return the medians of several runs of each command, taken in turns."""
    found: dict[str, list[Process | None]] = {name: [] for name in commands}
    for _ in range(repeats):
        for name, command in commands.items():
            if not found[name] or found[name][-1] is not None:
                found[name].append(run(command, environment(native)))
    return {name: _median(runs) for name, runs in found.items()}


def _median(runs: list[Process | None]) -> Process | None:
    done = [each for each in runs if each is not None]
    if not done:
        return None
    return Process(statistics.median(each.seconds for each in done), max(each.peak_mb for each in done))


def whole_trainings(native: bool, repeats: int = 5) -> dict[str, Process | None]:
    """Return what training (f) for 50 epochs costs from the start of the process, by name of the library."""
    names = ("npae", "PyTorch", "JAX", "scikit-learn", "nothing")
    return interleaved({name: [sys.executable, "-m", "tests.benchmarks.speed.whole", name] for name in names}, native, repeats)


def imports(native: bool, repeats: int = 7) -> dict[str, Process | None]:
    """Return what starting Python and importing costs."""
    lines = {"python": "pass", "import numpy": "import numpy", "import npae": "import npae", "import torch": "import torch",
             "import jax": "import jax", "import sklearn.neural_network": "import sklearn.neural_network"}
    return interleaved({name: [sys.executable, "-c", line] for name, line in lines.items()}, native, repeats)
