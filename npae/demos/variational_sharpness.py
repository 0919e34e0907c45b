"""Blur, measured: the gradient energy of an image is the sum of the squared differences of neighbouring pixels.

"Blurry because of the injected Gaussian in the latent space" (004) is half of the story (erratum E004-12). The best output
under a factorized likelihood is a conditional mean, the mean of all images that the code could stand for. Noise on the code
makes these more; a small code does it without any noise.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..datasets import ImageData
from ..models import VariationalAutoencoder
from ..plots import LinePanel, line_panels
from .variational_common import deterministic, save


def gradient_energy(images: np.ndarray, data: ImageData) -> float:
    """Return the mean gradient energy of images (m, n), over that of the held-out data."""
    return _energy(images, data.image_shape) / _energy(data.X_test, data.image_shape)


def _energy(images: np.ndarray, image_shape: tuple[int, int]) -> float:
    pictures = np.asarray(images, dtype=np.float64).reshape(-1, *image_shape)
    down, across = np.diff(pictures, axis=1), np.diff(pictures, axis=2)
    return float((np.sum(down ** 2) + np.sum(across ** 2)) / len(pictures))


def sharpness(out: Path, data: ImageData, models: dict[int, VariationalAutoencoder], quick: bool) -> dict[str, float]:
    """Compare reconstructions and samples with the data, by the number of code units."""
    sizes = (1, 2, 5, 10, 20)
    plain = [gradient_energy(deterministic(data, k, quick).reconstruct(data.X_test), data) for k in sizes]
    rebuilt = {k: gradient_energy(model.reconstruct(data.X_test), data) for k, model in models.items()}
    sampled = {k: gradient_energy(model.sample(2000, random_state=0, mean=True), data) for k, model in models.items()}
    noisy = gradient_energy(models[10].sample(2000, random_state=0), data)
    print("Gradient energy over that of the data (1 is as sharp as the data), held-out digits:\n"
          "  units   autoencoder   VAE reconstructions   VAE samples (means)")
    for k, value in zip(sizes, plain):
        print(f"  {k:5d}{value:14.3f}" + (f"{rebuilt[k]:22.3f}{sampled[k]:22.3f}" if k in models else ""))
    print(f"  One unit without any noise on it is the most blurred of all. Samples with the noise of p(x|z): {noisy:.2f}, "
          f"which is noise and not sharpness.\n")
    missing = [np.nan]          # no VAE of one unit was trained
    curves = {"autoencoder, reconstructions": plain, "VAE, reconstructions": missing + list(rebuilt.values()),
              "VAE, samples (means)": missing + list(sampled.values())}
    panel = LinePanel("Blur comes with a small code, noise or no noise", [str(k) for k in sizes], curves,
                      "code units (not to scale)", "gradient energy, over the data's", "held-out digits",
                      horizontals={"as sharp as the data": 1.0}, y_limits=(0, 1.1), legend="lower right")
    save(line_panels([panel], width=5.6, height=3.5), out, "blur")
    return {"blur_ae_1": plain[0], "blur_ae_20": plain[-1], **{f"blur_vae_{k}": value for k, value in rebuilt.items()},
            **{f"blur_samples_{k}": value for k, value in sampled.items()}}
