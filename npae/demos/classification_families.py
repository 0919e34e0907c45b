"""All families at 16 numbers a code, for two classifiers, with few labels and many.

A round is a seed of the models together with a draw of the labels. For every number of labels and each classifier the family
is named that is best on the validation images; its accuracy on the test images is what the verdict is about. (The validation
images are labelled as well. Who has 50 labels and no more has to choose by less.)

One more model has seen the labels while its encoder was trained, which is something that PCA has no way to do.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from .. import plots
from ..applications import CodeAccuracy, classify_codes, label_order
from ..baselines import PCA
from .classification_recipes import CODE_SIZE, RECIPES, fine_tuned
from .three_parts import Parts, cell, mean, means_and_spreads, save, table

ROUNDS, QUICK_ROUNDS = 5, 2
COUNTS, QUICK_COUNTS = (50, 100, 1150), (50,)         # numbers of labels; the last one is all
COMPONENTS, PIXELS = f"PCA, {CODE_SIZE} components", "64 pixels"
BASELINES = (COMPONENTS, PIXELS)
TUNED, BEST = "stacked, told the labels", "family best on validation"
CLASSIFIERS = {"linear": "linear classifier", "neighbours": "nearest neighbours"}

Column = tuple[str, int]                                # a classifier, a number of labels
Round = dict[str, dict[int, CodeAccuracy]]              # by model, by number of labels
Results = Mapping[str, Mapping[Column, list[float]]]    # test accuracies of all rounds


def compare_families(out: Path, parts: Parts, epochs: int, quick: bool) -> dict[str, float]:
    """Print and draw the accuracies, return means and spreads by "model: classifier, n labels"."""
    counts = QUICK_COUNTS if quick else COUNTS
    rounds = [one_round(parts, counts, seed, epochs) for seed in range(QUICK_ROUNDS if quick else ROUNDS)]
    columns = [(kind, n) for n in counts for kind in CLASSIFIERS]
    results = {name: {column: accuracies(rounds, name, column) for column in columns} for name in rounds[0]}
    best = {column: best_on_validation(rounds, column) for column in columns}
    _print(results, best, len(rounds), parts)
    _draw(out, results, columns)
    chosen = {column: results[name][column] for column, name in best.items()}
    return means_and_spreads({f"{name}: {title(column)}": values for name, by_column in {**results, BEST: chosen}.items()
                              for column, values in by_column.items()})


def one_round(parts: Parts, counts: tuple[int, ...], seed: int, epochs: int) -> Round:
    """Train every family, and return what the classifiers make of its codes and of the baselines."""
    families = {recipe.name: recipe.fit(parts.train.X, seed, epochs) for recipe in RECIPES}
    baselines = {COMPONENTS: PCA(CODE_SIZE).fit(parts.train.X), PIXELS: None}
    found, known = (classify_codes(models, *parts, n_labels=counts, random_state=seed) for models in (families, baselines))
    order, tuned = label_order(parts.train.y, seed), dict[int, CodeAccuracy]()      # the same labels as above
    for n in counts:
        model = fine_tuned(*parts.train, order[:n], seed, epochs)
        tuned |= classify_codes({TUNED: model}, *parts, n_labels=(n,), random_state=seed)[TUNED]
    return {**found, TUNED: tuned, **known}


def accuracies(rounds: list[Round], name: str, column: Column, part: str = "test") -> list[float]:
    """Return a model's accuracies by round, on the test or the validation images."""
    kind, n = column
    return [getattr(getattr(found[name][n], kind), part) for found in rounds]


def best_on_validation(rounds: list[Round], column: Column) -> str:
    """Return the family, trained without labels, whose mean accuracy on the validation images is highest."""
    return max((recipe.name for recipe in RECIPES), key=lambda name: mean(accuracies(rounds, name, column, "validation")))


def title(column: Column) -> str:
    """Return the name of a column as text."""
    return f"{column[0]}, {column[1]} labels"


def _print(results: Results, best: Mapping[Column, str], rounds: int, parts: Parts) -> None:
    print(f"Share of {len(parts.test.y)} held-out digits named rightly from codes of {CODE_SIZE} numbers, by a linear classifier "
          f"and by nearest\nneighbours. Mean ± standard deviation over {rounds} rounds (other models, other labels). Decay and "
          f"number of neighbours are\nchosen on {len(parts.validation.y)} validation images; * the family that is best there.\n")
    rows = [[name, *(cell(values) + (" *" if best[column] == name else "  ") for column, values in by_column.items())]
            for name, by_column in results.items()]
    print(table([["", *(f"{kind}, {n}  " for kind, n in best)], *rows]) + "\n")
    for column, name in best.items():
        ours, components, pixels = (mean(results[each][column]) for each in (name, *BASELINES))
        print(f"  {title(column):<24} {name} {ours:.3f}: {ours - components:+.3f} against PCA, {ours - pixels:+.3f} against "
              f"pixels")
    behind = sum(mean(results[name][column]) < mean(results[COMPONENTS][column]) for column, name in best.items())
    print(f"\n  One image is {1 / len(parts.test.y):.3f}. {CODE_SIZE} components hold most of what there is to know about these "
          f"images: the family that is\n  best on validation images falls behind them in {behind} of {len(best)} columns. "
          f"Nothing has told the encoders what the\n  classes are; what they learn beyond PCA need not be of use for them.\n")


def _draw(out: Path, results: Results, columns: list[Column]) -> None:
    groups: dict[str, list[plots.DotPanel]] = {}
    for column in columns:
        values = {name: by_column[column] for name, by_column in results.items()}
        order = sorted(values, key=lambda name: mean(values[name]))
        groups.setdefault(f"Share of held-out digits named rightly, {column[1]:,} labels", []).append(
            plots.DotPanel(CLASSIFIERS[column[0]], values, True, order[-1:], order[:1]))
    save(plots.dot_table(groups), out, "families")
