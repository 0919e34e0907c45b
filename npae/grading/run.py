"""Grading a class: what is left to do, doing it, writing it down.

results/run.json holds what the run is made of: seed, exercises, limits, version. A student is finished when
results/STUDENT.json holds a record of the same run for the same files; so an interrupted run goes on where it stopped, and a
changed submission is marked again.
"""

from __future__ import annotations

import json
import secrets
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from .._version import __version__
from ..exercises import EXERCISES
from ..files import atomic_write
from ..gradcheck import Finding
from ..progress import ProgressLine
from .book import flags, write_grades, write_student
from .class_report import write_class_report
from .grader import task
from .limits import Limits
from .marking import nothing, record
from .pool import Pool
from .students import Student, digest, find_students, read_source
from .submission import OURS

RUN = "run.json"
SLACK = 60.0            # seconds for the checks themselves, of one student


@dataclass(frozen=True)
class Run:
    """What the marks depend on besides the submissions."""

    seed: int
    exercises: tuple[str, ...]
    limits: Limits

    def to_json(self) -> dict[str, Any]:
        """Return a plain dictionary, the same for the same run."""
        return {"npae": __version__, "seed": self.seed, "exercises": list(self.exercises), "limits": vars(self.limits)}


@dataclass(frozen=True)
class Outcome:
    """records: in the order of the students. marked, kept: how many were marked now, and earlier."""

    run: Run
    records: list[dict[str, Any]]
    marked: int
    kept: int
    seconds: float


def plan(out: Path, exercises: Sequence[str], limits: Limits, seed: int | None, resume: bool) -> Run:
    """Return the run: that of the results where it is unfinished or to be resumed, else a new one.

    Raises ValueError where --resume cannot be done.
    """
    old = _read_json(out / RUN)
    fresh = Run(secrets.randbelow(2 ** 32) if seed is None else seed, tuple(exercises), limits)
    if old is None:
        if resume:
            raise ValueError(f"--resume: there is no run in {out}")
        return fresh
    same = isinstance(old.get("seed"), int) and seed in (None, old["seed"])
    again = Run(old["seed"], tuple(exercises), limits) if same else fresh
    matches = same and {**again.to_json(), "finished": None} == {**old, "finished": None}
    if resume and not matches:
        raise ValueError(f"--resume: the run in {out} has another seed, other exercises, other limits or another version "
                         f"of npae; without --resume a new one begins")
    return again if matches and (resume or not old.get("finished")) else fresh


def grade(submissions: Path, out: Path, run: Run, jobs: int, stream: TextIO | None = None) -> Outcome:
    """Mark every student and write the results to the folder `out`."""
    began = time.perf_counter()
    students = find_students(submissions)
    if not students:
        raise ValueError(f"{submissions} holds no folders: one for each student is expected, with files like "
                         f"{EXERCISES[run.exercises[0]].file_name} in it")
    out.mkdir(parents=True, exist_ok=True)
    records = {student: kept for student in students if (kept := _finished(out, student, run)) is not None}
    left = [student for student in students if student not in records]
    _write_run(out, run, False)
    line = StudentLine(len(students), len(records), stream)
    with Pool(jobs, SLACK + len(run.exercises) * (run.limits.exercise_seconds + run.limits.start_seconds)) as pool:
        tasks = [task(student, list(run.exercises), run.seed, run.limits) for student in left]
        for number, outcome in pool.mark(tasks):
            student = left[number]
            marked = outcome if isinstance(outcome, dict) else _lost(student, run, outcome)
            records[student] = {**marked, "run": run.to_json()}
            write_student(out, student.file, records[student])
            line.update({}, {})
    line.close()
    ordered = [records[student] for student in students]
    write_grades(out / "grades.csv", ordered, run.exercises)
    outcome_ = Outcome(run, ordered, len(left), len(students) - len(left), time.perf_counter() - began)
    write_class_report(out, ordered, facts(outcome_))
    _write_run(out, run, True)
    return outcome_


def facts(outcome: Outcome) -> list[str]:
    """Return what is to be said about a run, in lines."""
    run, records = outcome.run, outcome.records
    lines = [f"{len(records)} students, {len(run.exercises)} exercises, seed {run.seed} (`--seed {run.seed}` repeats it)",
             f"limits: {run.limits.call_seconds:g} s for a call, {run.limits.exercise_seconds:g} s for an exercise, "
             f"{run.limits.memory_mb} MB"]
    unenforced = sorted({name for record in records for name in record.get("unenforced", [])})
    if "NPROC" in unenforced:
        lines.append("graded as root: the operating system does not limit the processes of root, only the audit hook "
                     "refuses them; grade as an ordinary user, or in a container")
    rest = [name for name in unenforced if name != "NPROC"]
    if rest:
        lines.append(f"this system does not enforce the limits {', '.join(rest)}")
    links = [record["student"] for record in records if record.get("is_link")]
    if links:
        lines.append(f"not read, because the folder is a symbolic link: {len(links)}")
    looks = sum(bool(flags(record)) for record in records)
    if looks:
        lines.append(f"for a person to look at: {looks} students, listed at the end")
    return lines


class StudentLine(ProgressLine):
    """Students marked, and the time left."""

    def __init__(self, students: int, done: int, stream: TextIO | None = None):
        super().__init__(students, 1, True, sys.stderr if stream is None else stream)
        self.done = self.before = done

    def text(self, terms: Mapping[str, float]) -> str:
        """Return the text of the line."""
        elapsed, marked = time.perf_counter() - self.began, self.done - self.before
        left = elapsed / max(marked, 1) * (self.epochs - self.done)
        return f"{self.done} of {self.epochs} students  {elapsed:.0f} s, about {left:.0f} s left"


def _finished(out: Path, student: Student, run: Run) -> dict[str, Any] | None:
    """Return the record of a student who needs no marking."""
    kept = _read_json(out / f"{student.file}.json")
    if kept is None or kept.get("run") != run.to_json() or kept.get("student") != student.name:
        return None
    now = digest([read_source(student, EXERCISES[name].file_name) for name in run.exercises])
    return kept if kept.get("digest") == now else None


def _lost(student: Student, run: Run, reason: str) -> dict[str, Any]:
    """Return the record of a student on whom the grader itself died."""
    finding = Finding(OURS, "", f"the grader itself died on this submission: {reason}", ("A person must mark it.",))
    return {**record(student, [nothing(EXERCISES[name], finding).to_json() for name in run.exercises]), "digest": ""}


def _write_run(out: Path, run: Run, finished: bool) -> None:
    with atomic_write(out / RUN, "w") as file:
        json.dump({**run.to_json(), "finished": finished}, file, indent=1)


def _read_json(path: Path) -> dict[str, Any] | None:
    """Return a dictionary from a file; None where there is none, or none that can be read."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) else None
