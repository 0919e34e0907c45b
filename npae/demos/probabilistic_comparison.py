"""Five objectives on one architecture: autoencoder, sparse, denoising, vanilla and regularized probabilistic autoencoder.

The comparison of 001, with numbers. Errors are those of held-out digits without any noise, so they compare what the codes
hold. Sparseness is Hoyer's, 0 for a code of equal entries and 1 for one with a single entry that is not zero; it does not
change with the scale of the code, which the vanilla model is free to choose.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from ..datasets import ImageData
from ..models import Autoencoder, DenoisingAutoencoder, Model, ProbabilisticAutoencoder, SparseAutoencoder
from ..plots import bar_groups
from ..sparseness import population_sparseness
from .variational_common import save

MODELS: dict[str, Callable[..., Model]] = {
    "autoencoder": Autoencoder,
    "sparse, L1": lambda **shared: SparseAutoencoder(sparsity="l1", sparsity_weight=0.3, latent_activation="identity",
                                                     **shared),
    "denoising": lambda **shared: DenoisingAutoencoder(noise_level=0.3, **shared),
    "probabilistic, vanilla": lambda **shared: ProbabilisticAutoencoder(code_weight=0.0, **shared),
    "probabilistic, regularized": lambda **shared: ProbabilisticAutoencoder(code_weight=0.05, **shared),
}
KEYS = ("ae", "sae", "dae", "vanilla", "regularized")
UNITS = 16


def five_objectives(out: Path, data: ImageData, quick: bool) -> dict[str, float]:
    """Train all five, print the table, draw it, and return its numbers."""
    shared: dict[str, Any] = {"latent_dim": UNITS, "hidden_dims": (64,), "activation": "tanh", "batch_size": 64,
                              "epochs": 40 if quick else 250, "learning_rate": 4e-3, "schedule": "cosine",
                              "random_state": 0}
    rows = {name: _measures(build(**shared).fit(data.X_train), data.X_test) for name, build in MODELS.items()}
    print(f"Five objectives, one architecture (64-{UNITS}-64, tanh, linear code), held-out digits without noise\n"
          "                              error   mean squared code   sparseness of the code")
    for name, row in rows.items():
        print(f"  {name:<26}{row['error']:9.3f}{row['square']:20.3f}{row['sparseness']:25.3f}")
    print("  The plain autoencoder has nothing but the error to mind. L1 makes a code sparser, and smaller. Noise on the input\n"
          "  costs less than noise on the code, which the vanilla model drowns with a large code, and the regularized may not.\n")
    titles = {"error": "Error", "square": "Mean squared code", "sparseness": "Sparseness"}
    save(bar_groups({title: {name: row[key] for name, row in rows.items()} for key, title in titles.items()}),
         out, "five_objectives")
    return {f"{key}_{short}": row[key] for short, row in zip(KEYS, rows.values()) for key in titles}


def _measures(model: Any, x: np.ndarray) -> dict[str, float]:
    """Return the squared error per image, the mean square of a code unit and Hoyer's sparseness of the codes of x (m, n)."""
    z = np.asarray(model.transform(x), np.float64)
    error = np.sum((np.asarray(model.reconstruct(x), np.float64) - x) ** 2, axis=1).mean()
    return {"error": float(error), "square": float(np.mean(z ** 2)), "sparseness": population_sparseness(z)}
