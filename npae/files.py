"""Writing a file so that nobody ever sees half of it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


@contextmanager
def atomic_write(path: str | os.PathLike, mode: str = "wb") -> Iterator[IO]:
    """Yield a file handle whose content becomes `path` when the block ends, all of it or nothing.

    The handle writes to a temporary file in the folder of `path`; at the end this is flushed to the disk and takes the place
    of `path` in one step. After any exception (KeyboardInterrupt too) the temporary file is removed and an older file at
    `path` is untouched. A symbolic link at `path` is replaced, not followed.

    mode is "wb" (bytes) or "w" (text, UTF-8).
    Raises ValueError for another mode, and the fitting OSError, naming `path`, when it is a folder or when its folder does
    not exist or cannot be written to.
    """
    if mode not in ("wb", "w"):
        raise ValueError(f'mode must be "wb" or "w", got {mode!r}')
    path = Path(path)
    if path.is_dir():
        raise IsADirectoryError(f"cannot write {path}: it is a folder")
    handle = _open_temporary(path, mode)
    temporary = Path(handle.name)
    try:
        with handle:  # ends before the file is moved or removed: Windows does that to closed files only
            yield handle
            handle.flush()
            os.fsync(handle.fileno())
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _open_temporary(path: Path, mode: str) -> IO:
    """Open a new file beside `path`. Unlike tempfile's, it gets the permissions that every new file of the user gets."""
    temporary = path.with_name(f".npae-{os.urandom(8).hex()}.tmp")
    try:
        return open(temporary, mode.replace("w", "x"), encoding=None if mode == "wb" else "utf-8")
    except OSError as error:
        reason = f"cannot write {path}: cannot create a file in the folder {path.parent}: {error.strerror}"
        raise type(error)(error.errno, reason) from error
