"""Writing a file so that nobody ever sees half of it, and reading one as if an enemy had written it.

A reader of this package allocates nothing that it has not counted: what a file says of its size is held against `max_bytes`, and
against the size that the file has, before memory is taken. At no moment does reading take more than twice max_bytes.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

MAX_BYTES = 2 ** 31     # what the arrays of one file may take in memory, unless the caller says otherwise
LONGEST_REASON = 800    # characters: a message may quote what stands in the file


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


@contextmanager
def complaints(path: str | os.PathLike, kind: type[ValueError]) -> Iterator[None]:
    """Raise whatever goes wrong in the block as a `kind` that names the file at `path`; a FileNotFoundError as it is.

    A damaged file makes its readers raise almost anything (struct.error, RecursionError, NotImplementedError, ...): a list of
    what is caught could only be too short.
    """
    try:
        yield
    except (FileNotFoundError, kind):
        raise
    except Exception as error:
        raise kind(f"{os.fspath(path)}: {reason(error)}") from error


def reason(error: Exception) -> str:
    """Return what an error says, with its type where the words alone would not say enough, and not longer than a paragraph."""
    plain = isinstance(error, (ValueError, TypeError, OSError)) and str(error)
    text = str(error) if plain else f"{type(error).__name__} {error}".rstrip()
    if isinstance(error, KeyError):
        text = f"{error} is missing"
    if isinstance(error, OSError) and error.strerror:
        text = error.strerror
    return text if len(text) <= LONGEST_REASON else f"{text[:LONGEST_REASON]} ..."


def check_bytes(n_bytes: int, max_bytes: int, what: str = "its arrays") -> None:
    """Raise ValueError where more memory would be taken than is allowed."""
    if n_bytes > max_bytes:
        raise ValueError(f"{what} would take {n_bytes:,} bytes of memory, more than max_bytes={max_bytes:,}: pass a larger "
                         f"max_bytes if you trust the file")
