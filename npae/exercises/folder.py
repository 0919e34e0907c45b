"""The student's folder: the files that they work in, and one small JSON file that remembers how far they are.

    .npae_exercises.json    {"version": 1, "exercises": {"affine": {"passed": true, "marks": 3, "attempts": 2, ...}}}

The state is written in one step, all of it or nothing. A state file that cannot be read is never replaced: the error says
where it is, and what is in the exercise files does not depend on it.
"""

from __future__ import annotations

import hashlib
import itertools
import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from ..files import atomic_write
from .examination import Examination
from .exercise import Exercise

STATE = ".npae_exercises.json"
VERSION = 1
ATTEMPTS = 5        # so many failed attempts, and the solution is shown before it is found


@dataclass
class Record:
    """What is remembered of one exercise.

    passed      once passed, always passed
    marks       of the last check
    attempts    failed checks, of files that had changed since the check before
    hints       how many have been shown
    last        digest of the file as it was checked last
    """

    passed: bool = False
    marks: int = 0
    attempts: int = 0
    hints: int = 0
    last: str = ""


class Folder:
    """See the module."""

    def __init__(self, path: str | Path):
        self.path = Path(path)
        if self.path.exists() and not self.path.is_dir():
            raise NotADirectoryError(f"{self.path} is not a folder")

    def file(self, exercise: Exercise) -> Path:
        """Return where the student's file of this exercise is, or would be."""
        return self.path / exercise.file_name

    def records(self) -> dict[str, Record]:
        """Return what is remembered, by the name of the exercise; ValueError when the state file is damaged."""
        path = self.path / STATE
        try:
            text = path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return {}
        except UnicodeDecodeError as error:
            raise _damaged(path, "it is not text") from error
        try:
            content = json.loads(text)
        except ValueError as error:
            raise _damaged(path, f"it is not JSON ({error})") from error
        if not isinstance(content, dict) or not isinstance(content.get("exercises"), dict):
            raise _damaged(path, "it has no exercises")
        if content.get("version") != VERSION:
            raise _damaged(path, f"it has the version {content.get('version')!r}, this npae knows version {VERSION}")
        return {str(name): _record(path, name, entry) for name, entry in content["exercises"].items()}

    def record(self, exercise: Exercise) -> Record:
        """Return what is remembered of one exercise."""
        return self.records().get(exercise.name, Record())

    def remember(self, exercise: Exercise, record: Record) -> None:
        """Write the state with this record in it."""
        records = {**self.records(), exercise.name: record}
        content = {"version": VERSION, "exercises": {name: asdict(entry) for name, entry in sorted(records.items())}}
        with atomic_write(self.path / STATE, "w") as handle:
            handle.write(json.dumps(content, indent=1) + "\n")

    def count(self, exercise: Exercise, examination: Examination, text: bytes) -> Record:
        """Remember the outcome of a check of a file with this text; the same text again is no further attempt."""
        record, digest = self.record(exercise), hashlib.sha256(text).hexdigest()
        changed = digest != record.last and text != exercise.start_text().encode()
        record.attempts += int(changed and not examination.passed)
        record.passed |= examination.passed
        record.marks, record.last = examination.marks, digest
        self.remember(exercise, record)
        return record

    def start(self, exercise: Exercise, text: str, suffix: str = ".py") -> Path | None:
        """Write a file of this exercise unless there is one; return its path, None if one was there."""
        self.path.mkdir(parents=True, exist_ok=True)
        path = self.file(exercise).with_suffix(suffix)
        try:
            with open(path, "x", encoding="utf-8", newline="\n") as handle:
                handle.write(text)
        except FileExistsError:
            return None
        return path

    def reset(self, exercise: Exercise) -> Path | None:
        """Bring the start file back; return the path of the copy of what was there, None if nothing was."""
        path, copy = self.file(exercise), None
        if path.exists():
            names = (path.with_name(f"{path.stem}.backup{number}.py") for number in itertools.count(1))
            copy = next(name for name in names if not name.exists())
            path.rename(copy)
        self.start(exercise, exercise.start_text())
        return copy


def _record(path: Path, name: str, entry: object) -> Record:
    kinds = {field.name: type(field.default) for field in fields(Record)}
    if not isinstance(entry, dict) or any(type(entry.get(key)) is not kind for key, kind in kinds.items()):
        raise _damaged(path, f"its entry {name!r} is not as expected")
    return Record(**{key: entry[key] for key in kinds})


def _damaged(path: Path, reason: str) -> ValueError:
    return ValueError(f"the state file {path} is damaged: {reason}. Mend it, or move it away to start counting afresh; "
                      f"the exercise files are not touched by either")
