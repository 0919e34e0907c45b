"""Retrieval: bits, Hamming distances and precision, against their definitions."""

import numpy as np
import pytest

from npae.applications import binary_codes, code_thresholds, hamming_distances, nearest_by_hamming, precision_at

RNG = np.random.default_rng(0)
Z, Q = RNG.normal(size=(60, 13)), RNG.normal(size=(9, 13))


def test_each_bit_is_one_for_half_of_the_stored_codes():
    bits = np.unpackbits(binary_codes(Z, code_thresholds(Z)), axis=1)
    assert bits.shape == (60, 16) and np.all(bits[:, :13].sum(axis=0) == 30) and not bits[:, 13:].any()


def test_hamming_distances_are_numbers_of_differing_bits():
    t = code_thresholds(Z)
    expected = ((Q > t)[:, None] != (Z > t)).sum(axis=2)
    np.testing.assert_array_equal(hamming_distances(binary_codes(Z, t), binary_codes(Q, t)), expected)


def test_nearest_first_and_ties_in_stored_order():
    stored = np.packbits(np.array([[0, 0, 1], [1, 1, 1], [0, 0, 0], [0, 0, 1]]), axis=1)
    asked = np.packbits(np.array([[0, 0, 1]]), axis=1)
    np.testing.assert_array_equal(nearest_by_hamming(stored, asked, 4), [[0, 3, 2, 1]])


def test_blocks_of_queries_change_nothing():
    t = code_thresholds(Z)
    stored, many = binary_codes(Z, t), binary_codes(np.tile(Q, (70, 1)), t)         # more than one block
    rows = nearest_by_hamming(stored, many, 5)
    np.testing.assert_array_equal(rows[:9], rows[-9:])
    assert rows.shape == (630, 5)


def test_precision():
    assert precision_at(np.array([[0, 1], [2, 3]]), [7, 7, 1, 7], [7, 1]) == pytest.approx(0.75)


@pytest.mark.parametrize("call, error, message", [
    (lambda: binary_codes(Z, np.zeros((2, 2))), ValueError, "thresholds must be one number for each unit"),
    (lambda: binary_codes(Z, np.zeros(4)), ValueError, "expected 4"),
    (lambda: hamming_distances(Z, Q), TypeError, "bits must be packed bits from binary_codes"),
    (lambda: hamming_distances(np.zeros((2, 1), np.uint8), np.zeros((2, 3), np.uint8)), ValueError, "queries have 3 bytes"),
    (lambda: nearest_by_hamming(np.zeros((2, 1), np.uint8), np.zeros((2, 1), np.uint8), 3), ValueError, "k must be"),
    (lambda: precision_at(np.zeros((2, 2)), [1], [1, 2]), ValueError, "rows must be row numbers"),
    (lambda: precision_at(np.zeros((2, 2), int), [1], [1]), ValueError, "query_labels must hold one label for each of the 2")])
def test_bad_input(call, error, message):
    with pytest.raises(error, match=message):
        call()
