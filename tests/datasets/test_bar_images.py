"""The bars problem."""

import numpy as np
import pytest

from npae.datasets import bars


def test_images_are_the_union_of_the_bars_present():
    X, present = bars(50, size=4, probability=0.3, random_state=0)
    assert X.shape == (50, 16) and X.dtype == np.float64
    assert present.shape == (50, 8) and present.dtype == bool
    for x, bits in zip(X, present):
        image = np.zeros((4, 4))
        for i in range(4):
            if bits[i]:
                image[i, :] = 1
            if bits[4 + i]:
                image[:, i] = 1
        np.testing.assert_array_equal(x.reshape(4, 4), image)


def test_marginals_and_independence():
    m, p = 20_000, 0.125
    X, present = bars(m, random_state=0)
    assert X.shape == (m, 64) and present.shape == (m, 16)
    assert np.all(np.abs(present.mean(axis=0) - p) < 4 * np.sqrt(p * (1 - p) / m))
    on = 1 - (1 - p) ** 2
    assert np.all(np.abs(X.mean(axis=0) - on) < 4.5 * np.sqrt(on * (1 - on) / m))  # 64 of them
    correlations = np.corrcoef(present.T)[~np.eye(16, dtype=bool)]
    assert np.abs(correlations).max() < 4.5 / np.sqrt(m)  # 120 of them


@pytest.mark.parametrize("probability", [0, 1])
def test_extreme_probabilities(probability):
    X, present = bars(10, probability=probability, random_state=0)
    assert np.all(X == probability) and np.all(present == probability)


@pytest.mark.parametrize(
    "argument, value, expected",
    [
        ("n_examples", 0, "an integer of at least 1"),
        ("size", 0, "an integer of at least 1"),
        ("probability", 1.1, r"a (finite )?number( in \[0, 1\])?"),
        ("probability", None, r"a (finite )?number( in \[0, 1\])?"),
        ("random_state", [1], "None, a non-negative integer or a numpy.random.Generator"),
    ],
)
def test_bad_arguments(argument, value, expected):
    with pytest.raises((TypeError, ValueError), match=f"{argument} must be {expected}, got"):
        bars(**{"n_examples": 5, argument: value})
