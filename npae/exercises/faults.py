"""What happens around a student's code, as findings: not written, raised an exception, answered something else.

    E001 not written yet    E002 it raised an exception     E003 it took too long   E004 its process died
    E005 answer missing or of the wrong kind                E006 the file is missing or does not import
    E007 refused            E008 finite differences suspected (for a person to look at)     E009 the answer is wrong
"""

from __future__ import annotations

import os
import traceback
from pathlib import Path

from ..gradcheck import Finding
from .submission import MissingName, SubmissionError

FLAGS = ("K", "E008")       # codes that fail nobody
PACKAGE = str(Path(__file__).resolve().parent.parent) + os.sep


class StudentFault(Exception):
    """An exception of the student's code, kept apart from ours; `finding` says what it was."""

    def __init__(self, error: BaseException, name: str, given: str = ""):
        super().__init__(str(error))
        self.finding = fault(error, name, given)


def not_written(name: str) -> Finding:
    """Return the finding for a name that still waits for its first line."""
    return Finding("E001", name, f"{name} is not written yet.")


def fault(error: BaseException, name: str, given: str = "") -> Finding:
    """Return the finding for an exception that came out of the student's function `name`; `given` says what it had."""
    if isinstance(error, SubmissionError):
        return error.finding
    if isinstance(error, MissingName):
        return Finding("E001", name, f"{error.name} is not defined in the file.")
    if isinstance(error, NotImplementedError):
        return not_written(name)
    return Finding("E002", name, f"{name} raised {describe(error)}", (*where(error), *([given] if given else ())))


def describe(error: BaseException) -> str:
    """Return the kind and the text of an exception in one line."""
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}"[:300] if text else type(error).__name__


def where(error: BaseException) -> tuple[str, ...]:
    """Return the student's own lines of a traceback, outermost first, at most three."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if _is_theirs(frame.filename)]
    return tuple(f"{Path(frame.filename).name}, line {frame.lineno}, in {frame.name}: {frame.line or ''}".rstrip(": ")
                 for frame in frames[-3:])


def _is_theirs(filename: str) -> bool:
    return not filename.startswith((PACKAGE, "<frozen")) and f"{os.sep}site-packages{os.sep}" not in filename \
        and f"{os.sep}lib{os.sep}python" not in filename
