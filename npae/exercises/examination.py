"""`examine`: hold a submission against an exercise and say, part by part, what passed and what was found."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ..gradcheck import Finding
from .exercise import Exercise, Part, Step
from .faults import FLAGS, StudentFault
from .submission import Submission


@dataclass(frozen=True)
class PartResult:
    """The outcome of one part; findings of a part that passed are for information (corners, flags)."""

    name: str
    passed: bool
    marks: int
    out_of: int
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, repr=False)
class Examination:
    """The outcome of all parts of an exercise."""

    exercise: Exercise
    parts: tuple[PartResult, ...]

    @property
    def marks(self) -> int:
        """The marks earned."""
        return sum(part.marks for part in self.parts)

    @property
    def out_of(self) -> int:
        """The marks of a full solution."""
        return sum(part.out_of for part in self.parts)

    @property
    def passed(self) -> bool:
        """Whether every part passed."""
        return all(part.passed for part in self.parts)

    def __repr__(self) -> str:
        return f"Examination({self.exercise.name}: {self.marks} of {self.out_of} marks)"

    def to_json(self) -> dict[str, Any]:
        """Return a plain dictionary; numbers that are not finite become the strings "nan", "inf" and "-inf"."""
        return {"exercise": self.exercise.name, "number": self.exercise.number, "marks": self.marks,
                "out_of": self.out_of, "passed": self.passed, "parts": [plain_numbers(asdict(part)) for part in self.parts]}


def examine(exercise: Exercise, submission: Submission, seed: int = 0) -> Examination:
    """Examine all parts. What the student's code raises becomes a finding; the inputs are drawn from `seed`."""
    return Examination(exercise, tuple(result for results in examine_steps(exercise, submission, seed)
                                       for result in results))


def examine_steps(exercise: Exercise, submission: Submission, seed: int = 0,
                  begin: Callable[[Step], None] = lambda step: None) -> Iterator[list[PartResult]]:
    """Yield the results step by step, so that those before a crash are not lost; `begin` is told what comes next."""
    for step in exercise.steps:
        begin(step)
        try:
            with np.errstate(all="ignore"), warnings.catch_warnings():
                warnings.simplefilter("ignore")         # a formula that overflows is judged by its values
                found = step.examine(submission, seed)
        except StudentFault as error:
            found = {part.name: [error.finding] for part in step.parts}
        yield [result(part, found.get(part.name, [])) for part in step.parts]


def result(part: Part, findings: list[Finding]) -> PartResult:
    """Return the outcome of a part: passed unless a finding is more than information."""
    passed = all(finding.code.startswith(FLAGS) for finding in findings)
    return PartResult(part.name, passed, part.marks if passed else 0, part.marks, tuple(findings))


def plain_numbers(value: Any) -> Any:
    """Return a copy made of plain Python values that JSON can hold; numbers that are not finite become strings."""
    if isinstance(value, dict):
        return {key: plain_numbers(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain_numbers(item) for item in value]
    if isinstance(value, (np.bool_, np.integer, np.floating)):
        value = value.item()
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value
