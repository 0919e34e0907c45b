r"""Denoising: what a model makes of noisy examples, in decibels.

Key: m images x (m, n) in rows, x^ estimates of them (m, n), R the range of a pixel (largest possible minus smallest).

    mse   =  mean over all pixels of all images of (x^ - x)^2
    PSNR  =  10 log10(R^2 / mse)                    peak signal-to-noise ratio, dB                              (1)
    gain  =  10 log10(mse of the noisy images / mse of the denoised ones), dB                                   (2)

(2) is the PSNR after minus the PSNR before; R cancels. 3 dB are half the squared error, 10 dB a tenth, and below 0 the images
were better left alone. The mean in (1) is taken before the logarithm: one image that is reproduced perfectly has an infinite
PSNR, and would carry a mean of PSNRs with it.

A denoiser knows that pixels lie in their range, and so do its rivals: before errors are measured, everything is clipped to
the range, the noisy images too. It costs nothing and it never hurts, so no gain is claimed for it.

What to fear: a model that was trained on one noise has learnt that noise. It removes it from images that have none of it,
and another kind it may take for content. So measure on noise that was not trained on.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ..corruption import Corruption
from ..validation import Seed, check_mapping, check_matrix, check_model, check_random_state, check_real


class NoiseResult(NamedTuple):
    """PSNR of the noisy images, dB, and by how much each model raises it, dB, by name."""

    noisy: float
    gains: dict[str, float]


def psnr(estimate: ArrayLike, clean: ArrayLike, data_range: float = 1.0) -> float:
    """Return the peak signal-to-noise ratio in dB of estimates (m, n) of clean images (m, n); infinite where they are equal.

    data_range: largest minus smallest value that a pixel can have, 1 for images in [0, 1].
    """
    check_real(data_range, "data_range", 0, open_low=True)
    mse = _mean_squared_error(estimate, clean, "estimate")
    return 20 * math.log10(data_range) - 10 * math.log10(mse) if mse else math.inf                                          # (1)


def psnr_gain(denoised: ArrayLike, noisy: ArrayLike, clean: ArrayLike) -> float:
    """Return by how many dB denoised images (m, n) are nearer to the clean ones than the noisy ones were."""
    before, after = (_mean_squared_error(X, clean, name) for X, name in ((noisy, "noisy"), (denoised, "denoised")))
    if not before:
        raise ValueError("noisy is equal to clean: there is nothing to gain (is X without any variation, or the noise 0?)")
    return 10 * math.log10(before / after) if after else math.inf                                               # (2)


def denoise(model: Any, X: ArrayLike) -> np.ndarray:
    """Return X (m, n) denoised, (m, n) float64: the model's reconstruction, or what its own `denoise` gives if it has one."""
    x = check_matrix(X)
    if not hasattr(model, "denoise"):
        check_model(model, "reconstruct")
    method = getattr(model, "denoise", None) or model.reconstruct
    denoised = check_matrix(method(x), "the model's output", n_features=x.shape[1])
    if len(denoised) != len(x):
        raise ValueError(f"the model made {len(denoised)} rows of {len(x)}")
    return denoised


def add_noise(X: ArrayLike, noise: Corruption, random_state: Seed = None) -> np.ndarray:
    """Return X (m, n) with noise of this kind and level, such as GaussianNoise(0.3), drawn for every entry."""
    x = check_matrix(X)
    if not isinstance(noise, Corruption):
        raise TypeError(f"noise must be a Corruption such as GaussianNoise(0.3), got {noise!r}")
    noise.validate()
    return noise(x, noise.draw(x, check_random_state(random_state)))


def denoising_gains(models: Mapping[str, Any], X: ArrayLike, noises: Mapping[str, Corruption], *, low: float = 0.0,
                    high: float = 1.0, random_state: Seed = None) -> dict[str, NoiseResult]:
    """Return what all models gain on clean images X (m, n) with each noise; all of them meet the same draws.

    models      by name: fitted ones, or for a model that is told the noise a dictionary of one model for each noise
    noises      by name: the kinds and levels to test, trained on or not
    low, high   of the values that a pixel can have; see above for the clipping
    """
    clean, rng = check_matrix(X), check_random_state(random_state)
    check_real(low, "low")
    check_real(high, "high", low, open_low=True)
    check_mapping(models, "models", "fitted models by name")
    check_mapping(noises, "noises", "noises by name")
    for name, noise in noises.items():
        if not isinstance(noise, Corruption):
            raise TypeError(f"noises[{name!r}] must be a Corruption such as GaussianNoise(0.3), got {noise!r}")
    for label, model in models.items():
        if not isinstance(model, Mapping) and not hasattr(model, "denoise"):
            check_model(model, "reconstruct", name=f"models[{label!r}]")
    found = {}
    for name, noise in noises.items():
        noisy = add_noise(clean, noise, rng)
        told = {label: model[name] if isinstance(model, Mapping) else model for label, model in models.items()}
        seen = np.clip(noisy, low, high)
        gains = {label: psnr_gain(np.clip(denoise(model, noisy), low, high), seen, clean) for label, model in told.items()}
        found[name] = NoiseResult(psnr(seen, clean, high - low), gains)
    return found


def _mean_squared_error(estimate: ArrayLike, clean: ArrayLike, name: str) -> float:
    x = check_matrix(clean, "clean")
    given = check_matrix(estimate, name, n_features=x.shape[1])
    if len(given) != len(x):
        raise ValueError(f"{name} must have a row for each of the {len(x)} clean ones, got {len(given)}")
    return float(np.mean((given - x) ** 2))
