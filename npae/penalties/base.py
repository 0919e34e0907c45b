"""What a penalty is: a value, its gradients at named nodes, and little else.

To add one: a file with the pair of functions, and a subclass of `Penalty` (or, for penalties on activations, of
`ActivationPenalty`). Every model then takes it in `penalties=[...]`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np


class Penalty:
    """Base class of the penalty objects: frozen dataclasses with a `name` and a `weight`."""

    name: str
    is_noisy = False        # whether `draw` has something to draw
    has_state = False       # whether `new_state` has something to remember

    def validate(self) -> None:
        """Raise unless the hyperparameters make sense."""
        raise NotImplementedError

    def check_layers(self, encoder: Sequence[Any], decoder: Sequence[Any]) -> None:
        """Raise unless the layers of encoder and decoder suit this penalty."""

    def draw(self, x: np.ndarray, widths: Sequence[int], rng: np.random.Generator) -> np.ndarray:
        """Return the randomness of one step, one row per example, for an encoder of these widths (n, ..., k)."""
        raise NotImplementedError

    def new_state(self, trace: Sequence[Any], state: np.ndarray | None) -> np.ndarray:
        """Return what the next step must remember, from the encoder's trace and what was remembered (None at first)."""
        raise NotImplementedError

    def __call__(self, params: Mapping[str, np.ndarray], trace: Sequence[Any], given: np.ndarray | None):
        """Return the penalty, weight included, and a dictionary of its gradients by node.

        Nodes are "encoder.0.W" (a parameter), "encoder.0.a" (a pre-activation), "encoder.0.y" (an output). given is what
        `draw` has drawn, or what `new_state` has kept.
        """
        raise NotImplementedError
