"""The step of an exercise in which a submitted function must do something that no formula prescribes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..gradcheck import Finding
from .calling import bound
from .exercise import Findings, Part
from .faults import StudentFault
from .submission import Submission


@dataclass(frozen=True)
class Judged:
    """judge(function, seed) returns "" when the student's function `solution.__name__` does what it should, else why not."""

    solution: Callable[..., Any]
    part: Part
    judge: Callable[[Callable[..., Any], int], str]

    @property
    def parts(self) -> tuple[Part, ...]:
        """The one part."""
        return (self.part,)

    def examine(self, submission: Submission, seed: int) -> Findings:
        """Return what the judge says."""
        name = self.solution.__name__
        function = bound(self.solution, submission, lambda returned: returned)
        try:
            wrong = self.judge(function, seed)
        except StudentFault:
            raise
        except Exception as error:          # what came back could not be used
            raise StudentFault(error, name) from error
        return {self.part.name: [Finding("E009", name, wrong)] if wrong else []}
