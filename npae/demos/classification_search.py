"""How the settings in classification_recipes.py were chosen: `python -m npae.demos.classification_search` chooses them again.

Models learn from the first 1,150 training images; the 287 validation images judge them. No test image is looked at.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from ..applications import classify_codes, label_order
from ..models import Model
from .classification_recipes import EPOCHS, RECIPES, TUNED_WEIGHT, TUNED_WEIGHTS, Recipe, fine_tuned
from .three_parts import digits_in_three_parts

SEEDS = (0, 1, 2)
FEW = 100


def validation_accuracy(fit: Callable[[int, np.ndarray], Model], seeds: Iterable[int] = SEEDS) -> float:
    """Return the mean of both classifiers' accuracies on the validation images, with few labels and with all.

    fit: returns a trained model for a seed and the rows of the known labels.
    """
    train, validation, _ = digits_in_three_parts()
    found = []
    for seed in seeds:
        for n in (FEW, len(train.y)):
            model = fit(seed, label_order(train.y, seed)[:n])
            pair = classify_codes({"": model}, train, validation, validation, (n,), seed)[""][n]
            found += [accuracy.validation for accuracy in pair]
    return float(np.mean(found))


def of_recipe(recipe: Recipe, settings: Mapping[str, Any], epochs: int = EPOCHS) -> float:
    """Return the validation accuracy of a family with these settings."""
    X = digits_in_three_parts().train.X
    fit = functools.cache(lambda seed: recipe.fit(X, seed, epochs, settings))       # the labels play no part in it
    return validation_accuracy(lambda seed, rows: fit(seed))


def of_weight(weight: float, epochs: int = EPOCHS) -> float:
    """Return the validation accuracy of the stacked model that is trained on with the labels."""
    train = digits_in_three_parts().train
    return validation_accuracy(lambda seed, rows: fine_tuned(*train, rows, seed, epochs, weight))


def main() -> None:
    """Print the accuracy of all settings, the best one first, and mark those that are written."""
    for recipe in RECIPES:
        _print(recipe.name, [(of_recipe(recipe, settings), settings) for settings in recipe.alternatives()], recipe.chosen)
    _print("trained on with the labels", [(of_weight(weight), weight) for weight in TUNED_WEIGHTS], TUNED_WEIGHT)


def _print(name: str, found: list[tuple[float, Any]], chosen: Any) -> None:
    print(name)
    for accuracy, settings in sorted(found, key=lambda pair: -pair[0]):
        print(f"  {accuracy:.4f}  {settings}{'  (written)' if settings == chosen else ''}", flush=True)


if __name__ == "__main__":
    main()
