"""An archive of arrays, .npz, opened without believing it: its directory, its headers, and entries when they are asked for.

An .npz is a zip archive with one .npy file for each array. Opening it takes little memory whatever it announces: what it says of
the size of an array is held against the length of the file, as far as the compression allows.
"""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator, Mapping
from typing import IO, Any

import numpy as np

from .files import reason
from .npy_file import CHUNK, Header, read_entries, read_header

MAX_DIRECTORY = 2 ** 18     # bytes of the list of members: more than two thousand of them
DENSEST = 1032              # bytes that one byte of a deflated stream can stand for, at most
ENCRYPTED = 0x1


class Npz(Mapping[str, np.ndarray]):
    """The arrays of an open file by name; each is read when it is asked for. Raises ValueError (or what zipfile raises)."""

    def __init__(self, file: IO[bytes]):
        self._length = file.seek(0, os.SEEK_END)
        if file.seek(0) == 0 and file.read(2) != b"PK":
            raise ValueError("it is no .npz archive of arrays" if self._length else "it is empty")
        self._zip = zipfile.ZipFile(_Frugal(file))      # type: ignore[arg-type]
        self._members = self._named_members()
        self.headers = {name: self._header(name) for name in self._members}

    def _named_members(self) -> dict[str, zipfile.ZipInfo]:
        members: dict[str, zipfile.ZipInfo] = {}
        for info in self._zip.infolist():
            name = info.filename.removesuffix(".npy")
            if name == info.filename:
                raise ValueError(f"it holds {info.filename[:100]!r}, which is no array: it is no .npz archive")
            if name in members:
                raise ValueError(f"it holds two arrays of the name {name[:100]!r}")
            self._check_sizes(info)
            members[name] = info
        return members

    def _check_sizes(self, info: zipfile.ZipInfo) -> None:
        """Raise unless the member is plain or deflated, and can have the size that the directory says."""
        if info.flag_bits & ENCRYPTED or info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise ValueError(f"{info.filename[:100]!r} is encrypted, or compressed in a way that np.savez does not use")
        most = info.compress_size if info.compress_type == zipfile.ZIP_STORED else DENSEST * info.compress_size
        if info.compress_size > self._length or info.file_size > most:
            raise ValueError(f"{info.filename[:100]!r} is said to have {info.file_size:,} bytes, more than there can be in a "
                             f"file of {self._length:,}")

    def _header(self, name: str) -> Header:
        info = self._members[name]
        with self._zip.open(info) as member:
            header = _about(name, read_header, member)
        if header.length + header.n_bytes != info.file_size:
            raise ValueError(f"the array {name!r} of shape {header.shape} takes {header.length + header.n_bytes:,} bytes, the "
                             f"archive has {info.file_size:,}")
        return header

    def read(self, name: str, out: np.ndarray | None = None) -> np.ndarray:
        """Return an array, or fill `out` (C order, of its shape and dtype) with it and return that."""
        with self._zip.open(self._members[name]) as member:
            header = _about(name, read_header, member)
            if header != self.headers[name]:
                raise ValueError(f"the array {name!r} has changed while the file was read")
            return _about(name, read_entries, member, header, out)

    def __getitem__(self, name: str) -> np.ndarray:
        return self.read(name)

    def __contains__(self, name: object) -> bool:
        return name in self._members        # that of Mapping would read the array

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)

    def __len__(self) -> int:
        return len(self._members)


def _about(name: str, read: Any, *arguments: Any) -> Any:
    """Call a function whose errors do not know the array's name."""
    try:
        return read(*arguments)
    except Exception as error:
        raise ValueError(f"the array {name[:100]!r}: {reason(error)}") from error


class _Frugal:
    """What zipfile needs of a file, without reading any more at a time than a member or a directory of sensible size needs."""

    def __init__(self, file: IO[bytes]):
        self.seek, self.tell, self.seekable, self._read = file.seek, file.tell, file.seekable, file.read

    def read(self, n_bytes: int = -1) -> bytes:
        most = max(CHUNK, MAX_DIRECTORY)
        data = self._read(n_bytes if 0 <= n_bytes <= most else most + 1)
        if len(data) > most:
            raise ValueError(f"the archive's directory is longer than {most:,} bytes: it is no .npz of a model or of data")
        return data
