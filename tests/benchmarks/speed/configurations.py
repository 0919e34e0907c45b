"""What is trained in the comparison: the model, its data, its batch, and the matrix products that a step cannot do without.

Data are random, so that the measurement needs no download; what they say does not change how long a step takes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from npae import Autoencoder, ContractiveAutoencoder, SparseAutoencoder, VariationalAutoencoder
from npae.models import Model

CONTRACTION, SPARSITY, RHO, DECAY = 0.1, 3.0, 0.05, 1e-4    # the weights of the penalties, the same for all contenders


@dataclass(frozen=True)
class Configuration:
    """One row of the table. widths: of all layers, encoder and decoder; kind says which loss a peer must write."""

    name: str
    title: str
    kind: str               # "ae", "vae", "contractive", "sparse"
    widths: tuple[int, ...]
    activation: str
    loss: str               # "bce" (on logits) or "mse"
    batch: int
    rows: int
    code: str               # the activation of the code

    def model(self) -> Model:
        """Return npae's model."""
        middle = len(self.widths) // 2
        common = {"hidden_dims": self.widths[1:middle], "latent_dim": self.widths[middle], "activation": self.activation,
                  "batch_size": self.batch, "random_state": 0}
        if self.kind == "vae":
            return VariationalAutoencoder(**common, likelihood="bernoulli")
        common |= {"latent_activation": self.code, "loss": self.loss}
        if self.kind == "contractive":
            return ContractiveAutoencoder(**common, tied=False, contraction_weight=CONTRACTION)
        if self.kind == "sparse":
            return SparseAutoencoder(**common, sparsity="kl", sparsity_weight=SPARSITY, rho=RHO, weight_decay=DECAY,
                                     output_activation="sigmoid")
        return Autoencoder(**common)

    def data(self, dtype: str = "float32") -> np.ndarray:
        """Return the training data (rows, n) in [0, 1]; binary for the variational models."""
        X = np.random.default_rng(0).random((self.rows, self.widths[0]), dtype=np.float32)
        return (X > 0.5 if self.kind == "vae" else X).astype(dtype)

    @property
    def latent(self) -> int:
        """The number of code units of a variational model, 0 for the others."""
        return self.widths[len(self.widths) // 2] if self.kind == "vae" else 0

    @property
    def steps(self) -> int:
        """Steps per epoch."""
        return -(-self.rows // self.batch)

    def products(self) -> list[tuple[int, int, bool]]:
        """Return (inputs, outputs, whether the gradient in the input is needed) of every layer."""
        pairs = list(zip(self.widths, self.widths[1:]))
        if self.kind == "vae":      # mean and log-variance side by side
            pairs.insert(len(self.widths) // 2, pairs[len(self.widths) // 2 - 1])
        return [(n, h, i > 0) for i, (n, h) in enumerate(pairs)]


_A, _F = (784, 256, 64, 256, 784), (64, 32, 8, 32, 64)
_C = (784, 200, 200, 50, 200, 200, 784)
_ALL = (
    Configuration("a", "autoencoder 784-256-64-256-784, ReLU, batch 128", "ae", _A, "relu", "bce", 128, 6400, "relu"),
    Configuration("a-mse", "(a) with squared error", "ae", _A, "relu", "mse", 128, 6400, "relu"),
    Configuration("b", "VAE 784-400-20, ReLU, batch 128", "vae", (784, 400, 20, 400, 784), "relu", "bce", 128, 6400, ""),
    Configuration("c20", "VAE 784-200-200-50, tanh, batch 20", "vae", _C, "tanh", "bce", 20, 2000, ""),
    Configuration("c100", "VAE 784-200-200-50, tanh, batch 100", "vae", _C, "tanh", "bce", 100, 5000, ""),
    Configuration("d", "contractive 784-256, sigmoid, batch 128", "contractive", (784, 256, 784), "sigmoid", "bce", 128, 1280,
                  "sigmoid"),
    Configuration("d-plain", "(d) without the penalty", "ae", (784, 256, 784), "sigmoid", "bce", 128, 1280, "sigmoid"),
    Configuration("d-deep", "contractive 784-256-64, sigmoid, batch 128", "contractive", _A, "sigmoid", "bce", 128, 512,
                  "sigmoid"),
    Configuration("e", "KL-sparse 64-25-64, sigmoid, 10,000 patches at once", "sparse", (64, 25, 64), "sigmoid", "mse",
                  10_000, 10_000, "sigmoid"),
    Configuration("f", "digits 64-32-8-32-64, ReLU, batch 64", "ae", _F, "relu", "bce", 64, 1437, "identity"),
)
CONFIGURATIONS = {configuration.name: configuration for configuration in _ALL}


def configuration(text: str) -> Configuration:
    """Return the configuration of this name; "a:batch=512,rows=8192,hidden=1024" is (a) with changes (hidden: a width)."""
    name, _, changes = text.partition(":")
    found = CONFIGURATIONS[name]
    for change in filter(None, changes.split(",")):
        what, value = change.split("=")
        if what == "hidden":
            h = int(value)
            found = replace(found, widths=(found.widths[0], h, h // 4, h, found.widths[-1]))
        else:
            found = replace(found, **{what: int(value)})
    return found
