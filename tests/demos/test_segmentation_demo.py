"""`npae demo segmentation`: the quick version run once against what it has to reach, and the baselines against known answers."""

import contextlib
import io
import math

import numpy as np
import pytest

from npae.applications import mean_iou
from npae.demos import segmentation
from npae.demos.segmentation import NETWORK, NO_SKIPS, REGRESSION, TASKS, THRESHOLD
from npae.demos.segmentation_baselines import PixelRegression, Threshold, best_threshold, best_window

FIGURES = ("digit_scenes.png", "mean_iou.png", "shapes.png")


@pytest.fixture(scope="module")
def quick(tmp_path_factory):
    """The numbers, the printed text and the folder of the quick demonstration."""
    out, text = tmp_path_factory.mktemp("segmentation"), io.StringIO()
    with contextlib.redirect_stdout(text):
        numbers = segmentation.run(out, quick=True)
    return numbers, text.getvalue(), out


def iou(numbers, task, model):
    return numbers[f"{task}: {model}: mean IoU"]


# ---- what the demonstration shows -----------------------------------------------------------------------------------

def test_shapes_are_found_with_a_mean_iou_above_nine_tenths(quick):
    assert iou(quick[0], "shapes", NETWORK) > 0.9
    assert iou(quick[0], "shapes", NETWORK) > iou(quick[0], "shapes", REGRESSION) + 0.3


def test_digits_are_told_from_clutter_better_than_by_windows(quick):
    assert iou(quick[0], "digit scenes", NETWORK) > iou(quick[0], "digit scenes", REGRESSION) + 0.03


def test_skip_connections_and_windows_pay(quick):
    for task in TASKS:
        assert iou(quick[0], task.name, NETWORK) > iou(quick[0], task.name, NO_SKIPS) + 0.05
        assert iou(quick[0], task.name, REGRESSION) > iou(quick[0], task.name, THRESHOLD)


def test_accuracy_hides_what_the_window_cannot_tell(quick):
    numbers, _, _ = quick
    assert numbers[f"shapes: {REGRESSION}: accuracy"] > 0.8 > 0.6 > iou(numbers, "shapes", REGRESSION)


@pytest.mark.slow
def test_the_full_demonstration(tmp_path):
    numbers = segmentation.run(tmp_path)
    assert iou(numbers, "shapes", NETWORK) - 2 * numbers[f"shapes: {NETWORK}: mean IoU, spread"] > 0.95
    assert iou(numbers, "digit scenes", NETWORK) > iou(numbers, "digit scenes", REGRESSION) + 0.05


# ---- what it prints, draws and returns ------------------------------------------------------------------------------

def test_figures_and_numbers(quick):
    numbers, text, out = quick
    assert sorted(path.name for path in out.iterdir()) == list(FIGURES)
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in out.iterdir())
    assert all(isinstance(value, float) and math.isfinite(value) for value in numbers.values())
    for task in TASKS:
        for model in (NETWORK, NO_SKIPS, REGRESSION, THRESHOLD):
            assert f"{iou(numbers, task.name, model):.3f}" in text
            each = [numbers[f"{task.name}: {model}: IoU of {name}"] for name in task.classes]
            assert np.mean(each) == pytest.approx(iou(numbers, task.name, model))
    assert max(map(len, text.splitlines())) <= 120


def test_verdicts_hide_no_loss(quick):
    rows = segmentation.verdicts(quick[0])
    assert [row.task for row in rows] == ["segmentation, shapes"] * 2 + ["segmentation, digit scenes"] * 2
    assert [row.ours for row in rows] == ["convolutional network", "convolutional network without skips"] * 2
    assert rows[0].outcome == rows[2].outcome == "wins"
    worse = iou(quick[0], "digit scenes", NO_SKIPS) < iou(quick[0], "digit scenes", REGRESSION)
    assert rows[3].outcome == ("loses" if worse else "wins")


# ---- the baselines --------------------------------------------------------------------------------------------------

def test_windows_are_what_lies_around_a_pixel():
    X = np.arange(2 * 16.0).reshape(2, 16)
    windows = PixelRegression(3)._windows(X, np.array([1, 0]), np.array([5, 0]))
    assert windows.tolist() == [[16, 17, 18, 20, 21, 22, 24, 25, 26], [0, 0, 0, 0, 0, 1, 0, 4, 5]]


def test_a_window_sees_its_neighbour_and_a_single_pixel_does_not():
    rng = np.random.default_rng(0)
    X = rng.integers(0, 2, (40, 8, 8)).astype(float)
    y = np.zeros((40, 8, 8), int)
    y[:, :, 1:] = X[:, :, :-1]                                          # the class is the gray value of the left neighbour
    scenes = X.reshape(40, -1), y.reshape(40, -1)
    assert np.array_equal(PixelRegression(3).fit(scenes, rng).predict(scenes[0]), scenes[1])
    assert mean_iou(scenes[1], PixelRegression(1).fit(scenes, rng).predict(scenes[0]), 2) < 0.6
    assert best_window(scenes, scenes, 2, 1000, (1, 3)) == 3


def test_the_threshold_between_two_grays_is_found():
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, (10, 16))
    found = best_threshold((0.3 + 0.2 * y, 2 * y), 3)
    assert found.label == 2 and 0.3 <= found.level < 0.5
    assert Threshold(0.5, 2).predict(np.array([[0.4, 0.6]])).tolist() == [[0, 2]]
