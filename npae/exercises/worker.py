"""The process in which `npae exercise check` runs a student's file. `python -m npae.exercises.worker NAME FILE OUT SEED`.

OUT appears when the student's code is about to begin. It gets one line of JSON when a step begins and one when it is
settled, so that what was found before an endless loop or a crash is not lost.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import Any, TextIO

from .catalogue import EXERCISES
from .examination import PartResult, examine_steps, plain_numbers, result
from .local import LocalSubmission
from .submission import SubmissionError


def main(name: str, path: str, out: str, seed: str) -> None:
    """Examine the file and write what is found, step by step."""
    exercise = EXERCISES[name]
    with open(out, "w", encoding="utf-8") as handle:
        try:
            submission = LocalSubmission(path)
        except SubmissionError as error:
            _write(handle, {"parts": _as_json([result(part, [error.finding]) for part in exercise.parts])})
            return
        steps = examine_steps(exercise, submission, int(seed), lambda step: _write(
            handle, {"begin": [part.name for part in step.parts]}))
        for results in steps:
            _write(handle, {"parts": _as_json(results)})


def _as_json(results: list[PartResult]) -> list[Any]:
    return [plain_numbers(asdict(one)) for one in results]


def _write(handle: TextIO, content: dict[str, Any]) -> None:
    handle.write(json.dumps(content) + "\n")
    handle.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
