"""Submissions on the disk: one folder for each student, one file for each exercise.

Symbolic links are never followed, wherever they point, and only ordinary files of a sensible size are opened: a
submission is a folder that somebody else has filled.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..exercises import SubmissionError

MAX_SOURCE = 1 << 20
UNFOLLOWED = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
RESERVED = ("run", "grades", "class_report")            # the other files of the results
SAFE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-+@ ,()'")


@dataclass(frozen=True)
class Student:
    """name: as it is shown. file: the stem of the result files. is_link: the folder is a link, so nothing is read."""

    name: str
    folder: Path
    file: str
    is_link: bool = False


def find_students(submissions: Path) -> list[Student]:
    """Return the students in the order of their names; hidden folders and plain files are none."""
    with os.scandir(submissions) as entries:
        found = sorted((entry for entry in entries if not entry.name.startswith(".") and entry.is_dir()),
                       key=lambda entry: entry.name)
    taken: set[str] = set()
    students = []
    for entry in found:
        file = file_stem(entry.name)
        if file.lower() in taken:                       # on a disk that does not tell a from A
            file = _unique(file, entry.name)
        taken.add(file.lower())
        students.append(Student(shown(entry.name), Path(entry.path), file, entry.is_symlink()))
    return students


def shown(name: str) -> str:
    """Return a name that can be printed: on one line, valid Unicode."""
    text = name.encode("utf-8", "replace").decode("utf-8")
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def file_stem(name: str) -> str:
    """Return a name for the result files: the student's where that is safe, else a safe one with a number."""
    safe = "".join(letter if letter in SAFE or (letter.isalnum() and letter.isprintable()) else "_" for letter in name)[:80]
    plain = safe == name and name.lower() not in RESERVED and safe.strip(" .-") == name
    return name if plain else _unique(safe.strip(" .-") or "student", name)


def _unique(stem: str, name: str) -> str:
    return f"{stem}-{hashlib.sha256(os.fsencode(name)).hexdigest()[:8]}"


def read_source(student: Student, file: str) -> str | SubmissionError:
    """Return the text of a student's file, or why there is none."""
    if student.is_link:
        return SubmissionError("E006", f"{file} is not read: the folder of the submission is a symbolic link.")
    path = student.folder / file
    try:
        if path.is_symlink():
            return SubmissionError("E006", f"{file} is not read: it is a symbolic link.")
        if not stat.S_ISREG(path.lstat().st_mode):
            return SubmissionError("E006", f"{file} is not an ordinary file.")
        # should it be exchanged for a link or a pipe at this very moment, it is not followed and nothing waits
        with open(path, "rb", opener=lambda name, flags: os.open(name, flags | UNFOLLOWED)) as handle:
            content = handle.read(MAX_SOURCE + 1) or b""
    except FileNotFoundError:
        return SubmissionError("E006", f"{file} is missing.")
    except OSError as error:
        return SubmissionError("E006", f"{file} cannot be read: {error.strerror}.")
    if len(content) > MAX_SOURCE:
        return SubmissionError("E006", f"{file} is larger than {MAX_SOURCE >> 20} MiB.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return SubmissionError("E006", f"{file} is not UTF-8 text: byte {error.start} is {content[error.start]:#04x}.")


def digest(sources: Sequence[str | SubmissionError]) -> str:
    """Return a number that changes with anything that was read."""
    state = hashlib.sha256()
    for source in sources:
        text = source.finding.message if isinstance(source, SubmissionError) else source
        kind = b"error" if isinstance(source, SubmissionError) else b"text"
        state.update(b"%s %d\n" % (kind, len(text)) + text.encode("utf-8", "surrogatepass"))
    return state.hexdigest()
