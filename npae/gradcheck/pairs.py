"""A forward function and its backward function as a subject of the checker.

    y = forward(**inputs)
    gradients = backward(dy, ...)        the rest by name; dy only where y has at least one axis

What backward asks for by name and is not among the inputs is the output: sigmoid_backward(dy, y). What it returns, one
array, a tuple or a dictionary, is sorted here into a dictionary from the name of an input to its gradient.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from .trial import Arrays, Trial, private_copy

NAMED = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


class Pair:
    """See the module; `wrt` names the inputs that the gradients belong to, None for the first floating-point ones."""

    def __init__(self, forward: Callable[..., Any], backward: Callable[..., Any], inputs: Mapping[str, Any],
                 wrt: str | Sequence[str] | None):
        self.forward, self.backward = forward, backward
        self.inputs = {name: private_copy(value) for name, value in inputs.items()}
        self.wrt = None if wrt is None else [wrt] if isinstance(wrt, str) else list(wrt)
        for name in self.wrt or ():
            if name not in inputs:
                raise ValueError(f"wrt names {name!r}, which is not among the inputs {list(inputs)}")
            self.inputs[name] = np.array(inputs[name], dtype=np.float64)
        self.floats = [name for name in _in_order(forward, self.inputs) if _is_float(self.inputs[name])]
        self.output = private_copy(self._forward(self._copies({})))
        self.has_upstream = np.ndim(self.output) > 0
        self.takes, self.output_name = self._read_signature()

    def trial(self, changes: Arrays | None = None) -> Trial:
        """Return fresh inputs, some of them replaced, and the output too if backward asks for it."""
        arrays = self._copies(changes or {})
        if self.output_name and not changes:
            arrays[self.output_name] = private_copy(self.output)
        return Trial(arrays, lambda: self._forward(arrays), lambda upstream: self._backward(arrays, upstream))

    def expected(self, gradients: Arrays) -> list[str]:
        """Return `wrt`, or else the floating-point inputs that a gradient was returned for."""
        return self.wrt or [name for name in self.floats if name in gradients]

    def _copies(self, changes: Arrays) -> dict[str, Any]:
        arrays = {name: private_copy(changes.get(name, value)) for name, value in self.inputs.items()}
        if any(map(np.iscomplexobj, changes.values())):
            # buffers are often given the dtype of one input: all differentiable inputs turn complex together
            arrays.update({name: arrays[name] + 0j for name in self.wrt or self.floats})
        return arrays

    def _forward(self, arrays: Arrays) -> Any:
        return self.forward(**{name: arrays[name] for name in self.inputs})

    def _backward(self, arrays: Arrays, upstream: np.ndarray | None) -> dict[str, Any]:
        first = [upstream] if self.has_upstream else []
        return self._by_name(self.backward(*first, **{name: arrays[name] for name in self.takes}))

    def _read_signature(self) -> tuple[list[str], str | None]:
        """Return the names that backward takes after the upstream gradient, and the one that means the output."""
        parameters = list(inspect.signature(self.backward).parameters.values())
        if self.has_upstream:
            if not parameters or (parameters[0].kind in NAMED and parameters[0].name in self.inputs):
                raise TypeError("backward must take the upstream gradient first: forward returns an array")
            parameters = parameters[1:]
        named = [p for p in parameters if p.kind in NAMED]
        unknown = [p.name for p in named if p.name not in self.inputs and p.default is p.empty]
        if len(unknown) > 1:
            raise TypeError(f"backward requires {unknown}: one of them can be the output, the others must be inputs")
        if not self.has_upstream and unknown == ["dy"]:
            raise TypeError("backward takes dy, but forward returns a scalar: there is no upstream gradient")
        return [p.name for p in named if p.name in self.inputs or p.name in unknown], next(iter(unknown), None)

    def _by_name(self, returned: Any) -> dict[str, Any]:
        if isinstance(returned, Mapping):
            return {self._input_name(key): value for key, value in returned.items()}
        returned = returned if isinstance(returned, (tuple, list)) else (returned,)
        names = self.wrt or self.floats
        surplus = [f"gradient number {k + 1}" for k in range(len(names), len(returned))]
        return dict(zip([*names, *surplus], returned))

    def _input_name(self, key: str) -> str:
        return key[1:] if key not in self.inputs and key.startswith("d") and key[1:] in self.inputs else key


def _in_order(forward: Callable[..., Any], inputs: Mapping[str, Any]) -> list[str]:
    """Return the names of the inputs in the order of forward's signature."""
    order = [name for name in inspect.signature(forward).parameters if name in inputs]
    return order + [name for name in inputs if name not in order]


def _is_float(value: Any) -> bool:
    return isinstance(value, (np.ndarray, np.floating)) and np.asarray(value).dtype.kind == "f"
