"""Linear probes: exact on linear codes, honest about constants."""

import numpy as np
import pytest

from npae.applications import linear_probe, r_squared

RNG = np.random.default_rng(0)
Z = RNG.normal(size=(200, 5)) * [1, 10, 100, 1, 0] + 3


def test_what_is_linear_is_read_exactly():
    T = Z[:, :4] @ RNG.normal(size=(4, 2)) + 7
    predicted = linear_probe(Z[:150], T[:150], Z[150:], ridge=1e-12)
    np.testing.assert_allclose(predicted, T[150:], rtol=1e-6)
    assert np.all(r_squared(T[150:], predicted) > 1 - 1e-9)


def test_scaling_a_unit_changes_nothing():
    T = RNG.normal(size=(200, 1))
    scaled = Z * [3, 0.1, 7, 1, 1]
    np.testing.assert_allclose(linear_probe(Z, T, Z), linear_probe(scaled, T, scaled), rtol=1e-8)


def test_r_squared():
    T = np.array([[0.0, 1.0], [2.0, 1.5]])
    np.testing.assert_allclose(r_squared(T, [[1.0, 1.0], [1.0, 1.5]]), [0, 1])
    assert r_squared(T, -T)[0] < 0


@pytest.mark.parametrize("call, message", [
    (lambda: linear_probe(Z, np.zeros((3, 1)), Z), "targets must have a row for each of the 200 codes, got 3"),
    (lambda: linear_probe(Z, np.zeros((200, 1)), Z[:, :2]), "new_codes has 2 features"),
    (lambda: r_squared(np.ones((4, 1)), np.zeros((4, 1))), "targets must vary"),
    (lambda: r_squared(np.zeros((4, 1)), np.zeros((3, 1))), "predicted must have a row")])
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()
