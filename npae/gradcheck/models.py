"""A model as a subject of the checker: the loss as a function of every parameter, at one batch and frozen noise.

Nothing is done to the model itself. A deep copy of it is given parameters of its own, float64 for real steps and
complex128 for imaginary ones; the model's loss_and_gradients follows the dtype of its parameters.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .trial import Arrays, Trial, private_copy, stream


class ModelSubject:
    """See the module; `term` names the entry of the model's terms that its gradients belong to."""

    has_upstream = False

    def __init__(self, model: Any, X: ArrayLike, noise: Mapping[str, Any] | None, rng: np.random.Generator | None,
                 term: str | None, seed: int):
        self.twin = copy.deepcopy(model)
        self.params = model.params.astype(np.float64)
        self.X = np.array(X, dtype=np.float64)
        self.term = term or "loss"
        if noise is None:
            self.twin.params = self.params.astype(np.float64)
            noise = self.twin.draw_noise(self.X.copy(), copy.deepcopy(rng) or stream(seed, "noise"))
        self.noise = {name: private_copy(value) for name, value in noise.items()}

    def trial(self, changes: Arrays | None = None) -> Trial:
        """Return fresh parameters, some of them replaced, with copies of the batch and of the noise."""
        changes = changes or {}
        params = self.params.astype(np.result_type(np.float64, *changes.values()))
        for name, value in changes.items():
            params[name][...] = value
        X, noise = self.X.copy(), {name: private_copy(value) for name, value in self.noise.items()}

        def call() -> tuple[Mapping[str, Any], Mapping[str, Any]]:
            self.twin.params = params
            return self.twin.loss_and_gradients(X, noise=noise)

        def gradients(upstream: np.ndarray | None) -> dict[str, Any]:
            grads = call()[1]
            return {name: grads[name] for name in grads}

        arrays = {**{name: params[name] for name in params}, "X": X,
                  **{f"noise[{name!r}]": value for name, value in noise.items()}}
        return Trial(arrays, lambda: call()[0][self.term], gradients)

    def expected(self, gradients: Arrays) -> list[str]:
        """Return the names of all parameters."""
        return list(self.params)
