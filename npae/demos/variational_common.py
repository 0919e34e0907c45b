"""What the chapters on the variational autoencoder share: the recipe, how a figure is written.

The likelihood is Gaussian with a fixed variance of 0.04: a standard deviation of 0.2 for gray values between 0 and 1. It is
not "bernoulli": a Bernoulli variable is 0 or 1, so for gray values the cross-entropy is no likelihood, and its ELBO no bound
on anything. ("continuous_bernoulli" is a density for gray values; it works as well, and takes longer.) The units are tanh
and not relu: with relu the decoder's output grows with the code, and draws from the tails of the prior leave the gray scale.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from ..datasets import ImageData
from ..models import Autoencoder, Model, VariationalAutoencoder
from ..penalties import gaussian_kl_entries
from ..plots import png_bytes

VARIANCE = 0.04
ACTIVE = 0.01           # a unit is active where Var(mu) over the examples is larger


def recipe(quick: bool) -> dict[str, Any]:
    """Return the hyperparameters that variational and deterministic models have in common."""
    return {"hidden_dims": (128,) if quick else (256,), "activation": "tanh", "epochs": 40 if quick else 250,
            "batch_size": 64, "learning_rate": 4e-3 if quick else 3e-3, "schedule": "cosine", "random_state": 0}


def variational(data: ImageData, latent_dim: int, quick: bool, **settings: Any) -> VariationalAutoencoder:
    """Return a fitted variational autoencoder."""
    model = VariationalAutoencoder(**{**recipe(quick), "latent_dim": latent_dim, "sigma2": VARIANCE, **settings})
    model.fit(data.X_train)
    return model


def deterministic(data: ImageData, latent_dim: int, quick: bool) -> Autoencoder:
    """Return a fitted autoencoder of the same size, on squared error: the VAE without noise and without KL."""
    model = Autoencoder(**{**recipe(quick), "latent_dim": latent_dim})
    model.fit(data.X_train)
    return model


def kl_per_unit(model: VariationalAutoencoder, x: np.ndarray) -> np.ndarray:
    """Return the KL of each latent unit (k,), nats, mean over the examples."""
    q: Any = model.encoder_distribution(x)
    return gaussian_kl_entries(q.mean, q.logvar).mean(axis=0, dtype=np.float64)


def active_units(model: Model, x: np.ndarray) -> np.ndarray:
    """Return which units are active, (k,) of bool."""
    return np.var(model.transform(x), axis=0) > ACTIVE


def save(figure: Figure, out: Path, name: str) -> None:
    """Write the figure as a PNG file."""
    (out / f"{name}.png").write_bytes(png_bytes(figure))
