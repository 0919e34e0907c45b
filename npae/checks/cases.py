"""The catalogue of models: small configurations that between them use every part, and data that suit them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from ..models import Autoencoder, Model

UNIT = "unit"       # data in [0, 1]
REAL = "real"       # centred data of either sign


class Case(NamedTuple):
    """A model configuration as the checks use it: build(**overrides) returns a fresh float64 model."""

    name: str
    model: Callable[..., Model]
    hyperparameters: dict[str, Any]
    data: str = REAL

    def build(self, **overrides: Any) -> Model:
        """Return the model, in float64 unless overridden."""
        return self.model(**{"dtype": "float64", **self.hyperparameters, **overrides})

    def draw_data(self, rng: np.random.Generator, m: int, n: int) -> np.ndarray:
        """Return X (m, n) of the kind that the loss accepts."""
        return rng.uniform(0, 1, (m, n)) if self.data == UNIT else rng.normal(size=(m, n))

    def random_instance(self, rng: np.random.Generator) -> tuple[Model, np.ndarray]:
        """Return the model initialized at random widths, all biases off zero, and a batch X (m, n)."""
        m, n = (int(size) for size in rng.integers(1, 7, 2))
        widths = self.hyperparameters.get("hidden_dims", (3,))
        model = self.build(hidden_dims=tuple(int(rng.integers(1, 6)) for _ in widths),
                           latent_dim=int(rng.integers(1, 5)), random_state=int(rng.integers(2**31)))
        model.initialize(n)
        model.theta += 0.3 * rng.normal(size=model.theta.shape)     # in place: theta is one vector, params are its views
        return model, self.draw_data(rng, m, n)


CASES: tuple[Case, ...] = (
    Case("linear", Autoencoder, {"hidden_dims": ()}),
    Case("shallow tanh", Autoencoder, {"hidden_dims": (), "latent_activation": "tanh"}),
    Case("deep relu", Autoencoder, {"hidden_dims": (4, 3)}),
    Case("deep tanh, bce", Autoencoder, {"hidden_dims": (4, 3), "activation": "tanh", "loss": "bce"}, UNIT),
    Case("softplus, sigmoid output", Autoencoder,
         {"hidden_dims": (4,), "activation": "softplus", "output_activation": "sigmoid"}, UNIT),
    Case("relu, mae", Autoencoder, {"hidden_dims": (4,), "loss": "mae"}),
    Case("tied sigmoid, bce", Autoencoder,
         {"hidden_dims": (4,), "activation": "sigmoid", "latent_activation": "sigmoid", "loss": "bce", "tied": True}, UNIT),
    Case("tied, three layers, L2 decay", Autoencoder,
         {"hidden_dims": (4, 3), "activation": "tanh", "tied": True, "weight_decay": 0.1}),
    Case("L2 decay with biases", Autoencoder,
         {"hidden_dims": (3,), "activation": "sigmoid", "weight_decay": 0.1, "decay_biases": True}),
    Case("L1 decay", Autoencoder,
         {"hidden_dims": (3,), "activation": "softplus", "weight_decay": 0.1, "decay_kind": "l1"}),
)
