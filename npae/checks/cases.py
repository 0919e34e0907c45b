"""The catalogue of models: small configurations that between them use every part, and data that suit them."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from ..corruption import GaussianNoise
from ..models import (
    Autoencoder,
    ContractiveAutoencoder,
    ConvolutionalAutoencoder,
    DenoisingAutoencoder,
    HierarchicalVectorQuantizedAutoencoder,
    MaskedAutoencoder,
    Model,
    ProbabilisticAutoencoder,
    SparseAutoencoder,
    StackedDenoisingAutoencoder,
    VariationalAutoencoder,
    VectorQuantizedAutoencoder,
)
from ..penalties import Contraction, KLSparsity

UNIT = "unit"       # data in [0, 1]
REAL = "real"       # centred data of either sign
BITS = "bits"       # zeros and ones
CODES = "codes"     # whole numbers from 0 to n_codes - 1

WEIGHTS = {"weight_decay": "weight_decay", "sparsity_weight": "sparsity", "contraction_weight": "contraction",
           "code_weight": "code", "beta": "kl", "commitment": "commitment"}


class Case(NamedTuple):
    """A model configuration as the checks use it: build(**overrides) returns a fresh float64 model."""

    name: str
    model: Callable[..., Model]
    hyperparameters: dict[str, Any]
    data: str = REAL
    image: bool = False     # the rows must be square images whose sides the strides divide

    def build(self, **overrides: Any) -> Model:
        """Return the model, in float64 unless overridden."""
        return self.model(**{"dtype": "float64", **self.hyperparameters, **overrides})

    def fit(self, x: np.ndarray, **overrides: Any) -> Model:
        """Return the model fitted to x. Short training may end in a collapsed posterior; the checks look themselves."""
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="the posterior has collapsed")
            return self.build(**overrides).fit(x)

    @property
    def weights(self) -> dict[str, str]:
        """The hyperparameters that weigh a penalty of this model, with the names of their terms."""
        model = self.build()
        bound = getattr(model, "objective", None) == "iwae"             # beta must stay 1
        by_level = {"commitment": "commitment.bottom"} if self.model is HierarchicalVectorQuantizedAutoencoder else {}
        return {name: by_level.get(name, term) for name, term in WEIGHTS.items()
                if getattr(model, name, 0) and not (bound and name == "beta")}

    def without_penalties(self) -> dict[str, Any]:
        """Overrides that leave the reconstruction alone, unweighted and almost free of noise."""
        known = self.build().get_params()
        if known.get("objective") == "iwae":
            known.pop("beta")       # a bound needs beta = 1
        off = {**dict.fromkeys(WEIGHTS, 0.0), "corrupted_weight": 1.0, "untouched_weight": 1.0, "noise_level": 0.02,
               "corruption": None, "penalties": (), "pretrain_epochs": 0, "free_bits": 0.0}
        return {name: value for name, value in off.items() if name in known}

    def draw_data(self, rng: np.random.Generator, m: int, n: int) -> np.ndarray:
        """Return X (m, n) of the kind that the loss accepts."""
        if self.data in (BITS, CODES):
            return rng.integers(0, self.hyperparameters.get("n_codes", 2), (m, n)).astype(float)
        return rng.uniform(0, 1, (m, n)) if self.data == UNIT else rng.normal(size=(m, n))

    def suited(self, images: np.ndarray) -> np.ndarray:
        """Return images in [0, 1] as this case's kind of data: as they are, centred, or in black and white."""
        if self.data == BITS:
            return (images > 0.5).astype(images.dtype)
        if self.data == CODES:      # gray levels of every fourth pixel
            K = self.hyperparameters["n_codes"]
            return np.minimum(np.floor(images[:, 2::4] * K), K - 1)
        return images if self.data == UNIT else images - 0.5

    def _smallest_side(self) -> int:
        model = self.build()
        return model.stride ** (len(model.channels) + len(getattr(model, "top_channels", ())))      # type: ignore[attr-defined]

    def random_instance(self, rng: np.random.Generator) -> tuple[Model, np.ndarray]:
        """Return the model initialized at random widths, all biases off zero, and a batch X (m, n)."""
        m, n = (int(size) for size in rng.integers(1, 6, 2))
        widths = self.hyperparameters.get("hidden_dims", (3,))
        sizes: dict[str, Any] = {"hidden_dims": tuple(int(rng.integers(1, 5)) for _ in widths)}
        if self.data != CODES:
            sizes["latent_dim"] = int(rng.integers(1, 4))
        if self.image:
            n = (self._smallest_side() * (2 if rng.random() < 0.25 else 1)) ** 2     # most of them small: each entry is moved
        model = self.build(**sizes, random_state=int(rng.integers(2**31)))
        model.initialize(n)
        x = self.draw_data(rng, m, n)
        model._after_step(x, model.draw_noise(x, rng))              # so that running averages exist and differ from the batch's
        model.theta += 0.3 * rng.normal(size=model.theta.shape)     # in place: theta is one vector, params are its views
        return model, x


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
    Case("sparse, kl", SparseAutoencoder, {"hidden_dims": (4,), "activation": "tanh", "rho": 0.2}),
    Case("sparse, kl of tanh, running mean", SparseAutoencoder,
         {"hidden_dims": (), "latent_activation": "tanh", "rho": 0.3, "rho_momentum": 0.6}),
    Case("sparse, l1", SparseAutoencoder, {"hidden_dims": (4,), "activation": "softplus", "sparsity": "l1",
                                           "sparsity_weight": 0.03}),
    Case("sparse, student_t", SparseAutoencoder, {"hidden_dims": (), "sparsity": "student_t", "nu": 2.0,
                                                  "sparsity_weight": 0.03}),
    Case("sparse, gaussian, tied", SparseAutoencoder, {"hidden_dims": (3,), "activation": "tanh", "tied": True,
                                                       "sparsity": "gaussian", "sparsity_weight": 0.03}),
    Case("denoising, gaussian", DenoisingAutoencoder, {"hidden_dims": (4,), "noise_mean": 0.1}),
    Case("denoising, masking, weighted", DenoisingAutoencoder,
         {"hidden_dims": (4,), "activation": "tanh", "noise": "masking", "noise_level": 0.4, "corrupted_weight": 2.0,
          "untouched_weight": 0.5}),
    Case("denoising, salt and pepper, bce", DenoisingAutoencoder,
         {"hidden_dims": (4,), "activation": "softplus", "noise": "salt_and_pepper", "loss": "bce"}, UNIT),
    Case("stacked denoising", StackedDenoisingAutoencoder, {"hidden_dims": (4, 3), "activation": "tanh"}),
    Case("contractive, one layer", ContractiveAutoencoder, {"hidden_dims": (), "loss": "bce"}, UNIT),
    Case("contractive, deep, untied", ContractiveAutoencoder,
         {"hidden_dims": (4, 3), "activation": "tanh", "latent_activation": "softplus", "tied": False}),
    Case("contractive, reconstruction, bce", ContractiveAutoencoder,
         {"hidden_dims": (3,), "contraction": "reconstruction", "loss": "bce"}, UNIT),
    Case("contractive, probes", ContractiveAutoencoder,
         {"hidden_dims": (4,), "activation": "tanh", "method": "probes", "n_probes": 2}),
    Case("denoising + contractive + kl + tied + decay", Autoencoder,
         {"hidden_dims": (4, 3), "activation": "tanh", "latent_activation": "sigmoid", "tied": True, "weight_decay": 0.01,
          "corruption": GaussianNoise(0.3), "penalties": (Contraction(0.1), KLSparsity(0.1, rho=0.2))}),
    Case("probabilistic", ProbabilisticAutoencoder, {"hidden_dims": (4,), "activation": "tanh", "code_weight": 0.1}),
    Case("probabilistic, three samples, decay", ProbabilisticAutoencoder,
         {"hidden_dims": (), "n_samples": 3, "code_weight": 0.1, "weight_decay": 0.01}),
    Case("variational, gaussian", VariationalAutoencoder, {"hidden_dims": (4,), "activation": "tanh", "sigma2": 0.1}),
    Case("variational, bernoulli", VariationalAutoencoder,
         {"hidden_dims": (4, 3), "activation": "softplus", "likelihood": "bernoulli", "n_samples": 2, "beta": 0.5}, BITS),
    Case("variational, continuous bernoulli, free bits", VariationalAutoencoder,
         {"hidden_dims": (4,), "likelihood": "continuous_bernoulli", "free_bits": 0.05}, UNIT),
    Case("variational, laplace, shared variance", VariationalAutoencoder,
         {"hidden_dims": (4,), "activation": "tanh", "likelihood": "laplace", "sigma2": "shared"}),
    Case("variational, variance per feature, sampled kl", VariationalAutoencoder,
         {"hidden_dims": (4,), "sigma2": "per_feature", "kl": "sampled", "n_samples": 2}),
    Case("variational, variance per example, full", VariationalAutoencoder,
         {"hidden_dims": (4,), "activation": "tanh", "sigma2": "per_example", "covariance": "full", "prior_mean": 0.3,
          "prior_logvar": 0.2}),
    Case("variational, iwae, decay", VariationalAutoencoder,
         {"hidden_dims": (4,), "activation": "tanh", "objective": "iwae", "n_samples": 3, "sigma2": 0.2,
          "weight_decay": 1e-3}),
    Case("convolutional, contractive", ConvolutionalAutoencoder,
         {"hidden_dims": (), "channels": (2, 3), "kernel_size": 2, "activation": "tanh",
          "penalties": (Contraction(0.1, layer=0),)}, image=True),
    Case("convolutional, tied, noise, decay, bce", ConvolutionalAutoencoder,
         {"hidden_dims": (4,), "channels": (3,), "activation": "tanh", "tied": True, "loss": "bce",
          "corruption": GaussianNoise(0.2), "weight_decay": 0.01}, UNIT, image=True),
    Case("vector quantized, running averages", VectorQuantizedAutoencoder,
         {"hidden_dims": (4,), "activation": "tanh", "n_codes": 5, "n_slots": 3}),
    Case("vector quantized, grid, codebook gradient", VectorQuantizedAutoencoder,
         {"hidden_dims": (), "channels": (3,), "activation": "tanh", "n_codes": 4, "n_slots": None,
          "codebook_update": "gradient", "weight_decay": 1e-3}, image=True),
    Case("two levels", HierarchicalVectorQuantizedAutoencoder,
         {"hidden_dims": (), "channels": (2,), "top_channels": (2,), "kernel_size": 2, "activation": "tanh", "n_codes_top": 5,
          "n_codes_bottom": 3, "codebook_update": "gradient"}, image=True),
    Case("masked, decay", MaskedAutoencoder,
         {"hidden_dims": (6, 5), "activation": "tanh", "n_codes": 3, "weight_decay": 1e-3}, CODES),
)
