"""How the settings in anomaly_recipes.py were chosen: `python -m npae.demos.anomaly_search [NAME ...]` chooses them again.

Everything learns from the first 1,150 training images and is judged on the last 287, and for the name "arc" from and on other
draws than those of the demonstration. Nothing else is looked at.
"""

from __future__ import annotations

import itertools
import sys

import numpy as np

from ..applications import auc
from ..datasets import load_digits
from .anomaly_arc import DEEP, N_TEST, N_TRAIN, NEAR, arc_scores, draw
from .anomaly_recipes import EPOCHS, RECIPES, VALIDATION, Recipe

SEEDS = (0, 1)


def validation_auc(recipe: Recipe, seeds: tuple[int, ...] = SEEDS, **settings: object) -> dict[str, float]:
    """Return for each score of a recipe its AUC on the validation images, the mean over the digits and the seeds."""
    data = load_digits()
    X, y = data.X_train[:-VALIDATION], data.y_train[:-VALIDATION]
    X_val, y_val = data.X_train[-VALIDATION:], data.y_train[-VALIDATION:]
    found = []
    for seed, digit in itertools.product(seeds if recipe.trained else (0,), range(10)):
        scores = recipe.scores(X[y != digit], seed, EPOCHS, **settings)
        found.append([auc(score(X_val[y_val != digit]), score(X_val[y_val == digit])) for score in scores.values()])
    return dict(zip(scores, np.mean(found, axis=0).tolist()))


def arc_aucs(seeds: range = range(100, 103), **settings: object) -> dict[str, float]:
    """Return the AUC of the autoencoder and of the neighbours on draws of an arc, the mean over the seeds."""
    found = []
    for seed in seeds:
        scores = arc_scores(draw(N_TRAIN, (seed, 0))[0], seed, **settings)          # type: ignore[arg-type]
        normal, strange = draw(N_TEST, (seed, 1))
        found.append([auc(scores[name](normal), scores[name](strange)) for name in (DEEP, NEAR)])
    return dict(zip((DEEP, NEAR), np.mean(found, axis=0).tolist()))


def main(names: list[str]) -> None:
    """Print the AUC of every setting of the recipes with these names, or of all, and of "arc"."""
    for recipe in RECIPES:
        if names and recipe.name not in names:
            continue
        print(f"{recipe.name}, written: {dict(recipe.settings)}")
        for values in itertools.product(*recipe.grid.values()):
            settings = dict(zip(recipe.grid, values))
            found = validation_auc(recipe, **settings)
            print(f"  {settings}: " + ", ".join(f"{name} {value:.4f}" for name, value in found.items()), flush=True)
    if not names or "arc" in names:
        for widths, k in (((32,), 1), ((64,), 5), ((64, 32), 10), ((64, 64), 20)):
            print(f"  arc, hidden {widths}, k = {k}: {arc_aucs(hidden_dims=widths, neighbours=k)}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
