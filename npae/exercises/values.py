"""The step of an exercise whose functions are compared by their values: a forward pass, an optimizer, a formula."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..gradcheck import Finding, Misconception, relative_error
from .calling import bound, by_key, short, written
from .exercise import Findings, Part
from .faults import StudentFault
from .gradients import Draw
from .submission import Submission

LIMIT = 1e-9
Drive = Callable[[Callable[..., Any], dict[str, Any]], Any]


def call(function: Callable[..., Any], inputs: dict[str, Any]) -> Any:
    """Return function(**inputs)."""
    return function(**inputs)


@dataclass(frozen=True)
class Values:
    """The student's function `solution.__name__` must return what the trusted `expected` returns.

    draw            draw(rng) -> inputs by name
    parts           what comes back, in this order
    drive           drive(function, inputs) -> what is compared, where more than one call is needed
    """

    solution: Callable[..., Any]
    expected: Callable[..., Any]
    draw: Draw
    parts: tuple[Part, ...]
    misconceptions: tuple[Misconception, ...] = ()
    equations: Mapping[str, str] | None = None
    drive: Drive = call

    def examine(self, submission: Submission, seed: int) -> Findings:
        """Return the differences by part."""
        keys = {short(part): part.name for part in self.parts}
        found: Findings = {key: [] for key in keys}
        inputs = self.draw(np.random.default_rng([seed, 1]))
        overwritten: set[str] = set()
        submitted = _watched(bound(self.solution, submission, lambda returned: returned), overwritten)
        got = self._run_theirs(submitted, inputs)
        expected = self._run(self.expected, inputs)
        names = written(got, found)
        wrong = [name for name in names if not _same(got[name], expected[name])]
        known = self._recognize(submitted, seed, names) if wrong else None
        for name in wrong:
            equation = (self.equations or {}).get(name, "")
            found[name].append(_difference(name, got[name], expected[name], equation) if known is None else Finding(
                known.code, name, known.title, ("Simulated: a function with this mistake returns your numbers, at two "
                                                "points and shapes.",), known.question, equation=equation))
        for name in names:
            found[name] += [Finding("G105", argument, f"{self.solution.__name__} writes into its argument {argument}.")
                            for argument in sorted(overwritten)]
        return {keys[key]: findings for key, findings in found.items()}

    def _run(self, function: Callable[..., Any], inputs: dict[str, Any]) -> dict[str, Any]:
        keys = [short(part) for part in self.parts]
        return by_key(self.drive(function, {name: _copy(value) for name, value in inputs.items()}), keys,
                      self.solution.__name__)

    def _run_theirs(self, submitted: Callable[..., Any], inputs: dict[str, Any]) -> dict[str, Any]:
        """The same for the student's function: what it returns may be anything, and its first use may fail."""
        try:
            return self._run(submitted, inputs)
        except StudentFault:
            raise
        except Exception as error:
            raise StudentFault(error, self.solution.__name__) from error

    def _recognize(self, submitted: Callable[..., Any], seed: int, names: list[str]) -> Misconception | None:
        """Return the first misconception that returns the student's numbers, at two points."""
        draws = [self.draw(np.random.default_rng([seed, point])) for point in (1, 2)]
        answers = [self._run_theirs(submitted, inputs) for inputs in draws]
        for known in self.misconceptions:
            simulated = [self._run(known.backward, inputs) for inputs in draws]
            if all(_same(one[name], other[name]) for one, other in zip(answers, simulated) for name in names):
                return known
        return None


def _watched(function: Callable[..., Any], overwritten: set[str]) -> Callable[..., Any]:
    """Return function, noting the names of the arguments that it writes into."""
    def call(*args: Any, **kwargs: Any) -> Any:
        given = function.__signature__.bind(*args, **kwargs).arguments      # type: ignore[attr-defined]
        before = {name: _copy(value) for name, value in given.items()}
        answer = function(*args, **kwargs)
        overwritten.update(name for name, value in given.items() if isinstance(value, np.ndarray)
                           and not np.array_equal(value, before[name], equal_nan=True))
        return answer
    return call


def _copy(value: Any) -> Any:
    return value.copy() if isinstance(value, np.ndarray) else value


def _same(got: np.ndarray | None, expected: np.ndarray | None) -> bool:
    return got is not None and expected is not None and got.shape == expected.shape and got.dtype.kind != "c" \
        and relative_error(got, expected) <= LIMIT


def _difference(name: str, got: np.ndarray, expected: np.ndarray, equation: str) -> Finding:
    if got.shape != expected.shape:
        return Finding("G101", name, f"{name} has shape {got.shape}, expected {expected.shape}.", equation=equation)
    if got.dtype.kind == "c":
        return Finding("G104", name, f"{name} is complex, real numbers are expected.", equation=equation)
    if not np.all(np.isfinite(got)):
        return Finding("G103", name, f"{name} is not finite in {np.sum(~np.isfinite(got))} of {got.size} entries.",
                       equation=equation)
    gap = np.abs(got - expected)
    worst = tuple(int(i) for i in np.unravel_index(int(np.argmax(gap)), gap.shape))
    place = f"[{','.join(map(str, worst))}]" if worst else ""
    return Finding("G001", name, f"{name} is wrong: relative error {relative_error(got, expected):.1e}, "
                                 f"tolerance {LIMIT:.0e}.",
                   (f"{np.sum(gap > LIMIT * np.abs(expected).max())} of {gap.size} entries differ. Worst {name}{place}: "
                    f"got {got[worst]:.5g}, expected {expected[worst]:.5g}.",), equation=equation, worst=worst)
