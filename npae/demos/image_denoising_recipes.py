"""The denoisers of the image demonstration: four autoencoders, four baselines, nine noises.

Two of the autoencoders are trained on one noise, two on a mixture of six; salt and pepper is in neither. Their widths were
chosen on the last 287 training images, by the gain on the noises that they are trained on (image_denoising_search.py chooses them
again), among those that train in about four seconds; they are then trained on all training images.

The baselines get the same care, and more: PCA and the linear filter are told which noise they will meet. PCA may choose
its number of components for each kind and level on the validation images. The linear filter is the best one there is for the mean
and covariance of the training images and this very noise (npae/baselines/noised_density_linear.py). One more is not told:
the Wiener filter for the noise that the first two autoencoders have seen, which knows what they know.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..applications import MedianFilter, MixedNoise, add_noise, psnr
from ..baselines import PCA, LinearDenoiser, masking_filter, salt_and_pepper_filter, wiener_filter
from ..corruption import Corruption, GaussianNoise, MaskingNoise, SaltAndPepperNoise
from ..datasets import ImageData
from ..models import Autoencoder, ConvolutionalAutoencoder

VALIDATION = 287
ONE = GaussianNoise(0.3)
MIXTURE = MixedNoise(tuple(kind(level) for kind in (GaussianNoise, MaskingNoise) for level in (0.15, 0.3, 0.5)))
NOISES: dict[str, Corruption] = {
    **{f"Gaussian {level:g}": GaussianNoise(level) for level in (0.15, 0.3, 0.5)},
    **{f"masking {level:.0%}": MaskingNoise(level) for level in (0.15, 0.3, 0.5)},
    **{f"salt and pepper {level:.0%}": SaltAndPepperNoise(level) for level in (0.1, 0.2, 0.3)},
}
EPOCHS, QUICK_EPOCHS = 100, 10
COMMON = {"loss": "bce", "batch_size": 64, "learning_rate": 3e-3, "schedule": "cosine"}
COMPONENTS = (1, 2, 4, 6, 8, 10, 12, 16, 20, 24, 32, 48)
PCA_TOLD, MEDIAN, WIENER, LINEAR_TOLD = "PCA, told", "median 3x3", f"Wiener {ONE.sd:g}", "linear, told"


@dataclass(frozen=True)
class Recipe:
    """An autoencoder, the noise that it is trained on, its settings, and those among which they were chosen."""

    name: str
    model: type[Autoencoder]
    noise: Corruption
    settings: Mapping[str, Any]
    grid: Mapping[str, tuple]

    def fit(self, X: np.ndarray, seed: int, epochs: int = EPOCHS, **others: Any) -> Autoencoder:
        """Return the model, trained on X (m, n); others: settings in place of the chosen ones."""
        settings = {**COMMON, **self.settings, "epochs": epochs, "random_state": seed, **others}
        return self.model(corruption=self.noise, **settings).fit(X)


_DENSE = {"hidden_dims": ((128,), (256,), (512,)), "latent_dim": (32, 64, 128, 256)}
_CONVOLUTIONAL = {"channels": ((16, 32), (32, 64), (64,)), "latent_dim": (64, 128, 256)}
RECIPES = (
    Recipe("dense", Autoencoder, ONE, {"hidden_dims": (512,), "latent_dim": 128}, _DENSE),
    Recipe("conv", ConvolutionalAutoencoder, ONE, {"channels": (32, 64), "latent_dim": 128}, _CONVOLUTIONAL),
    Recipe("dense, mixture", Autoencoder, MIXTURE, {"hidden_dims": (512,), "latent_dim": 128}, _DENSE),
    Recipe("conv, mixture", ConvolutionalAutoencoder, MIXTURE, {"channels": (64,), "latent_dim": 64}, _CONVOLUTIONAL),
)


def fit_baselines(data: ImageData, seed: int) -> dict[str, Any]:
    """Return the baselines by name; those that are told the noise as a dictionary of one for each of NOISES."""
    mean, covariance = data.X_train.mean(axis=0), np.cov(data.X_train, rowvar=False)
    return {PCA_TOLD: _tuned_pca(data.X_train, seed), MEDIAN: MedianFilter(data.image_shape),
            WIENER: wiener_filter(mean, covariance, ONE.sd),
            LINEAR_TOLD: {name: _linear(noise, mean, covariance) for name, noise in NOISES.items()}}


def _tuned_pca(X: np.ndarray, seed: int) -> dict[str, PCA]:
    """Return a PCA of X for each noise, with the number of components that denoises the validation images best."""
    train, clean = X[:-VALIDATION], X[-VALIDATION:]
    tried = [PCA(k).fit(train) for k in COMPONENTS]
    rng, chosen = np.random.default_rng(seed), {}
    for name, noise in NOISES.items():
        noisy = add_noise(clean, noise, rng)
        quality = [psnr(np.clip(pca.reconstruct(noisy), 0, 1), clean) for pca in tried]
        chosen[name] = COMPONENTS[int(np.argmax(quality))]
    return {name: PCA(k).fit(X) for name, k in chosen.items()}


def _linear(noise: Corruption, mean: np.ndarray, covariance: np.ndarray) -> LinearDenoiser:
    if isinstance(noise, GaussianNoise):
        return wiener_filter(mean, covariance, noise.sd)
    if isinstance(noise, MaskingNoise):
        return masking_filter(mean, covariance, noise.fraction)
    assert isinstance(noise, SaltAndPepperNoise)
    return salt_and_pepper_filter(mean, covariance, noise.fraction)
