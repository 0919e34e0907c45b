"""A student's file, imported in this process. For checks on the student's own machine; grading has its own process."""

from __future__ import annotations

import builtins
import linecache
from pathlib import Path
from typing import Any

from .faults import describe, where
from .submission import NamespaceSubmission, SubmissionError


class LocalSubmission(NamespaceSubmission):
    """The names that the file at `path` defines. SubmissionError E006 when it is missing or does not run."""

    def __init__(self, path: str | Path):
        super().__init__(_run(Path(path)))


def _run(path: Path) -> dict[str, Any]:
    try:
        text = path.read_bytes()
    except OSError as error:
        raise SubmissionError("E006", f"{path.name} cannot be read: {error.strerror}.") from error
    linecache.checkcache(str(path))                     # the lines of a traceback are those of this version
    names: dict[str, Any] = {"__name__": "submission", "__file__": str(path), "__builtins__": builtins}
    try:
        exec(compile(text, str(path), "exec"), names)
    except SyntaxError as error:
        lines = (f"line {error.lineno}: {(error.text or '').strip()}",) if error.lineno else ()
        raise SubmissionError("E006", f"{path.name} is not valid Python: {error.msg}.", lines) from error
    except (Exception, SystemExit) as error:
        raise SubmissionError("E006", f"{path.name} stops on import: {describe(error)}", where(error)) from error
    return names
