"""Every family of the package with a code of 16 numbers, and the settings that were chosen for it.

Equal for all: 16 numbers a code, ReLU units (sigmoid codes where the family has them), Adam with a cosine schedule, 60 epochs.
The rest (the strength of the idea, the widths of the layers) is chosen from `grid` for each family by the mean of four
accuracies on the 287 validation images: linear probe and nearest neighbours, with 100 labels and with all 1,150, three seeds.
`python -m npae.demos.classification_search` makes the choice again. PCA has nothing to choose once it has 16 components.

A vector-quantized model is the odd one out: its 16 numbers are the entries of a few vectors of a codebook, 64 bits.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..models import (
    Autoencoder,
    ContractiveAutoencoder,
    ConvolutionalAutoencoder,
    DenoisingAutoencoder,
    Model,
    ProbabilisticAutoencoder,
    SparseAutoencoder,
    StackedDenoisingAutoencoder,
    VariationalAutoencoder,
    VectorQuantizedAutoencoder,
)

CODE_SIZE = 16
EPOCHS, QUICK_EPOCHS = 60, 10
COMMON = {"latent_dim": CODE_SIZE, "activation": "relu", "learning_rate": 5e-3, "schedule": "cosine", "batch_size": 64}


@dataclass(frozen=True)
class Recipe:
    """A family: its name, how an untrained model is made, what was chosen, and from what."""

    name: str
    model: Callable[..., Model]
    chosen: Mapping[str, Any]
    grid: Mapping[str, tuple]

    def fit(self, X: np.ndarray, seed: int, epochs: int = EPOCHS, settings: Mapping[str, Any] | None = None) -> Model:
        """Return the model trained on X (m, n); settings: in place of the chosen ones."""
        given: dict[str, Any] = {**COMMON, **(self.chosen if settings is None else settings)}
        return self.model(epochs=epochs, random_state=seed, **given).fit(X)

    def alternatives(self) -> Iterator[dict[str, Any]]:
        """Return all settings of the grid."""
        return (dict(zip(self.grid, values)) for values in itertools.product(*self.grid.values()))


def _stacked(epochs: int, **settings: Any) -> StackedDenoisingAutoencoder:
    """The epochs are shared out: a quarter for every layer, and three for all together."""
    return StackedDenoisingAutoencoder(epochs=epochs - epochs // 4, pretrain_epochs=epochs // 4, **settings)


def _quantized(n_slots: int, latent_dim: int, **settings: Any) -> VectorQuantizedAutoencoder:
    """The code of all slots together has `latent_dim` numbers."""
    return VectorQuantizedAutoencoder(n_slots=n_slots, latent_dim=latent_dim // n_slots, **settings)


SHALLOW, DEEP = ((64,), (128,)), ((128,), (128, 64))
TUNED_WEIGHT, TUNED_WEIGHTS = 3.0, (1.0, 3.0, 10.0)     # of the classification beside the reconstruction, with labels
RECIPES = (
    Recipe("plain", Autoencoder, {"hidden_dims": (64,)}, {"hidden_dims": (*SHALLOW, (128, 64))}),
    Recipe("sparse", SparseAutoencoder, {"rho": 0.2, "sparsity_weight": 0.3, "hidden_dims": (128,)},
           {"rho": (0.2, 0.4), "sparsity_weight": (0.1, 0.3), "hidden_dims": SHALLOW}),
    Recipe("denoising", DenoisingAutoencoder, {"noise": "masking", "noise_level": 0.2, "hidden_dims": (128, 64)},
           {"noise": ("gaussian", "masking"), "noise_level": (0.1, 0.2, 0.3), "hidden_dims": DEEP}),
    Recipe("stacked denoising", _stacked, {"noise": "masking", "noise_level": 0.35, "hidden_dims": (256, 64)},
           {"noise": ("gaussian", "masking"), "noise_level": (0.2, 0.35), "hidden_dims": ((128, 64), (256, 64))}),
    Recipe("contractive", ContractiveAutoencoder, {"contraction_weight": 0.1, "hidden_dims": (64,)},
           {"contraction_weight": (0.02, 0.05, 0.1, 0.2), "hidden_dims": ((), (64,))}),
    Recipe("probabilistic", ProbabilisticAutoencoder, {"code_weight": 0.02, "hidden_dims": (128,)},
           {"code_weight": (0.01, 0.02, 0.05), "hidden_dims": SHALLOW}),
    Recipe("variational", VariationalAutoencoder, {"sigma2": 0.05, "hidden_dims": (128,)},
           {"sigma2": (0.02, 0.05, 0.1), "hidden_dims": DEEP}),
    Recipe("convolutional", ConvolutionalAutoencoder, {"channels": (16, 32), "hidden_dims": ()},
           {"channels": ((16,), (16, 32)), "hidden_dims": ((), (64,))}),
    Recipe("vector-quantized", _quantized, {"n_slots": 16, "n_codes": 16, "hidden_dims": (128,)},
           {"n_slots": (4, 8, 16), "n_codes": (16, 64), "hidden_dims": ((128,),)}),
)
BY_NAME = {recipe.name: recipe for recipe in RECIPES}
STACKED = BY_NAME["stacked denoising"]              # the best of all on the validation images


def fine_tuned(X: np.ndarray, y: np.ndarray, rows: np.ndarray, seed: int, epochs: int = EPOCHS,
               weight: float = TUNED_WEIGHT) -> Model:
    """Return the stacked model pretrained on X (m, n), and trained on with the labels y (m,) of some of its rows."""
    labels = np.full(len(y), -1)
    labels[rows] = y[rows]
    settings: dict[str, Any] = {**COMMON, **STACKED.chosen, "classification_weight": weight, "batch_size": 16}
    return STACKED.model(epochs=epochs, random_state=seed, **settings).fit(X, labels)
