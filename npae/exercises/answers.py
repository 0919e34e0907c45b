"""The step of an exercise that asks questions: a dictionary ANSWERS in the student's file, one part for each key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..gradcheck import Finding
from .exercise import Findings, Part
from .submission import MissingName, Submission, SubmissionError

NAME = "ANSWERS"


class WrongKind(Exception):
    """An answer that could not be right whatever the question: its text says what is expected."""


@dataclass(frozen=True)
class Answers:
    """One question for each part. judge(key, answers) returns "" for a right answer, else what is wrong with it.

    The truth is computed when it is asked for, never stored. judge raises WrongKind for an answer of the wrong kind.
    """

    parts: tuple[Part, ...]
    judge: Callable[[str, dict[str, Any]], str]

    def examine(self, submission: Submission, seed: int) -> Findings:
        """Return what is wrong with each answer."""
        try:
            answers = submission.answer(NAME)
        except MissingName:
            return self._all(Finding("E005", NAME, f"{NAME} is not defined in the file."))
        except SubmissionError as error:
            return self._all(error.finding)
        if not isinstance(answers, dict):
            return self._all(Finding("E005", NAME, f"{NAME} must be a dictionary."))
        return {part.name: self._one(part.name, answers) for part in self.parts}

    def _one(self, key: str, answers: dict[str, Any]) -> list[Finding]:
        if key not in answers:
            return [Finding("E005", key, f"{NAME} has no entry {key!r}.")]
        if _is_empty(answers[key]):
            return [Finding("E001", key, f"{key} is not answered yet.")]
        try:
            wrong = self.judge(key, answers)
        except WrongKind as error:
            return [Finding("E005", key, f"{NAME}[{key!r}] is {answers[key]!r}: {error}")]
        return [Finding("E009", key, wrong)] if wrong else []

    def _all(self, finding: Finding) -> Findings:
        return {part.name: [finding] for part in self.parts}


def _is_empty(answer: Any) -> bool:
    """Whether an answer, or every entry of it, still waits to be given."""
    entries = list(answer.values()) if isinstance(answer, dict) else answer if isinstance(answer, list) else [answer]
    return all(entry is None for entry in entries)
