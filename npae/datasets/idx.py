"""The IDX file format of MNIST and its relatives.

A file is: two zero bytes, a dtype code, the number of dimensions, each dimension as a big-endian uint32, then the entries in
row-major order, big-endian. Headers are not believed: memory grows with the bytes that are there, never with those announced.
"""

import gzip
import math
import os
import zlib
from io import BufferedIOBase

import numpy as np

from ..files import MAX_BYTES, complaints
from ..validation import check_integer
from .data_file import DataFileError

_DTYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
_MAX_DIMENSIONS = 8
_CHUNK = 2**18


def read_idx(path: str | os.PathLike, max_bytes: int = MAX_BYTES) -> np.ndarray:
    """Return the array of an IDX file, gzipped or not (told by content), in native byte order.

    max_bytes: what the array may take in memory (2 GiB, forty times the MNIST images).
    Raises FileNotFoundError, or DataFileError (a ValueError) naming the file and the field (magic, dtype code, number of
    dimensions, dimension i, data length) when the file is malformed, truncated, longer than its header says or announces more.
    """
    check_integer(max_bytes, "max_bytes", 1)
    with complaints(path, DataFileError), open(path, "rb") as raw:
        zipped = raw.read(2) == b"\x1f\x8b"  # IDX starts with two zeros
        raw.seek(0)
        return _parse(gzip.GzipFile(fileobj=raw) if zipped else raw, max_bytes)


def _parse(file: BufferedIOBase, max_bytes: int) -> np.ndarray:
    """Read header and entries; errors name the field only."""
    magic = bytes(_read(file, 4, "magic"))
    if magic[:2] != b"\0\0":
        raise ValueError(f"magic: found {magic[:2]!r}, expected two zero bytes")
    code, n_dimensions = magic[2], magic[3]
    if code not in _DTYPES:
        raise ValueError(f"dtype code: found {code:#04x}, expected one of {', '.join(f'{known:#04x}' for known in _DTYPES)}")
    if not 1 <= n_dimensions <= _MAX_DIMENSIONS:
        raise ValueError(f"number of dimensions: found {n_dimensions}, expected 1 to {_MAX_DIMENSIONS}")
    shape = [_read_dimension(file, i) for i in range(n_dimensions)]
    dtype = np.dtype(_DTYPES[code])
    array = np.frombuffer(_read_data(file, math.prod(shape) * dtype.itemsize, max_bytes), dtype).reshape(shape)
    return array if dtype.isnative else array.byteswap(inplace=True).view(dtype.newbyteorder("="))


def _read_dimension(file: BufferedIOBase, i: int) -> int:
    size = int.from_bytes(_read(file, 4, f"dimension {i}"), "big")
    if size == 0:
        raise ValueError(f"dimension {i}: found 0, expected at least 1")
    return size


def _read_data(file: BufferedIOBase, n_bytes: int, max_bytes: int) -> bytearray:
    """Return the rest of the file, which must be n_bytes long."""
    if n_bytes > max_bytes:
        raise ValueError(f"data length: the header announces {n_bytes} bytes, at most max_bytes={max_bytes} are read")
    data = _read(file, n_bytes, "data length")
    if _read_some(file, 1, "end of data"):  # at the end of a gzip stream this also verifies its checksum
        raise ValueError(f"data length: more than {n_bytes} bytes found, {n_bytes} expected")
    return data


def _read(file: BufferedIOBase, n_bytes: int, field: str) -> bytearray:
    """Return exactly n_bytes, or raise ValueError with the number found."""
    data = bytearray()
    while len(data) < n_bytes:
        chunk = _read_some(file, min(_CHUNK, n_bytes - len(data)), f"{field}: {len(data)} bytes found, {n_bytes} expected")
        if not chunk:
            raise ValueError(f"{field}: {len(data)} bytes found, {n_bytes} expected")
        data += chunk
    return data


def _read_some(file: BufferedIOBase, n_bytes: int, progress: str) -> bytes:
    """Return 1 to n_bytes, or none at the end of the file; a broken gzip stream is a ValueError that tells the progress."""
    try:
        return file.read1(n_bytes)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise ValueError(f"{progress} ({error})") from error
