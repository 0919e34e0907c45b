"""Features: what a code knows of a stroke, its angle and its length, that nobody has told it.

"How a 4 is written": the sources claim that an autoencoder finds the number of lines and their angles (003). Here the truth is
known. A linear probe is fitted to the codes of the training strokes and asked about strokes that neither model nor probe has
seen. Sparsity and width were chosen on strokes of a third draw.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ..applications import linear_probe, r_squared
from ..baselines import PCA
from ..datasets import strokes
from ..datasets.strokes import Strokes
from ..models import Autoencoder, SparseAutoencoder, VariationalAutoencoder
from ..plots import filters, image_rows, png_bytes
from .verdicts import Verdict

TARGETS = ("cos 2a", "sin 2a", "length")
OURS, PIXELS, PRINCIPAL = "sparse autoencoder, 128 units", "pixels, 256", "PCA, 128 components"


def run(out: Path, quick: bool = False) -> dict[str, float]:
    """Print the table of R^2, write two figures into out, return every mean and spread."""
    seeds = range(2 if quick else 5)
    results: dict[str, list[np.ndarray]] = {}
    first: Any = None
    for seed in seeds:
        train, test = strokes(1000 if quick else 3000, random_state=2 * seed), strokes(500, random_state=2 * seed + 1)
        models = train_all(train, seed, quick)
        first = first or models[OURS]
        for name, model in {**models, PRINCIPAL: PCA(128).fit(train.X), PIXELS: None}.items():
            results.setdefault(name, []).append(read_off(model, train, test))
    _print(results, len(seeds))
    out.mkdir(parents=True, exist_ok=True)
    _draw(out, first)
    return {f"{name}: {target}{suffix}": float(value) for name, values in results.items()
            for suffix, row in (("", np.mean(values, axis=0)), (", spread", np.std(values, axis=0, ddof=1)))
            for target, value in zip(TARGETS, row)}


def train_all(train: Strokes, seed: int, quick: bool) -> dict[str, Any]:
    """Return models of strokes, none of which has seen an angle."""
    base: dict[str, Any] = {"batch_size": 64, "learning_rate": 3e-3, "schedule": "cosine", "random_state": seed}
    sparse = SparseAutoencoder(latent_dim=128, hidden_dims=(), rho=0.05, sparsity_weight=0.5, epochs=40 if quick else 60, **base)
    deep = Autoencoder(latent_dim=16, hidden_dims=(128,), activation="tanh", epochs=20 if quick else 60, **base)
    vae = VariationalAutoencoder(latent_dim=16, hidden_dims=(128,), activation="tanh", sigma2=0.02, epochs=20 if quick else 60,
                                 **base)
    return {OURS: sparse.fit(train.X), "deep autoencoder, 16 units": deep.fit(train.X), "VAE, 16 units": vae.fit(train.X)}


def read_off(model: Any, train: Strokes, test: Strokes) -> np.ndarray:
    """Return R^2 of the three targets on test strokes, from the model's codes or, without a model, from the pixels."""
    known, asked = (data.X if model is None else model.transform(data.X) for data in (train, test))
    return r_squared(_targets(test), linear_probe(known, _targets(train), asked))


def _targets(data: Strokes) -> np.ndarray:
    return np.column_stack([np.cos(2 * data.angle), np.sin(2 * data.angle), data.length])


def _print(results: dict[str, list[np.ndarray]], seeds: int) -> None:
    print(f"R^2 of a linear probe on unseen strokes, mean ± standard deviation over {seeds} seeds:\n\n  {'':<32}"
          + "".join(f"{target:>17}" for target in TARGETS))
    for name, values in results.items():
        mean, spread = np.mean(values, axis=0), np.std(values, axis=0, ddof=1)
        print(f"  {name:<32}" + "".join(f"{m:9.3f} ± {s:.3f}" for m, s in zip(mean, spread)))
    print("\n  The angle is there in every code, but a weighted sum finds it only where units answer to a range of angles each, "
          "as sparse\n  units do. The length of a stroke is the sum of its pixels: no code is needed for that.")


def _draw(out: Path, model: SparseAutoencoder) -> None:
    (out / "stroke_filters.png").write_bytes(png_bytes(filters(model.params["encoder.0.W"], (16, 16), max_units=48)))
    angles = np.linspace(0, np.pi, 12, endpoint=False)
    many = strokes(4000, random_state=7)
    near = [int(np.argmin(np.abs(many.angle - a) + 0.1 * np.abs(many.length - 9) + 0.1 * np.abs(many.centre - 7.5).sum(axis=1)))
            for a in angles]
    rows = {"strokes": many.X[near], "reconstructions": model.reconstruct(many.X[near])}
    z = model.transform(many.X)
    tuned = np.argsort(-z.var(axis=0))[:4]
    for unit in tuned:
        rows[f"most for unit {unit}"] = many.X[np.argsort(-z[:, unit])[:12]]
    (out / "strokes.png").write_bytes(png_bytes(image_rows(rows, (16, 16))))


def verdicts(numbers: dict[str, float]) -> list[Verdict]:
    """Return the sparse code beside pixels and beside as many principal components."""
    return [Verdict("features of strokes", f"R^2 of {target}, linear probe", OURS, numbers[f"{OURS}: {target}"],
                    numbers[f"{OURS}: {target}, spread"], baseline, numbers[f"{baseline}: {target}"])
            for target in TARGETS for baseline in (PIXELS, PRINCIPAL)]
