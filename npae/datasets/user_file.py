"""A matrix from a file of the user's: .npy, .npz or .csv."""

import os
from pathlib import Path

import numpy as np

from ..validation import check_matrix


def load_file(path: str | os.PathLike[str]) -> np.ndarray:
    """Return X (m, n), float64, from a file with one example a row.

    .npy    one array with two or more axes; images (m, height, width) are flattened to rows
    .npz    the array called X, or the only one in the file
    .csv    comma-separated numbers; a first line that holds no numbers is taken for a header
    Nothing is ever unpickled. Raises FileNotFoundError, or ValueError naming the file and what is wrong with it.
    """
    path = Path(path)
    readers = {".npy": _read_npy, ".npz": _read_npz, ".csv": _read_csv}
    if path.suffix.lower() not in readers:
        raise ValueError(f"{path}: expected a file ending in .npy, .npz or .csv")
    try:
        array = readers[path.suffix.lower()](path)
        if array.ndim > 2:
            array = array.reshape(len(array), -1)
        return check_matrix(array, "its array")
    except FileNotFoundError:
        raise
    except (ValueError, TypeError, EOFError, OSError) as error:
        raise ValueError(f"{path}: {error}") from error


def _read_npy(path: Path) -> np.ndarray:
    with open(path, "rb") as handle:
        return np.lib.format.read_array(handle, allow_pickle=False)


def _read_npz(path: Path) -> np.ndarray:
    with open(path, "rb") as handle, np.load(handle, allow_pickle=False) as file:
        if not isinstance(file, np.lib.npyio.NpzFile):
            raise ValueError("this is no .npz archive")
        name = "X" if "X" in file.files else file.files[0] if len(file.files) == 1 else None
        if name is None:
            raise ValueError(f"an .npz with several arrays must call the data X, found {', '.join(file.files) or 'none'}")
        return file[name]


def _read_csv(path: Path) -> np.ndarray:
    with open(path, encoding="utf-8-sig") as handle:
        lines = [line for line in handle if line.strip()]
    if not lines:
        raise ValueError("the file is empty")
    if not _is_numeric(lines[0]):
        lines = lines[1:]
    return np.loadtxt(lines, delimiter=",", ndmin=2, comments=None) if lines else np.empty((0, 1))


def _is_numeric(line: str) -> bool:
    try:
        [float(cell) for cell in line.split(",")]
    except ValueError:
        return False
    return True
