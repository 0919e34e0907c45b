"""How the settings in image_denoising_recipes.py were chosen: `python -m npae.demos.image_denoising_search [NAME ...]`.

Everything learns from the first 1,150 training images and is judged on the last 287, by its gain on the noises that it is trained
on. No other noise and no test image is looked at.
"""

from __future__ import annotations

import itertools
import sys
import time
from typing import Any

import numpy as np

from ..applications import MixedNoise, denoising_gains
from ..datasets import load_digits
from .image_denoising_recipes import RECIPES, VALIDATION, Recipe

SEEDS = (0, 1)


def validation_gain(recipe: Recipe, seeds: tuple[int, ...] = SEEDS, **settings: Any) -> float:
    """Return the gain in dB on the validation images, the mean over the noises of its training and over the seeds."""
    X = load_digits().X_train
    parts = recipe.noise.parts if isinstance(recipe.noise, MixedNoise) else (recipe.noise,)
    noises = {repr(part): part for part in parts}
    found = []
    for seed in seeds:
        model = recipe.fit(X[:-VALIDATION], seed, **settings)
        results = denoising_gains({"": model}, X[-VALIDATION:], noises, random_state=seed)
        found += [result.gains[""] for result in results.values()]
    return float(np.mean(found))


def main(names: list[str]) -> None:
    """Print the gain with every setting of the recipes with these names, or of all."""
    for recipe in RECIPES:
        if names and recipe.name not in names:
            continue
        print(f"{recipe.name}, written: {dict(recipe.settings)}")
        for values in itertools.product(*recipe.grid.values()):
            settings, began = dict(zip(recipe.grid, values)), time.process_time()
            gain = validation_gain(recipe, **settings)
            print(f"  {settings}: {gain:.3f} dB, {(time.process_time() - began) / len(SEEDS):.1f} s a model", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
