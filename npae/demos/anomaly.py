"""Anomaly detection: what a model of normal examples finds strange, against PCA and the distance to the nearest neighbours.

    anomaly_arc.py          a nonlinear manifold, where the best possible score is known
    anomaly_digits.py       each digit in turn as the anomaly; anomaly_recipes.py the detectors, anomaly_search.py their choice
    anomaly_threshold.py    false alarms: promised and found
"""

from __future__ import annotations

from pathlib import Path

from .anomaly_arc import DEEP, LINE, against_an_arc
from .anomaly_arc import NEAR as NEIGHBOURS
from .anomaly_digits import NEAR, PCA_ERROR, all_scores, each_digit
from .anomaly_recipes import RECIPES
from .anomaly_threshold import promises
from .verdicts import Verdict

CHOSEN = "plain: error"


def run(out: Path, quick: bool = False) -> dict[str, float]:
    """Run all parts, write their figures into the folder `out`, and return what was measured by name."""
    out.mkdir(parents=True, exist_ok=True)
    numbers = against_an_arc(out, quick)
    found = all_scores(quick)
    return {**numbers, **each_digit(found, out), **promises(found)}


def verdicts(numbers: dict[str, float]) -> list[Verdict]:
    """Return every score of an autoencoder against PCA's error, and the best on validation images against neighbours."""
    rows = [_row("AUC, arc against uniform points", DEEP, f"arc {DEEP}", name, f"arc {name}", numbers)
            for name in (LINE, NEIGHBOURS)]
    for name in (f"{recipe.name}: {kind}" for recipe in RECIPES if recipe.trained for kind in recipe.kinds):
        rows.append(_row("AUC, one digit held out", name, name, PCA_ERROR, PCA_ERROR, numbers))
    return [*rows, _row("AUC, one digit held out", f"{CHOSEN} (best on validation)", CHOSEN, NEAR, NEAR, numbers)]


def _row(measure: str, ours: str, key: str, baseline: str, baseline_key: str, numbers: dict[str, float]) -> Verdict:
    return Verdict("anomaly detection", measure, ours, numbers[key], numbers[f"{key}, spread"], baseline, numbers[baseline_key])
