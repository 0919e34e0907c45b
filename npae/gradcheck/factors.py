"""Which number is it? A measured factor as an expression in the lengths of the axes, so that it can be tried elsewhere.

7 may be the constant seven or the batch size. An expression is only worth something if it holds at another shape, where
the batch size is 8: that is what the re-test of a claim decides.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import combinations, product

import numpy as np

from .scene import IDENTITY, Scene

Key = tuple[str, int]       # the name of an array, and an axis
OUTPUT = "y"                # what the forward's value is called
NUMBERS = (-1.0, 2.0, 0.5, -2.0, -0.5, 0.0, 1.0, 3.0, 4.0, 0.25)


@dataclass(frozen=True)
class Factor:
    """A factor in words, how to evaluate it at a scene, and what its symbols mean there.

    rivals: what a number that is nothing but a number might be instead: expressions that have the same value here
    """

    text: str
    value: Callable[[Scene], float]
    meaning: str = ""
    is_known: bool = True           # False for a number that is nothing but a number, such as 0.27255
    rivals: tuple[Factor, ...] = ()


def recognize(number: float, scene: Scene) -> Iterator[Factor]:
    """Yield the expressions that equal the number here: simple numbers, lengths of axes, their products, the number."""
    simple = [constant for constant in NUMBERS if _same(number, constant)]
    yield from map(_constant, simple)
    of_lengths = tuple(_of_lengths(number, scene))
    yield from of_lengths
    if not simple:
        yield replace(_constant(number), is_known=False, rivals=of_lengths)


def _constant(number: float) -> Factor:
    text = {0.5: "1/2", -0.5: "-1/2", 0.25: "1/4"}.get(number, f"{number:.5g}" if abs(number - 1) > 1e-3 else f"{number:.9g}")
    return Factor(text, lambda scene: number)


def _of_lengths(number: float, scene: Scene) -> Iterator[Factor]:
    lengths = [((name, axis), n) for name in [*scene.arrays, OUTPUT] for axis, n in enumerate(_shape(scene, name)) if n > 0]
    sign = 1 if number > 0 else -1
    for (key, n), power in product(lengths, (1, -1)):
        for front, text in ((1.0, ""), (2.0, "2 "), (0.5, "1/2 ")):
            if _same(number, sign * front * float(n)**power):
                yield _power_product(sign * front, text, [(key, power)], scene)
        for relative, text in _relatives(power):
            if n > 1 and _same(number, sign * relative(n)):
                yield _relative(sign, relative, text, key, scene)
    for ((a, n), (b, k)), powers in product(product(lengths, lengths), ((1, 1), (1, -1), (-1, -1))):
        if a != b and _same(number, sign * float(n)**powers[0] * float(k)**powers[1]):
            yield _power_product(sign, "", [(a, powers[0]), (b, powers[1])], scene)
    for count, power in product(range(3, scene.output.ndim + 1), (1, -1)):
        for axes in combinations(range(scene.output.ndim), count):
            if _same(number, sign * float(np.prod([scene.output.shape[axis] for axis in axes]))**power):
                yield _power_product(sign, "", [((OUTPUT, axis), power) for axis in axes], scene)


def _relatives(power: int) -> list[tuple[Callable[[int], float], str]]:
    """Near relatives of a length: degrees of freedom and square roots."""
    if power > 0:
        return [(lambda n: n / (n - 1), "{n}/({n} - 1)"), (lambda n: n**0.5, "sqrt({n})")]
    return [(lambda n: (n - 1) / n, "({n} - 1)/{n}"), (lambda n: n**-0.5, "1/sqrt({n})")]


def _relative(sign: int, relative: Callable[[int], float], text: str, key: Key, scene: Scene) -> Factor:
    return Factor(("-" if sign < 0 else "") + text.format(n=_name(key)),
                  lambda there: sign * relative(_length(there, key)), _meaning(key, scene))


def _power_product(front: float, text: str, powers: list[tuple[Key, int]], scene: Scene) -> Factor:
    above = " ".join(_name(key) for key, power in powers if power > 0)
    below = "".join(f"/{_name(key)}" for key, power in powers if power < 0)
    words = f"{text}{above}{below}" if above else f"{text.strip() or 1}{below}"

    def value(there: Scene) -> float:
        return front * math.prod(float(_length(there, key))**power for key, power in powers)
    return Factor(("-" if front < 0 else "") + words, value, "; ".join(_meaning(key, scene) for key, _ in powers))


def _length(scene: Scene, key: Key) -> int:
    name, axis = key
    return _shape(scene, name)[axis]


def _shape(scene: Scene, name: str) -> tuple[int, ...]:
    return np.shape(scene.output if name == OUTPUT and name not in scene.arrays else scene.arrays[name])


def _name(key: Key) -> str:
    return f"{key[0]}.shape[{key[1]}]"


def _meaning(key: Key, scene: Scene) -> str:
    n = _length(scene, key)
    return f"{_name(key)} = {n}" + (", the batch size" if _is_batch(key, n, scene) else "")


def _is_batch(key: Key, n: int, scene: Scene) -> bool:
    """Whether an axis counts examples: the rows of a model's X, or of the first matrix where others have as many rows."""
    if key[1] != 0 or "X" in scene.arrays:
        return key == ("X", 0)
    matrices = [name for name, array in scene.arrays.items() if np.ndim(array) >= 2]
    alike = sum(len(scene.arrays[name]) == n for name in matrices) + (scene.output.ndim > 0 and len(scene.output) == n)
    return key[0] in (matrices[0], OUTPUT) and alike >= 2


def _same(a: float, b: float) -> bool:
    return abs(a - b) <= IDENTITY * max(abs(a), abs(b))
