"""The models of the reduction demonstration, and the settings that were chosen for them on the validation images.

The network of the autoencoder is chosen for each code size, by the squared error on the 287 validation images; network and
variance of the two-unit variational autoencoder by how well its map of these images keeps neighbourhoods (the mean of
trustworthiness and continuity). Three seeds each: `python -m npae.demos.reduction_search` chooses them again. PCA has nothing
to choose; the map of the stacked denoising autoencoder has the settings of classification_recipes.py.
"""

from __future__ import annotations

from typing import Any

from ..models import Autoencoder, VariationalAutoencoder, VectorQuantizedAutoencoder

EPOCHS, QUICK_EPOCHS = 120, 40
COMMON: dict[str, Any] = {"learning_rate": 5e-3, "schedule": "cosine", "batch_size": 64}

NETWORKS: dict[str, dict[str, Any]] = {
    "128 ReLU": {"hidden_dims": (128,), "activation": "relu"},
    "256 ReLU": {"hidden_dims": (256,), "activation": "relu"},
    "128, 64 ReLU": {"hidden_dims": (128, 64), "activation": "relu"},
    "128, 64 tanh": {"hidden_dims": (128, 64), "activation": "tanh"},
}
CHOSEN = {2: "256 ReLU", 4: "128, 64 tanh", 8: "256 ReLU", 16: "128, 64 tanh", 32: "128 ReLU"}
VARIANCES = (0.015, 0.03, 0.06, 0.1)
MAP_NETWORK, MAP_VARIANCE = "128, 64 tanh", 0.03
CODEBOOKS = ({"n_slots": 4, "latent_dim": 8}, {"n_slots": 8, "latent_dim": 4})         # of 64 vectors: 24 and 48 bits


def autoencoder(k: int, seed: int, epochs: int = EPOCHS, network: str | None = None) -> Autoencoder:
    """Return an untrained autoencoder of k units; network: another one than the chosen one."""
    settings = {**COMMON, **NETWORKS[network or CHOSEN[k]]}
    return Autoencoder(latent_dim=k, epochs=epochs, random_state=seed, **settings)


def variational(seed: int, epochs: int = EPOCHS, network: str = MAP_NETWORK,
                sigma2: float = MAP_VARIANCE) -> VariationalAutoencoder:
    """Return an untrained variational autoencoder of 2 units."""
    settings = {**COMMON, **NETWORKS[network]}
    return VariationalAutoencoder(latent_dim=2, sigma2=sigma2, epochs=epochs, random_state=seed, **settings)


def quantized(seed: int, epochs: int, codebook: dict[str, int]) -> VectorQuantizedAutoencoder:
    """Return an untrained vector-quantized autoencoder with codes of a few bits."""
    return VectorQuantizedAutoencoder(n_codes=64, epochs=epochs, random_state=seed, **{**COMMON, **codebook})
