"""The two models of the question what is reconstructed, and the errors of what they have seen against what they have not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..applications import auc, reconstruction_errors
from ..baselines import PCA
from ..models import Autoencoder
from .unseen_kinds import TRAINED, UNSEEN, draw, of_digits, standardized

N_TEST = 360
CODE, COMPONENTS = 8, 16
SETTINGS = {"hidden_dims": (128,), "learning_rate": 5e-3, "schedule": "cosine", "batch_size": 64}
EPOCHS, QUICK_EPOCHS = 120, 40
SPLITS = ((0, 1, 2, 3, 4), (5, 6, 7, 8, 9), (0, 2, 4, 6, 8), (1, 3, 5, 7, 9))      # classes trained on
DEEP, LINEAR = f"autoencoder, {CODE} units", f"PCA, {COMPONENTS} components"

Images = dict[str, np.ndarray]
Makers = dict[str, Callable[[int], Any]]                # by name, from a seed
Pairs = dict[tuple[str, str], tuple[float, float]]      # by what was seen and what was not: AUC, and error of unseen over seen


def makers(epochs: int, code: int = CODE, components: int = COMPONENTS) -> Makers:
    """Return what makes the two models from a seed."""
    return {DEEP: lambda seed: Autoencoder(latent_dim=code, epochs=epochs, random_state=seed, **SETTINGS),   # type: ignore[arg-type]
            LINEAR: lambda seed: PCA(components)}


def images(train: np.ndarray, test: np.ndarray, seed: int) -> tuple[Images, Images]:
    """Return training images of every kind to train on, and test images of every kind; the digits are given."""
    learned = {kind: standardized(train) if kind == "digits" else draw(kind, len(train), (seed, 0)) for kind in TRAINED}
    asked = {kind: standardized(test) if kind == "digits" else draw(kind, N_TEST, (seed, 1)) for kind in TRAINED}
    return learned, {**asked, **of_digits(test)}


def pairs_of_kinds(model: Callable[[int], Any], learned: Images, asked: Images, seed: int) -> Pairs:
    """Train on every kind, and return AUC and ratio of the errors against every other."""
    found: Pairs = {}
    for seen in TRAINED:
        fitted = model(seed).fit(learned[seen])
        errors = {kind: reconstruction_errors(fitted, asked[kind]) for kind in UNSEEN}
        found |= {(seen, kind): compare(errors[seen], errors[kind]) for kind in UNSEEN if kind != seen}
    return found


def pairs_of_classes(model: Callable[[int], Any], X: np.ndarray, y: np.ndarray, X_test: np.ndarray, y_test: np.ndarray,
                     seed: int) -> Pairs:
    """Train on five of the ten digits, and return AUC and ratio of the errors against the other five."""
    found: Pairs = {}
    for split in SPLITS:
        errors = reconstruction_errors(model(seed).fit(X[np.isin(y, split)]), X_test)
        seen = np.isin(y_test, split)
        found[names(split)] = compare(errors[seen], errors[~seen])
    return found


def compare(seen: np.ndarray, unseen: np.ndarray) -> tuple[float, float]:
    """Return the AUC of unseen against seen, and the ratio of the mean errors."""
    return auc(seen, unseen), float(unseen.mean() / seen.mean())


def names(split: tuple[int, ...]) -> tuple[str, str]:
    """Return the digits of a split, and the others, each as one word."""
    rest = (digit for digit in range(10) if digit not in split)
    return "".join(map(str, split)), "".join(map(str, rest))
