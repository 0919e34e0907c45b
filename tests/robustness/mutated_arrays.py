"""Changes that know .npy and .npz: what a header says of an array, what a directory says of its members."""

from __future__ import annotations

import io
import json
import pickle
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from .mutations import ANY, Rng

GIGABYTE = 2 ** 30


class Bomb:
    """Unpickled, it makes a file: a canary for loaders that run what they read."""

    def __init__(self, canary: str):
        self.canary = canary

    def __reduce__(self):
        return Path.touch, (Path(self.canary),)


SHAPES = ["(2147483648, 28, 28)", "(4294967295,)", "(4611686018427387904,)", "(9223372036854775807,)", "(-1,)", "(-3, -4)", "()",
          "(0,)", "(0, 4611686018427387904)", "(1000000000000000000000000,)", "(3)", "[3]", "None", "(1.5,)",
          "(True,)", "(" + "1, " * 70 + ")", "(" + "2, " * 70 + ")", "((3,), 4)", "(" * 300 + ")" * 300, "(3,) * 10**9", "(1e3,)"]
DTYPES = ["'|O'", "'O'", "object", "'<f4,<f4'", "[('a', '<f4'), ('b', '|O')]", "'(1000000,1000000)f4'", "'<c16'", "'<f16'",
          "'<f2'", "'>f4'", "'>f8'", "'<U1000000000'", "'|S2000000000'", "'<M8[ns]'", "'|V8'", "'|b1'", "'<i8'", "'<u8'", "'|u1'",
          "''", "0", "None", "'f'", "'<f3'", "'" + "f" * 3000 + "'", "{'names': ['a'], 'formats': ['O']}"]
ORDERS = ["True", "False", "None", "1", "'yes'", "[]"]
TEXTS = ["{}", "", "(", "[" * 3500, "{'descr': '<f4'}", "__import__('os').system('touch {canary}')", "-" * 4000 + "1", "\\d\\x\0",
         "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), 'more': 1}", " " * 5000, "9" * 5000, "1if 2else 3"]


def npy_header(text: str, version: bytes = b"\1\0", length: int | None = None) -> bytes:
    """Return the beginning of an .npy file with this header."""
    body = text.encode("latin-1", "replace")
    size = struct.pack("<H" if version == b"\1\0" else "<I", min(len(body) if length is None else length, 2 ** 16 - 1))
    return b"\x93NUMPY" + version + size + body


def split_npy(content: bytes) -> tuple[str, bytes]:
    """Return the header's text and the entries of a sound .npy file."""
    length = struct.unpack("<H", content[8:10])[0]
    return content[10:10 + length].decode("latin-1"), content[10 + length:]


def change_npy(rng: Rng, content: bytes, canary: str = "") -> bytes:
    """Change what the header of an .npy file says, or its entries."""
    text, entries = split_npy(content)
    kind = rng.integers(9)
    if kind == 0:
        return pickled(canary)
    if kind == 1:
        values = rng.choice([0, 0xFF, 0x7F], len(entries)).astype(np.uint8)      # zeros, NaN, what is no boolean
        return npy_header(text) + values.tobytes()
    if kind == 2:
        version = [b"\1\0", b"\2\0", b"\3\0", b"\0\0", b"\xff\xff"][rng.integers(5)]
        return npy_header(text, version, int(rng.integers(0, 2 ** 16))) + entries
    if kind == 3:
        return npy_header(str(rng.choice(TEXTS)).replace("{canary}", canary)) + entries
    found = json.loads(text.replace("'", '"').replace("(", "[").replace(")", "]").replace(",]", "]").replace(", }", "}")
                       .replace("False", "false").replace("True", "true"))
    fields = {"descr": repr(found["descr"]), "fortran_order": repr(found["fortran_order"]), "shape": repr(tuple(found["shape"]))}
    if kind in (4, 8):
        fields["shape"] = str(rng.choice(SHAPES))
    if kind in (5, 8):
        fields["descr"] = str(rng.choice(DTYPES))
    if kind == 6:
        fields["fortran_order"] = str(rng.choice(ORDERS))
    if kind == 7:
        del fields[rng.choice(list(fields))]
    return npy_header("{" + ", ".join(f"'{name}': {value}" for name, value in fields.items()) + ", }\n") + entries


def pickled(canary: str) -> bytes:
    """An array of objects, one of which makes a file when it is unpickled."""
    header = npy_header("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }\n")
    return header + pickle.dumps(np.array([Bomb(canary)], object))


def zeros_npy(n_bytes: int) -> bytes:
    """An array of zeros, which packs well."""
    return npy_header(f"{{'descr': '|u1', 'fortran_order': False, 'shape': ({n_bytes // 8}, 8), }}\n") + bytes(n_bytes // 8 * 8)


def members(content: bytes) -> dict[str, bytes]:
    """Return the members of a sound archive."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def archive(parts: list[tuple[str, bytes]], method: int = zipfile.ZIP_STORED) -> bytes:
    """Return a sound archive; two members may have one name."""
    buffer, local, directory = io.BytesIO(), 0, []
    for name, body in parts:
        packed = body if method == zipfile.ZIP_STORED else _deflate(body)
        fields = (0x800, method, 0, 0x21, zlib.crc32(body), len(packed), len(body), len(name.encode()))
        local = buffer.tell()
        buffer.write(struct.pack("<4sHHHHHIIIHH", b"PK\3\4", 20, *fields, 0) + name.encode() + packed)
        directory.append(struct.pack("<4sHHHHHHIIIHHHHHII", b"PK\1\2", 20, 20, *fields, 0, 0, 0, 0, 0, local) + name.encode())
    start = buffer.tell()
    buffer.write(b"".join(directory))
    count = len(parts) % 2 ** 16
    buffer.write(struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, count, count, buffer.tell() - start, start, 0))
    return buffer.getvalue()


def _deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(1, zlib.DEFLATED, -15)
    return packer.compress(body) + packer.flush()


def change_member(rng: Rng, content: bytes, canary: str = "", name: str | None = None) -> bytes:
    """Change one array of an archive that stays sound, its checksums being right."""
    parts = members(content)
    name = str(rng.choice(list(parts))) if name is None else name
    if rng.random() < 0.6:
        parts[name] = change_npy(rng, parts[name], canary)
    else:
        parts[name] = ANY[rng.integers(len(ANY))](rng, parts[name])
    return archive(list(parts.items()), int(rng.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])))


NAMES = ["../../evil.npy", "/etc/passwd.npy", "a" * 60000 + ".npy", ".npy", "header.txt", "params/.npy", "\0.npy", "state/x.npy",
         "parts/a/params/b.npy", "params/..npy", "header"]


def change_list(rng: Rng, content: bytes, canary: str = "") -> bytes:
    """Change which members there are: without one, one twice, other names, swapped, far too many."""
    parts = list(members(content).items())
    i, j = rng.integers(0, len(parts), 2)
    kind, (name, body) = rng.integers(7), parts[i]
    if kind == 0:
        del parts[i]
    elif kind == 1:
        parts.append((name, parts[j][1]))
    elif kind == 2:
        parts[i] = (str(rng.choice(NAMES)), body)
    elif kind == 3:
        parts[i], parts[j] = (name, parts[j][1]), (parts[j][0], body)
    elif kind == 4:
        parts += [(f"{number}.npy", b"") for number in range(int(rng.choice([300, 5000])))]
    elif kind == 5:
        parts.append(("params/more.npy", zeros_npy(2 ** int(rng.integers(3, 25)))))
    else:
        parts = parts[:rng.integers(0, 2)]
    return archive(parts, int(rng.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])))


def change_directory(rng: Rng, content: bytes) -> bytes:
    """Write extreme values into the fields of a directory entry or of the end record."""
    data = bytearray(archive(list(members(content).items()), int(rng.choice([0, 8]))))
    end = data.rfind(b"PK\5\6")
    place, layout = (end, [(8, 2), (10, 2), (12, 4), (16, 4), (20, 2)]) if rng.random() < 0.25 else (
        _entry(rng, data, end), [(6, 2), (8, 2), (10, 2), (16, 4), (20, 4), (24, 4), (28, 2), (30, 2), (32, 2), (42, 4)])
    for offset, width in [layout[k] for k in rng.integers(0, len(layout), rng.integers(1, 3))]:
        small = [0, 1, 8, 9, 12, 14, 93, 95, 97, 99, 255, 2 ** 15, 2 ** 16 - 1]
        value = int(rng.choice(small if width == 2 else [0, 1, 10 ** 6, GIGABYTE, 2 ** 31, 2 ** 32 - 2, 2 ** 32 - 1]))
        data[place + offset:place + offset + width] = value.to_bytes(width, "little")
    return bytes(data)


def _entry(rng: Rng, data: bytearray, end: int) -> int:
    """Return where an entry of the directory begins."""
    start = struct.unpack("<I", data[end + 16:end + 20])[0]
    places = [start]
    while (place := data.find(b"PK\1\2", places[-1] + 4)) > 0:
        places.append(place)
    return int(rng.choice(places))


def bomb(rng: Rng, content: bytes, canary: str = "") -> bytes:
    """A member that inflates to much, or says so."""
    parts = members(content)
    name = str(rng.choice(list(parts)))
    if rng.random() < 0.5:
        parts[name] = zeros_npy(2 ** int(rng.integers(20, 26)))
        return archive(list(parts.items()), zipfile.ZIP_DEFLATED)
    said = int(rng.choice([2 ** 20, 2 ** 24, GIGABYTE, 2 ** 32 - 2]))
    header = npy_header(f"{{'descr': '|u1', 'fortran_order': False, 'shape': ({said}, ), }}\n".replace(", )", ",)"))
    data = bytearray(archive([*parts.items(), ("X.npy", header + bytes(1000))], zipfile.ZIP_DEFLATED))
    place = data.rfind(b"PK\1\2")
    data[place + 24:place + 28] = min(said + len(header), 2 ** 32 - 1).to_bytes(4, "little")
    return bytes(data)


ARCHIVE: list[Any] = [change_member, change_list, bomb]
