"""Smaller codes: the family that is best on the validation images, beside PCA with as many components.

Two components keep 28% of the variance of the digits, 16 keep 85%. The smaller the code, the more it matters that
an encoder may bend.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .. import plots
from ..applications import CodeAccuracy, classify_codes
from ..baselines import PCA
from .classification_recipes import STACKED
from .three_parts import Parts, cell, mean, means_and_spreads, save, table

SIZES, QUICK_SIZES = (2, 4, 8, 16), (2, 4)
ROUNDS, QUICK_ROUNDS = 3, 2
LABELS = 100
OURS, BASELINE = STACKED.name, "PCA"
CLASSIFIERS = ("linear", "neighbours")


def compare_sizes(out: Path, parts: Parts, quick: bool) -> dict[str, float]:
    """Print and draw the accuracies by code size, return means and spreads as "k numbers, classifier: model"."""
    sizes, seeds = QUICK_SIZES if quick else SIZES, range(QUICK_ROUNDS if quick else ROUNDS)
    rounds = [_one_round(parts, sizes, seed) for seed in seeds]
    results = {(name, kind, k): [getattr(found[f"{name}, {k}"][LABELS], kind).test for found in rounds]
               for name in (OURS, BASELINE) for kind in CLASSIFIERS for k in sizes}
    rows = [[str(k), *(cell(results[name, kind, k]) for kind in CLASSIFIERS for name in (OURS, BASELINE))] for k in sizes]
    print(f"The same with {LABELS} labels and codes of other sizes, {len(rounds)} rounds: {OURS} autoencoder and PCA\n\n"
          + table([["numbers", *(f"{kind}: {name}" for kind in CLASSIFIERS for name in (OURS, BASELINE))], *rows]))
    ahead = [str(k) for k in sizes
             if all(mean(results[OURS, kind, k]) >= mean(results[BASELINE, kind, k]) for kind in CLASSIFIERS)]
    print(f"\n  At least as good as PCA for both classifiers: {', '.join(ahead) or 'no'} numbers a code.\n")
    _draw(out, results, sizes)
    return means_and_spreads({f"{k} numbers, {kind}: {name}": values for (name, kind, k), values in results.items()})


def _one_round(parts: Parts, sizes: tuple[int, ...], seed: int) -> dict[str, dict[int, CodeAccuracy]]:
    models: dict[str, Any] = {f"{BASELINE}, {k}": PCA(k).fit(parts.train.X) for k in sizes}
    models |= {f"{OURS}, {k}": STACKED.fit(parts.train.X, seed, settings={**STACKED.chosen, "latent_dim": k}) for k in sizes}
    return classify_codes(models, *parts, n_labels=(LABELS,), random_state=seed)


def _draw(out: Path, results: dict[tuple[str, str, int], list[float]], sizes: tuple[int, ...]) -> None:
    panels = []
    for kind, heading in zip(CLASSIFIERS, ("Small codes, linear classifier", "Small codes, nearest neighbours")):
        curves = {name: [mean(results[name, kind, k]) for k in sizes] for name in (OURS, BASELINE)}
        bands = {name: ([min(results[name, kind, k]) for k in sizes], [max(results[name, kind, k]) for k in sizes])
                 for name in curves}
        panels.append(plots.LinePanel(heading, [str(k) for k in sizes], curves, "numbers a code", "share named rightly",
                                      f"{LABELS} labels, held-out digits", bands=bands, y_limits=(0.4, 1.0),
                                      legend="lower right"))
    save(plots.line_panels(panels), out, "code_sizes")
