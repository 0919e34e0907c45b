"""One array in NumPy's file format, .npy, read without believing it.

The format is: eight bytes with a version, the length of a header, the header (a Python dictionary: dtype, order of the entries,
shape), the entries. Only plain arrays of numbers are read. The header is matched, not evaluated, and nothing
is ever unpickled. What an array will take is known before anything is allocated for it.
"""

from __future__ import annotations

import re
import struct
from math import prod
from typing import IO, NamedTuple

import numpy as np

CHUNK = 2 ** 18         # bytes read at a time
MAX_HEADER = 2 ** 12    # bytes; that of a plain array takes 128
MAX_DIMENSIONS = 32
_LENGTHS = {b"\1\0": "<H", b"\2\0": "<I"}
_DTYPE = re.compile(r"[<>|=](b1|[iu][1248]|f[248])")
_HEADER = re.compile(r"""\{(?:['"]descr['"]:['"](?P<descr>[^'"]*)['"],?|['"]fortran_order['"]:(?P<fortran>True|False),?"""
                     r"""|['"]shape['"]:\((?P<shape>(?:(?:N,)+N?)?)\),?)+\}""".replace("N", "(?:0|[1-9][0-9]{0,18})"))


class Header(NamedTuple):
    """What the header of an array says: `length` is its own, in bytes."""

    shape: tuple[int, ...]
    dtype: np.dtype
    fortran_order: bool
    length: int

    @property
    def n_bytes(self) -> int:
        """How many bytes of entries follow."""
        return prod(self.shape) * self.dtype.itemsize


def read_header(file: IO[bytes]) -> Header:
    """Return the header at the beginning of the file, or raise ValueError."""
    magic = file.read(8)
    if magic[:6] != b"\x93NUMPY":
        raise ValueError("it is no array in NumPy's .npy format")
    if magic[6:] not in _LENGTHS:
        raise ValueError("its .npy format has an unknown version; np.save writes 1.0 for an array of numbers")
    field = struct.calcsize(_LENGTHS[magic[6:]])
    length = struct.unpack(_LENGTHS[magic[6:]], _exactly(file, field))[0]
    if length > MAX_HEADER:
        raise ValueError(f"its header has {length} bytes, expected at most {MAX_HEADER}: it is no plain array of numbers")
    return _parse(_exactly(file, length).decode("latin-1"), 8 + field + length)


def _parse(text: str, length: int) -> Header:
    found = _HEADER.fullmatch(text.rstrip(" \n").replace(": ", ":").replace(", ", ","))
    if found is None or None in found.groupdict().values():
        raise ValueError(f"its header does not describe a plain array of numbers: {text[:100].strip()!r}")
    if not _DTYPE.fullmatch(found["descr"]):
        kind = " (Python objects, which are never unpickled)" if "O" in found["descr"] else ""
        raise ValueError(f"it holds entries of type {found['descr']!r}{kind}, expected booleans, integers or floats")
    shape = tuple(int(size) for size in found["shape"].split(",") if size)
    if len(shape) > MAX_DIMENSIONS:
        raise ValueError(f"its array has {len(shape)} dimensions, expected at most {MAX_DIMENSIONS}")
    if prod(size or 1 for size in shape) >= 2 ** 59:      # also beside a dimension of 0
        raise ValueError(f"its header announces an impossible shape {shape}")
    return Header(shape, np.dtype(found["descr"]), found["fortran"] == "True", length)


def read_entries(file: IO[bytes], header: Header, out: np.ndarray | None = None) -> np.ndarray:
    """Return the array whose header has been read, in C order, or fill `out` (C order, of its shape and dtype) with it.

    Raises ValueError unless exactly the announced entries follow. The caller has seen to it that memory for them may be taken.
    """
    array = np.empty(header.shape, header.dtype) if out is None else out
    places = array.T.flat if header.fortran_order else array.reshape(-1)      # in the order of the file
    size = header.dtype.itemsize
    for start in range(0, array.size, CHUNK // size):
        stop = min(start + CHUNK // size, array.size)
        chunk = file.read((stop - start) * size)
        if len(chunk) < (stop - start) * size:
            raise ValueError(f"its header announces {header.n_bytes} bytes of entries, {start * size + len(chunk)} are there")
        places[start:stop] = _entries(chunk, header.dtype)
    if file.read(1):        # at the end of a member of a zip archive this also verifies its checksum
        raise ValueError(f"more follows than the {header.n_bytes} bytes of entries that its header announces")
    return array


def _entries(chunk: bytes, dtype: np.dtype) -> np.ndarray:
    if dtype.kind == "b" and np.frombuffer(chunk, np.uint8).max() > 1:
        raise ValueError("its booleans have values other than 0 and 1")
    return np.frombuffer(chunk, dtype)


def _exactly(file: IO[bytes], n_bytes: int) -> bytes:
    data = file.read(n_bytes)
    if len(data) < n_bytes:
        raise ValueError("it ends within the header of its array")
    return data
