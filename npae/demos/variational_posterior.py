"""The codes of all examples against the prior, and two generators: the VAE, and an autoencoder with a mixture on its codes.

What the KL pulls to N(0, I) is the latent, not the data set (erratum E000-22): each q(z|x), hence their mean, the aggregate
posterior. Where that differs from the prior, draws from the prior are codes that the decoder has never seen.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..applications import nearest_distances, sample_from_codes
from ..datasets import ImageData
from ..models import Autoencoder, VariationalAutoencoder
from ..plots import DensityPanel, density_panels, grid_panels
from .variational_common import save
from .variational_sharpness import gradient_energy


def moment_distance(z: np.ndarray) -> float:
    """Return sqrt(|mean|^2 + |covariance - I|^2) of codes z (m, k): 0 for the first two moments of N(0, I)."""
    z = np.asarray(z, dtype=np.float64)
    return float(np.sqrt(np.sum(z.mean(axis=0) ** 2) + np.sum((np.cov(z, rowvar=False) - np.eye(z.shape[1])) ** 2)))


def aggregate_posterior(out: Path, data: ImageData, vae: VariationalAutoencoder, plain: Autoencoder) -> dict[str, float]:
    """Histograms of the codes of held-out digits, unit by unit, with N(0, 1); distances of the moments."""
    z = vae.encoder_distribution(data.X_test).sample(0)
    codes = plain.transform(data.X_test)
    scaled = (codes - codes.mean(axis=0)) / codes.std(axis=0)
    numbers = {"moments_vae": moment_distance(z), "moments_ae": moment_distance(codes),
               "moments_ae_scaled": moment_distance(scaled)}
    x = np.linspace(-4, 4, 200)
    normal = {"N(0, 1)": (x, np.exp(-x ** 2 / 2) / np.sqrt(2 * np.pi))}
    shown = np.argsort(-vae.kl_per_unit_)[:4]
    panels = [DensityPanel(f"VAE, unit {unit + 1}", {"codes of held-out digits": z[:, unit]}, (-4, 4), "draw from q(z|x)",
                           f"mean {z[:, unit].mean():.2f}, sd {z[:, unit].std():.2f}", normal) for unit in shown]
    panels += [DensityPanel(f"AE, unit {unit + 1}", {"codes of held-out digits": codes[:, unit]}, (-4, 4), "code",
                            f"mean {codes[:, unit].mean():.2f}, sd {codes[:, unit].std():.2f}", normal) for unit in range(4)]
    save(density_panels(panels, bins=28), out, "aggregate_posterior")
    print("Aggregate posterior against the prior, 10 units, held-out digits: distance of mean and covariance from those "
          "of N(0, I)\n"
          f"  VAE {numbers['moments_vae']:.2f}; autoencoder {numbers['moments_ae']:.2f}, and with its units scaled to "
          f"variance one {numbers['moments_ae_scaled']:.2f}\n")
    return numbers


def generators(out: Path, data: ImageData, vae: VariationalAutoencoder, plain: Autoencoder, quick: bool) -> dict[str, float]:
    """Samples of both, their sharpness, and how far they are from the nearest training image."""
    count = 300 if quick else 1000
    z = np.random.default_rng(1).standard_normal((count, plain.latent_dim))
    drawn = {"held-out digits": data.X_test, "VAE": vae.sample(count, random_state=1, mean=True),
             "autoencoder + mixture": sample_from_codes(plain, data.X_train, count, n_components=10, random_state=1),
             "autoencoder, codes from N(0, I)": plain.inverse_transform(z)}
    far = {name: float(nearest_distances(images, data.X_train).mean()) for name, images in drawn.items()}
    sharp = {name: gradient_energy(images, data) for name, images in drawn.items()}
    print("Generators, 10 units: mean distance to the nearest training image; gradient energy over the data's")
    for name in drawn:
        print(f"  {name:<34}{far[name]:6.2f}{sharp[name]:8.2f}")
    print("  Much nearer than held-out digits would be copies. An autoencoder has no distribution of codes until one is\n"
          "  fitted to them (E001-11), and with a mixture it generates; drawn from N(0, I), its codes mean little.\n")
    notes = {name: f"nearest training image at {far[name]:.2f}; sharpness {sharp[name]:.2f}" for name in drawn}
    save(grid_panels({name: images[:48] for name, images in drawn.items()}, data.image_shape, notes), out, "generators")
    keys = ("held_out", "vae", "mixture", "unfitted")
    return {f"nearest_{key}": value for key, value in zip(keys, far.values())} | {
        f"sharpness_{key}": value for key, value in zip(keys, sharp.values())}
