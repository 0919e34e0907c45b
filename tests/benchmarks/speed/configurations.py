"""What is trained in the comparison: the model, its data, its batch, and the matrix products that a step cannot do without.

Data are random, so that the measurement needs no download; what they say does not change how long a step takes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from npae import Autoencoder, ContractiveAutoencoder, SparseAutoencoder, VariationalAutoencoder


@dataclass(frozen=True)
class Configuration:
    """One row of the table. widths: of the layers in order, encoder and decoder; kind says which loss a peer must write."""

    name: str
    title: str
    kind: str               # "ae", "vae", "contractive", "sparse"
    widths: tuple[int, ...]
    activation: str
    loss: str               # "bce" (logits) or "mse"
    batch: int
    rows: int
    model: Callable[[], object]
    latent: int = 0         # of a variational model, whose mean and log-variance are two layers side by side

    def data(self, dtype: str = "float32") -> np.ndarray:
        """Return the training data (rows, n) in [0, 1]; binary for the variational models."""
        X = np.random.default_rng(0).random((self.rows, self.widths[0]))
        return (X > 0.5 if self.kind == "vae" else X).astype(dtype)

    @property
    def steps(self) -> int:
        """Steps per epoch."""
        return -(-self.rows // self.batch)

    def products(self) -> list[tuple[int, int, bool]]:
        """Return (inputs, outputs, whether the gradient in the input is needed) of every layer."""
        pairs = list(zip(self.widths, self.widths[1:]))
        if self.latent:
            code = next(i for i, pair in enumerate(pairs) if pair[1] == self.latent)
            pairs.insert(code, pairs[code])
        return [(n, h, i > 0) for i, (n, h) in enumerate(pairs)]


def _ae(name: str, title: str, widths: tuple[int, ...], batch: int, rows: int, loss: str = "bce",
        last: str = "relu") -> Configuration:
    hidden, code = widths[1:len(widths) // 2], widths[len(widths) // 2]
    return Configuration(name, title, "ae", widths, "relu", loss, batch, rows, lambda: Autoencoder(
        hidden_dims=hidden, latent_dim=code, latent_activation=last, loss=loss, batch_size=batch, random_state=0))


def _vae(name: str, title: str, hidden: tuple[int, ...], k: int, activation: str, batch: int, rows: int) -> Configuration:
    widths = (784, *hidden, k, *hidden[::-1], 784)
    return Configuration(name, title, "vae", widths, activation, "bce", batch, rows, lambda: VariationalAutoencoder(
        hidden_dims=hidden, latent_dim=k, activation=activation, likelihood="bernoulli", batch_size=batch, random_state=0), k)


def _contractive(name: str, title: str, widths: tuple[int, ...], rows: int, weight: float = 0.1) -> Configuration:
    hidden, code = widths[1:len(widths) // 2], widths[len(widths) // 2]
    settings = {"hidden_dims": hidden, "latent_dim": code, "activation": "sigmoid", "latent_activation": "sigmoid",
                "loss": "bce", "batch_size": 128, "random_state": 0}
    if not weight:
        return Configuration(name, title, "ae", widths, "sigmoid", "bce", 128, rows, lambda: Autoencoder(**settings))
    return Configuration(name, title, "contractive", widths, "sigmoid", "bce", 128, rows, lambda: ContractiveAutoencoder(
        **settings, tied=False, contraction_weight=weight))


CONFIGURATIONS = {configuration.name: configuration for configuration in (
    _ae("a", "autoencoder 784-256-64-256-784, ReLU, batch 128", (784, 256, 64, 256, 784), 128, 6400),
    _ae("a-mse", "the same with squared error", (784, 256, 64, 256, 784), 128, 6400, "mse"),
    _vae("b", "VAE 784-400-20, ReLU, batch 128", (400,), 20, "relu", 128, 6400),
    _vae("c20", "VAE 784-200-200-50, tanh, batch 20", (200, 200), 50, "tanh", 20, 2000),
    _vae("c100", "the same, batch 100", (200, 200), 50, "tanh", 100, 5000),
    _contractive("d", "contractive 784-256, sigmoid, batch 128", (784, 256, 784), 1280),
    _contractive("d-plain", "the same without the penalty", (784, 256, 784), 1280, 0.0),
    _contractive("d-deep", "contractive 784-256-64, sigmoid, batch 128", (784, 256, 64, 256, 784), 512),
    Configuration("e", "KL-sparse 64-25-64, sigmoid, 10,000 patches at once", "sparse", (64, 25, 64), "sigmoid", "mse",
                  10_000, 10_000, lambda: SparseAutoencoder(
                      hidden_dims=(), latent_dim=25, sparsity="kl", sparsity_weight=3.0, rho=0.05, weight_decay=1e-4,
                      output_activation="sigmoid", batch_size=10_000, random_state=0)),
    _ae("f", "digits 64-32-8-32-64, ReLU, batch 64", (64, 32, 8, 32, 64), 64, 1437, last="identity"),
)}
