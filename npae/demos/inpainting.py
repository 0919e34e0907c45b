"""Inpainting on the digits: missing pixels and missing blocks, with models that were trained for it and with any model.

Components, ridges and the models' widths were chosen on the last 287 training images, by the mean squared error in the holes;
errors are those of the held-out images, over several seeds of models and holes.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ..applications import conditional_mean, hole_error, inpaint, inpaint_again, missing_blocks, missing_pixels
from ..baselines import PCA
from ..corruption import BlockMaskingNoise, Corruption, MaskingNoise
from ..datasets import ImageData, load_digits
from ..models import Autoencoder
from ..plots import image_rows, png_bytes
from .verdicts import Verdict

VALIDATION = 287
HOLES = {"half of the pixels": MaskingNoise(0.5), "a block of 4 x 4": BlockMaskingNoise(4)}
TRAINED, AGAIN = "trained with masking, one pass", "autoencoder of 8 units, again and again"
COMPONENTS = (2, 4, 6, 8, 12, 16, 24)
RIDGES = (1e-4, 1e-3, 1e-2, 3e-2)


def run(out: Path, quick: bool = False) -> dict[str, float]:
    """Print the table of errors, write the figure into out, return every mean and spread."""
    data, seeds = load_digits(), range(2 if quick else 3)
    results: dict[str, list[float]] = {}
    shown: dict[str, np.ndarray] = {}
    for seed in seeds:
        plain = _plain(data, seed, quick)
        for holes, corruption in HOLES.items():
            models = {TRAINED: _trained_for(data, corruption, seed, quick), AGAIN: plain}
            known = holes_like(holes, data.X_test, np.random.default_rng([seed, 1]))
            answers = fill(data, models, holes, known, seed)
            for method, answer in answers.items():
                results.setdefault(f"{holes}: {method}", []).append(hole_error(data.X_test, answer, known))
            if seed == 0:
                shown |= _rows(holes, data, answers, known)
    _print(results, len(seeds))
    out.mkdir(parents=True, exist_ok=True)
    (out / "inpainting.png").write_bytes(png_bytes(image_rows(shown, data.image_shape)))
    return {name + suffix: float(value) for name, values in results.items()
            for suffix, value in (("", np.mean(values)), (", spread", np.std(values, ddof=1)))}


def holes_like(holes: str, X: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return known (m, n) for this kind of hole."""
    return missing_pixels(len(X), X.shape[1], 0.5, rng) if "pixels" in holes else missing_blocks(len(X), (8, 8), 4, rng)


def fill(data: ImageData, models: dict[str, Any], holes: str, known: np.ndarray, seed: int) -> dict[str, np.ndarray]:
    """Return the filled held-out images of every method; what a baseline must choose is chosen on validation images."""
    X, mean = data.X_test, data.X_train.mean(axis=0)
    fitted, held_out = data.X_train[:-VALIDATION], data.X_train[-VALIDATION:]
    gaps = holes_like(holes, held_out, np.random.default_rng([seed, 2]))
    k = min(COMPONENTS, key=lambda k: hole_error(held_out, inpaint_again(PCA(k).fit(fitted), held_out, gaps, mean), gaps))
    ridge = min(RIDGES, key=lambda ridge: hole_error(held_out, conditional_mean(fitted, held_out, gaps, ridge), gaps))
    return {"mean image": np.where(known, X, mean),
            "PCA, again and again": inpaint_again(PCA(k).fit(data.X_train), X, known, mean),
            "Gaussian conditional mean": conditional_mean(data.X_train, X, known, ridge),
            TRAINED: inpaint(models[TRAINED], X, known),
            AGAIN: inpaint_again(models[AGAIN], X, known, mean)}


def _trained_for(data: ImageData, corruption: Corruption, seed: int, quick: bool) -> Autoencoder:
    """No bottleneck: what keeps it from copying is that there is nothing to copy in the holes."""
    model = Autoencoder(corruption=corruption, hidden_dims=(384,), latent_dim=256, latent_activation="relu", weight_decay=1e-4,
                        epochs=25 if quick else 200, batch_size=64, learning_rate=3e-3, schedule="cosine", random_state=seed)
    return model.fit(data.X_train)


def _plain(data: ImageData, seed: int, quick: bool) -> Autoencoder:
    """A model that has never seen a hole; its bottleneck is what makes the iteration come to rest at digits."""
    model = Autoencoder(hidden_dims=(256,), latent_dim=8, weight_decay=1e-3, epochs=40 if quick else 150, batch_size=64,
                        learning_rate=3e-3, schedule="cosine", random_state=seed)
    return model.fit(data.X_train)


def _rows(holes: str, data: ImageData, answers: dict[str, np.ndarray], known: np.ndarray) -> dict[str, np.ndarray]:
    chosen = [int(np.argmax(data.y_test == label)) for label in range(10)]
    opened = np.where(known, data.X_test, 0.5)
    rows = {f"{holes} missing": opened[chosen], **{f"{name} ": answer[chosen] for name, answer in answers.items()}}
    if holes == next(iter(HOLES)):
        return {"held-out images": data.X_test[chosen], **rows}
    return {name.rstrip() + "  " if name in rows and name.endswith(" ") else name: row for name, row in rows.items()}


def _print(results: dict[str, list[float]], seeds: int) -> None:
    print(f"Mean squared error per missing pixel, held-out digits, mean ± standard deviation over {seeds} seeds:")
    for holes in HOLES:
        print(f"\n  {holes} missing")
        for name, values in results.items():
            if name.startswith(holes):
                print(f"    {name.removeprefix(holes + ': '):<42}{np.mean(values):.4f} ± {np.std(values, ddof=1):.4f}")
    print("\n  The Gaussian conditional mean knows nothing but means and covariances, and is solved anew for every pattern of "
          "holes:\n  the bar to clear. One pass through a model that has never seen a hole is no use; that is what the iteration "
          "is for.")


def verdicts(numbers: dict[str, float]) -> list[Verdict]:
    """Return the model that was trained for it beside three baselines, for both kinds of hole."""
    baselines = ("mean image", "PCA, again and again", "Gaussian conditional mean")
    return [Verdict("inpainting", f"squared error per pixel, {holes} missing", TRAINED, numbers[f"{holes}: {TRAINED}"],
                    numbers[f"{holes}: {TRAINED}, spread"], baseline, numbers[f"{holes}: {baseline}"], high_wins=False)
            for holes in HOLES for baseline in baselines]
