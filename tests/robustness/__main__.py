"""What npae survives: `python -m tests.robustness`. Prints the table that stands in the README, and whatever went wrong.

Everything runs with warnings as errors. `--quick` takes a tenth of the files and kills; `--only` takes some of the rows.
Ends with status 1 if anything failed. What needs a package that is not installed is named as not measured.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from . import bad_data, hyperparameters
from .diverging import diverging_checks
from .finite import finite_checks
from .fuzz import fuzzed
from .globals_probe import global_checks
from .kills import killed_and_resumed
from .threads import thread_checks


class Row(NamedTuple):
    """What was tried, how much of it, and what failed."""

    tried: str
    outcome: str
    failures: list[str]


def kills(share: float) -> Row:
    """A trainer killed again and again."""
    with tempfile.TemporaryDirectory() as folder:
        found = killed_and_resumed(Path(folder), round(50 * share))
    ended = "the same bits as a run that was never killed" if found.same_bits else "OTHER BITS"
    return Row("a trainer killed with SIGKILL, and resumed",
               f"{found.kills} kills, {found.in_training} of them after a checkpoint: {ended}",
               [] if found.same_bits else ["the resumed run has other bits"])


def files(share: float) -> Row:
    """Spoiled files."""
    with tempfile.TemporaryDirectory() as folder:
        found = fuzzed(Path(folder), round(20_000 * share))
    errors, correct = sum(found.errors.values()), sum(found.correct.values())
    return Row("models, checkpoints, IDX, npz, npy, csv spoiled",
               f"{sum(found.files.values()):,} files: {errors:,} clear errors, {correct:,} correct results; at most "
               f"{found.most_memory / found.limit:.2f} times the declared limit of memory, {found.slowest:.2f} s", found.failures)


def estimators(share: float) -> Row:
    """scikit-learn's checks."""
    from tests.ecosystem.checking import estimator_checks
    count, passed, failures = estimator_checks()
    return Row("scikit-learn's `check_estimator`", f"{count} estimators, {passed} checks passed", failures)


def arguments(share: float) -> Row:
    """Bad data in every argument of functions and methods."""
    count, failures = 0, []
    for source in (bad_data.trials, bad_data.method_trials):
        for trial, run in source():
            count += 1
            wrong = bad_data.what_is_wrong(trial, run)
            failures += [f"{trial.function}({trial.argument}: {trial.given}): {wrong}"] if wrong else []
    return Row("bad data in every argument of every public function and method",
               f"{count:,} calls: an error that names the argument, or a finite result", failures)


def settings(share: float) -> Row:
    """Every hyperparameter with every value."""
    found = [(setting, hyperparameters.what_is_wrong(setting)) for setting in hyperparameters.settings()]
    return Row("every hyperparameter set to what it must not be",
               f"{len(found):,} fits: an error that names it, or finite parameters",
               [f"{hyperparameters.described(setting)}: {wrong}" for setting, wrong in found if wrong])


def numbers(share: float) -> Row:
    """Extreme numbers in every pair of functions."""
    found = finite_checks()
    return Row("activations of ±1e4, log-variances of ±1e3, saturated units",
               f"{found.checks} groups of pairs: finite, and right", found.failures)


def divergence(share: float) -> Row:
    """Training that is too fast."""
    found = diverging_checks()
    return Row("learning rates a thousand times too large, odd data",
               f"{found.checks:,} trainings: {found.diverged} end with the error that names the term, the others are finite",
               found.failures)


def threads(share: float) -> Row:
    """Models in threads, copies, processes."""
    found = thread_checks()
    return Row("models trained and used in threads, copied, pickled, sent to processes",
               f"{found.checks:,} comparisons: the same bits", found.failures)


def untouched(share: float) -> Row:
    """What belongs to the process."""
    found = global_checks()
    return Row("global state: generators, warnings, rcParams, environment, signals, ...",
               f"{found.things} things, {found.acts} acts: nothing changed", found.failures)


ROWS: dict[str, Callable[[float], Row]] = {
    "kills": kills, "files": files, "estimators": estimators, "arguments": arguments, "settings": settings, "numbers": numbers,
    "divergence": divergence, "threads": threads, "untouched": untouched}
NEEDS = {"estimators": "sklearn"}


def main() -> int:
    """Run everything, print a table and what failed, and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.robustness", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a tenth of the files and of the kills")
    parser.add_argument("--only", nargs="+", choices=ROWS, default=list(ROWS), metavar="ROW", help=", ".join(ROWS))
    given = parser.parse_args()
    failures: list[str] = []
    print("| tried | what came of it | seconds |\n|---|---|---:|")
    for name in given.only:
        if name in NEEDS and find_spec(NEEDS[name]) is None:
            print(f"| {name} | not measured: {NEEDS[name]} is not installed | |")
            continue
        begun = time.perf_counter()
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            row = ROWS[name](0.1 if given.quick else 1.0)
        verdict = row.outcome if not row.failures else f"{len(row.failures)} FAILURES; {row.outcome}"
        print(f"| {row.tried} | {verdict} | {time.perf_counter() - begun:.0f} |", flush=True)
        failures += row.failures
    print(*failures, sep="\n")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
