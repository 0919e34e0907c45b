"""Writing a folder so that nobody ever sees half of it, and never over anything."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Mapping
from pathlib import Path

from ..files import atomic_write


def write_folder(path: Path, files: Mapping[str, str], executable: Collection[str] = ()) -> None:
    """Write the texts `files`, by path within the folder `path`, which must be empty or not there yet.

    They are written to a temporary folder within it and moved to their places at the end. After any exception nothing is
    left of them, nor of the folder if it was not there. FileExistsError or NotADirectoryError, naming `path`, before
    anything is written.
    """
    if path.exists() and not path.is_dir():
        raise NotADirectoryError(f"{path} is not a folder")
    if path.exists() and any(path.iterdir()):
        raise FileExistsError(f"the folder {path} is not empty, and nothing in it is overwritten: name a new or an empty one")
    is_new = not path.exists()
    path.mkdir(parents=True, exist_ok=True)
    stage = path / f".npae-{os.urandom(8).hex()}.tmp"
    moved: list[Path] = []
    try:
        for name, text in files.items():
            _write(stage / name, text, name in executable)
        for entry in sorted(stage.iterdir()):
            moved.append(path / entry.name)
            entry.rename(moved[-1])
        stage.rmdir()
    except BaseException:
        for entry in [stage, *moved]:
            _remove(entry)
        if is_new:
            path.rmdir()
        raise


def _write(path: Path, text: str, executable: bool) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_write(path) as handle:
        handle.write(text.encode())         # bytes: a shell script has no \r on any system
    if executable:
        path.chmod(0o755)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
