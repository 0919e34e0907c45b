"""A point at which a claim is tried: what backward returns there, and what the numerical derivative says.

`true` is measured anew at every point, by the same proven references as the verdict. Entries on a corner have no single
true value: they are nan there, and comparisons leave them out. So are the entries of large tensors that were not measured.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import numpy as np

from .compare import relative_error
from .numerical import Function
from .reference import Reference, find_reference
from .trial import stream

IDENTITY = 1e-7         # two sides of an identity agree to this; the reference is accurate to 1e-9 or better
MOST_SCENES = 8
MOST_ENTRIES = 300


class Scene:
    """One subject with one upstream gradient; everything else is measured when first asked for."""

    def __init__(self, subject: Any, upstream: np.ndarray | None, seed: int):
        self.subject, self.upstream, self.seed = subject, upstream, seed
        trial = subject.trial()
        self.arrays = trial.arrays
        self.output = np.array(trial.forward())
        self.returned = subject.trial().backward(None if upstream is None else upstream.copy())
        self._measured: dict[Any, Any] = {}

    def got(self, name: str) -> np.ndarray:
        """Return what backward returned for a tensor; TypeError where it cannot be compared."""
        gradient = np.array(self.returned[name], dtype=np.float64)
        if gradient.shape != np.shape(self.arrays[name]):
            raise TypeError(f"the gradient of {name} has another shape than {name}")
        return gradient

    def true(self, name: str) -> np.ndarray:
        """Return the measured gradient of a tensor."""
        return self._derivative((name, "true"), self._function(name), name, self.upstream)

    def true_for(self, name: str, upstream: np.ndarray, label: str) -> np.ndarray:
        """Return what the gradient would be for another upstream gradient, called `label`."""
        return self._derivative((name, label), self._function(name), name, upstream)

    def true_with(self, name: str, argument: str, value: np.ndarray, label: str) -> np.ndarray:
        """Return what the gradient would be if `argument` had another value; its own value counts for `name` itself."""
        def f(x: np.ndarray) -> Any:
            return self.subject.trial({name: x, argument: value + 0 * x.flat[0]}).forward()     # complex where x is
        return self._derivative((name, "with", label), f, name, self.upstream)

    def parts(self, name: str, kind: str) -> dict[str, np.ndarray]:
        """Return the measured contributions to the gradient of a tensor, by label."""
        functions = self.subject.contributions(name).get(kind, {})
        return {label: self._derivative((name, kind, label), f, name, self.upstream) for label, f in functions.items()}

    def example(self, i: int) -> Scene:
        """Return the scene at example i alone."""
        key = ("example", i)
        if key not in self._measured:
            upstream = None if self.upstream is None else self.upstream[[i]]
            self._measured[key] = Scene(self.subject.example(i), upstream, self.seed)
        return self._measured[key]

    def adopt(self, name: str, reference: Reference) -> None:
        """Take over a derivative that has been measured already; of a large tensor the part that is measured elsewhere."""
        shape = np.shape(self.arrays[name])
        values, known = _values(reference, shape).reshape(-1), self._entries(reference.slopes.value.size)
        kept = np.full(values.shape, np.nan)
        kept[known] = values[known]
        self._measured[name, "true"] = kept.reshape(shape)

    def _entries(self, size: int) -> np.ndarray:
        """Return the entries of a tensor that are measured: all, or a random part of a large one."""
        return np.sort(stream(self.seed, "naming").permutation(size)[:MOST_ENTRIES])

    def _function(self, name: str) -> Function:
        return lambda value: self.subject.trial({name: value}).forward()

    def _derivative(self, key: Any, f: Function, name: str, upstream: np.ndarray | None) -> np.ndarray:
        if key not in self._measured:
            self._measured[key] = self._measure(f, np.array(self.arrays[name], dtype=np.float64), upstream)
        return self._measured[key]

    def _measure(self, f: Function, x: np.ndarray, upstream: np.ndarray | None) -> np.ndarray:
        """Measure all entries; of a large tensor a random part, which is enough to refute a claim."""
        entries = self._entries(x.size)

        def part(values: np.ndarray) -> Any:
            whole = x.astype(values.dtype)
            whole.flat[entries] = values
            return f(whole)
        with np.errstate(all="ignore"):
            reference = find_reference(part, x.reshape(-1)[entries], upstream, "auto",
                                       stream(self.seed, "directions"))
        if not reference.proven:
            raise ArithmeticError(f"no proven derivative here: {reference.doubt}")
        values = np.full(x.size, np.nan)
        values[entries] = _values(reference, entries.shape)
        return values.reshape(x.shape)


def other_scenes(subject: Any, seed: int, random_upstream: Any) -> Iterator[Scene]:
    """Yield scenes elsewhere, those that can be made; random_upstream(y, seed) draws the upstream gradient."""
    count = 0
    for maker in subject.elsewhere(stream(seed, "elsewhere")):
        with suppress(Exception):       # inputs that do not fit the functions
            there = maker()
            y = np.array(there.trial().forward())
            if not np.all(np.isfinite(y)):
                continue
            count += 1
            yield Scene(there, random_upstream(y, seed + count) if there.has_upstream else None, seed)
        if count == MOST_SCENES:
            return


def agree(got: np.ndarray, claimed: np.ndarray, true: np.ndarray) -> bool:
    """Whether two gradients are the same where the true one is known, and much closer than the true one is."""
    known = np.isfinite(true)
    if got.shape != claimed.shape or not np.any(known) or not np.all(np.isfinite(claimed[known])):
        return False
    difference = relative_error(got[known], true[known])
    return relative_error(got[known], claimed[known]) <= (min(IDENTITY, difference / 100) if difference > 1e-9 else IDENTITY)


def _values(reference: Reference, shape: tuple[int, ...]) -> np.ndarray:
    slopes = reference.slopes
    return np.where(slopes.corners, np.nan, slopes.value).reshape(shape)
