"""Marking one submission on Gradescope, in the container made for it, and writing results.json.

The submission runs in the isolated worker of npae.grading, and this process alone writes the results. They are written
anew after each exercise, so that whatever ends this process costs only the exercises that were left.
"""

from __future__ import annotations

import json
import secrets
import signal
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from .._version import __version__
from ..exercises import EXERCISES, Examination, Exercise
from ..files import atomic_write
from ..gradcheck import Finding
from ..grading import Limits
from ..grading.marking import mark, nothing
from ..grading.students import Student, read_source
from ..grading.submission import OURS, Host

SUSPICION = "E008"      # for teachers alone


def grade_submission(root: str | Path, names: Sequence[str], visibility: str, seconds: float, seed: int | None = None) -> None:
    """Mark root/submission and write root/results/results.json; after so many seconds this process is ended.

    The inputs of the checks are drawn from `seed`, by default a fresh one; the results name it.
    """
    signal.setitimer(signal.ITIMER_REAL, seconds)
    began, folder, limits = time.monotonic(), Path(root) / "submission", Limits()
    seed = secrets.randbelow(2 ** 32) if seed is None else seed
    exercises = [EXERCISES[name] for name in names]
    student = Student("submission", folder, "submission", folder.is_symlink())
    sources = [read_source(student, exercise.file_name) for exercise in exercises]
    done: list[Examination] = []
    with Host(limits, 10 + len(exercises) * limits.exercise_seconds) as host:
        for exercise, source in zip(exercises, sources):
            done.append(mark(exercise, source, host, seed))
            content = {**results(exercises, done, visibility), "execution_time": round(time.monotonic() - began),
                       "extra_data": {"npae": __version__, "seed": seed, "unenforced": host.unenforced}}
            content["output"] += f"\nnpae {__version__}, seed {seed}. `npae exercise check NAME` runs the same checks at home."
            with atomic_write(Path(root) / "results" / "results.json", "w") as file:
                json.dump(content, file, indent=1)


def results(exercises: Sequence[Exercise], done: Sequence[Examination], visibility: str = "visible") -> dict[str, Any]:
    """Return what Gradescope reads; the exercises after those that are done have not been reached."""
    lost = Finding(OURS, "", "the autograder ended before this exercise was marked. A person must mark it, or start the "
                             "autograder again.")
    every = [*done, *(nothing(exercise, lost) for exercise in exercises[len(done):])]
    tests = [test for examination in every for test in _tests(examination)]
    marks, out_of = sum(one.marks for one in every), sum(one.out_of for one in every)
    return {"score": marks, "output": f"{marks} of {out_of} marks", "visibility": visibility, "stdout_visibility": "hidden",
            "tests": tests}


def _tests(examination: Examination) -> Iterator[dict[str, Any]]:
    """Yield an entry for each part, and one for each suspicion, which students do not see."""
    exercise = examination.exercise
    for number, part in enumerate(examination.parts, 1):
        name = f"{exercise.number:02d} {exercise.name}: {part.name}"
        shown = [finding for finding in part.findings if finding.code != SUSPICION]
        yield {"name": name, "number": f"{exercise.number}.{number}", "score": part.marks, "max_score": part.out_of,
               "status": "passed" if part.passed else "failed", "output": _text(shown), "output_format": "text"}
        if len(shown) < len(part.findings):
            yield {"name": f"{name}, for a person to look at", "score": 0, "max_score": 0, "visibility": "hidden",
                   "output": _text([finding for finding in part.findings if finding.code == SUSPICION]), "output_format": "text"}


def _text(findings: Sequence[Finding]) -> str:
    return "\n\n".join("\n".join(finding.lines()) for finding in findings)
