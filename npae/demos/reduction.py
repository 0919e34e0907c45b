"""Dimensionality reduction and compression of the digits: what n numbers lose when they become k, or a few bits.

    reduction_recipes.py    the models, and what was chosen for them; reduction_search.py how
    reduction_sizes.py      error against code size
    reduction_maps.py       two units: which neighbourhoods the map keeps
    reduction_rates.py      codes in bits: error against rate
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from ..applications import fit_by_code_size
from ..baselines import PCA
from . import reduction_maps as maps
from . import reduction_rates as rates
from . import reduction_sizes as sizes
from .reduction_recipes import CHOSEN, EPOCHS, QUICK_EPOCHS, autoencoder
from .three_parts import digits_in_three_parts
from .verdicts import Verdict

SEEDS, QUICK_SEEDS = 3, 2


def run(out: Path, quick: bool = False) -> dict[str, float]:
    """Print three tables, write three figures into out, return every mean and spread."""
    parts, epochs = digits_in_three_parts(), QUICK_EPOCHS if quick else EPOCHS
    seeds = range(QUICK_SEEDS if quick else SEEDS)
    print(f"Models learn from {len(parts.train.y):,} digits, {len(parts.validation.y)} others choose, {len(parts.test.y)} others "
          f"are what is reported. Mean ± standard deviation, {len(seeds)} seeds.\n")
    models = [fit_by_code_size(partial(autoencoder, seed=seed, epochs=epochs), parts.train.X, tuple(CHOSEN)) for seed in seeds]
    components = fit_by_code_size(PCA, parts.train.X, tuple(CHOSEN))
    return {**sizes.error_against_size(out, parts, models, components),
            **maps.two_unit_maps(out, parts, [by_size[2] for by_size in models], components[2], epochs),
            **rates.rates(out, parts, models, components, epochs)}


def verdicts(numbers: dict[str, float]) -> list[Verdict]:
    """Return the errors by code size beside PCA, the two-unit maps beside PCA, and the errors by rate beside transform coding."""
    by_size = [Verdict("reduction", f"squared error per image, {k} units", sizes.OURS, *_two(numbers, f"{k} units: {sizes.OURS}"),
                       sizes.BASELINE, numbers[f"{k} units: {sizes.BASELINE}"], high_wins=False) for k in CHOSEN]
    by_map = [Verdict("reduction", f"{measure}, 2 units", ours, *_two(numbers, f"map, {ours}: {measure}"), maps.PCA_MAP,
                      numbers[f"map, {maps.PCA_MAP}: {measure}"])
              for ours in (maps.AUTOENCODER, maps.VARIATIONAL) for measure in maps.MEASURES]
    by_rate = [Verdict("compression", f"squared error per image, {R} bits", rates.OURS, *_two(numbers, f"{R} bits: {rates.OURS}"),
                       rates.ALLOCATED, numbers[f"{R} bits: {rates.ALLOCATED}"], high_wins=False) for R in rates.RATES[::2]]
    return by_size + by_map + by_rate


def _two(numbers: dict[str, float], name: str) -> tuple[float, float]:
    return numbers[name], numbers[f"{name}, spread"]
