r"""What is measured on a trained model, all of it on the held-out test images (the classifiers learn from training codes).

Reconstruction, squared error per image (low is good): from the clean image, and from images with Gaussian noise (standard
deviation 0.3), with a fraction 0.3 masked, with a fraction 0.3 salt and pepper; the target is the clean image always.

Codes. Lifetime and population sparseness after Hoyer (npae/sparseness.py), in which a code unit that idles at 1/2 counts
as active; the fraction of codes that are exactly zero; the mean over the images of |dz/dx|^2, which changes when a code is
merely multiplied by a constant; and the noise sensitivity, which does not:

    sensitivity = root of  sum |z(x + e) - z(x)|^2 / sum |z(x) - mean z|^2,     e Gaussian of standard deviation 0.05:

how far a little noise moves a code, in units of how far codes lie apart. A constant code would not get off with 0.

Classes: the share of test digits named by the 5 nearest training codes, and by a linear classifier on the codes, trained
with 10 labels a class and with all. Codes are centred and divided by one number for this, the root of their mean square.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..applications import SoftmaxRegression, neighbour_accuracy
from ..baselines import PCA
from ..corruption import Corruption, GaussianNoise, MaskingNoise, SaltAndPepperNoise
from ..datasets import ImageData
from ..sparseness import lifetime_sparseness, population_sparseness, zero_fraction

NOISES: dict[str, Corruption] = {"Gaussian noise": GaussianNoise(0.3), "masked": MaskingNoise(0.3),
                                 "salt and pepper": SaltAndPepperNoise(0.3)}
SMALL_NOISE, DRAWS = 0.05, 5
FEW = 10                # labels of each class
DECAY = 1e-2            # of the linear classifier, chosen on the validation images like everything else


@dataclass(frozen=True)
class Column:
    """A measured quantity: its name, whether high is the winner, and how it is written."""

    name: str
    high_wins: bool
    form: str = ".3f"


TABLES: dict[str, tuple[Column, ...]] = {
    "Reconstruction: squared error per held-out image, from": (
        Column("clean image", False), *(Column(name, False) for name in NOISES)),
    "Codes: sparseness over lifetime and population, share of exact zeros, squared Jacobian norm, noise sensitivity": (
        Column("lifetime", True, ".2f"), Column("population", True, ".2f"), Column("exact zeros", True, ".2f"),
        Column("|dz/dx|\u00b2", False, ".2f"), Column("sensitivity", False)),
    "Digits named rightly by neighbours and by a linear classifier, with 100 labels and with all": (
        Column("5-NN, 100", True), Column("5-NN, all", True), Column("linear, 100", True), Column("linear, all", True)),
}
COLUMNS = tuple(column for columns in TABLES.values() for column in columns)


def measure(model: Any, data: ImageData, seed: int) -> dict[str, float]:
    """Return the value of every column; the seed draws the noise and the few labels, the same for all models."""
    rng = np.random.default_rng((seed, 1))
    values = [*_reconstruction(model, data.X_test, rng), *_codes(model, data.X_test, rng), *_classes(model, data, rng)]
    return dict(zip((column.name for column in COLUMNS), values))


def squared_error(reconstructed: np.ndarray, X: np.ndarray) -> float:
    """Return the squared error per image, summed over the pixels."""
    return float(((np.asarray(reconstructed, np.float64) - X) ** 2).sum(axis=1).mean())


def _reconstruction(model: Any, X: np.ndarray, rng: np.random.Generator) -> list[float]:
    inputs = [X, *(noise(X, noise.draw(X, rng)) for noise in NOISES.values())]
    return [squared_error(model.reconstruct(x), X) for x in inputs]


def _codes(model: Any, X: np.ndarray, rng: np.random.Generator) -> list[float]:
    z = np.asarray(model.transform(X), np.float64)                      # (m, k)
    moved = [np.sum((model.transform(X + SMALL_NOISE * rng.standard_normal(X.shape)) - z) ** 2) for _ in range(DRAWS)]
    sensitivity = np.sqrt(np.mean(moved) / np.sum((z - z.mean(axis=0)) ** 2))
    J = model.components_[np.newaxis] if isinstance(model, PCA) else model.jacobian(X)      # (m or 1, k, n)
    return [lifetime_sparseness(z), population_sparseness(z), zero_fraction(z),
            float(np.sum(J ** 2, axis=(1, 2), dtype=np.float64).mean()), float(sensitivity)]


def _classes(model: Any, data: ImageData, rng: np.random.Generator) -> list[float]:
    train, test = on_one_scale(model.transform(data.X_train), model.transform(data.X_test))
    few = np.concatenate([rng.permutation(np.flatnonzero(data.y_train == label))[:FEW]
                          for label in np.unique(data.y_train)])
    known = [(train[rows], data.y_train[rows]) for rows in (few, slice(None))]
    neighbours = [neighbour_accuracy(codes, labels, test, data.y_test) for codes, labels in known]
    linear = [SoftmaxRegression(decay=DECAY).fit(codes, labels).score(test, data.y_test) for codes, labels in known]
    return [*neighbours, *linear]


def on_one_scale(train: np.ndarray, test: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return both sets of codes minus the mean of the first and divided by the root of its mean square, in float64."""
    mean = train.mean(axis=0, dtype=np.float64)
    scale = np.sqrt(np.mean((train - mean) ** 2)) or 1.0
    return (train - mean) / scale, (test - mean) / scale
