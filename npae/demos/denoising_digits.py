"""Three kinds of noise removed from held-out digits, in decibels; and how far the noise moves the codes."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from ..baselines import PCA, LinearDenoiser, masking_filter, salt_and_pepper_filter, wiener_filter
from ..datasets import ImageData, load_digits
from ..models import Autoencoder, DenoisingAutoencoder
from ..plots import bar_groups, png_bytes, reconstructions

LEVELS = {"gaussian": 0.5, "masking": 0.5, "salt_and_pepper": 0.3}
LABELS = {"gaussian": "Gaussian, sd 0.5", "masking": "masking, 50%", "salt_and_pepper": "salt and pepper, 30%"}
FILTERS = {"gaussian": wiener_filter, "masking": masking_filter, "salt_and_pepper": salt_and_pepper_filter}
Kind = TypeVar("Kind", bound=Autoencoder)
COMPONENTS = (2, 4, 6, 8, 12, 16, 24)


def psnr(estimate: np.ndarray, clean: np.ndarray) -> float:
    """Return 10 log10(1 / mean squared error) in dB: the peak of a pixel is 1."""
    return float(-10 * np.log10(np.mean((np.asarray(estimate, dtype=np.float64) - clean) ** 2)))


def digits(out: Path, quick: bool) -> dict[str, float]:
    """Print, draw and return the gain over the noisy image for each kind of noise, and the ratios of code distances."""
    data, seeds = load_digits(), range(1 if quick else 3)
    plain = [_fit(Autoencoder, data, seed, quick) for seed in seeds]
    rows = {"clean": _one_of_each(data, data.X_test)}
    numbers: dict[str, float] = {}
    ratios: dict[str, dict[str, float]] = {}
    print(f"Held-out digits, {len(seeds)} seed{'s' * (len(seeds) > 1)}. Peak signal-to-noise ratio in dB, and by how much "
          f"the noise moves codes,\n  relative to the mean distance between two codes:\n"
          f"  {'':<22}{'noisy':>8}{'PCA':>8}{'linear':>8}{'DAE':>8}{'gain':>8}   code: {'AE':>5}{'DAE':>8}")
    for noise, level in LEVELS.items():
        models = [_fit(DenoisingAutoencoder, data, seed, quick, noise=noise, noise_level=level) for seed in seeds]
        noised = models[0].corrupt(data.X_test, np.random.default_rng(0))
        quality = _quality(noise, noised, data, models)
        ratios[LABELS[noise]] = {name: float(np.mean([_code_ratio(model, data.X_test, noised) for model in chosen]))
                                 for name, chosen in (("plain", plain), ("denoising", models))}
        _tell(LABELS[noise], quality, ratios[LABELS[noise]])
        numbers |= {f"{noise}_gain": quality["DAE"] - quality["noisy"],
                    f"{noise}_over_pca": quality["DAE"] - quality["PCA"],
                    f"{noise}_over_linear": quality["DAE"] - quality["linear"],
                    **{f"{noise}_code_{name}": ratio for name, ratio in ratios[LABELS[noise]].items()}}
        denoised, kind = models[0].reconstruct(noised), LABELS[noise].split(",")[0]
        rows[f"{LABELS[noise]}\n{quality['noisy']:.1f} dB"] = _one_of_each(data, noised)
        rows[f"denoised from {kind}\n{psnr(denoised, data.X_test):.1f} dB"] = _one_of_each(data, denoised)
    figure = reconstructions(rows, data.image_shape, column_titles=[str(label) for label in range(10)])
    (out / "digits.png").write_bytes(png_bytes(figure))
    unit = "distance of clean and noisy code,\nover that of two digits' codes"
    (out / "code_distance.png").write_bytes(png_bytes(bar_groups(ratios, dict.fromkeys(ratios, unit), ".2f")))
    print()
    return numbers


def _fit(kind: type[Kind], data: ImageData, seed: int, quick: bool, **noise: Any) -> Kind:
    model = kind(hidden_dims=(128,) if quick else (256,), latent_dim=32 if quick else 64, loss="bce",
                 epochs=25 if quick else 100, batch_size=64, learning_rate=3e-3, schedule="cosine", random_state=seed,
                 **noise)
    model.fit(data.X_train)
    return model


def _quality(noise: str, noised: np.ndarray, data: ImageData, models: list[DenoisingAutoencoder]) -> dict[str, float]:
    """PSNR of the noisy images and of three denoisers; PCA with the number of components that suits it best."""
    linear: LinearDenoiser = FILTERS[noise](data.X_train.mean(axis=0), np.cov(data.X_train, rowvar=False), LEVELS[noise])
    return {"noisy": psnr(noised, data.X_test),
            "PCA": max(psnr(PCA(k).fit(data.X_train).reconstruct(noised), data.X_test) for k in COMPONENTS),
            "linear": psnr(linear.denoise(noised), data.X_test),
            "DAE": float(np.mean([psnr(model.reconstruct(noised), data.X_test) for model in models]))}


def _code_ratio(model: Autoencoder, clean: np.ndarray, noised: np.ndarray) -> float:
    """Return the mean distance from a code to that of its noised image, over the mean distance between two codes."""
    z = model.transform(clean).astype(np.float64)
    between = np.linalg.norm(z[:, None] - z, axis=2).sum() / (len(z) * (len(z) - 1))
    return float(np.linalg.norm(model.transform(noised) - z, axis=1).mean() / between)


def _tell(label: str, quality: dict[str, float], ratios: dict[str, float]) -> None:
    print(f"  {label:<22}" + "".join(f"{value:>8.2f}" for value in quality.values())
          + f"{quality['DAE'] - quality['noisy']:>8.2f}         {ratios['plain']:>5.2f}{ratios['denoising']:>8.2f}")


def _one_of_each(data: ImageData, images: np.ndarray) -> np.ndarray:
    return images[[int(np.argmax(data.y_test == label)) for label in range(10)]]
