"""Changes that know IDX, gzip and comma-separated text."""

from __future__ import annotations

import gzip

from .mutations import ANY, Rng


def change_idx(rng: Rng, content: bytes) -> bytes:
    """Change the dtype code, the number of dimensions or their sizes."""
    data = bytearray(content)
    kind = rng.integers(4)
    if kind == 0:
        data[2] = rng.choice([0x08, 0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x0E, 0xFF])
    elif kind == 1:
        data[3] = rng.choice([0, 1, 2, 3, 4, 8, 9, 255])
    else:
        for i in rng.integers(0, data[3], rng.integers(1, 3)):
            size = int(rng.choice([0, 1, 2, 28, 2 ** 20, 2 ** 31, 2 ** 32 - 1]))
            data[4 + 4 * i:8 + 4 * i] = size.to_bytes(4, "big")
    return bytes(data)


def change_gzip(rng: Rng, content: bytes) -> bytes:
    """Pack a changed content, append to it inside of the stream, or give the stream odd flags and members."""
    kind = rng.integers(6)
    if kind == 0:
        return gzip.compress(change_idx(rng, gzip.decompress(content)))
    if kind == 1:
        return gzip.compress(gzip.decompress(content) + bytes(2 ** int(rng.integers(1, 26))), 9)
    if kind == 2:
        return content + gzip.compress(b"") * int(rng.choice([1, 100, 1000])) + content[:rng.integers(0, 40)]
    if kind == 3:
        return content[:3] + bytes([int(rng.integers(256))]) + content[4:]
    if kind == 4:
        return content[:3] + b"\x08" + content[4:10] + b"name" * int(rng.choice([1, 10 ** 4])) + content[10:]
    return gzip.compress(ANY[rng.integers(len(ANY))](rng, gzip.decompress(content)))


CELLS = ["", " ", "nan", "inf", "-inf", "1e999", "-1e999", "1e-999", "0x10", "1_000", "\uff11", "1,2", '"1"', "'1'", "1.5.5",
         "--1", "+1", "1e", "e", "\0", "1\x001", "1;2", "9" * 400, "9" * 5000, "x" * 5000, "1j", "True", "None", "\ufeff1",
         "\u00a01", "\u00e9", "=1+1", "\r", "\n", "\x85", "\u2028", "1\x0c", "0" * 100000]


def change_csv(rng: Rng, content: bytes) -> bytes:
    """Change a cell, a line, the ends of lines, the encoding, or make lines long."""
    lines = content.decode().split("\n")
    i, kind = rng.integers(len(lines)), rng.integers(8)
    if kind <= 2:
        cells = lines[i].split(",")
        cells[rng.integers(len(cells))] = CELLS[rng.integers(len(CELLS))]
        lines[i] = ",".join(cells)
    elif kind == 3:
        lines[i] += str(rng.choice([",", ",1", ",,,,", "\t", " #", ",nan"]))
    elif kind == 4:
        return str(rng.choice(["\r\n", "\r", "\n\n", "\n \n", "\x0b", "\n\r"])).join(lines).encode()
    elif kind == 5:
        return content.decode().encode(str(rng.choice(["utf-16", "utf-32", "utf-8-sig", "utf-7", "utf-16-be"])))
    elif kind == 6:
        lines = [",".join(["1"] * int(rng.choice([10 ** 3, 10 ** 4, 2 * 10 ** 5, 10 ** 6])))] * int(rng.integers(1, 3))
    else:
        lines[i] = str(rng.choice([" " * 10 ** 6, "," * 10 ** 6, "1" * 10 ** 6, "#" * 10, "a,b,c", '"a,b",c', "\0" * 10 ** 4]))
    return "\n".join(lines).encode()
