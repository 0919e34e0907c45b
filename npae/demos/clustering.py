"""Clustering on codes: k-means on the digits' codes of 16 numbers, beside k-means on 16 principal components and on the pixels.

k-means learns its ten centres from 1,150 images; the clusters of the 360 held-out images are compared with their classes. The
families and their settings are those of the classification demonstration (classification_recipes.py). Which codes to take is
decided twice: with the labels of the validation images, and without labels, by how stable the clusters are. The second is what
can be had where there are no labels at all; here it says little.

"variational, five side by side": five trainings of one family with different seeds, their codes joined (SideBySide).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from .. import plots
from ..applications import (
    SideBySide,
    adjusted_rand_index,
    cluster_codes,
    cluster_stability,
    codes_of,
    contingency_table,
    normalized_mutual_information,
)
from ..baselines import PCA, KMeans
from .classification_recipes import BY_NAME, CODE_SIZE, RECIPES
from .three_parts import Parts, cell, digits_in_three_parts, mean, means_and_spreads, save, table
from .verdicts import Verdict

SEEDS, QUICK_SEEDS = 3, 1
CLUSTERS = 10
JOINED = 5
PIXELS, COMPONENTS = "64 pixels", f"PCA, {CODE_SIZE} components"
BASELINES = (PIXELS, COMPONENTS)
ONE, SEVERAL = "variational", f"variational, {JOINED} side by side"
QUICK_FAMILIES = ("plain", ONE)
STABILITY, MEASURES = "stability", ("NMI, validation", "ARI, validation", "NMI", "ARI")
CHOICES = {"with labels": "best on validation labels", "without labels": "most stable, no labels"}

Results = dict[str, dict[str, list[float]]]


def run(out: Path, quick: bool = False) -> dict[str, float]:
    """Print the table, write two figures into out, return means and spreads by "codes: measure"."""
    parts, seeds = digits_in_three_parts(), range(QUICK_SEEDS if quick else SEEDS)
    results: Results = {}
    shown: dict[str, tuple[Any, KMeans]] = {}
    for seed in seeds:
        for name, model in candidates(parts, seed, quick).items():
            fitted = cluster_codes(model, parts.train.X, CLUSTERS, random_state=seed)
            stable = cluster_stability(model, parts.train.X, parts.validation.X, CLUSTERS, n_init=5, repeats=2 if quick else 5,
                                       random_state=seed)
            for measure, value in zip((STABILITY, *MEASURES), (stable, *_agreement(model, fitted, parts))):
                results.setdefault(name, {}).setdefault(measure, []).append(value)
            shown.setdefault(name, (model, fitted))
    chosen = choose(results)
    _print(results, chosen, len(seeds), parts)
    _draw(out, {name: shown[name] for name in dict.fromkeys((PIXELS, chosen["with labels"]))}, results, parts)
    named = {f"{name}: {measure}": values for name, columns in results.items() for measure, values in columns.items()}
    named |= {f"{CHOICES[how]}: {measure}": results[name][measure] for how, name in chosen.items() for measure in MEASURES}
    return means_and_spreads(named)


def candidates(parts: Parts, seed: int, quick: bool) -> dict[str, Any]:
    """Return the codes to be tried: the baselines and every family, trained; no label is used."""
    X, recipes = parts.train.X, [BY_NAME[name] for name in QUICK_FAMILIES] if quick else RECIPES
    models: dict[str, Any] = {PIXELS: None, COMPONENTS: PCA(CODE_SIZE).fit(X)}
    models |= {recipe.name: recipe.fit(X, seed) for recipe in recipes}
    more = [BY_NAME[ONE].fit(X, 100 * (seed + 1) + extra) for extra in range(JOINED - 1)]
    return models | {SEVERAL: SideBySide([models[ONE], *more]).fit(X)}


def _agreement(model: Any, fitted: KMeans, parts: Parts) -> list[float]:
    """Return NMI and ARI of clusters and classes, on the validation and on the test images."""
    return [measure(part.y, fitted.predict(codes_of(model, part.X))) for part in (parts.validation, parts.test)
            for measure in (normalized_mutual_information, adjusted_rand_index)]


def choose(results: Results) -> dict[str, str]:
    """Return the codes, baselines apart, that agree best with validation labels, and those whose clusters are most stable."""
    ours = [name for name in results if name not in BASELINES]
    return {"with labels": max(ours, key=lambda name: sum(mean(results[name][measure]) for measure in MEASURES[:2])),
            "without labels": max(ours, key=lambda name: mean(results[name][STABILITY]))}


def _print(results: Results, chosen: Mapping[str, str], seeds: int, parts: Parts) -> None:
    print(f"k-means with {CLUSTERS} centres, learnt from {len(parts.train.y):,} digits; agreement of clusters and classes, mean "
          f"± standard deviation,\n{seeds} seed{'s' * (seeds > 1)}.\n")
    print(table([["", STABILITY, *MEASURES[:2], "NMI, held out", "ARI, held out"],
                 *([name, *map(cell, columns.values())] for name, columns in results.items())]) + "\n")
    for how, name in chosen.items():
        gains = [mean(results[name][measure]) - mean(results[PIXELS][measure]) for measure in MEASURES[2:]]
        print(f"  Chosen {how}: {name}; against pixels NMI {gains[0]:+.3f}, ARI {gains[1]:+.3f} on the held-out images.")
    stable, right = ([mean(columns[measure]) for columns in results.values()] for measure in (STABILITY, MEASURES[0]))
    correlation = np.corrcoef(stable, right)[0, 1]
    pixels, ours = mean(results[PIXELS]["NMI"]), [mean(results[name]["NMI"]) for name in results if name not in BASELINES]
    print(f"\n  k-means on pixels is no weak baseline: {sum(nmi < pixels for nmi in ours)} of {len(ours)} codes have a lower NMI "
          f"than it.\n  Stability, which needs no labels, is a {'poor' if correlation < 0.5 else 'fair'} guide to the codes that "
          f"agree with the classes:\n  over the rows its correlation with the validation NMI is {correlation:+.2f}. The first "
          f"choice used labels, those of the\n  {len(parts.validation.y)} validation images.")


def by_class(counts: np.ndarray) -> np.ndarray:
    """Return the order (K,) of the columns of a contingency table (c, K) in which the most frequent classes rise."""
    return np.lexsort((-counts.max(axis=0), counts.argmax(axis=0)))


def _draw(out: Path, shown: Mapping[str, tuple[Any, KMeans]], results: Results, parts: Parts) -> None:
    tables, notes, planes, columns = {}, {}, {}, "cluster, sorted by its most frequent digit"
    for name, (model, fitted) in shown.items():
        known, new = (codes_of(model, part.X) for part in (parts.train, parts.test))
        counts = contingency_table(parts.test.y, fitted.predict(new))
        title = f"k-means on {name}" if name == PIXELS else name
        tables[title], planes[title] = counts[:, by_class(counts)], PCA(2).fit(known).transform(new)
        notes[title] = "NMI {:.2f}, ARI {:.2f} (this seed)".format(*(results[name][measure][0] for measure in MEASURES[2:]))
    save(plots.count_tables(tables, range(CLUSTERS), notes, "digit", columns), out, "contingency")
    seen = dict.fromkeys(planes, "along the first two components")
    save(plots.scatter_codes(planes, parts.test.y, seen), out, "codes")


def verdicts(numbers: dict[str, float]) -> list[Verdict]:
    """Return the codes chosen with validation labels beside k-means on pixels and on PCA, and those chosen without labels."""
    return [Verdict("clustering", measure, f"codes {choice}", numbers[f"{choice}: {measure}"],
                    numbers[f"{choice}: {measure}, spread"], f"k-means on {baseline}", numbers[f"{baseline}: {measure}"])
            for choice, baselines in zip(CHOICES.values(), (BASELINES, BASELINES[:1]))
            for measure in MEASURES[2:] for baseline in baselines]
