"""Each digit in turn is the anomaly: what AUC do errors, codes and bounds reach, and what does a mere distance reach?"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure

from .. import plots
from ..applications import auc
from ..datasets import load_digits
from .anomaly_recipes import EPOCHS, QUICK_EPOCHS, RECIPES, VALIDATION, detections_at

SEEDS, QUICK_SEEDS = 3, 2
QUICK_DIGITS = (0, 6)
NEAR, PCA_ERROR = "neighbours: distance", "PCA: error"
DRAWN = (NEAR, "plain: error", "contractive: code", "variational: ELBO", PCA_ERROR)
ALARMS = np.linspace(0, 1, 201)


class Scores(NamedTuple):
    """The scores of one detector that has not seen one digit: of validation images, and of test images with and of the digit."""

    validation: np.ndarray
    normal: np.ndarray
    anomalous: np.ndarray


Found = dict[str, list[dict[int, Scores]]]      # by detector, a list over the seeds (one entry for what has none), by digit


def all_scores(quick: bool) -> Found:
    """Train everything without each digit in turn and return all scores."""
    data = load_digits()
    X, y = data.X_train[:-VALIDATION], data.y_train[:-VALIDATION]
    X_val, y_val = data.X_train[-VALIDATION:], data.y_train[-VALIDATION:]
    found: Found = {}
    for recipe in RECIPES:
        for seed in range((QUICK_SEEDS if quick else SEEDS) if recipe.trained else 1):
            for digit in QUICK_DIGITS if quick else range(10):
                scores = recipe.scores(X[y != digit], seed, QUICK_EPOCHS if quick else EPOCHS)
                for name, score in scores.items():
                    rounds = found.setdefault(name, [])
                    if len(rounds) == seed:
                        rounds.append({})
                    seen, held_out = data.y_test != digit, data.y_test == digit
                    rounds[seed][digit] = Scores(score(X_val[y_val != digit]), score(data.X_test[seen]),
                                                 score(data.X_test[held_out]))
    return found


def aucs(found: Found) -> dict[str, np.ndarray]:
    """Return by detector the AUC of every seed and digit, (s, d)."""
    return {name: np.array([[auc(one.normal, one.anomalous) for one in by_digit.values()] for by_digit in rounds])
            for name, rounds in found.items()}


def each_digit(found: Found, out: Path) -> dict[str, float]:
    """Print and draw the AUC of all detectors for each digit; return the mean over the digits, and its spread over the seeds."""
    table, digits = aucs(found), list(next(iter(found.values()))[0])
    numbers: dict[str, float] = {}
    print(f"One digit in turn is the anomaly ({len(digits)} of ten): AUC on the test images, mean over the seeds; mean ± sd over "
          f"the seeds\nof the mean over the digits. All settings were chosen on validation images.")
    print(" " * 22 + "".join(f"{digit:>6}" for digit in digits) + "   all")
    for name, values in table.items():
        means = values.mean(axis=1)                                         # (s,)
        numbers[name], numbers[f"{name}, spread"] = float(means.mean()), float(means.std(ddof=1)) if len(means) > 1 else 0.0
        print(f"  {name:<20}" + "".join(f"{value:6.2f}" for value in values.mean(axis=0))
              + f"   {numbers[name]:.3f}" + (f" ± {numbers[name + ', spread']:.3f}" if len(means) > 1 else ""))
    print(_what_it_says(numbers) + "\n")
    _draw(found, table, digits, out)
    return numbers


def _what_it_says(numbers: dict[str, float]) -> str:
    learned = {name: value for name, value in numbers.items() if name not in (NEAR, PCA_ERROR) and "spread" not in name}
    best = max(learned, key=lambda name: learned[name])
    above = [name for name, value in learned.items() if value > numbers[PCA_ERROR]]
    near = "wins against all of them" if numbers[NEAR] > learned[best] else f"does not reach {best}"
    return (f"Of the {len(learned)} scores of autoencoders {len(above)} are above PCA's, the best is {best} "
            f"({learned[best]:.3f}); the distance to the\nnearest training image, which learns nothing, {near} "
            f"({numbers[NEAR]:.3f}).")


def _draw(found: Found, table: dict[str, np.ndarray], digits: list[int], out: Path) -> None:
    panels = [plots.DotPanel(f"{digit} held out", {name: values[:, column] for name, values in table.items()}, True,
                             *_ends(table, column)) for column, digit in enumerate(digits)]
    rows = {f"AUC on test images ({digits[start]} to {digits[min(start + 4, len(digits) - 1)]})":
            panels[start:start + 5] for start in range(0, len(panels), 5)}
    figures = {"digits_auc": plots.dot_table(rows), "digits_roc": _curves(found), "digits_scores": _histograms(found)}
    for name, figure in figures.items():
        (out / f"{name}.png").write_bytes(plots.png_bytes(figure))


def _ends(table: dict[str, np.ndarray], column: int) -> tuple[list[str], list[str]]:
    means = {name: values[:, column].mean() for name, values in table.items()}
    return [max(means, key=lambda name: means[name])], [min(means, key=lambda name: means[name])]


def _curves(found: Found) -> Figure:
    curves = {name: np.mean([detections_at(one.normal, one.anomalous, ALARMS) for by_digit in found[name]
                             for one in by_digit.values()], axis=0) for name in DRAWN}
    return plots.line_panels([
        plots.LinePanel("One digit is the anomaly", ALARMS, curves, "false-alarm rate", "detection rate",
                        "test images, mean over digits and seeds", x_limits=(0, 1), y_limits=(0, 1.01)),
        plots.LinePanel("Few false alarms", ALARMS, curves, "false-alarm rate", "detection rate", "the same, enlarged",
                        x_limits=(0, 0.2), y_limits=(0, 1.01), legend="")], height=3.8)


def _histograms(found: Found) -> Figure:
    panels = []
    for digit in (min(found[PCA_ERROR][0]), max(found[PCA_ERROR][0])):
        for name in (PCA_ERROR, "plain: error", NEAR):
            one = found[name][0][digit]
            middle = np.median(one.normal)
            values = {"digits trained on": one.normal / middle, "the digit held out": one.anomalous / middle}
            panels.append(plots.DensityPanel(name, values, (0, 6), "score, in medians of the seen digits",
                                             f"{digit} held out, AUC {auc(one.normal, one.anomalous):.3f}"))
    return plots.density_panels(panels, bins=30, columns=3, height=2.6)
