"""Which labels are drawn, what is chosen on which examples, and that neither the unit of a code nor its axes matter."""

import numpy as np
import pytest

from npae import PCA
from npae.applications import Examples, SoftmaxRegression, classify_codes, label_order, neighbour_accuracy, on_one_scale
from npae.applications.classification import DECAYS, ITERATIONS, NEIGHBOURS

CENTRES = np.array([[0.0, 0, 4], [4, 0, 0], [0, 4, 0]])


class Scaled:
    """A model whose code is the example in another unit."""

    def transform(self, X):
        return 50 * np.asarray(X) + 7


def blobs(m, noise, seed, wrong=0.0):
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 3, m)
    X = CENTRES[y] + noise * rng.normal(size=(m, 3))
    return Examples(X, np.where(rng.random(m) < wrong, rng.integers(0, 3, m), y))


TRAIN, VALIDATION, TEST = blobs(90, 1.5, 0, wrong=0.2), blobs(120, 1.5, 1), blobs(150, 1.5, 2)


def test_labels_take_turns_and_none_is_lost():
    y = np.repeat(list("abc"), [30, 6, 14])
    order = label_order(y, 3)
    assert sorted(order) == list(range(50))
    for n in (3, 9, 18):
        assert sorted(np.unique(y[order[:n]], return_counts=True)[1]) == [n // 3] * 3
    assert np.unique(y[order[:26]], return_counts=True)[1].tolist() == [10, 6, 10]      # b is used up, the others go on
    assert set(y[order[:2]]) < set("abc")
    assert np.array_equal(order, label_order(y, 3)) and not np.array_equal(order, label_order(y, 4))


def test_within_a_class_every_example_may_come_first():
    y = np.array([0, 0, 0, 1])
    firsts = [next(row for row in label_order(y, seed) if y[row] == 0) for seed in range(60)]
    assert np.bincount(firsts, minlength=3).min() > 8


def test_accuracies_are_those_of_the_classifiers_at_their_best_choice_on_validation():
    found = classify_codes({"x": None}, TRAIN, VALIDATION, TEST, (30, 90), random_state=5)["x"]
    order = label_order(TRAIN.y, 5)
    known, validation, test = on_one_scale(TRAIN.X, VALIDATION.X, TEST.X)
    for n in (30, 90):
        rows = order[:n]
        by_k = {k: neighbour_accuracy(known[rows], TRAIN.y[rows], validation, VALIDATION.y, k) for k in NEIGHBOURS}
        best = max(by_k, key=by_k.__getitem__)
        assert found[n].neighbours == (neighbour_accuracy(known[rows], TRAIN.y[rows], test, TEST.y, best), by_k[best], best)
        probes = [SoftmaxRegression(decay=decay, max_iterations=ITERATIONS).fit(known[rows], TRAIN.y[rows]) for decay in DECAYS]
        probe = max(probes, key=lambda probe: probe.score(validation, VALIDATION.y))
        assert found[n].linear == (probe.score(test, TEST.y), probe.score(validation, VALIDATION.y), probe.decay)
    assert found[90].neighbours.choice > 1                              # a fifth of the labels is wrong: one is not enough


def test_test_examples_choose_nothing():
    blind = Examples(TEST.X, np.full(len(TEST.y), -1))
    seen, unseen = (classify_codes({"x": None}, TRAIN, VALIDATION, test, (30,), 0)["x"][30] for test in (TEST, blind))
    for one, other in zip(seen, unseen):
        assert one[1:] == other[1:] and other.test == 0 < one.test


def test_unit_and_axes_of_a_code_do_not_matter():
    found = classify_codes({"x": None, "scaled": Scaled(), "turned": PCA().fit(TRAIN.X)}, TRAIN, VALIDATION, TEST, (12, 60), 1)
    for name in ("scaled", "turned"):
        for n in (12, 60):
            for one, other in zip(found["x"][n], found[name][n]):
                assert one == pytest.approx(other, abs=1e-9)


def test_all_models_get_the_same_labels_and_what_can_be_parted_is():
    parts = [blobs(60, 0.1, seed) for seed in (0, 1, 2)]
    found = classify_codes({"a": None, "b": None}, *parts, n_labels=(3,), random_state=0)
    assert found["a"] == found["b"]
    assert [accuracy.test for accuracy in found["a"][3]] == [1, 1]
    assert found["a"][3].neighbours.choice == 1                         # of three known examples at most three can be asked


@pytest.mark.parametrize("change, message", [
    ({"train": Examples(TRAIN.X, TRAIN.y[:-1])}, "train must hold one label for each of its 90 examples"),
    ({"test": Examples(TEST.X, TEST.y[:, np.newaxis])}, "test must hold one label for each of its 150 examples"),
    ({"n_labels": (10, 91)}, r"n_labels\[1\] must be an integer from 2 to 90"),
    ({"n_labels": (1,)}, r"n_labels\[0\] must be an integer from 2 to 90"),
    ({"validation": Examples(VALIDATION.X * np.nan, VALIDATION.y)}, "not finite"),
])
def test_bad_input(change, message):
    given = {"models": {"x": None}, "train": TRAIN, "validation": VALIDATION, "test": TEST, "n_labels": (10,)}
    with pytest.raises(ValueError, match=message):
        classify_codes(**{**given, **change})
    with pytest.raises(ValueError, match="y must hold one label"):
        label_order([])
