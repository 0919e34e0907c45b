"""What the student reads in the terminal: one line for each part, one finding for each failing part, the next step."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterable, Mapping

from ..gradcheck import Finding
from .examination import Examination, PartResult
from .exercise import KINDS, Exercise
from .folder import ATTEMPTS, Record

MOST_LINES, INDENT = 8, " " * 6        # of one finding
GLUE = "\x00"           # a space at which no line is broken
PRINTED = 12        # lines of the student's own output that are shown


def width() -> int:
    """Return how many columns a line may have: those of the terminal, between 60 and 96."""
    return min(max(shutil.get_terminal_size((80, 24)).columns, 60), 96)


def outcome(examination: Examination, printed: str = "") -> str:
    """Return the lines about a check."""
    exercise = examination.exercise
    names = max(len(part.name) for part in exercise.parts)
    lines = [f"{exercise.number:02d} {exercise.name}: {exercise.title}", ""]
    for part, asked in zip(examination.parts, exercise.parts):
        lines.append(_cut(f"  {_word(part):<8}{part.name:<{names}}  {part.marks} of {part.out_of}   {asked.title}"))
    for finding in _to_show(examination.parts):
        lines += ["", *finding_lines(finding)]
    if printed.strip():
        lines += ["", *_printed(printed)]
    return "\n".join(lines)


def finding_lines(finding: Finding) -> list[str]:
    """Return a finding in at most MOST_LINES lines of the terminal; the last evidence goes first."""
    whole = finding.equation.replace(" ", GLUE)
    tail = _wrapped(INDENT + finding.think.replace(finding.equation, whole)) if finding.think else []
    lines = _wrapped(f"{finding.code}  {finding.message}")
    for fact in finding.evidence:
        more = _wrapped(INDENT + fact)
        if len(lines) + len(more) + len(tail) > MOST_LINES:
            break
        lines += more
    return lines + tail


def _wrapped(line: str) -> list[str]:
    wrapped = textwrap.wrap(line, width(), subsequent_indent=INDENT, break_long_words=False)
    return [part.replace(GLUE, " ") for part in wrapped]


def _cut(line: str) -> str:
    """Return a line that fits the terminal."""
    return line if len(line) <= width() else line[:width() - 3].rstrip() + "..."


def _word(part: PartResult) -> str:
    if part.passed:
        return "passed"
    return "open" if part.findings[0].code == "E001" else "FAILED"


def _to_show(parts: Iterable[PartResult]) -> list[Finding]:
    """Return the first finding of each part, each once; of what is not written yet, the first alone."""
    shown: list[Finding] = []
    for part in parts:
        findings = [finding for finding in part.findings if part.passed or not finding.code.startswith("K")]
        fresh = findings[:1]
        if fresh and not any(_alike(fresh[0], other) for other in shown):
            shown += fresh
    written = [finding for finding in shown if finding.code != "E001"]
    return written or shown[:1]


def _alike(one: Finding, other: Finding) -> bool:
    return (one.code, one.message) == (other.code, other.message) or one.code == other.code == "E003"


def _printed(text: str) -> list[str]:
    lines = text.rstrip().splitlines()
    more = [f"  ... and {len(lines) - PRINTED} more lines"] if len(lines) > PRINTED else []
    return ["printed by your file:", *(_cut(f"  {line}") for line in lines[:PRINTED]), *more]


def table(exercises: Mapping[str, Exercise], records: Mapping[str, Record], started: Iterable[str]) -> str:
    """Return the list of all exercises with what has become of each."""
    lines = []
    started = set(started)
    for exercise in exercises.values():
        record = records.get(exercise.name, Record())
        state = "passed" if record.passed else "started" if exercise.name in started else "-"
        lines.append(_cut(f"{exercise.number:02d}  {exercise.name:<20}{exercise.kind:<8}{state:<8}{exercise.title}"))
    return "\n".join([f"{'':4}{'exercise':<20}{'kind':<8}{'state':<8}what it is about", *lines])


def progress(exercises: Mapping[str, Exercise], records: Mapping[str, Record]) -> str:
    """Return how far the student is."""
    passed = [name for name in exercises if records.get(name, Record()).passed]
    tried = {name: record for name, record in records.items() if name in exercises and record.last}
    marks = sum(exercises[name].out_of if record.passed else record.marks for name, record in tried.items())
    total = sum(exercise.out_of for exercise in exercises.values())
    bar = "#" * round(30 * len(passed) / len(exercises))
    lines = [f"[{bar:.<30}] {len(passed)} of {len(exercises)} exercises passed, {marks} of {total} marks"]
    if tried:
        lines += ["", f"{'exercise':<24}{'state':<9}{'marks':<11}{'failed attempts':<17}hints"]
    for name, exercise in exercises.items():
        if name in tried:
            record = tried[name]
            got = f"{exercise.out_of if record.passed else record.marks} of {exercise.out_of}"
            lines.append(f"{exercise.number:02d} {name:<21}{'passed' if record.passed else 'open':<9}{got:<11}"
                         f"{record.attempts:<17}{record.hints} of {len(exercise.hints)}")
    return "\n".join(lines)


def summary(examination: Examination) -> str:
    """Return one line about the outcome of an exercise."""
    exercise = examination.exercise
    return (f"  {'passed' if examination.passed else 'open':<8}{exercise.number:02d} {exercise.name:<21}"
            f"{examination.marks} of {examination.out_of}")


def after(examination: Examination, record: Record, following: Exercise | None, begun: bool) -> str:
    """Return the next step after a check; `following` is the first exercise that is not passed, if it is `begun`."""
    exercise = examination.exercise
    if examination.passed:
        step = "every exercise is passed" if following is None else \
            f"npae exercise {'check' if begun else 'start'} {following.name}"
        return f"all public checks passed\nnext: {step}"
    return (f"{examination.marks} of {examination.out_of} marks\n"
            f"next: edit {exercise.file_name}, then npae exercise check {exercise.name}\n"
            f"help: {_help(exercise, record)}")


def _help(exercise: Exercise, record: Record) -> str:
    left, attempts = len(exercise.hints) - record.hints, ATTEMPTS - record.attempts
    if left > 0:
        return f"npae exercise hint {exercise.name} ({left} of {len(exercise.hints)} left)"
    if record.passed or attempts <= 0:
        return f"npae exercise solution {exercise.name}"
    return f"npae exercise solution {exercise.name}, after {attempts} more failed attempt{'s' * (attempts > 1)}"


def introduction(exercise: Exercise, path: object) -> str:
    """Return what is said when an exercise is started."""
    names = max(len(part.name) for part in exercise.parts)
    parts = "\n".join(_cut(f"  {part.name:<{names}}  {part.marks} mark{'s' if part.marks > 1 else ' '}  {part.title}")
                      for part in exercise.parts)
    return f"{path}\n  {exercise.title} ({KINDS[exercise.kind]}), {exercise.out_of} marks\n{parts}"


def paragraph(text: str) -> list[str]:
    """Return text as lines that fit the terminal."""
    return textwrap.wrap(text, width(), break_long_words=False)
