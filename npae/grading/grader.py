"""A process that marks one student after the other: python -m npae.grading.grader.

One line of JSON in, one line of JSON out. There is one such process for each core; the checks are NumPy and Python, so
threads would not do. Should one die, pool.py starts another and the class goes on.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

from ..exercises import EXERCISES
from .limits import Limits
from .marking import mark_student
from .students import Student


def task(student: Student, exercises: list[str], seed: int, limits: Limits) -> dict[str, Any]:
    """Return what the process must know, as plain values."""
    return {"name": student.name, "folder": str(student.folder), "file": student.file, "is_link": student.is_link,
            "exercises": exercises, "seed": seed, "limits": vars(limits)}


def carry_out(given: dict[str, Any]) -> dict[str, Any]:
    """Mark the student of a task and return the record."""
    student = Student(given["name"], Path(given["folder"]), given["file"], given["is_link"])
    return mark_student(student, [EXERCISES[name] for name in given["exercises"]], given["seed"], Limits(**given["limits"]))


def main() -> None:
    """Read tasks until there are no more. SIGTERM ends the worker too."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)               # whatever prints, does not print into the records
    for line in sys.stdin:
        replies.write(json.dumps(carry_out(json.loads(line))) + "\n")
        replies.flush()


if __name__ == "__main__":
    main()
