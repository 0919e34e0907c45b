"""Hoyer's sparseness at its two ends and in between, over the lifetime of units and over the population."""

import numpy as np
import pytest

from npae.sparseness import hoyer_sparseness, lifetime_sparseness, population_sparseness, zero_fraction


def test_a_constant_unit_has_sparseness_zero_and_a_single_answer_one():
    constant, single = np.full((50, 1), 0.2), np.zeros((50, 1))
    single[7] = -3.0
    assert lifetime_sparseness(constant) == pytest.approx(0, abs=1e-14)
    assert lifetime_sparseness(single) == pytest.approx(1, abs=1e-14)


def test_a_unit_that_is_on_for_a_fifth_of_the_inputs():
    """E002-03: on for 200 of 1000 inputs, 0.571; the same mean, 0.2, spread evenly, 0."""
    on = np.zeros((1000, 1))
    on[::5] = 1
    assert lifetime_sparseness(on) == pytest.approx(0.571, abs=5e-4)
    assert lifetime_sparseness(on) == pytest.approx((np.sqrt(1000) - np.sqrt(200)) / (np.sqrt(1000) - 1), abs=1e-12)


def test_the_two_kinds_look_along_the_two_axes():
    Y = np.zeros((6, 4))
    Y[:, 1] = 1                     # one unit, on for every example
    assert population_sparseness(Y) == pytest.approx(1)
    assert lifetime_sparseness(Y) == pytest.approx(0, abs=1e-14)
    assert lifetime_sparseness(Y.T) == pytest.approx(1)
    assert population_sparseness(Y.T) == pytest.approx(0, abs=1e-14)


def test_the_definition_by_a_loop():
    Y = np.random.default_rng(0).normal(size=(7, 3))
    expected = [(np.sqrt(7) - np.abs(v).sum() / np.sqrt((v ** 2).sum())) / (np.sqrt(7) - 1) for v in Y.T]
    np.testing.assert_allclose(hoyer_sparseness(Y, axis=0), expected, rtol=1e-13)
    assert lifetime_sparseness(Y) == pytest.approx(np.mean(expected))
    np.testing.assert_allclose(hoyer_sparseness(-5 * Y, axis=0), expected, rtol=1e-13)      # neither size nor sign matters


def test_a_dead_unit_and_a_single_entry_count_as_zero():
    Y = np.zeros((5, 2))
    Y[0, 1] = 1
    np.testing.assert_allclose(hoyer_sparseness(Y, axis=0), [0, 1])
    np.testing.assert_array_equal(hoyer_sparseness(np.ones((1, 3)), axis=0), 0)
    assert population_sparseness(np.ones((4, 1))) == 0


def test_zero_fraction_counts_exact_zeros_only():
    assert zero_fraction(np.array([[0.0, 1e-300], [-0.0, 2.0]])) == 0.5


def test_float32_codes_are_measured_in_float64():
    Y = np.full((20_000, 1), 0.1, np.float32)
    assert lifetime_sparseness(Y) == pytest.approx(0, abs=1e-9)
