"""The arrays that a backward function has at hand, and what people make of them: the vocabulary of wrong factors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from .scene import Scene

Evaluate = Callable[[Scene], np.ndarray]

FUNCTIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "{v}": lambda v: v,
    "(1 - {v})": lambda v: 1 - v,
    "{v} (1 - {v})": lambda v: v * (1 - v),
    "(1 - {v}^2)": lambda v: 1 - v**2,
    "{v}^2": np.square,
    "2 {v}": lambda v: 2 * v,
    "exp({v})": np.exp,
    "exp({v}/2)": lambda v: np.exp(v / 2),
    "sqrt({v})": np.sqrt,
    "sign({v})": np.sign,
    "({v} > 0)": lambda v: (v > 0).astype(float),
    "({v} < 0)": lambda v: (v < 0).astype(float),
    "sigmoid({v})": lambda v: 1 / (1 + np.exp(-v)),
    "sigmoid'({v})": lambda v: np.exp(-v) / (1 + np.exp(-v))**2,
    "tanh({v})": np.tanh,
    "tanh'({v})": lambda v: 1 - np.tanh(v)**2,
}


def known_arrays(scene: Scene) -> Iterator[tuple[str, Evaluate]]:
    """Yield the inputs, the output and the upstream gradient, by name."""
    for name, array in scene.arrays.items():
        if isinstance(array, (np.ndarray, np.floating)) and np.asarray(array).dtype.kind == "f":
            yield name, partial(_array, name=name)
    if scene.output.ndim and "y" not in scene.arrays:
        yield "y", lambda there: there.output
    if scene.upstream is not None:
        yield "dy", lambda there: np.asarray(there.upstream)


def known_functions(scene: Scene, skip: tuple[str, ...] = ()) -> Iterator[tuple[str, Evaluate]]:
    """Yield the constant 1 and simple functions of the known arrays, unless an array's name is in `skip`."""
    if "1" not in skip:
        yield "1", lambda there: np.ones(())
    for name, array in known_arrays(scene):
        if name not in skip:
            for text, f in FUNCTIONS.items():
                yield text.format(v=name), partial(_function_of, f=f, array=array)


def _array(there: Scene, name: str) -> np.ndarray:
    return there.arrays[name]


def _function_of(there: Scene, f: Callable[[np.ndarray], np.ndarray], array: Evaluate) -> np.ndarray:
    with np.errstate(all="ignore"):     # outside the domain of f the candidate is nan, and does not hold
        return f(np.asarray(array(there), dtype=np.float64))
