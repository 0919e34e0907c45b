"""Inpainting: holes of the right kind, known pixels untouched, and the exact answers for linear and Gaussian cases."""

import numpy as np
import pytest

from npae.applications import conditional_mean, hole_error, inpaint, inpaint_again, missing_blocks, missing_pixels
from npae.baselines import PCA

RNG = np.random.default_rng(0)
A = RNG.normal(size=(2, 6))
X = RNG.normal(size=(300, 2)) @ A + 3.0         # in a plane: what is known determines what is not


class Echo:
    """A reconstruction that says what it was asked."""

    def __init__(self):
        self.seen = None

    def reconstruct(self, x):
        self.seen = x.copy()
        return x + 1


def test_missing_pixels_and_blocks():
    known = missing_pixels(400, 50, 0.3, np.random.default_rng(0))
    assert known.shape == (400, 50) and abs(np.mean(~known) - 0.3) < 4 * np.sqrt(0.21 / known.size)
    holes = ~missing_blocks(200, (6, 9), 3, np.random.default_rng(0)).reshape(200, 6, 9)
    assert np.all(holes.sum(axis=(1, 2)) == 9)
    for hole in holes:
        rows, columns = np.flatnonzero(hole.any(axis=1)), np.flatnonzero(hole.any(axis=0))
        assert np.ptp(rows) == np.ptp(columns) == 2                         # one square
    assert holes[:, 0, 0].any() and holes[:, -1, -1].any()                  # at every place, corners too


def test_one_pass_keeps_what_is_known_and_looks_at_nothing_in_the_holes():
    model, known = Echo(), missing_pixels(*X.shape, 0.5, np.random.default_rng(1))
    filled = inpaint(model, np.where(known, X, np.nan), known, start=0.25)
    np.testing.assert_array_equal(filled[known], X[known])
    np.testing.assert_array_equal(filled[~known], 1.25)
    np.testing.assert_array_equal(model.seen[~known], 0.25)


def test_pca_again_and_again_finds_the_plane():
    known = np.ones(X.shape, dtype=bool)
    known[np.arange(len(X)), np.arange(len(X)) % 6] = False
    filled = inpaint_again(PCA(2).fit(X), X, known, X.mean(axis=0), max_iterations=5000, tolerance=1e-12)
    inside = np.abs(X - filled)[(X.min() < X) & (X < X.max())]
    assert inside.max() < 1e-6


def test_iterations_stay_within_the_range_of_the_known_pixels_and_stop():
    known = np.ones(X.shape, dtype=bool)
    known[:, 0] = False
    filled = inpaint_again(Echo(), X, known, max_iterations=1000)
    assert filled[:, 0].max() == pytest.approx(X[:, 1:].max())


def test_the_conditional_mean_is_linear_regression():
    data = RNG.normal(size=(500, 4)) @ RNG.normal(size=(4, 4))
    known = np.ones((500, 4), dtype=bool)
    known[:, 2] = False
    filled = conditional_mean(data, data, known, ridge=0)
    design = np.column_stack([data[:, [0, 1, 3]], np.ones(500)])
    regression = design @ np.linalg.lstsq(design, data[:, 2], rcond=None)[0]
    np.testing.assert_allclose(filled[:, 2], regression, atol=1e-9)
    np.testing.assert_array_equal(filled[known], data[known])
    known[:3] = False
    np.testing.assert_allclose(conditional_mean(data, data, known)[:3], np.tile(data.mean(axis=0), (3, 1)))


def test_hole_error_is_of_the_holes_alone():
    x, known = np.zeros((2, 3)), np.array([[True, False, True], [True, True, False]])
    answer = np.array([[9.0, 1.0, 9.0], [9.0, 9.0, 3.0]])
    assert hole_error(x, answer, known) == 5.0


@pytest.mark.parametrize("call, error, message", [
    (lambda: inpaint(Echo(), X, np.ones(X.shape)), TypeError, "known must be an array of bool"),
    (lambda: inpaint(Echo(), X, np.ones((2, 2), bool)), ValueError, "known must have the shape of X"),
    (lambda: hole_error(X, X, np.ones(X.shape, bool)), ValueError, "no hole to measure"),
    (lambda: missing_pixels(2, 2, 1.5, RNG), ValueError, "fraction must be"),
    (lambda: missing_blocks(2, (4, 4), 5, RNG), ValueError, "size of the block must be"),
    (lambda: inpaint_again(Echo(), X, np.ones(X.shape, bool), max_iterations=0), ValueError, "max_iterations"),
    (lambda: inpaint(Echo(), np.full((2, 3), np.nan), np.ones((2, 3), bool)), ValueError, "not finite")])
def test_bad_input(call, error, message):
    with pytest.raises(error, match=message):
        call()
