"""Nearest neighbours against distances computed one by one, and a vote counted by hand."""

import numpy as np
import pytest

from npae.applications import nearest, neighbour_accuracy, predict_by_neighbours
from npae.applications import neighbours as module


def test_accuracy_by_hand():
    codes, labels = np.array([[0.0], [1], [2], [10], [11]]), np.array([0, 0, 1, 1, 1])
    new = np.array([[0.4], [10.2], [1.9], [9]])
    # k = 3: votes 0 0 1, then 1 1 1, then 1 0 0, then 1 1 1
    assert predict_by_neighbours(codes, labels, new, k=3).tolist() == [0, 1, 0, 1]
    assert neighbour_accuracy(codes, labels, new, np.array([0, 1, 0, 0]), k=3) == 0.75
    assert neighbour_accuracy(codes, labels, new, np.array([0, 1, 1, 1]), k=1) == 1.0


def test_nearest_agrees_with_distances_one_by_one(monkeypatch):
    monkeypatch.setattr(module, "QUERIES", 4)           # several blocks, the last one not full
    rng = np.random.default_rng(0)
    codes, new = rng.normal(size=(30, 3)) + 1e6, rng.normal(size=(11, 3)) + 1e6     # far from 0: the shift matters
    expected = [np.argsort([np.sqrt(np.sum((q - z) ** 2)) for z in codes])[:7] for q in new]
    assert np.array_equal(nearest(codes, new, k=7), expected)


def test_equal_distances_and_equal_votes():
    codes, labels = np.array([[0.0, 1], [1, 0], [-1, 0], [0, -1]]), np.array(["d", "c", "b", "a"])
    assert nearest(codes, [[0.0, 0]], k=4).tolist() == [[0, 1, 2, 3]]       # the smaller row number first
    assert predict_by_neighbours(codes, labels, [[0.0, 0]], k=4).tolist() == ["a"]      # the smallest label wins
    assert predict_by_neighbours(codes, labels, [[0.0, 0]], k=1).tolist() == ["d"]


@pytest.mark.parametrize("change, message", [
    ({"codes": [[0.0, 1], [1, 0]], "labels": [0, 1]}, "new_codes has 1 features"),
    ({"labels": [0, 1, 1]}, "labels must hold one label for each of the 2 codes"),
    ({"new_labels": [0]}, "new_labels must hold one label for each of the 2 codes"),
    ({"k": 3}, "k must be an integer from 1 to 2"),
    ({"new_codes": [[0.0], [np.nan]]}, "not finite"),
])
def test_bad_input(change, message):
    given = {"codes": [[0.0], [1.0]], "labels": [0, 1], "new_codes": [[0.0], [1.0]], "new_labels": [0, 1], "k": 1}
    assert neighbour_accuracy(**given) == 1.0
    with pytest.raises(ValueError, match=message):
        neighbour_accuracy(**{**given, **change})
