"""Contenders side by side: one process each, rounds in the order A B C ... C B A, medians of rounds that nothing disturbed.

A round is clean if its wall-clock time is hardly more than its CPU time: then nobody else had the core. Two settings of the BLAS
library are measured. Some environments preset OPENBLAS_CORETYPE; with such variables cleared the library chooses its kernels
by the processor, as on a user's machine ("native"). Where nothing is preset the two are the same.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[3]
BLAS_VARIABLES = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "MKL_DEBUG_CPU_TYPE", "NVPL_BLAS_DEBUG_CPU_TYPE")
DIRTY = 1.05


class Result(NamedTuple):
    """What the rounds of one contender gave: microseconds per step (median, quartiles), page faults, peak memory in MB."""

    median: float
    low: float
    high: float
    faults: float
    peak_mb: float
    rounds: int


def environment(native: bool, threads: int = 1) -> dict[str, str]:
    """Return the environment of a worker."""
    env = {name: value for name, value in os.environ.items() if not (native and name in BLAS_VARIABLES)}
    env.update({name: str(threads) for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")})
    env["XLA_FLAGS"] = "" if threads > 1 else "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
    env["JAX_PLATFORMS"] = "cpu"
    return env


def _start(contender: str, configuration: str, native: bool, threads: int) -> subprocess.Popen:
    command = [sys.executable, "-m", "tests.benchmarks.speed.worker", contender, configuration, str(threads)]
    return subprocess.Popen(command, cwd=ROOT, env=environment(native, threads), text=True, stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)


def race(configuration: str, contenders: Sequence[str], native: bool, threads: int = 1, rounds: int = 7, seconds: float = 0.4):
    """Return a Result for every contender, or the reason why it was not measured, by name."""
    workers, results = {}, {}
    for name in contenders:
        worker = _start(name, configuration, native, threads)
        said = worker.stdout.readline().strip()
        if said == "ready":
            workers[name] = worker
        else:
            worker.kill()
            worker.communicate()
            results[name] = said.partition("missing: ")[2] or "failed"
    samples = {name: [] for name in workers}
    for _ in range(rounds):
        for name in [*workers, *reversed(workers)]:
            workers[name].stdin.write(f"{seconds}\n")
            workers[name].stdin.flush()
            samples[name].append(json.loads(workers[name].stdout.readline()))
    for name, worker in workers.items():
        worker.communicate()
        results[name] = summarize(samples[name], threads)
    return {name: results[name] for name in contenders}


def summarize(samples: list[dict[str, float]], threads: int) -> Result:
    """Return the Result of these rounds; with one thread by CPU time of the clean ones, with more by wall-clock time."""
    clean = [sample for sample in samples if sample["wall"] < DIRTY * sample["cpu"]] if threads == 1 else samples
    times = sorted(sample["cpu" if threads == 1 else "wall"] for sample in clean or samples)
    low, _, high = statistics.quantiles(times, n=4) if len(times) > 1 else times * 3
    faults = statistics.median(sample["faults"] for sample in samples)
    return Result(statistics.median(times), low, high, faults, max(sample["peak_mb"] for sample in samples), len(clean))
