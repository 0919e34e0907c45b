"""Which units answer to which digit, and how far a code moves when the digit is shifted or noisy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from .. import plots
from ..datasets import ImageData, load_digits
from ..models import Autoencoder, ContractiveAutoencoder, Model, SparseAutoencoder

COMMON: dict[str, Any] = {"hidden_dims": (), "latent_dim": 64, "loss": "bce", "tied": True, "epochs": 100,
                          "learning_rate": 3e-3, "batch_size": 100, "schedule": "cosine", "random_state": 0}
SHOWN = (0, 0, 1, 1, 4, 4, 7, 7)


def codes_of_digits(out: Path, quick: bool) -> dict[str, float]:
    """Fit a plain, a sparse and a contractive code to the digits; see which units answer, and how steadily."""
    digits, settings = load_digits(), {**COMMON, "epochs": 50} if quick else COMMON
    models: dict[str, Model] = {"plain": Autoencoder(latent_activation="sigmoid", **settings),
                                "sparse, KL": SparseAutoencoder(rho=0.05, **settings),
                                "contractive": ContractiveAutoencoder(contraction_weight=0.3, **settings)}
    for model in models.values():
        model.fit(digits.X_train)
    overlaps = answers_of_units(out, digits, models["plain"], models["sparse, KL"])
    print()
    return {**overlaps, **sensitivity(out, digits, models)}


def answers_of_units(out: Path, digits: ImageData, plain: Model, sparse: Model) -> dict[str, float]:
    """The set of active units depends on the data: images of one class share more of them (001, 002, 004)."""
    print("Active units (activation above one half) of held-out digits, 64 tied sigmoid units: overlap of two images'\n"
          "sets, the number of common units over the number in either (Jaccard)\n")
    print("  model           active   same class   different classes   ratio")
    for name, model in (("plain", plain), ("sparse, KL", sparse)):
        z = model.transform(digits.X_test)
        within, between = jaccard(z > 0.5, digits.y_test)
        print(f"  {name:<14} {np.mean(z > 0.5):7.1%} {within:12.3f} {between:19.3f} {within / between:7.1f}")
    chosen = _examples(digits.y_test)
    figure = plots.unit_opacity(digits.X_test[chosen], digits.image_shape, z[chosen][:, _by_preference(z, digits.y_test)],
                                [str(digits.y_test[index]) for index in chosen], limit=1.0,
                                note="64 sigmoid units with KL sparsity, ordered by the class to which they answer most; "
                                     "opacity = activation")
    (out / "opacity.png").write_bytes(plots.png_bytes(figure))
    return {"jaccard_within": within, "jaccard_between": between}


def jaccard(active: np.ndarray, labels: np.ndarray) -> tuple[float, float]:
    """Return the mean overlap of the active sets (m, k) of two examples, within and between classes."""
    sets = active.astype(np.float64)
    common, sizes = sets @ sets.T, sets.sum(axis=1)
    overlap = common / np.maximum(sizes[:, None] + sizes - common, 1)
    same, other = labels[:, None] == labels, ~np.eye(len(labels), dtype=bool)
    return float(overlap[same & other].mean()), float(overlap[~same].mean())


def _examples(labels: np.ndarray) -> list[int]:
    """Return the index of a fresh example for every class in SHOWN."""
    chosen: list[int] = []
    for label in SHOWN:
        chosen.append(next(int(i) for i in np.flatnonzero(labels == label) if i not in chosen))
    return chosen


def _by_preference(z: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return the units in the order of the class for which their mean activation is highest."""
    means = np.array([z[labels == label].mean(axis=0) for label in np.unique(labels)])      # (classes, k)
    return np.lexsort((-means.max(axis=0), means.argmax(axis=0)))


def sensitivity(out: Path, digits: ImageData, models: dict[str, Model]) -> dict[str, float]:
    """How far does the code move under a shift by one pixel, and under noise? (004 says sparse codes are sensitive.)"""
    shifted = np.zeros_like(digits.X_test).reshape(-1, 8, 8)
    shifted[:, :, 1:] = digits.X_test.reshape(-1, 8, 8)[:, :, :-1]
    noisy = digits.X_test + 0.1 * np.random.default_rng(0).standard_normal(digits.X_test.shape)
    print("Squared distance that the code moves, over the mean squared distance between the codes of two digits\n")
    print("  model           shift by one pixel   noise of sd 0.1   reconstruction, nats")
    shift, noise = {}, {}
    for name, model in models.items():
        z = model.transform(digits.X_test)
        apart = 2 * z.var(axis=0).sum()
        moved = [np.mean(np.sum((model.transform(x) - z) ** 2, axis=1)) / apart for x in (shifted.reshape(-1, 64), noisy)]
        shift[name], noise[name] = moved
        print(f"  {name:<14} {moved[0]:19.3f} {moved[1]:17.4f} {-model.score(digits.X_test):22.2f}")
    print("\n  One pixel of eight is far for all of them: none of these penalties makes a code blind to shifts.")
    panels = {"Shift by one pixel": shift, "Noise of sd 0.1": noise}
    figure = plots.bar_groups(panels, dict.fromkeys(panels, "squared movement / distance of two codes"))
    (out / "sensitivity.png").write_bytes(plots.png_bytes(figure))
    return {f"{kind}_{name.split(',')[0]}": value for kind, values in (("shift", shift), ("noise", noise))
            for name, value in values.items()}
