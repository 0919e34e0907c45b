"""What an enemy, a bad disk or a bad line does to a file of any kind: functions (rng, content) -> content.

Every mutation is drawn from the generator that it is given, so that a number reproduces a file.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Rng = np.random.Generator
Mutation = Callable[[Rng, bytes], bytes]


def flip_bits(rng: Rng, content: bytes) -> bytes:
    """Flip one to twenty bits."""
    data = bytearray(content)
    for place in rng.integers(0, max(len(data), 1) * 8, rng.integers(1, 21)):
        if data:
            data[place // 8] ^= 1 << (place % 8)
    return bytes(data)


def change_bytes(rng: Rng, content: bytes) -> bytes:
    """Write some bytes anew, often extreme ones."""
    data = bytearray(content)
    for place in rng.integers(0, max(len(data), 1), rng.integers(1, 9)):
        if data:
            data[place] = rng.choice([0, 1, 0x7F, 0x80, 0xFF, rng.integers(256)])
    return bytes(data)


def truncate(rng: Rng, content: bytes) -> bytes:
    """Keep the beginning."""
    return content[:rng.integers(0, len(content) + 1)]


def extend(rng: Rng, content: bytes) -> bytes:
    """Append noise, zeros or the file itself."""
    return content + [rng.bytes(rng.integers(1, 2000)), bytes(rng.integers(1, 2000)), content][rng.integers(3)]


def change_range(rng: Rng, content: bytes) -> bytes:
    """Delete, double, zero or move a stretch."""
    start, stop = np.sort(rng.integers(0, len(content) + 1, 2))
    part, place = content[start:stop], rng.integers(0, len(content) + 1)
    return [content[:start] + content[stop:], content[:stop] + part + content[stop:], content[:start] + bytes(len(part)) +
            content[stop:], content[:place] + part + content[place:]][rng.integers(4)]


def noise(rng: Rng, content: bytes) -> bytes:
    """Something else altogether, perhaps behind the first bytes."""
    return content[:rng.integers(0, 12)] + rng.bytes(rng.integers(0, 3000))


def extreme_integer(rng: Rng, content: bytes) -> bytes:
    """Write an extreme number of 2, 4 or 8 bytes somewhere, mostly near an end, where formats keep their sizes."""
    data, width = bytearray(content), int(rng.choice([2, 4, 8]))
    value = int(rng.choice([0, 1, 2 ** 15, 2 ** 16 - 1, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 40, 2 ** 62, 2 ** 63 - 1]))
    place = int(rng.integers(0, 120)) if rng.random() < 0.6 else int(rng.integers(0, len(data) + 1))
    place = max(len(data) - place, 0) if rng.random() < 0.5 else place
    data[place:place + width] = (value % 2 ** (8 * width)).to_bytes(width, rng.choice(["little", "big"]))
    return bytes(data)


ANY: list[Mutation] = [flip_bits, change_bytes, truncate, extend, change_range, noise, extreme_integer]


def splice(rng: Rng, content: bytes, other: bytes) -> bytes:
    """The beginning of one file and the end of another."""
    return content[:rng.integers(0, len(content) + 1)] + other[rng.integers(0, len(other) + 1):]
