"""Does an autoencoder reconstruct only what is like its training data (002 l.94)? Where that is so, where not, and PCA beside it.

Two ways of being unlike: another kind of images altogether (unseen_kinds.py), and other classes of the same kind. Claimed is that
the error of what was never seen is larger; asked for is also an AUC above 0.8, that is, for nearly every pair of images.
It holds wherever the training data have a structure of their own, and for PCA nearly as well. It fails for noise, of which
nothing can be learnt: every image is reconstructed equally badly. The claim is about how much the seen kind is alike, then, and
not only about how unlike the other is.

    unseen_models.py    the models and the comparison; unseen_search.py how the sizes of their codes were chosen
    unseen_figures.py   pairs of images and of reconstructions
"""

from __future__ import annotations

import textwrap
from pathlib import Path

import numpy as np

from ..datasets import load_digits
from .unseen_figures import draw_all
from .unseen_kinds import TRAINED, UNSEEN, standardized
from .unseen_models import (
    DEEP,
    EPOCHS,
    LINEAR,
    QUICK_EPOCHS,
    SPLITS,
    Pairs,
    images,
    makers,
    names,
    pairs_of_classes,
    pairs_of_kinds,
)
from .verdicts import Verdict

VALIDATION = 287                    # the last training images: unseen_search.py
SEEDS, QUICK_SEEDS = 5, 2
ENOUGH = 0.8
FIVE = "five digits"


def run(out: Path, quick: bool = False) -> dict[str, float]:
    """Print both tables, write three figures into the folder `out`, and return AUC and ratio of errors for every pair."""
    out.mkdir(parents=True, exist_ok=True)
    data, seeds = load_digits(), range(QUICK_SEEDS if quick else SEEDS)
    models = makers(QUICK_EPOCHS if quick else EPOCHS)
    X, y = data.X_train[:-VALIDATION], data.y_train[:-VALIDATION]
    rounds: dict[str, list[Pairs]] = {name: [] for name in models}
    for seed in seeds:
        learned, asked = images(X, data.X_test, seed)
        for name, model in models.items():
            rounds[name].append(pairs_of_kinds(model, learned, asked, seed)
                                | pairs_of_classes(model, standardized(X), y, standardized(data.X_test), data.y_test, seed))
    numbers = _numbers(rounds)
    _tell(numbers, len(seeds))
    draw_all(models, *images(X, data.X_test, 0), y, data.y_test, out)
    return numbers


def _numbers(rounds: dict[str, list[Pairs]]) -> dict[str, float]:
    numbers: dict[str, float] = {}
    for name, found in rounds.items():
        values, keys = np.array([list(pairs.values()) for pairs in found]), list(found[0])     # (s, pairs, 2)
        for index, (seen, unseen) in enumerate(keys):
            numbers[f"{name}: {seen} | {unseen}"], numbers[f"{name}: {seen} | {unseen}, ratio"] = values[:, index].mean(axis=0)
        for group in (*TRAINED, FIVE):
            rows = [index for index, (seen, _) in enumerate(keys) if (FIVE if seen.isdigit() else seen) == group]
            means = values[:, rows, 0].mean(axis=1)                                             # (s,)
            numbers[f"{name}: {group}"], numbers[f"{name}: {group}, spread"] = means.mean(), means.std(ddof=1)
    return {key: float(value) for key, value in numbers.items()}


# ---- text -----------------------------------------------------------------------------------------------------------

def _tell(numbers: dict[str, float], seeds: int) -> None:
    print(_wrapped(f"Trained on one kind of images (rows), asked about another (columns), all on one scale of brightness and "
                   f"contrast: AUC of the error / mean error of the unseen kind over that of the seen one. Test images, means "
                   f"over {seeds} seeds."))
    for name in (DEEP, LINEAR):
        print(f"  {name:<22}" + "".join(f"{kind:>13}" for kind in UNSEEN))
        for seen in TRAINED:
            cells = ("" if kind == seen else "{:.2f} /{:5.1f}".format(*_pair(numbers, name, seen, kind)) for kind in UNSEEN)
            print(f"    {seen:<20}" + "".join(f"{cell:>13}" for cell in cells))
    print("Trained on five digits, asked about the other five:")
    for seen, unseen in map(names, SPLITS):
        cells = (f"{name}: {{:.2f}} /{{:4.1f}}".format(*_pair(numbers, name, seen, unseen)) for name in (DEEP, LINEAR))
        print(f"    {seen} against {unseen}   " + "   ".join(cells))
    for name in (DEEP, LINEAR):
        print(_wrapped(f"{name}: a larger error and an AUC above {ENOUGH}, trained on {_where_it_holds(numbers, name)}."))
    print()


def _where_it_holds(numbers: dict[str, float], name: str) -> str:
    parts = []
    for seen in TRAINED:
        others = [kind for kind in UNSEEN if kind != seen]
        holding = [kind for kind in others if holds(numbers, name, seen, kind)]
        parts.append(f"{seen}: against {'all' if holding == others else ', '.join(holding) or 'none'}")
    return "; ".join(parts)


def holds(numbers: dict[str, float], name: str, seen: str, unseen: str) -> bool:
    """Return whether the claim holds for a pair."""
    area, ratio = _pair(numbers, name, seen, unseen)
    return area > ENOUGH and ratio > 1


def _pair(numbers: dict[str, float], name: str, seen: str, unseen: str) -> tuple[float, float]:
    return numbers[f"{name}: {seen} | {unseen}"], numbers[f"{name}: {seen} | {unseen}, ratio"]


def _wrapped(text: str) -> str:
    return textwrap.fill(text, width=110)


def verdicts(numbers: dict[str, float]) -> list[Verdict]:
    """Return the AUC for each kind trained on, the mean over what was not seen, against PCA."""
    return [Verdict("reconstructs only the like", f"AUC, trained on {seen}", DEEP, numbers[f"{DEEP}: {seen}"],
                    numbers[f"{DEEP}: {seen}, spread"], LINEAR, numbers[f"{LINEAR}: {seen}"]) for seen in (*TRAINED, FIVE)]
