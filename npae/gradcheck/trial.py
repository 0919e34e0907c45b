"""What the checker sees of the code under test: trials, each with arrays of its own.

A `Subject` (a pair of functions, pairs.py, or a model, models.py) hands out trials. A trial holds fresh float64 copies
of everything that the code is given, so that the code may do to them what it likes: the caller's arrays never move, and
comparing the trial's arrays afterwards shows what was written into.
"""

from __future__ import annotations

import copy
import random
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

Arrays = Mapping[str, Any]

ONE_AT_A_TIME = threading.RLock()       # random states and warning filters belong to the process, not to a thread


@dataclass(frozen=True)
class Trial:
    """One set of arguments, by name, and the two functions bound to them."""

    arrays: dict[str, Any]
    forward: Callable[[], Any]
    backward: Callable[[np.ndarray | None], dict[str, Any]]     # upstream (None for a scalar) -> gradients by name


class Subject(Protocol):
    """What can be checked."""

    def trial(self, changes: Arrays | None = None) -> Trial:
        """Return fresh arguments, some of them replaced; complex replacements ask for complex arithmetic."""

    def expected(self, gradients: Arrays) -> list[str]:
        """Return the names that gradients should have been returned for, given those that were."""

    def elsewhere(self, rng: np.random.Generator) -> Iterator[Callable[[], Subject]]:
        """Yield makers of the same subject at other points and shapes; a maker may raise."""

    def example(self, i: int) -> Subject:
        """Return the subject at example i alone, a batch of one."""

    def contributions(self, name: str) -> dict[str, dict[str, Callable[[np.ndarray], Any]]]:
        """Return the parts whose derivatives by one tensor add up to the whole: by kind ("term", "path"), then label."""


def private_copy(value: Any) -> Any:
    """Return a copy that shares nothing; real floating point becomes float64, other kinds stay what they are."""
    if isinstance(value, np.ndarray):
        return np.array(value, dtype=np.float64 if value.dtype.kind == "f" else value.dtype)
    if isinstance(value, (float, np.floating)):
        return np.float64(value)
    return copy.deepcopy(value)


def stream(seed: int, purpose: str) -> np.random.Generator:
    """Return random numbers that no other purpose, and no default_rng(seed) of the caller, will see again.

    An upstream gradient that equals the inputs would hide a transposed dW.
    """
    return np.random.default_rng([seed, *purpose.encode()])


@contextmanager
def global_randomness_restored() -> Iterator[None]:
    """Leave NumPy's and Python's global random states as they were, whatever happens inside; one thread at a time."""
    with ONE_AT_A_TIME:
        numpy_state, python_state = np.random.get_state(), random.getstate()
        try:
            yield
        finally:
            np.random.set_state(numpy_state)
            random.setstate(python_state)
