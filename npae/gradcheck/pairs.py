"""A forward function and its backward function as a subject of the checker.

    y = forward(**inputs)
    gradients = backward(dy, ...)        the rest by name; dy only where y has at least one axis

What backward asks for by name and is not among the inputs is the output: sigmoid_backward(dy, y). What it returns, one
array, a tuple or a dictionary, is sorted here into a dictionary from the name of an input to its gradient. If forward is
a `Stages`, the values of its lines count as inputs that backward may ask for and return gradients of.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from .numerical import Function
from .stages import Paths, Stages
from .trial import Arrays, Trial, private_copy
from .variants import grown, jittered

NAMED = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
DRAWS = 3           # how often `draw` is asked for another point


class Pair:
    """See the module; `wrt` names the inputs that the gradients belong to, None for the first floating-point ones.

    terms, paths, draw: see `check_gradients`.
    """

    def __init__(self, forward: Callable[..., Any], backward: Callable[..., Any], inputs: Mapping[str, Any],
                 wrt: str | Sequence[str] | None = None, *, terms: Mapping[str, Callable[..., Any]] | None = None,
                 paths: Paths | None = None, draw: Callable[[np.random.Generator], Mapping[str, Any]] | None = None):
        self.forward, self.backward = forward, backward
        self.terms, self.paths, self.draw = terms or {}, paths, draw
        self.inputs = {name: private_copy(value) for name, value in inputs.items()}
        self.wrt = None if wrt is None else [wrt] if isinstance(wrt, str) else list(wrt)
        self.stages = forward.names if isinstance(forward, Stages) else []
        for name in self.wrt or ():
            if name not in inputs and name not in self.stages:
                raise ValueError(f"wrt names {name!r}, which is not among the inputs {[*inputs, *self.stages]}")
            if name in inputs:
                self.inputs[name] = np.array(inputs[name], dtype=np.float64)
        self.floats = [name for name in _in_order(forward, self.inputs) if _is_float(self.inputs[name])]
        self.lines = self._lines(self._copies({}), {})
        self.output = private_copy(self._forward(self._copies({}), {}))
        self.has_upstream = np.ndim(self.output) > 0
        self.takes, self.output_name = self._read_signature()

    @property
    def equation_owner(self) -> str:
        """The name that numbered equations are quoted by."""
        return getattr(self.forward, "__name__", "forward")

    def trial(self, changes: Arrays | None = None) -> Trial:
        """Return fresh inputs, some of them replaced, and the output too if backward asks for it."""
        changes = changes or {}
        lines = {name: value for name, value in changes.items() if name in self.stages}
        arrays = self._copies({name: value for name, value in changes.items() if name not in lines})
        inputs = dict(arrays)
        arrays.update(self._lines(inputs, lines) if changes else {n: private_copy(v) for n, v in self.lines.items()})
        if self.output_name and not changes:
            arrays[self.output_name] = private_copy(self.output)
        names = list(self.inputs)
        return Trial(arrays, lambda: self._forward({name: arrays[name] for name in names}, lines),
                     lambda upstream: self._backward(arrays, upstream))

    def expected(self, gradients: Arrays) -> list[str]:
        """Return `wrt`, or else the lines and floating-point inputs that a gradient was returned for; lines first."""
        return self.wrt or [name for name in [*self.stages[::-1], *self.floats] if name in gradients]

    def at(self, inputs: Mapping[str, Any]) -> Pair:
        """Return the same two functions at other inputs."""
        return Pair(self.forward, self.backward, inputs, self.wrt, terms=self.terms, paths=self.paths, draw=self.draw)

    def with_backward(self, backward: Callable[..., Any]) -> Pair:
        """Return the same forward and inputs with another backward."""
        return Pair(self.forward, backward, self.inputs, self.wrt)

    def elsewhere(self, rng: np.random.Generator) -> Iterator[Callable[[], Pair]]:
        """Yield makers of the pair at other points and shapes; some raise, where the inputs do not suit the functions."""
        yield partial(self.at, jittered(self.inputs, rng))
        if self.draw is None:
            yield from (partial(self.at, inputs) for inputs in grown(self.inputs, rng, self._works))
        else:
            yield from (lambda: self.at(self.draw(rng)) for _ in range(DRAWS))      # type: ignore[misc]

    def _works(self, inputs: Arrays) -> bool:
        try:
            return bool(np.all(np.isfinite(self.at(inputs).output)))
        except Exception:               # whatever forward says to shapes that do not fit together
            return False

    def example(self, i: int) -> Pair:
        """Return the pair at example i alone; the batch is what the first axis of the first matrix counts."""
        m = next(len(value) for value in self.inputs.values() if np.ndim(value) >= 2)
        return self.at({name: one_example(value, i, m) for name, value in self.inputs.items()})

    def contributions(self, name: str) -> dict[str, dict[str, Function]]:
        """Return what adds up to the forward's dependence on one tensor: by "term" and by "path", each with its label."""
        parts: dict[str, dict[str, Function]] = {}
        if self.terms:
            parts["term"] = {label: self._term(term, name) for label, term in self.terms.items()}
        if self.paths and name in self.paths.uses:
            parts["path"] = {use: self._use(use, name) for use in self.paths.uses[name]}
        return parts

    def _term(self, term: Callable[..., Any], name: str) -> Function:
        return lambda value: term(**self._copies({name: value}))

    def _use(self, use: str, name: str) -> Function:
        assert self.paths is not None
        paths = self.paths

        def f(value: np.ndarray) -> Any:
            copies = self._copies({name: value})
            base = self._copies({name: self.inputs[name] + 0 * value})       # complex where value is
            uses = {u: base[owner] for owner, split in paths.uses.items() for u in split}
            kept = {n: array for n, array in copies.items() if n not in paths.uses}
            return paths.forward(**{**kept, **uses, use: copies[name]})
        return f

    def _copies(self, changes: Arrays) -> dict[str, Any]:
        arrays = {name: private_copy(changes.get(name, value)) for name, value in self.inputs.items()}
        if any(map(np.iscomplexobj, changes.values())):
            # buffers are often given the dtype of one input: all differentiable inputs turn complex together
            arrays.update({name: arrays[name] + 0j for name in self.wrt or self.floats if name in arrays})
        return arrays

    def _lines(self, inputs: Arrays, changes: Arrays) -> dict[str, Any]:
        return self.forward.values(inputs, changes) if isinstance(self.forward, Stages) else {}

    def _forward(self, inputs: Arrays, lines: Arrays) -> Any:
        if isinstance(self.forward, Stages):
            return self.forward.values(inputs, lines)[self.stages[-1]]
        return self.forward(**inputs)

    def _backward(self, arrays: Arrays, upstream: np.ndarray | None) -> dict[str, Any]:
        first = [upstream] if self.has_upstream else []
        return self._by_name(self.backward(*first, **{name: arrays[name] for name in self.takes}))

    def _read_signature(self) -> tuple[list[str], str | None]:
        """Return the names that backward takes after the upstream gradient, and the one that means the output."""
        parameters = list(inspect.signature(self.backward).parameters.values())
        known = {*self.inputs, *self.stages}
        if self.has_upstream:
            if not parameters or (parameters[0].kind in NAMED and parameters[0].name in known):
                raise TypeError("backward must take the upstream gradient first: forward returns an array")
            parameters = parameters[1:]
        named = [p for p in parameters if p.kind in NAMED]
        unknown = [p.name for p in named if p.name not in known and p.default is p.empty]
        if len(unknown) > 1:
            raise TypeError(f"backward requires {unknown}: one of them can be the output, the others must be inputs")
        if not self.has_upstream and unknown == ["dy"]:
            raise TypeError("backward takes dy, but forward returns a scalar: there is no upstream gradient")
        return [p.name for p in named if p.name in known or p.name in unknown], next(iter(unknown), None)

    def _by_name(self, returned: Any) -> dict[str, Any]:
        if isinstance(returned, Mapping):
            return {self._input_name(key): value for key, value in returned.items()}
        returned = returned if isinstance(returned, (tuple, list)) else (returned,)
        names = self.wrt or self.floats
        surplus = [f"gradient number {k + 1}" for k in range(len(names), len(returned))]
        return dict(zip([*names, *surplus], returned))

    def _input_name(self, key: str) -> str:
        known = {*self.inputs, *self.stages}
        return key[1:] if key not in known and key.startswith("d") and key[1:] in known else key


def one_example(value: Any, i: int, m: int) -> Any:
    """Return example i of an array whose first axis has length m, as a batch of one; anything else as it is."""
    return value[[i]] if isinstance(value, np.ndarray) and value.ndim and len(value) == m else value


def _in_order(forward: Callable[..., Any], inputs: Mapping[str, Any]) -> list[str]:
    """Return the names of the inputs in the order of forward's signature."""
    order = [name for name in inspect.signature(forward).parameters if name in inputs]
    return order + [name for name in inputs if name not in order]


def _is_float(value: Any) -> bool:
    return isinstance(value, (np.ndarray, np.floating)) and np.asarray(value).dtype.kind == "f"
