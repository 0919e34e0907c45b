"""Classification on codes: every family of the package beside PCA with as many components, and beside the pixels.

    classification_recipes.py   the families, and what was chosen for them; classification_search.py how
    classification_families.py  all families at 16 numbers a code, few labels and many
    classification_sizes.py     smaller codes: one family beside PCA
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from . import classification_families as families
from . import classification_sizes as sizes
from .classification_recipes import EPOCHS, QUICK_EPOCHS
from .three_parts import digits_in_three_parts
from .verdicts import Verdict


def run(out: Path, quick: bool = False) -> dict[str, float]:
    """Print two tables, write two figures into out, return every mean and spread."""
    parts, epochs = digits_in_three_parts(), QUICK_EPOCHS if quick else EPOCHS
    return {**families.compare_families(out, parts, epochs, quick), **sizes.compare_sizes(out, parts, quick)}


def verdicts(numbers: dict[str, float]) -> list[Verdict]:
    """Return the family best on validation beside PCA and pixels, the one told the labels, and smaller codes.

    Of the numbers of labels the smallest and the largest. What numbers does not hold (a quick run leaves rows out) is left
    out; without any numbers all comparisons are there.
    """
    known = [row for row in _comparisons() if row.our_key in numbers] if numbers else _comparisons()
    return [Verdict("classification", f"accuracy, {row.measure}", row.ours, numbers[row.our_key],
                    numbers[f"{row.our_key}, spread"], row.baseline, numbers[row.baseline_key]) for row in known]


class _Comparison(NamedTuple):
    measure: str
    ours: str
    our_key: str            # the name of its number
    baseline: str
    baseline_key: str


def _comparisons() -> list[_Comparison]:
    pairs = [*((families.BEST, baseline) for baseline in families.BASELINES), (families.TUNED, families.COMPONENTS)]
    measures = [families.title((kind, n)) for n in families.COUNTS[::2] for kind in families.CLASSIFIERS]
    rows = [_Comparison(f"{measure}, 16 numbers", ours, f"{ours}: {measure}", baseline, f"{baseline}: {measure}")
            for ours, baseline in pairs for measure in measures]
    for k in sizes.SIZES[:-1]:
        for kind in sizes.CLASSIFIERS:
            ours, baseline = (f"{k} numbers, {kind}: {name}" for name in (sizes.OURS, sizes.BASELINE))
            rows.append(_Comparison(f"{kind}, {sizes.LABELS} labels, {k} numbers", sizes.OURS, ours, sizes.BASELINE, baseline))
    return rows
