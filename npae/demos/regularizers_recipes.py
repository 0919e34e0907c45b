"""The models of the comparison: one architecture, 64-64-32-64-64 with tied weights, one idea switched on at a time.

Tied weights, so that no model can buy a small code with a large decoder (erratum E002-11). The units of the code are
those of the idea: sigmoid, but ReLU for L1 (it reaches zero) and linear for the Student-t and the Gaussian prior (whose
codes have no bound). "one layer" is 64-32-64: the contractive autoencoder of 2011, and the plain model to hold it against.

The one number of each idea is the strongest on a grid that keeps the reconstruction error on the validation images (the
last 287 of the 1,437 training images) below BUDGET times the plain model's: all ideas may spend the same, and what they
buy for it is compared. regularizers_search.py made that choice and makes it again; no test image took part in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..models import Autoencoder, ContractiveAutoencoder, DenoisingAutoencoder, SparseAutoencoder

CODE_SIZE = 32
BUDGET = 2.5
VALIDATION = 287
EPOCHS, QUICK_EPOCHS = 100, 15
COMMON = {"latent_dim": CODE_SIZE, "hidden_dims": (64,), "activation": "tanh", "latent_activation": "sigmoid",
          "tied": True, "learning_rate": 1e-2, "batch_size": 64, "schedule": "cosine"}
WEIGHTS = (1e-3, 2e-3, 5e-3, 1e-2, 2e-2, 5e-2, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
LEVELS = (0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3)


@dataclass(frozen=True)
class Recipe:
    """A model of the comparison: its name, its class, the hyperparameter that holds its strength, and what else differs."""

    name: str
    model: type[Autoencoder]
    knob: str = ""
    strength: float = 0.0
    grid: tuple[float, ...] = ()
    others: Mapping[str, Any] = field(default_factory=dict)

    def build(self, seed: int, epochs: int, strength: float | None = None) -> Autoencoder:
        """Return the model, untrained; strength: another one than that of the recipe."""
        settings = {**COMMON, **self.others, "epochs": epochs, "random_state": seed}
        if self.knob:
            settings[self.knob] = self.strength if strength is None else strength
        return self.model(**settings)


PLAIN = Recipe("plain", Autoencoder)


def _sparse(name: str, kind: str, units: str, strength: float) -> Recipe:
    return Recipe(name, SparseAutoencoder, "sparsity_weight", strength, WEIGHTS,
                  {"sparsity": kind, "latent_activation": units})


def _denoising(name: str, noise: str, strength: float) -> Recipe:
    return Recipe(name, DenoisingAutoencoder, "noise_level", strength, LEVELS, {"noise": noise})


RECIPES = (
    PLAIN,
    Recipe("weight decay, L1", Autoencoder, "weight_decay", 2e-3, WEIGHTS, {"decay_kind": "l1"}),
    Recipe("weight decay, L2", Autoencoder, "weight_decay", 5e-3, WEIGHTS),
    _sparse("sparse, KL", "kl", "sigmoid", 0.1),
    _sparse("sparse, L1", "l1", "relu", 0.05),
    _sparse("sparse, Student-t", "student_t", "identity", 2.0),
    _sparse("sparse, Gaussian", "gaussian", "identity", 2.0),
    _denoising("denoising, Gaussian", "gaussian", 0.2),
    _denoising("denoising, masking", "masking", 0.1),
    _denoising("denoising, salt and pepper", "salt_and_pepper", 0.1),
    Recipe("contractive, deep", ContractiveAutoencoder, "contraction_weight", 0.2, WEIGHTS),
    Recipe("plain, one layer", Autoencoder, others={"hidden_dims": ()}),
    Recipe("contractive, one layer", ContractiveAutoencoder, "contraction_weight", 0.1, WEIGHTS, {"hidden_dims": ()}),
)
