"""Marking one student: every exercise in turn, in one worker process, whatever happens.

A fault of the student becomes findings of the parts it concerns. A fault of ours, an exception in the checks, becomes
E000: no marks, and a line in the class report for a person to look at.
"""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ..exercises import Examination, Exercise, PartResult, SubmissionError, examine
from ..exercises.examination import result
from ..gradcheck import Finding
from .flags import with_flags
from .limits import Limits
from .students import Student, digest, read_source
from .submission import OURS, Host, RemoteSubmission

SLOW_IMPORTS = {"testing": "numpy.testing", "unittest": "unittest"}       # half a second to compile; by a word in the file


def mark_student(student: Student, exercises: Sequence[Exercise], seed: int, limits: Limits) -> dict[str, Any]:
    """Return the record of a student: plain, as it is written to the results."""
    sources = {exercise.name: read_source(student, exercise.file_name) for exercise in exercises}
    preload = [module for word, module in SLOW_IMPORTS.items() if any(word in str(source) for source in sources.values())]
    with Host(limits, 10 + len(exercises) * limits.exercise_seconds, preload) as host:
        examinations = [mark(exercise, sources[exercise.name], host, seed) for exercise in exercises]
        unenforced = host.unenforced
    return {**record(student, [one.to_json() for one in examinations]), "digest": digest(list(sources.values())),
            "unenforced": unenforced}


def record(student: Student, exercises: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return what is known of every student."""
    return {"student": student.name, "marks": sum(one["marks"] for one in exercises),
            "out_of": sum(one["out_of"] for one in exercises), "exercises": list(exercises)}


def mark(exercise: Exercise, source: str | SubmissionError, host: Host, seed: int) -> Examination:
    """Return the examination of one exercise."""
    if isinstance(source, SubmissionError):
        return nothing(exercise, source.finding)
    submission = RemoteSubmission(host, exercise.file_name, source)
    parts: list[PartResult] = []
    for step in exercise.steps:
        submission.next_step()
        try:
            results = list(examine(replace(exercise, steps=(step,)), submission, seed).parts)
            parts += with_flags(step, results, submission)
        except Exception as error:
            parts += [result(part, [_ours(error)]) for part in step.parts]
    return Examination(exercise, tuple(parts))


def nothing(exercise: Exercise, finding: Finding) -> Examination:
    """Return an examination in which every part fails for one reason."""
    return Examination(exercise, tuple(result(part, [finding]) for part in exercise.parts))


def _ours(error: Exception) -> Finding:
    last = traceback.extract_tb(error.__traceback__)[-1]
    return Finding(OURS, "", f"the check itself failed: {type(error).__name__}: {' '.join(str(error).split())[:300]}",
                   (f"In {last.name}, line {last.lineno} of {last.filename.rpartition('/')[2]}. A person must mark this part.",))
