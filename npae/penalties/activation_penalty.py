"""What the penalties on activations share: which layer they act on, and where their gradient goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..validation import check_integer, check_weight
from .base import Penalty


def encoder_steps(trace: Sequence[Any]) -> list[Any]:
    """Return the encoder's part of a trace; its last step holds the code."""
    return [step for step in trace if step.name.startswith("encoder.")]


class ActivationPenalty(Penalty):
    """weight * penalty(y), y the output of one encoder layer: the code, or the hidden layer with the number `layer`."""

    weight: float
    layer: int | None

    def validate(self) -> None:
        """Raise unless the hyperparameters make sense."""
        check_weight(self.weight, f"weight of {type(self).__name__}")
        if self.layer is not None:
            check_integer(self.layer, f"layer of {type(self).__name__}", 0)

    def check_layers(self, encoder: Sequence[Any], decoder: Sequence[Any]) -> None:
        """Raise unless the encoder has the layer that this penalty acts on."""
        if self.layer is not None and self.layer >= len(encoder):
            raise ValueError(f"layer={self.layer} of {type(self).__name__}: the encoder has layers 0 to {len(encoder) - 1}")

    def __call__(self, params: Mapping[str, np.ndarray], trace: Sequence[Any], given: np.ndarray | None = None):
        """Return the penalty and its gradient at the node "encoder.<layer>.y"."""
        step = self._step(trace)
        weight = float(self.weight)         # with an int, NumPy 1 makes float64 of float32
        return weight * self._value(step.y), {f"{step.name}.y": weight * self._gradient(step.y)}

    def _step(self, trace: Sequence[Any]) -> Any:
        return encoder_steps(trace)[-1 if self.layer is None else self.layer]

    def _value(self, y: np.ndarray) -> np.floating:
        raise NotImplementedError

    def _gradient(self, y: np.ndarray) -> np.ndarray:
        raise NotImplementedError
