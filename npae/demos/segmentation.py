"""Segmentation: an encoder-decoder names the class of every pixel, on scenes whose label maps are known.

Two tasks. Shapes: which pixels belong to a disc, a square, a triangle, on 32 x 32 pixels; all have the same gray values. Digit
scenes: which pixels belong to a handwritten digit among strokes and blobs, on 16 x 16 pixels, with digits that training has not
met.

Each seed draws training scenes, test scenes and initial weights of its own. What had to be chosen (channels, kernel, learning
rate and batch of the network; window and threshold of the baselines) was chosen on validation scenes: other draws, and for digits
other handwriting than that of training and of test. Two ideas for the logistic regression made it no better there: equally many
pixels of every class, and gray values less the scene's median. Its widest window, 13, is the one
chosen; one of 21 pixels, which sees most of a scene and is no window any more, would gain another .01 to .02.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .. import plots
from ..applications import SegmentationNetwork, intersection_over_union, mean_iou, pixel_accuracy
from ..datasets import SHAPES, digit_scenes, shapes
from .segmentation_baselines import N_PIXELS, QUICK_WINDOWS, WINDOWS, PixelRegression, Scenes, best_threshold, best_window
from .verdicts import Verdict

NETWORK, NO_SKIPS, REGRESSION, THRESHOLD = "network", "network without skips", "logistic regression", "threshold"
SHOWN = 10
Results = dict[str, dict[str, np.ndarray]]          # by model, by quantity: one value for each seed (s,)


@dataclass(frozen=True)
class Task:
    """One kind of scenes: its classes, the side of its images, how many scenes train (quickly), and how they are drawn."""

    name: str
    classes: tuple[str, ...]
    side: int
    n_train: int
    n_quick: int
    draw: Callable[[int, str, np.random.Generator], Scenes]


TASKS = (
    Task("shapes", SHAPES, 32, 2000, 1500, lambda m, part, rng: shapes(m, 32, n_shapes=3, random_state=rng)),
    Task("digit scenes", ("the rest", "digit"), 16, 4000, 1000, lambda m, part, rng: digit_scenes(m, part, 16, random_state=rng)))


def run(out: Path, quick: bool = False) -> dict[str, float]:
    """Print a table for each task, draw the label maps, return mean and spread as "task: model: quantity"."""
    numbers: dict[str, float] = {}
    bars = {}
    for task in TASKS:
        results, window = _measure(task, out, range(1 if quick else 3), quick)
        _print_table(task, results, window)
        for model, by_quantity in results.items():
            for quantity, values in by_quantity.items():
                numbers[f"{task.name}: {model}: {quantity}"] = float(values.mean())
                numbers[f"{task.name}: {model}: {quantity}, spread"] = _spread(values)
        numbers[f"{task.name}: window"] = float(window)
        bars[task.name] = {model: float(values["mean IoU"].mean()) for model, values in results.items()}
    figure = plots.bar_groups(bars, dict.fromkeys(bars, "mean IoU on test scenes (1 is perfect)"), ".2f")
    (out / "mean_iou.png").write_bytes(plots.png_bytes(figure))
    return numbers


def verdicts(numbers: dict[str, float]) -> list[Verdict]:
    """Return the network beside the per-pixel regression, with and without skip connections, for both tasks."""
    rows = []
    for task in TASKS:
        k = int(numbers[f"{task.name}: window"])
        for model in (NETWORK, NO_SKIPS):
            value = f"{task.name}: {model}: mean IoU"
            rows.append(Verdict(f"segmentation, {task.name}", "mean IoU", f"convolutional {model}", numbers[value],
                                numbers[f"{value}, spread"], f"{REGRESSION}, {k} x {k} pixels",
                                numbers[f"{task.name}: {REGRESSION}: mean IoU"]))
    return rows


# ---- training and measuring -----------------------------------------------------------------------------------------

def network(task: Task, seed: int, quick: bool, **settings: Any) -> SegmentationNetwork:
    """Return the untrained network for a task."""
    channels, epochs, learning_rate = ((8, 16, 16), 6, 2e-2) if quick else ((12, 24, 24), 8, 1e-2)
    return SegmentationNetwork(n_classes=len(task.classes), channels=channels, kernel_size=4, epochs=epochs, batch_size=16,
                               learning_rate=learning_rate, schedule="cosine", random_state=seed, **settings)


def _measure(task: Task, out: Path, seeds: range, quick: bool) -> tuple[Results, int]:
    """Train and test everything for each seed; draw the first. Return the results and the chosen window."""
    few, n_pixels = (200, N_PIXELS // 4) if quick else (500, N_PIXELS)
    validation = task.draw(few, "validation", np.random.default_rng(1000))
    threshold = best_threshold(validation, len(task.classes))
    found: dict[str, list[dict[str, float]]] = {}
    for seed in seeds:
        train = task.draw(task.n_quick if quick else task.n_train, "train", np.random.default_rng([seed, 0]))
        test = task.draw(few, "test", np.random.default_rng([seed, 1]))
        if seed == 0:
            window = best_window(train, validation, len(task.classes), n_pixels // 2, QUICK_WINDOWS if quick else WINDOWS)
        models: dict[str, Any] = {
            NETWORK: network(task, seed, quick).fit(*train),
            NO_SKIPS: network(task, seed, quick, skip_connections=False).fit(*train),
            REGRESSION: PixelRegression(window, n_pixels).fit(train, np.random.default_rng([seed, 2])),
            THRESHOLD: threshold}
        predicted = {name: model.predict(test[0]) for name, model in models.items()}
        for name, p in predicted.items():
            found.setdefault(name, []).append(_quality(task, test[1], p))
        if seed == 0:
            _draw(task, test, predicted, window, out)
    return {name: {quantity: np.array([each[quantity] for each in rounds]) for quantity in rounds[0]}
            for name, rounds in found.items()}, window


def _quality(task: Task, y: np.ndarray, p: np.ndarray) -> dict[str, float]:
    C = len(task.classes)
    each = intersection_over_union(y, p, C)
    return {"mean IoU": mean_iou(y, p, C), "accuracy": pixel_accuracy(y, p, C),
            **{f"IoU of {name}": float(iou) for name, iou in zip(task.classes, each)}}


def _spread(values: np.ndarray) -> float:
    """Return the standard deviation over the seeds; 0 for a single one."""
    return float(values.std(ddof=1)) if len(values) > 1 else 0.0


# ---- text and figures -----------------------------------------------------------------------------------------------

def _print_table(task: Task, results: Results, window: int) -> None:
    quantities, seeds = list(results[NETWORK]), len(results[NETWORK]["mean IoU"])
    print(f"{task.name.capitalize()}, {task.side} x {task.side} pixels: intersection over union (IoU) and share of right pixels "
          f"(accuracy)\non test scenes, {seeds} seed{'s' * (seeds > 1)}. The logistic regression sees {window} x {window} "
          "pixels, as chosen on validation scenes.\n")
    print(f"  {'':<22}" + "".join(f"{quantity.removeprefix('IoU of '):>15}" for quantity in quantities))
    for model, values in results.items():
        cells = [f"{values[name].mean():.3f}" + (f" ± {_spread(values[name]):.3f}" if name == "mean IoU" and seeds > 1 else "")
                 for name in quantities]
        print(f"  {model:<22}" + "".join(f"{cell:>15}" for cell in cells))
    print(f"\n{_sentence(results)}\n")


def _sentence(results: Results) -> str:
    """Return what the table says, computed from it."""
    iou, accuracy = ({model: float(values[quantity].mean()) for model, values in results.items()}
                     for quantity in ("mean IoU", "accuracy"))
    outcome = "wins against" if iou[NO_SKIPS] > iou[REGRESSION] else "loses to"
    return (f"The window around a pixel names {accuracy[REGRESSION]:.0%} of the pixels rightly, most of them background; its "
            f"mean IoU is {iou[REGRESSION]:.2f}.\nThe network has {iou[NETWORK]:.2f}. Without skip connections, when its deepest "
            f"layer has to keep all borders, it has {iou[NO_SKIPS]:.2f}\nand {outcome} the window.")


def _draw(task: Task, test: Scenes, predicted: dict[str, np.ndarray], window: int, out: Path) -> None:
    """Draw the first test scenes, their labels, and predictions with their errors."""
    X, y = (each[:SHOWN] for each in test)
    scale = len(task.classes) - 1
    rows = {"image": X, "labels": y / scale}
    for name in (NETWORK, NO_SKIPS, REGRESSION):
        p = predicted[name][:SHOWN]
        rows |= {name: p / scale, " " * len(rows) + "wrong pixels": (p != y).astype(float)}     # one name, three rows
    tones = ("white", "black") if scale == 1 else ("white", "light gray", "dark gray", "black")
    legend = ", ".join(f"{name} {tone}" for name, tone in zip(task.classes, tones))
    figure = plots.image_rows(rows, (task.side, task.side), width=9.0,
                              title=f"{task.name.capitalize()}: the class of each pixel, on test scenes",
                              note=f"Label maps: {legend}. The logistic regression sees {window} x {window} pixels.")
    (out / f"{task.name.replace(' ', '_')}.png").write_bytes(plots.png_bytes(figure))
