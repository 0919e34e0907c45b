"""A matrix from a file of the user's: .npy, .npz or .csv."""

import os
from pathlib import Path

import numpy as np

from ..files import MAX_BYTES, check_bytes, complaints
from ..npy_file import Header, read_entries, read_header
from ..npz_file import Npz
from ..validation import check_integer, check_matrix
from .csv_file import read_csv
from .data_file import DataFileError

_ENTRY = 8      # bytes of an entry of X


def load_file(path: str | os.PathLike[str], max_bytes: int = MAX_BYTES) -> np.ndarray:
    """Return X (m, n), float64, from a file with one example a row.

    .npy    one array with two or more axes; images (m, height, width) are flattened to rows
    .npz    the array called X, or the only one in the file
    .csv    comma-separated numbers; a first line that holds no numbers is taken for a header
    max_bytes: what X may take in memory (2 GiB). It is counted before anything is allocated, and reading takes at no moment more
    than twice as much.
    Nothing is ever unpickled. Raises FileNotFoundError, or DataFileError (a ValueError) naming the file and its fault.
    """
    check_integer(max_bytes, "max_bytes", 1)
    path = Path(path)
    readers = {".npy": _read_npy, ".npz": _read_npz, ".csv": read_csv}
    with complaints(path, DataFileError):
        if path.suffix.lower() not in readers:
            raise ValueError("expected a file ending in .npy, .npz or .csv")
        array = readers[path.suffix.lower()](path, max_bytes)
        if array.ndim > 2:
            array = array.reshape(len(array), -1)
        with np.errstate(all="ignore"):     # of signalling NaN and of what float64 cannot hold: found by the check itself
            _check_finite(array)
            return check_matrix(array, "its array")


def _check_finite(array: np.ndarray) -> None:
    """Raise where an entry is not finite, without a list of all that are not: in a hostile file that may be every one."""
    finite = np.isfinite(array)
    if array.ndim and not finite.all():
        place = np.unravel_index(np.argmin(finite), finite.shape)
        raise ValueError(f"it has entries that are NaN or infinite, the first ({array[place]}) in row {place[0]}"
                         + "".join(f", column {column}" for column in place[1:]))


def _read_npy(path: Path, max_bytes: int) -> np.ndarray:
    with open(path, "rb") as handle:
        header = read_header(handle)
        _check_size(header, max_bytes)
        there = os.fstat(handle.fileno()).st_size - header.length
        if there != header.n_bytes:
            raise ValueError(f"its header announces {header.n_bytes} bytes of entries, {there} are there")
        return read_entries(handle, header)


def _read_npz(path: Path, max_bytes: int) -> np.ndarray:
    with open(path, "rb") as handle:
        arrays = Npz(handle)
        names = list(arrays)
        name = "X" if "X" in arrays else names[0] if len(names) == 1 else None
        if name is None:
            raise ValueError(f"an .npz with several arrays must call the data X, found {', '.join(names) or 'none'}")
        _check_size(arrays.headers[name], max_bytes)
        return arrays[name]


def _check_size(header: Header, max_bytes: int) -> None:
    """Raise where the entries as float64 would take too much memory; as they are in the file they take no more."""
    check_bytes(header.n_bytes // header.dtype.itemsize * _ENTRY, max_bytes, "its array")
