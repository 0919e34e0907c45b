"""Other points and other shapes, made from inputs of which nothing is known but their values.

A claim about a wrong gradient must hold elsewhere too. Values move towards zero by up to 40%: that keeps signs, zeros
and the interval [0, 1]. Shapes grow by one along axes of equal length at once, since such axes often are the same
dimension (7 rows of x, 7 rows of t). Which of them belong together is found by trying: the smallest sets of axes that
can grow without forward complaining are the dimensions. So two dimensions that are equally long by accident are told apart.
Arrays of zeros and ones are masks or one-hot labels: they do not move, and grow by zeros along their last axis, so that a
one-hot row stays one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import combinations
from typing import Any

import numpy as np

SHRINK = 0.6
MOST_AXES = 7           # of one length: 2^7 sets of them are tried, above that only all together

Axis = tuple[str, int]


def jittered(inputs: Mapping[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    """Return the inputs at another point: every floating-point entry moves, shapes and other kinds stay."""
    return {name: _moved(value, rng) if _is_float(value) and not _is_binary(value) else value for name, value in inputs.items()}


def grown(inputs: Mapping[str, Any], rng: np.random.Generator,
          works: Callable[[Mapping[str, Any]], bool]) -> Iterator[dict[str, Any]]:
    """Yield the inputs with one dimension longer by one, for every dimension: a set of axes of one length that `works`."""
    axes = [((name, axis), n) for name, array in inputs.items() if isinstance(array, np.ndarray)
            for axis, n in enumerate(array.shape)]
    for length in sorted({n for _, n in axes}, reverse=True):
        found: list[set[Axis]] = []
        for chosen in _sets([axis for axis, n in axes if n == length]):
            larger = jittered(_enlarged(inputs, chosen), rng)
            if not any(dimension <= chosen for dimension in found) and works(larger):
                found.append(chosen)
                yield larger


def _sets(axes: list[Axis]) -> Iterator[set[Axis]]:
    sizes = range(1, len(axes) + 1) if len(axes) <= MOST_AXES else [len(axes)]
    for size in sizes:
        yield from map(set, combinations(axes, size))


def _enlarged(inputs: Mapping[str, Any], chosen: set[Axis]) -> dict[str, Any]:
    return {name: _longer(value, [axis for owner, axis in chosen if owner == name]) for name, value in inputs.items()}


def _longer(value: Any, axes: list[int]) -> Any:
    for axis in axes:
        first = np.take(value, [0], axis=axis)
        is_class = _is_binary(value) and axis == value.ndim - 1 > 0
        value = np.concatenate([value, 0 * first if is_class else first], axis=axis)
    return value


def _moved(value: Any, rng: np.random.Generator) -> Any:
    return value * rng.uniform(SHRINK, 1, np.shape(value))


def _is_binary(value: Any) -> bool:
    return bool(np.all((value == 0) | (value == 1)))


def _is_float(value: Any) -> bool:
    return isinstance(value, (np.ndarray, np.floating)) and np.asarray(value).dtype.kind == "f"
