"""Numbers that stay finite: every public function of layers, losses, penalties and latents far out, against exact answers.

`finite_checks()` runs all of them in float32 and float64, with NumPy told to raise where it would warn.
"""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

import numpy as np

from npae import latents, layers, losses, penalties

from .composed import COMPOSED
from .elementwise import ELEMENTWISE
from .steps import STEPS

DTYPES = (np.float32, np.float64)


class Finite(NamedTuple):
    """How many functions were tried in how many ways, and what was wrong, in words."""

    checks: int
    failures: list[str]


def tried() -> set[str]:
    """Return the names of the public functions that the checks call."""
    return {name for case in ELEMENTWISE for name in case.functions} | {name for names in COMPOSED.values() for name in names}


def public() -> set[str]:
    """Return the names of all public functions of the four rooms."""
    rooms = (layers, losses, penalties, latents)
    return {name for room in rooms for name in room.__all__ if inspect.isfunction(getattr(room, name))}


def cases() -> Iterator[tuple[str, Callable[[type], Iterator[str]]]]:
    """Yield every check by its name."""
    for case in ELEMENTWISE:
        yield case.functions[0], case.failures
    for check in (*COMPOSED, *STEPS):
        yield check.__name__.removeprefix("wrong_"), check


def failures_of(check: Callable[[type], Iterator[str]]) -> list[str]:
    """Return what is wrong in either dtype; a warning, or a flag that NumPy would warn of, is wrong, too."""
    found: list[str] = []
    for dtype in DTYPES:
        with warnings.catch_warnings(), np.errstate(over="raise", invalid="raise", divide="raise"):
            warnings.simplefilter("error")
            try:
                found += check(dtype)
            except (ArithmeticError, AssertionError, RuntimeWarning) as error:
                found.append(f"{np.dtype(dtype)}: {type(error).__name__}: {error}")
    return found


def finite_checks() -> Finite:
    """Run everything."""
    jobs = [partial(failures_of, check) for _, check in cases()]
    return Finite(len(jobs) * len(DTYPES), [failure for job in jobs for failure in job()])
