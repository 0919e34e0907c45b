"""Confusion, accuracy and intersection over union of label maps, against counting."""

import numpy as np
import pytest

from npae.applications import confusion_matrix, intersection_over_union, mean_iou, pixel_accuracy


def counted(y, p, C):
    return np.array([[np.sum((y == i) & (p == j)) for j in range(C)] for i in range(C)])


@pytest.mark.parametrize("seed", range(5))
def test_against_sets_of_pixels(seed):
    rng = np.random.default_rng(seed)
    C = int(rng.integers(2, 6))
    y, p = rng.integers(0, C, (2, 3, 40))
    N = confusion_matrix(y, p, C)
    assert N.dtype == np.int64
    np.testing.assert_array_equal(N, counted(y, p, C))
    sets = [(set(np.flatnonzero(y == c)), set(np.flatnonzero(p == c))) for c in range(C)]
    iou = [len(a & b) / len(a | b) for a, b in sets]
    assert intersection_over_union(y, p, C) == pytest.approx(iou, abs=1e-15)
    assert mean_iou(y, p, C) == pytest.approx(np.mean(iou), abs=1e-15)
    assert pixel_accuracy(y, p, C) == np.mean(y == p)


def test_the_matrix_has_truth_in_its_rows():
    np.testing.assert_array_equal(confusion_matrix([0, 0, 0, 1], [1, 1, 0, 1], 2), [[1, 2], [0, 1]])


def test_perfect_and_hopeless():
    y = np.array([[0, 1, 2], [2, 1, 0]])
    assert mean_iou(y, y, 3) == pixel_accuracy(y, y, 3) == 1
    assert mean_iou(y, (y + 1) % 3, 3) == pixel_accuracy(y, (y + 1) % 3, 3) == 0


def test_all_background_scores_high_in_accuracy_and_low_in_iou():
    y = np.repeat([0, 1], [85, 15])
    nothing = np.zeros(100, int)
    assert pixel_accuracy(y, nothing, 2) == 0.85
    assert mean_iou(y, nothing, 2) == 0.425


def test_absent_classes():
    y, p = [0, 0, 1, 1], [0, 0, 1, 3]
    np.testing.assert_array_equal(intersection_over_union(y, p, 5), [1, 0.5, np.nan, 0, np.nan])
    assert mean_iou(y, p, 5) == 0.5                 # 2 and 4 are nowhere and left out; 3 is called where it is not
    assert mean_iou([2, 2], [2, 2], 3) == 1


@pytest.mark.parametrize("labels, predicted, C, error, message", [
    ([0, 1], [0, 2], 2, ValueError, "predicted must hold whole numbers from 0 to 1, found 2 at (1,)"),
    ([[0, -1]], [[0, 1]], 2, ValueError, "labels must hold whole numbers from 0 to 1, found -1 at (0, 1)"),
    ([0, 0.5], [0, 1], 2, ValueError, "labels must hold whole numbers from 0 to 1, found 0.5 at (1,)"),
    ([0, np.nan], [0, 1], 2, ValueError, "labels must hold whole numbers from 0 to 1, found nan at (1,)"),
    ([0, 1], [[0, 1]], 2, ValueError, "predicted must hold one label for each pixel, shape (2,), got shape (1, 2)"),
    (["a"], [0], 2, TypeError, "labels must hold labels, whole numbers from 0 to 1"),
    (None, [0], 2, TypeError, "labels must hold the label of every pixel, got None"),
    ([], [], 2, ValueError, "labels is empty"),
    ([0], [0], 0, ValueError, "n_classes must be an integer of at least 1, got 0"),
])
def test_bad_input(labels, predicted, C, error, message):
    with pytest.raises(error) as caught:
        mean_iou(labels, predicted, C)
    assert message in str(caught.value)
