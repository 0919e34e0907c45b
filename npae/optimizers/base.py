"""What all optimizers share: a small configuration, and the state of one run.

An optimizer sees one flat vector theta and its gradient, never layers or models. Its hyperparameters are the fields of
a dataclass, stored untouched and compared by `==`. The arrays of a run are no part of that identity. The life of a run:

    optimizer.start(theta)                           checks the hyperparameters, allocates the state and sets it to zero
    optimizer.step(theta, gradient, learning_rate)   moves theta in place, never writes into the gradient
    saved = optimizer.state()                        copies of what the next step depends on
    optimizer.start(theta); optimizer.restore(saved) goes on from there, to the same bits

Three habits keep a step cheap and exact. Each line is one pass over memory with `out=`, since at a million parameters the
passes are the cost. The passes go over one part of the vectors before the next part is begun, so that all but the first
find their numbers in the cache. And each scalar is a Python float: `float32_array * np.float64(0.9)` would become float64,
and cast on its way back.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

PART = 2 ** 16      # entries of theta


class Optimizer:
    """Base class: run state by name, saved and restored. A subclass adds `validate` and `_move` (or `iterate`)."""

    full_batch: ClassVar[bool] = False       # True: the training loop calls `iterate(fun, theta)` instead of `step`
    _state_names: ClassVar[tuple[str, ...]] = ()   # attributes that are arrays like theta
    _scratch: np.ndarray | None = None
    _like: tuple[tuple[int, ...], np.dtype]         # what the run was started on

    def validate(self) -> None:
        """Raise, naming the argument, for hyperparameters out of range."""

    def start(self, theta: np.ndarray) -> None:
        """Begin a run on `theta`: everything remembered from an earlier one is gone."""
        self.validate()
        if not (isinstance(theta, np.ndarray) and theta.ndim == 1 and np.issubdtype(theta.dtype, np.floating)):
            raise ValueError(f"theta must be one flat vector of floats, got {_describe(theta)}")
        self._scratch, self._like = np.empty_like(theta[:PART]), (theta.shape, theta.dtype)
        for name in self._state_names:
            setattr(self, name, np.zeros_like(theta))

    def step(self, theta: np.ndarray, gradient: np.ndarray, learning_rate: float) -> None:
        """Move `theta` in place.

        Raises FloatingPointError where a number is too large for the dtype. A squared gradient is from 1.8e19 on in float32,
        and what divides by its running mean would stand still for ever, without a word. The run is over then: `start` again.
        """
        scratch, factors = self._work_array(theta), self._factors(float(learning_rate))
        vectors = (theta, gradient, *(getattr(self, name) for name in self._state_names))
        with np.errstate(over="raise"):
            try:
                for start in range(0, theta.size, PART):
                    parts = vectors if theta.size <= PART else [vector[start:start + PART] for vector in vectors]
                    self._move(*parts, scratch[:len(parts[0])], *factors)
            except FloatingPointError:
                raise FloatingPointError(f"a step of {type(self).__name__} became too large for {theta.dtype}: its gradient has "
                                         f"entries of up to {np.abs(gradient).max():.3g}") from None

    def _factors(self, learning_rate: float) -> tuple[float, ...]:
        """Return the numbers of this step that are the same for all parameters."""
        return (learning_rate,)

    def _move(self, *vectors_and_factors: Any) -> None:
        """Move a part of theta: (theta, gradient, state in the order of _state_names, scratch, factors)."""
        raise NotImplementedError(f"{type(self).__name__} has no step")

    def iterate(self, fun: Any, theta: np.ndarray) -> float:
        """Move `theta` in place by one full-batch iteration on fun(theta) -> (loss, gradient); return the loss there."""
        raise NotImplementedError(f"{type(self).__name__} works on batches: call step")

    def state(self) -> dict[str, Any]:
        """Return copies of all that the next step depends on, besides theta."""
        self._work_array()
        return {name: getattr(self, name).copy() for name in self._state_names}

    def restore(self, state: dict[str, Any]) -> None:
        """Take over a `state()`; call `start(theta)` before."""
        self._work_array()
        for name in self._state_names:
            here = getattr(self, name)
            if name not in state or np.shape(state[name]) != here.shape:
                raise ValueError(f"state[{name!r}] must be an array of shape {here.shape}, "
                                 f"got {_describe(state.get(name))}")
            here[...] = state[name]

    def _work_array(self, theta: np.ndarray | None = None) -> np.ndarray:
        """Return the scratch vector, or raise if the run was not started (on a vector like `theta`)."""
        if self._scratch is None:
            raise RuntimeError(f"{type(self).__name__} was not started: call start(theta) first")
        if theta is not None and (theta.shape, theta.dtype) != self._like:
            shape, dtype = self._like
            raise ValueError(f"{type(self).__name__} was started on {dtype} {shape}, got {_describe(theta)}")
        return self._scratch


def _describe(value: Any) -> str:
    return f"{value.dtype} {value.shape}" if isinstance(value, np.ndarray) else repr(value)
