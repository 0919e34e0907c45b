"""The detectors of the anomaly demonstration, and the settings that were chosen for them.

Every digit in turn is the anomaly: a model is trained on the other nine, from the first 1,150 training images. The settings were
chosen by the mean AUC over the ten digits on the last 287 training images (anomaly_search.py chooses them again), the same for
all ten digits, the baselines' like the models'. So the choice has seen anomalies, though no test image: reconstruction error
of normal images alone would always ask for the largest code. A model with two scores was chosen by the better of them. On the
validation images longer training helps a little more; EPOCHS is what the time of a demonstration allows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..applications import code_surprise, fit_code_density, model_losses, nearest, reconstruction_errors, roc_curve
from ..baselines import PCA
from ..models import (
    Autoencoder,
    ContractiveAutoencoder,
    DenoisingAutoencoder,
    VariationalAutoencoder,
    VectorQuantizedAutoencoder,
)

VALIDATION = 287
EPOCHS, QUICK_EPOCHS = 80, 12
COMMON = {"activation": "relu", "hidden_dims": (128,), "learning_rate": 5e-3, "schedule": "cosine", "batch_size": 64}
MIXTURE: dict[str, Any] = {"n_components": 10, "n_starts": 1, "tolerance": 1e-4}     # on the codes
PRIOR = {"epochs": 20, "learning_rate": 3e-3}       # of the prior over codes

Score = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Recipe:
    """A model, what distinguishes it, the values among which that was chosen, and the scores that it is asked for."""

    name: str
    model: Callable[..., Any]
    kinds: tuple[str, ...]
    settings: Mapping[str, Any]
    grid: Mapping[str, tuple]
    common: Mapping[str, Any] = field(default_factory=lambda: COMMON)
    trained: bool = True            # in epochs, from a seed

    def scores(self, X: np.ndarray, seed: int, epochs: int, **others: Any) -> dict[str, Score]:
        """Train on X and return the scores by the name of their row; others: settings in place of the chosen ones."""
        settings = {**self.common, **self.settings, **others}
        if self.trained:
            settings |= {"epochs": epochs, "random_state": seed}
        model = self.model(**settings).fit(X)
        return {f"{self.name}: {kind}": _score(kind, model, X, seed) for kind in self.kinds}


class Neighbours:
    """The distance to the k-th nearest training example: nothing is learnt, and all training data are kept."""

    def __init__(self, k: int):
        self.k = k

    def fit(self, X: np.ndarray) -> Neighbours:
        """Keep X."""
        self.X = X
        return self

    def score_samples(self, X: np.ndarray) -> np.ndarray:
        """Return minus the distance (m,)."""
        return -np.linalg.norm(X - self.X[nearest(self.X, X, self.k)[:, -1]], axis=1)


def _score(kind: str, model: Any, X: np.ndarray, seed: int) -> Score:
    if kind == "error":
        return lambda x: reconstruction_errors(model, x)
    if kind != "code":
        return lambda x: model_losses(model, x)
    if hasattr(model, "fit_prior"):
        model.fit_prior(X, **PRIOR)
        return lambda x: code_surprise(model, x)
    density = fit_code_density(model, X, random_state=seed, **MIXTURE)
    return lambda x: code_surprise(model, x, density)


def detections_at(normal: np.ndarray, anomalous: np.ndarray, false_alarms: np.ndarray) -> np.ndarray:
    """Return the largest detection rate with at most so many false alarms, for each of these rates."""
    alarms, detections, _ = roc_curve(normal, anomalous)
    return detections[np.searchsorted(alarms, false_alarms + 1e-12, side="right") - 1]


RECIPES = (
    Recipe("PCA", PCA, ("error",), {"n_components": 8}, {"n_components": (4, 6, 8, 12, 16, 20, 24, 32)}, {}, False),
    Recipe("neighbours", Neighbours, ("distance",), {"k": 1}, {"k": (1, 2, 3, 5, 10)}, {}, False),
    Recipe("plain", Autoencoder, ("error", "code"), {"latent_dim": 8},
           {"latent_dim": (4, 6, 8, 12, 16)}),
    Recipe("denoising", DenoisingAutoencoder, ("error",), {"latent_dim": 8, "noise_level": 0.1},
           {"latent_dim": (8, 12, 32), "noise_level": (0.05, 0.1, 0.2, 0.4)}),
    Recipe("contractive", ContractiveAutoencoder, ("error", "code"), {"latent_dim": 64, "contraction_weight": 0.5},
           {"latent_dim": (16, 64), "contraction_weight": (0.1, 0.3, 0.5, 1.0)},
           {**COMMON, "activation": "sigmoid", "hidden_dims": ()}),
    Recipe("variational", VariationalAutoencoder, ("ELBO",), {"latent_dim": 8, "sigma2": 0.03},
           {"latent_dim": (8, 12), "sigma2": (0.003, 0.01, 0.03)}),
    Recipe("quantized", VectorQuantizedAutoencoder, ("error", "code"), {"latent_dim": 8, "n_slots": 2, "n_codes": 64},
           {"n_slots": (2, 4, 8), "n_codes": (32, 64, 128)}),
)
