"""Every regularized model on the digits, side by side: what each of them buys, and what it pays, over several seeds.

    regularizers_recipes.py     the models, and how strongly each is regularized
    regularizers_search.py      how that was chosen, on training images alone
    regularizers_measures.py    the columns of the table
    regularizers_findings.py    what the numbers say
"""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

import numpy as np

from .. import plots
from ..baselines import PCA
from ..datasets import ImageData, load_digits
from .regularizers_findings import Results, extremes, sentences
from .regularizers_measures import NOISES, TABLES, Column, measure
from .regularizers_recipes import BUDGET, CODE_SIZE, EPOCHS, QUICK_EPOCHS, RECIPES, VALIDATION

SEEDS, QUICK_SEEDS = 5, 2
YARDSTICK = f"PCA, {CODE_SIZE} components"
DRAWN = ("plain", "weight decay, L2", "sparse, L1", "denoising, Gaussian", "contractive, deep", YARDSTICK)


def run(out: Path, quick: bool = False) -> dict[str, float]:
    """Print the table and what it says, write two figures into out, return mean and spread as "model: column"."""
    data, seeds = load_digits(), range(QUICK_SEEDS if quick else SEEDS)
    rounds = [_train(data, seed, QUICK_EPOCHS if quick else EPOCHS) for seed in seeds]
    measured = [{name: measure(model, data, seed) for name, model in models.items()}
                for seed, models in zip(seeds, rounds)]
    results: Results = {name: {column: np.array([by_name[name][column] for by_name in measured]) for column in values}
                        for name, values in measured[0].items()}
    _print_report(results, len(seeds), quick)
    _draw(results, rounds[0], data, out)
    return _flat(results)


def _train(data: ImageData, seed: int, epochs: int) -> dict[str, Any]:
    models: dict[str, Any] = {recipe.name: recipe.build(seed, epochs).fit(data.X_train) for recipe in RECIPES}
    return {**models, YARDSTICK: PCA(CODE_SIZE).fit(data.X_train)}


def _flat(results: Results) -> dict[str, float]:
    flat = {}
    for name, columns in results.items():
        for column, values in columns.items():
            flat[f"{name}: {column}"] = float(values.mean())
            flat[f"{name}: {column}, spread"] = spread(values)
    return flat


def spread(values: np.ndarray) -> float:
    """Return the standard deviation over the seeds, estimated with one seed less in the denominator."""
    return float(values.std(ddof=1))


# ---- text -----------------------------------------------------------------------------------------------------------

def _print_report(results: Results, seeds: int, quick: bool) -> None:
    strengths = "; ".join(f"{recipe.name}: {recipe.knob}={recipe.strength:g}" for recipe in RECIPES if recipe.knob)
    print(_wrapped(
        f"Mean ± standard deviation over {seeds} seeds (initial weights, batches, test noise, which labels are known); + is "
        f"the winner of a column and - the loser. {CODE_SIZE} code units everywhere. Every model is regularized as strongly "
        f"as {BUDGET:g} times the plain model's reconstruction error allows on the last {VALIDATION} training images; the "
        f"test images chose nothing. {strengths}."))
    if quick:
        print(_wrapped(f"Quick: {seeds} seeds and {QUICK_EPOCHS} epochs instead of {SEEDS} and {EPOCHS}; nothing is trained "
                       f"to the end."))
    for title, columns in TABLES.items():
        print(f"\n{table(title, columns, results)}")
    print()
    for sentence in sentences(results):
        print(_wrapped(sentence))


def table(title: str, columns: tuple[Column, ...], results: Results) -> str:
    """Return the columns as aligned text, a row for each model."""
    marks = {column.name: extremes(results, column.name) for column in columns}
    rows = [["", *(column.name + "  " for column in columns)]]
    for name, values in results.items():
        rows.append([name, *(_cell(column, values[column.name], name, marks[column.name]) for column in columns)])
    widths = [max(map(len, entries)) for entries in zip(*rows)]
    lines = ["  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]).rstrip() for row in rows]
    return "\n".join([title, *lines])


def _cell(column: Column, values: np.ndarray, name: str, marks: tuple[list[str], list[str]]) -> str:
    mark = "+" if name in marks[0] else "-" if name in marks[1] else " "
    return f"{values.mean():{column.form}} ± {spread(values):{column.form}} {mark}"


def _wrapped(text: str) -> str:
    return textwrap.fill(text, width=110)


# ---- figures --------------------------------------------------------------------------------------------------------

def _draw(results: Results, models: dict[str, Any], data: ImageData, out: Path) -> None:
    groups = {title: [plots.DotPanel(column.name, {name: values[column.name] for name, values in results.items()},
                                     column.high_wins, *extremes(results, column.name)) for column in columns]
              for title, columns in TABLES.items()}
    (out / "comparison.png").write_bytes(plots.png_bytes(plots.dot_table(groups)))
    clean = data.X_test[[int(np.argmax(data.y_test == label)) for label in range(10)]]
    name, noise = next(iter(NOISES.items()))
    noisy = noise(clean, noise.draw(clean, np.random.default_rng(0)))
    rows = {"held-out images": clean, f"with {name}": noisy}
    rows.update({model: models[model].reconstruct(noisy) for model in DRAWN})
    (out / "from_noisy_images.png").write_bytes(plots.png_bytes(plots.reconstructions(rows, data.image_shape)))
