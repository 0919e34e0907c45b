"""`npae exercise`: start exercises, check them, and get on to the next, in a folder of your own."""

from __future__ import annotations

import argparse
import difflib
import time
from collections.abc import Callable
from contextlib import suppress

from ..exercises import EXERCISES, Exercise, display
from ..exercises.folder import ATTEMPTS, Folder, Record
from ..exercises.notebook import notebook_text
from ..exercises.runner import SECONDS, Checked, check_file

ACTIONS = {
    "list": "all exercises and what has become of them",
    "start": "write the start file of an exercise (by default the next one; or all)",
    "check": "check an exercise (by default all that are started)",
    "watch": "check again whenever a file is saved; Ctrl-C ends it",
    "hint": "show the next hint",
    "solution": f"show the solution, once passed or after {ATTEMPTS} failed attempts",
    "progress": "how far you are",
    "reset": "bring the start file back; your version is kept as a copy",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the actions of `npae exercise` and their options."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    for action, text in ACTIONS.items():
        sub = actions.add_parser(action, help=text, description=text[0].upper() + text[1:] + ".")
        sub.add_argument("--folder", default=".", metavar="DIR", help="where your files are (default: this folder)")
        if action in ("start", "check", "watch"):
            sub.add_argument("name", nargs="?", metavar="NAME", help="name or number of an exercise")
        elif action not in ("list", "progress"):
            sub.add_argument("name", metavar="NAME", help="name or number of an exercise")
        if action == "start":
            sub.add_argument("--notebook", action="store_true", help="write a Jupyter notebook instead")
        if action in ("check", "watch"):
            sub.add_argument("--seconds", type=float, default=SECONDS, metavar="S",
                             help=f"give up a check after so long (default: {SECONDS:g})")


def run(args: argparse.Namespace) -> int:
    """Carry out one action; 1 when a check did not pass."""
    return RUN[args.action](args, Folder(args.folder))


def find(name: str) -> Exercise:
    """Return an exercise by its name, its number, or the name of its file."""
    stem = name.removesuffix(".py").removesuffix(".ipynb").rpartition("/")[2]
    for exercise in EXERCISES.values():
        if stem in (exercise.name, f"{exercise.number:02d}_{exercise.name}") or (
                stem.isdecimal() and int(stem) == exercise.number):
            return exercise
    near = difflib.get_close_matches(stem, EXERCISES, 1)
    raise ValueError(f"there is no exercise {name!r}" + (f": did you mean {near[0]}?" if near else "") +
                     " `npae exercise list` shows all")


def _list(args: argparse.Namespace, folder: Folder) -> int:
    print(display.table(EXERCISES, folder.records(), (exercise.name for exercise in _started(folder))))
    return 0


def _start(args: argparse.Namespace, folder: Folder) -> int:
    following = _next(folder)
    if args.name is None and following is None:
        print("every exercise is passed")
        return 0
    chosen = list(EXERCISES.values()) if args.name == "all" else [find(args.name) if args.name else following]
    for exercise in chosen:
        assert exercise is not None
        suffix, text = (".ipynb", notebook_text(exercise)) if args.notebook else (".py", exercise.start_text())
        path = folder.start(exercise, text, suffix)
        if path is None:
            reset = "" if args.notebook else f" (npae exercise reset {exercise.name} brings the start file back)"
            print(f"{folder.file(exercise).with_suffix(suffix)} is there already and stays as it is{reset}")
        elif args.name == "all":
            print(path)
        else:
            print(display.introduction(exercise, path))
    if args.notebook:
        print("next: open it in Jupyter, fill in the code and run the last cell")
    else:
        print(f"next: read and edit {chosen[0].file_name}, then npae exercise check {chosen[0].name}")    # type: ignore
    return 0


def _check(args: argparse.Namespace, folder: Folder) -> int:
    if args.name:
        return _check_one(find(args.name), folder, args.seconds)
    started = _started(folder)
    if not started:
        raise ValueError(f"no exercise is started in {folder.path}: npae exercise start")
    shown = None
    for exercise in started:
        checked, record = _examined(exercise, folder, args.seconds)
        print(display.summary(checked.examination), flush=True)
        if shown is None or (shown[0].examination.passed and not checked.examination.passed):
            shown = checked, record     # the first that fails
    assert shown is not None
    print()
    return _report(*shown, folder, details=not shown[0].examination.passed)


def _check_one(exercise: Exercise, folder: Folder, seconds: float) -> int:
    return _report(*_examined(exercise, folder, seconds), folder)


def _examined(exercise: Exercise, folder: Folder, seconds: float) -> tuple[Checked, Record]:
    """Return the outcome of a check, and what is remembered after it."""
    path = folder.file(exercise)
    if not path.exists():
        raise FileNotFoundError(f"{path} is not there: npae exercise start {exercise.name}")
    folder.records()                    # a damaged state file is reported before the work, not after it
    text = path.read_bytes()
    checked = check_file(exercise, path, seconds)
    return checked, folder.count(exercise, checked.examination, text)


def _report(checked: Checked, record: Record, folder: Folder, details: bool = True) -> int:
    """Print an outcome and the next step."""
    if details:
        print(display.outcome(checked.examination, checked.printed) + "\n")
    following = _next(folder)
    begun = following is not None and folder.file(following).exists()
    print(display.after(checked.examination, record, following, begun), flush=True)
    return 0 if checked.examination.passed else 1


def _watch(args: argparse.Namespace, folder: Folder) -> int:
    watch(folder, find(args.name) if args.name else None, args.seconds)
    return 0


def watch(folder: Folder, only: Exercise | None = None, seconds: float = SECONDS, rounds: int | None = None,
          wait: Callable[[float], None] = time.sleep) -> None:
    """Check a file whenever it is saved, until Ctrl-C or for so many rounds of looking."""
    watched = [only] if only else list(EXERCISES.values())
    seen = _times(folder, watched)
    if only:
        _check_one(only, folder, seconds)
        seen = _times(folder, watched)
    print("\nwatching " + (folder.file(only).name if only else f"the exercises in {folder.path}") +
          ": save a file to check it, Ctrl-C to stop", flush=True)
    try:
        while rounds is None or (rounds := rounds - 1) >= 0:
            wait(0.3)
            now = _times(folder, watched)
            for exercise in watched:
                if now.get(exercise.name) not in (None, seen.get(exercise.name)):
                    print("\n" + "-" * display.width())
                    with suppress(FileNotFoundError):       # some editors replace a file, and for a moment there is none
                        _check_one(exercise, folder, seconds)
            seen = now
    except KeyboardInterrupt:
        print("\nno longer watching")


def _times(folder: Folder, exercises: list[Exercise]) -> dict[str, tuple[int, int]]:
    """Return when each file was saved, and its size."""
    times = {}
    for exercise in exercises:
        try:
            status = folder.file(exercise).stat()
        except OSError:
            continue
        times[exercise.name] = (status.st_mtime_ns, status.st_size)
    return times


def _hint(args: argparse.Namespace, folder: Folder) -> int:
    exercise = find(args.name)
    record = folder.record(exercise)
    shown = min(record.hints, len(exercise.hints) - 1)
    for line in display.paragraph(f"hint {shown + 1} of {len(exercise.hints)}: {exercise.hints[shown]}"):
        print(line)
    if record.hints < len(exercise.hints):
        record.hints += 1
        folder.remember(exercise, record)
    if record.hints == len(exercise.hints):
        print(f"that was the last one. The derivation is named in {exercise.file_name}")
    return 0


def _solution(args: argparse.Namespace, folder: Folder) -> int:
    exercise = find(args.name)
    record = folder.record(exercise)
    left = ATTEMPTS - record.attempts
    if not record.passed and left > 0:
        print(f"the solution of {exercise.name} is shown once it is passed, or after {ATTEMPTS} failed attempts: "
              f"{left} more.\nAn attempt is a check of a file that has changed.")
        return 1
    print(exercise.solution_text(), end="")
    return 0


def _progress(args: argparse.Namespace, folder: Folder) -> int:
    print(display.progress(EXERCISES, folder.records()))
    following = _next(folder)
    if following:
        print(f"\nnext: npae exercise {'check' if folder.file(following).exists() else 'start'} {following.name}")
    return 0


def _reset(args: argparse.Namespace, folder: Folder) -> int:
    exercise = find(args.name)
    copy = folder.reset(exercise)
    if copy:
        print(f"your version is now {copy.name}")
    print(f"{folder.file(exercise)} is the start file")
    return 0


def _started(folder: Folder) -> list[Exercise]:
    return [exercise for exercise in EXERCISES.values() if folder.file(exercise).exists()]


def _next(folder: Folder) -> Exercise | None:
    """Return the first exercise that is not passed."""
    records = folder.records()
    return next((exercise for exercise in EXERCISES.values() if not records.get(exercise.name, Record()).passed), None)


RUN: dict[str, Callable[[argparse.Namespace, Folder], int]] = {
    "list": _list, "start": _start, "check": _check, "watch": _watch, "hint": _hint, "solution": _solution,
    "progress": _progress, "reset": _reset,
}
