"""An exercise: its parts, how they are examined, and the texts that are made from its single source."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

from ..gradcheck import Finding
from .source import Source, read_source, split_docstring
from .submission import Submission

KINDS = {
    "write": "write a backward pass",
    "find": "find the planted bug and mend it",
    "predict": "predict what the checker will say",
    "break": "get a wrong gradient past a weak checker",
    "derive": "fill in the right-hand side of an equation",
    "museum": "real mistakes: which check catches them?",
}

Findings = dict[str, list[Finding]]         # by the name of the part


@dataclass(frozen=True)
class Part:
    """What is examined and marked by itself.

    name        unique within the exercise: "dW", or the name of a function or of a question
    marks       for passing it
    title       what it is, in words, with the equation of the derivation where there is one
    """

    name: str
    marks: int
    title: str


class Step(Protocol):
    """One call of a checker, which settles one part or several."""

    @property
    def parts(self) -> tuple[Part, ...]:
        """The parts that it settles."""

    def examine(self, submission: Submission, seed: int) -> Findings:
        """Return what is wrong with each part, by name; an empty list for a part that passes."""


@dataclass(frozen=True)
class Alternative:
    """A correct solution by another formula: functions that replace those of the solution."""

    title: str
    functions: Mapping[str, Callable[..., Any]]


@dataclass(frozen=True)
class Exercise:
    """See the fields; the texts for the student are made from the file `source`.

    kind            one of KINDS
    steps           what is examined, in the order of the ladder
    hints           from a nudge to almost everything
    alternatives    correct solutions by other formulas, which must pass
    """

    number: int
    name: str
    kind: str
    title: str
    source: str
    steps: tuple[Step, ...]
    hints: tuple[str, ...]
    alternatives: tuple[Alternative, ...] = ()

    def __repr__(self) -> str:
        return f"Exercise({self.name!r}, {self.out_of} marks: {self.title})"

    @property
    def file_name(self) -> str:
        """The name of the student's file."""
        return f"{self.number:02d}_{self.name}.py"

    @property
    def parts(self) -> tuple[Part, ...]:
        """All parts, in the order of the ladder."""
        return tuple(part for step in self.steps for part in step.parts)

    @property
    def out_of(self) -> int:
        """The marks of all parts together."""
        return sum(part.marks for part in self.parts)

    @property
    def misconceptions(self) -> tuple[Any, ...]:
        """The wrong solutions that are recognized, those of all steps."""
        known = {one.code: one for step in self.steps for one in getattr(step, "misconceptions", ())}
        return tuple(known.values())

    @cached_property
    def texts(self) -> Source:
        """The texts made from the single source."""
        return read_source(Path(self.source).read_text(encoding="utf-8"))

    def start_text(self) -> str:
        """Return the file that a student starts from."""
        return self.texts.start

    def solution_text(self) -> str:
        """Return the same file with the solution in it."""
        return self.texts.solution

    def task_text(self) -> str:
        """Return what the student is asked to do: the docstring of the file."""
        return split_docstring(self.texts.start)[0]
