"""A table of numbers separated by commas, read twice: first to count its rows and columns, then into an array of that size.

The text is never in memory as a whole, nor are more than some thousand of its cells: a row may have a million columns.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import numpy as np

from ..files import check_bytes

_ENTRY = 8                  # bytes of a number
_PIECE = 2 ** 14            # characters of a line that are taken apart at once
_LONGEST_CELL = 1000        # characters
_BYTE_ORDER_MARK = "\xef\xbb\xbf"       # as Latin-1 reads it


def read_csv(path: Path, max_bytes: int) -> np.ndarray:
    """Return the numbers (m, n), float64, or raise ValueError saying which line is wrong.

    Blank lines are skipped, and the first line where none of its cells is a number. The array takes at most max_bytes,
    and no line may have more characters than a quarter of that.
    """
    with open(path, encoding="latin-1") as file:       # one byte a character: of numbers it makes what UTF-8 makes
        first, columns, rows = _measure(file, max_bytes)
        check_bytes(_ENTRY * rows * columns, max_bytes, f"its table of {rows:,} x {columns:,} numbers")
        X = np.empty((rows, columns))
        file.seek(0)
        lines = _lines(file, max_bytes)
        for _ in range(first):
            next(lines)
        for row, (number, line) in zip(X, lines, strict=True):
            _fill(row, line, number)
    return X


def _measure(file: TextIO, max_bytes: int) -> tuple[int, int, int]:
    """Return how many lines stand before the numbers (1 for a header), and the numbers of columns and of rows."""
    first, columns, rows = 0, 0, 0
    for number, line in _lines(file, max_bytes):
        found = line.count(",") + 1
        check_bytes(_ENTRY * found, max_bytes, f"the {found:,} columns of line {number}")
        if not rows and not first and _is_header(line):
            first = 1
            continue
        columns = columns or found
        if found != columns:
            raise ValueError(f"line {number} has {found} columns, the lines before it have {columns}")
        rows += 1
    if not rows:
        raise ValueError("it is empty: it has no line of numbers")
    return first, columns, rows


def _lines(file: TextIO, max_bytes: int) -> Iterator[tuple[int, str]]:
    """Yield the lines that are not blank, with their numbers from 1."""
    longest, number = max(max_bytes // 4, _PIECE), 0
    while line := file.readline(longest + 1):
        number += 1
        if len(line) > longest:
            raise ValueError(f"line {number} has more than {longest:,} characters, a quarter of max_bytes={max_bytes:,}")
        if number == 1:
            line = line.removeprefix(_BYTE_ORDER_MARK)
        if line.strip():
            yield number, line


def _cells(line: str) -> Iterator[list[str]]:
    """Yield the cells of a line, some at a time."""
    start = 0
    while start <= len(line):
        stop = line.find(",", start + _PIECE)
        stop = len(line) if stop < 0 else stop
        yield line[start:stop].split(",")
        start = stop + 1


def _is_header(line: str) -> bool:
    """Return whether no cell is a number. Where some are, it is a damaged line, not one to leave out in silence."""
    return not any(_is_number(cell) for cells in _cells(line) for cell in cells)


def _is_number(cell: str) -> bool:
    try:
        _number(cell)
    except ValueError:
        return False
    return True


def _fill(row: np.ndarray, line: str, number: int) -> None:
    """Write the numbers of a line into row (n,)."""
    column = 0
    for cells in _cells(line):
        try:
            row[column:column + len(cells)] = list(map(_number, cells))
        except ValueError as error:
            raise ValueError(f"line {number}: {error}") from error
        column += len(cells)
    if column != len(row):
        raise ValueError(f"line {number} has changed while the file was read")


def _number(cell: str) -> float:
    if len(cell) > _LONGEST_CELL or "_" in cell:      # float takes 1_000 for a thousand
        raise ValueError(f"could not convert string to float: {cell[:40]!r}")
    return float(cell)
