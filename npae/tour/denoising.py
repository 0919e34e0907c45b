"""The denoising autoencoder on the tour: clean, noisy, denoised, in decibels."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import plots
from ..baselines import PCA
from ..datasets import ImageData
from ..models import DenoisingAutoencoder
from .equations import DENOISING_EQUATION
from .exhibit import Exhibit, Plate

NOISE = 0.4
COMPONENTS = range(1, 31)


def measure(model: DenoisingAutoencoder, data: ImageData, quick: bool) -> dict[str, Any]:
    """The noisy held-out images, what the model and the best PCA make of them, and the PSNR of each.

    PCA denoises too: it drops the noise outside its components. How many are best is seen on noisy training images.
    """
    rng = np.random.default_rng(0)
    noisy_train, noisy = (X + NOISE * rng.standard_normal(X.shape) for X in (data.X_train, data.X_test))
    candidates = [PCA(count).fit(data.X_train) for count in COMPONENTS]
    pca = max(candidates, key=lambda pca: psnr(pca.reconstruct(noisy_train), data.X_train))
    images = {"noisy": noisy, "denoised": model.reconstruct(noisy), "pca": pca.reconstruct(noisy)}
    return {**images, "components": pca.n_components,
            "psnr": {name: psnr(pictures, data.X_test) for name, pictures in images.items()}}


def psnr(images: np.ndarray, clean: np.ndarray) -> float:
    """Return the peak signal-to-noise ratio in decibels, for images whose brightest pixel is 1."""
    return float(-10 * np.log10(np.mean((np.asarray(images, np.float64) - clean) ** 2)))


def remark(result: Any) -> str:
    """Return the gain."""
    level, pca = result.found["psnr"], result.found["components"]
    return (f"From noisy held-out digits: {level['denoised'] - level['noisy']:.1f} dB gained; PCA at its best, with {pca} "
            f"components, gains {level['pca'] - level['noisy']:.1f} dB.")


def plate(result: Any, data: ImageData) -> Plate:
    """One digit of each class: clean, noisy, denoised, denoised by PCA."""
    chosen = [int(np.argmax(data.y_test == label)) for label in np.unique(data.y_test)]
    level, found = result.found["psnr"], result.found
    rows = {"clean": data.X_test[chosen],
            f"noisy\n{level['noisy']:.1f} dB": found["noisy"][chosen],
            f"denoised\n{level['denoised']:.1f} dB": found["denoised"][chosen],
            f"PCA, {found['components']} components\n{level['pca']:.1f} dB": found["pca"][chosen]}
    return Plate(
        "Out of the noise",
        f"Held-out digits, the same with Gaussian noise of standard deviation {NOISE:g} (what lies outside 0 and 1 is drawn "
        f"white or black), and what the network makes of the noisy ones: {level['denoised'] - level['noisy']:.1f} dB nearer "
        f"to the clean digits. It has learnt the mean of all clean digits that could have become this noisy one, so where "
        f"several could, it is gray. PCA can only drop directions.",
        "Rows of digits: clean, noisy, denoised by the network, denoised by PCA",
        (plots.reconstructions(rows, data.image_shape),))


DENOISING = Exhibit(
    title="Denoising",
    idea="Spoil the input, ask for the clean one. Copying is no longer the answer, whatever the width of the code: the "
         "network must know which images are digits and move towards them. That step, divided by σ², is the slope of the "
         "log-density of the noisy images: here diffusion models begin. The noise is drawn afresh for every batch, else it "
         "could be learnt by heart.",
    equation=DENOISING_EQUATION,
    build=lambda: DenoisingAutoencoder(latent_dim=64, hidden_dims=(256,), noise_level=NOISE, epochs=120, learning_rate=3e-3,
                                       batch_size=64, schedule="cosine"),
    remark=remark,
    measure=measure,
    plate=plate,
)
