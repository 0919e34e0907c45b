"""What a submission is: functions and plain answers by name. Where they come from, and where they run, is its own affair.

    submission.function("affine_backward")      a callable on arrays, numbers, None, tuples, lists, dicts of these
    submission.answer("ANSWERS")                a plain value: str, int, float, bool, None, list, dict

A callable may raise anything. NotImplementedError means "not written yet"; a `SubmissionError` brings its own code, for
what happened around the student's code (it took too long, its process died, it was refused).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from ..gradcheck import Finding


class Submission(Protocol):
    """What can be examined."""

    def function(self, name: str) -> Callable[..., Any]:
        """Return the function of this name; MissingName when there is none."""

    def answer(self, name: str) -> Any:
        """Return the plain value of this name; MissingName when there is none."""


class MissingName(Exception):
    """The submission does not define a name."""

    def __init__(self, name: str):
        super().__init__(f"{name} is not defined")
        self.name = name


class SubmissionError(Exception):
    """Something happened around the student's code; `finding` says what, under a code of its own."""

    def __init__(self, code: str, message: str, evidence: tuple[str, ...] = ()):
        super().__init__(message)
        self.finding = Finding(code, "", message, evidence)


class NamespaceSubmission:
    """The names of a module, of a notebook, or of a dictionary of functions."""

    def __init__(self, names: Mapping[str, Any]):
        self.names = names

    def function(self, name: str) -> Callable[..., Any]:
        """Return the function of this name."""
        found = self.names.get(name)
        if not callable(found):
            raise MissingName(name)
        return found

    def answer(self, name: str) -> Any:
        """Return the value of this name, rebuilt from plain parts; SubmissionError when it has others."""
        if name not in self.names:
            raise MissingName(name)
        return plain(self.names[name], name)


def plain(value: Any, name: str) -> Any:
    """Return a copy made of str, int, float, bool, None, list and dict; SubmissionError E005 for anything else."""
    if type(value) in (str, int, float, bool, type(None)):
        return value
    if type(value) in (list, tuple):
        return [plain(item, name) for item in value]
    if type(value) is dict and all(type(key) is str for key in value):
        return {key: plain(item, name) for key, item in value.items()}
    raise SubmissionError("E005", f"{name} holds a value of the kind {type(value).__name__}: strings, numbers, True, "
                                  f"False, None, and lists and dictionaries of these are expected.")
