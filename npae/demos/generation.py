"""Every generative model of the package, and two classical ones: are the samples plausible, is everything there, are they copies?

Precision and recall are measured in a feature space: the code of a classifier that was trained on the labelled training images
and knows nothing of the generators. Their settings were chosen on the last 287 training images; the reference is the held-out
images, as many of them as samples. Samples are means without pixel noise, cut to the gray scale.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from ..applications import nearest, nearest_distances, precision_recall, sample_from_codes
from ..baselines import GaussianMixture, ProbabilisticPCA
from ..datasets import ImageData, load_digits
from ..models import (
    Autoencoder,
    HierarchicalVectorQuantizedAutoencoder,
    ProbabilisticAutoencoder,
    StackedDenoisingAutoencoder,
    VariationalAutoencoder,
    VectorQuantizedAutoencoder,
)
from ..plots import image_rows, png_bytes
from .verdicts import Verdict

Sampler = Callable[[int, int], np.ndarray]              # (how many, seed) -> images
BASELINES = ("probabilistic PCA", "Gaussian mixture of pixels")
OURS = ("autoencoder, mixture on codes", "VAE", "VQ, learned prior", "VQ on two levels, learned priors")
REFERENCE = "training images"
SHOWN = 14


def run(out: Path, quick: bool = False) -> dict[str, float]:
    """Print the table, write the figure of samples into out, return every mean and spread."""
    data, seeds = load_digits(), range(2 if quick else 3)
    results: dict[str, list[tuple[float, ...]]] = {}
    drawn: dict[str, np.ndarray] = {}
    features = classifier(data, quick)
    for seed in seeds:
        for name, sampler in samplers(data, seed, quick).items():
            images = np.clip(sampler(len(data.X_test), seed), 0, 1)
            results.setdefault(name, []).append(quality(images, data, features))
            if seed == 0:
                drawn[name] = images
    held_out = float(np.mean(nearest_distances(data.X_test, data.X_train)))
    _print(results, held_out, len(seeds))
    out.mkdir(parents=True, exist_ok=True)
    (out / "samples.png").write_bytes(png_bytes(image_rows(_rows(drawn, data), data.image_shape)))
    numbers = {"held-out nearest": held_out}
    for name, values in results.items():
        for index, measure in enumerate(("precision", "recall", "nearest", "copies")):
            column = [row[index] for row in values]
            numbers |= {f"{name}: {measure}": float(np.mean(column)), f"{name}: {measure}, spread": float(np.std(column, ddof=1))}
    return numbers


def classifier(data: ImageData, quick: bool) -> StackedDenoisingAutoencoder:
    """Return the model whose code is the feature space."""
    model = StackedDenoisingAutoencoder(hidden_dims=(128,), latent_dim=16, activation="tanh", noise_level=0.2, random_state=0,
                                        pretrain_epochs=10 if quick else 20, epochs=30 if quick else 80)
    return model.fit(data.X_train, data.y_train)


def quality(images: np.ndarray, data: ImageData, features: Any) -> tuple[float, float, float, float]:
    """Return precision, recall, mean distance to the nearest training image, and the share of samples that are one."""
    precision, recall = precision_recall(features.transform(images), features.transform(data.X_test))
    away = nearest_distances(images, data.X_train)
    return precision, recall, float(away.mean()), float(np.mean(away < 1e-3))


def samplers(data: ImageData, seed: int, quick: bool) -> dict[str, Sampler]:
    """Return a way to draw from each model, all trained on the training images."""
    X, share = data.X_train, 0.2 if quick else 1.0
    dense: dict[str, Any] = {"latent_dim": 10, "hidden_dims": (256,), "activation": "tanh", "epochs": int(150 * share),
                             "batch_size": 64, "learning_rate": 3e-3, "schedule": "cosine", "random_state": seed}
    codes: dict[str, Any] = {"activation": "tanh", "epochs": int(60 * share), "batch_size": 32, "learning_rate": 1e-2,
                             "schedule": "cosine", "random_state": seed}
    plain, vae = Autoencoder(**dense).fit(X), VariationalAutoencoder(sigma2=0.04, **dense).fit(X)
    pae = ProbabilisticAutoencoder(code_weight=0.02, **dense).fit(X)
    one = VectorQuantizedAutoencoder(n_codes=64, n_slots=16, channels=(32,), latent_dim=16, **codes).fit(X)
    two = HierarchicalVectorQuantizedAutoencoder(n_codes_top=256, n_codes_bottom=4, latent_dim=8, **codes).fit(X)
    for model in (one, two):
        model.fit_prior(X, epochs=int(60 * share))
    mixture = GaussianMixture(n_components=10, random_state=seed).fit(X.astype(np.float64))
    ppca = ProbabilisticPCA(20).fit(X)
    return {
        REFERENCE: lambda n, s: X[np.random.default_rng(s).permutation(len(X))[:n]],
        BASELINES[0]: lambda n, s: ppca.inverse_transform(np.random.default_rng(s).normal(size=(n, 20))),
        BASELINES[1]: lambda n, s: mixture.sample(n, np.random.default_rng(s))[0],
        OURS[0]: lambda n, s: sample_from_codes(plain, X, n, random_state=s),
        "probabilistic autoencoder": lambda n, s: pae.sample(n, s, mean=True),
        OURS[1]: lambda n, s: vae.sample(n, s, mean=True),
        OURS[2]: lambda n, s: one.sample(n, s),
        "VQ, codes at random": lambda n, s: one.decode_codes(np.random.default_rng(s).integers(0, 64, (n, 16))),
        OURS[3]: lambda n, s: two.sample(n, s)}


def _print(results: dict[str, list[tuple[float, ...]]], held_out: float, seeds: int) -> None:
    print(f"Samples against held-out digits, mean ± standard deviation over {seeds} seeds (nearest: distance to the nearest "
          f"training image):\n\n  {'':<34}{'precision':>14}{'recall':>16}{'nearest':>10}{'copies':>9}")
    for name, values in results.items():
        mean, spread = np.mean(values, axis=0), np.std(values, axis=0, ddof=1)
        print(f"  {name:<34}{mean[0]:8.3f} ± {spread[0]:.3f}{mean[1]:8.3f} ± {spread[1]:.3f}{mean[2]:10.2f}{mean[3]:9.1%}")
    print(f"\n  The first row is what a perfect generator would reach. Held-out digits are {held_out:.2f} from the nearest "
          f"training image:\n  a generator whose samples are much nearer copies. Codes at random show what the prior is worth.")


def _rows(drawn: dict[str, np.ndarray], data: ImageData) -> dict[str, np.ndarray]:
    rows = {}
    for name, images in drawn.items():
        rows[name] = images[:SHOWN]
        if name == OURS[3]:
            rows["nearest training images"] = data.X_train[nearest(data.X_train, images[:SHOWN], 1)[:, 0]]
    return rows


def verdicts(numbers: dict[str, float]) -> list[Verdict]:
    """Return four generators beside the mixture of pixels, in precision and in recall."""
    baseline = BASELINES[1]
    return [Verdict("generation", measure, name, numbers[f"{name}: {measure}"], numbers[f"{name}: {measure}, spread"], baseline,
                    numbers[f"{baseline}: {measure}"]) for measure in ("precision", "recall") for name in OURS]
