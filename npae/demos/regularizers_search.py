"""How the strengths in regularizers_recipes.py were chosen: `python -m npae.demos.regularizers_search` chooses them again.

Every model learns from the first 1,150 training images and is judged on the last 287. Nothing else is looked at. The grid is
climbed from below and left at the first strength that costs too much.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from ..datasets import load_digits
from .regularizers_measures import squared_error
from .regularizers_recipes import BUDGET, EPOCHS, PLAIN, RECIPES, VALIDATION, Recipe

SEEDS = (0, 1)


def validation_error(recipe: Recipe, strength: float, seeds: Iterable[int] = SEEDS, epochs: int = EPOCHS) -> float:
    """Return the squared error per validation image, the mean over the seeds."""
    X = load_digits().X_train
    train, held_back = X[:-VALIDATION], X[-VALIDATION:]
    models = [recipe.build(seed, epochs, strength).fit(train) for seed in seeds]
    return float(np.mean([squared_error(model.reconstruct(held_back), held_back) for model in models]))


def strongest(errors: Sequence[tuple[float, float]], limit: float) -> float:
    """Return the largest strength before the first whose error exceeds the limit, from (strength, error) in order."""
    chosen = 0.0
    for strength, error in errors:
        if error > limit:
            break
        chosen = strength
    return chosen


def main() -> None:
    """Print the choice for every recipe, beside the one that is written there."""
    limit = BUDGET * validation_error(PLAIN, 0.0)
    print(f"errors up to {limit:.3f} squared error per validation image\n")
    for recipe in RECIPES:
        errors: list[tuple[float, float]] = []
        for strength in recipe.grid:
            errors.append((strength, validation_error(recipe, strength)))
            if errors[-1][1] > limit:
                break
        if errors:
            print(f"{recipe.name:<28} {strongest(errors, limit):g} (written: {recipe.strength:g})   "
                  + "  ".join(f"{strength:g}: {error:.3f}" for strength, error in errors), flush=True)


if __name__ == "__main__":
    main()
