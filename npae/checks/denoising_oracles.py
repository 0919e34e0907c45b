"""Oracles of denoising: Gaussian data, masked data and a Gaussian mixture, for which the best denoiser is known exactly.

A denoiser that is trained on its own input instead of the clean one, or on noise of another size, passes every gradient
check and learns the wrong map: here it shows.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..baselines import LinearDenoiser, NoisedDensity, masking_filter, wiener_filter
from ..corruption import Corruption, GaussianNoise, MaskingNoise, SaltAndPepperNoise
from ..models import DenoisingAutoencoder
from .result import Check

VARIANCES = np.array([4.0, 1.0, 0.25])
SD, FRACTION = 0.5, 0.3
STANDARD_ERRORS = 5.0       # of a sample moment: a seed that errs so far comes once in a million


def denoising_oracle_checks(seed: int = 0) -> Iterator[Check]:
    """Yield the checks of the corruptions and of denoising autoencoders against what is known exactly."""
    rng = np.random.default_rng(seed)
    yield from corruption_moments(rng)
    x, S = gaussian_data(rng)
    mu = x.mean(axis=0)
    yield from linear_denoiser("gaussian", SD, x, wiener_filter(mu, S, SD), seed)
    yield from linear_denoiser("masking", FRACTION, x, masking_filter(mu, S, FRACTION), seed)
    yield from mixture_denoiser(seed)


def corruption_moments(rng: np.random.Generator, shape: tuple[int, int] = (2000, 50)) -> Iterator[Check]:
    """What the samplers draw: mean, standard deviation and fractions, in units of their standard errors."""
    x, count = np.full(shape, 0.5), shape[0] * shape[1]

    def corrupted(corruption: Corruption) -> np.ndarray:
        return corruption(x, corruption.draw(x, rng))

    mean, sd = 0.3, 0.7
    added = corrupted(GaussianNoise(sd, mean)) - x
    errors = {("GaussianNoise", "mean"): (added.mean() - mean) * np.sqrt(count) / sd,
              ("GaussianNoise", "standard deviation"): (added.std() - sd) * np.sqrt(2 * count) / sd}
    salted = corrupted(SaltAndPepperNoise(0.3, low=-1.0, high=2.0))
    for name, share, measured in (("MaskingNoise", FRACTION, np.mean(corrupted(MaskingNoise(FRACTION)) == 0)),
                                  ("SaltAndPepperNoise, low", 0.15, np.mean(salted == -1)),
                                  ("SaltAndPepperNoise, high", 0.15, np.mean(salted == 2))):
        errors[name, "fraction"] = (measured - share) * np.sqrt(count / (share * (1 - share)))
    for (name, moment), error in errors.items():
        yield Check("oracles", name, f"{moment}: standard errors off", abs(float(error)), STANDARD_ERRORS)


def gaussian_data(rng: np.random.Generator, m: int = 500) -> tuple[np.ndarray, np.ndarray]:
    """Return X (m, 3) with a mean, and its covariance (1/m), exactly of the given VARIANCES, in a random orientation."""
    white = rng.normal(size=(m, 3))
    white = np.linalg.qr(white - white.mean(axis=0))[0] * np.sqrt(m)        # columns orthogonal, mean 0, variance 1
    rotation = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    return (white * np.sqrt(VARIANCES)) @ rotation.T + [0.5, -1.0, 0.0], (rotation * VARIANCES) @ rotation.T


def linear_denoiser(noise: str, level: float, x: np.ndarray, best: LinearDenoiser, seed: int) -> Iterator[Check]:
    """A linear autoencoder as wide as its data, fresh noise: it must find the best linear map, weights and biases."""
    copies = np.tile(x, (4, 1))                         # four draws of the noise for every example of a step
    model = DenoisingAutoencoder(latent_dim=3, hidden_dims=(), noise=noise, noise_level=level, epochs=1500,
                                 batch_size=len(copies), learning_rate=2e-2, schedule="cosine", dtype="float64",
                                 random_state=seed)
    model.fit(copies)
    b = model.reconstruct(np.zeros((1, 3)))[0]          # the map is affine: its value at 0, and the images of unit vectors
    W = model.reconstruct(np.eye(3)) - b
    subject = f"linear denoiser, {noise}"
    yield Check("oracles", subject, "W: largest error over largest entry",
                np.abs(W - best.W).max() / np.abs(best.W).max(), 0.01)
    yield Check("oracles", subject, "bias: largest error", np.abs(b - best.b).max(), 0.02)
    noised = model.corrupt(np.tile(x, (40, 1)), np.random.default_rng(seed))
    excess = np.mean(np.sum((model.reconstruct(noised) - best.denoise(noised)) ** 2, axis=1))
    yield Check("oracles", subject, "error over the least possible, minus 1", excess / best.error, 0.01)


def mixture_denoiser(seed: int, sd: float = 0.4) -> Iterator[Check]:
    """Three Gaussians in the plane. For the best map b(x~) = E[x | x~] the excess error of r is E |r - b|^2."""
    truth = example_mixture(sd)
    model = DenoisingAutoencoder(latent_dim=32, hidden_dims=(32,), activation="tanh", latent_activation="tanh",
                                 noise_level=sd, epochs=100, batch_size=500, learning_rate=5e-3, schedule="cosine",
                                 random_state=seed)
    model.fit(truth.sample(20_000, seed)[0])
    clean, noised = truth.sample(5_000, seed + 1)
    excess = np.mean(np.sum((model.reconstruct(noised) - truth.denoise(noised)) ** 2, axis=1))
    yield Check("oracles", "denoiser of a mixture", "excess over the best denoiser, over sd^2", excess / sd ** 2, 0.01)
    score, estimate = truth.score(noised), model.score_field(noised)
    yield Check("oracles", "denoiser of a mixture", "score of the noised density: relative squared error",
                float(np.sum((estimate - score) ** 2) / np.sum(score ** 2)), 0.02)
    measured, least = np.mean(np.sum((truth.denoise(noised) - clean) ** 2, axis=1)), truth.posterior_variance(noised).mean()
    yield Check("oracles", "best denoiser of a mixture", "its error over the posterior variance, minus 1",
                abs(measured / least - 1), 0.1)


def example_mixture(sd: float) -> NoisedDensity:
    """Three Gaussians, two tilted and one flat, noised: different in shape, and overlapping."""
    tilted = np.array([[0.10, 0.05], [0.05, 0.10]])
    covariances = [tilted, tilted * [[1, -1], [-1, 1]], np.diag([0.20, 0.02])]
    return NoisedDensity([[-1.0, -0.6], [1.0, -0.6], [0.0, 1.0]], sd, covariances, [1, 1, 2])
