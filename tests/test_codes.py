"""Tables of codes: what is one, and its one-hot rows."""

import re

import numpy as np
import pytest

from npae.codes import check_codes, check_n_codes, codes_per_column, one_hot

K = np.array([3, 2, 4])


def test_one_number_of_codes_for_all_columns_or_one_for_each():
    assert codes_per_column(5, 3).tolist() == [5, 5, 5]
    for given in ((3, 2, 4), [3, 2, 4], K):
        assert codes_per_column(given, 3).tolist() == [3, 2, 4]
    with pytest.raises(ValueError, match="one for each of the 4 columns, got 3 of them"):
        codes_per_column(K, 4)


@pytest.mark.parametrize("wrong, error, message", [
    (1, ValueError, "n_codes must be an integer of at least 2, got 1"), ((3, 1), ValueError, r"n_codes\[1\] .* got 1"),
    (2.5, TypeError, "n_codes must be an integer"), ("64", TypeError, "n_codes must be an integer, got '64'"),
    ((3, 2.0), TypeError, r"n_codes\[1\] must be an integer"), (None, TypeError, "n_codes must be an integer")])
def test_a_column_has_a_whole_number_of_codes_and_at_least_two(wrong, error, message):
    with pytest.raises(error, match=message):
        check_n_codes(wrong)


@pytest.mark.parametrize("row, column, value, limit", [(1, 0, 3, 2), (0, 1, -1, 1), (1, 2, 0.5, 3), (0, 2, 1e9, 3)])
def test_what_is_no_code_is_located(row, column, value, limit):
    x = np.array([[2.0, 1, 3], [0, 0, 0]])
    check_codes(x, "X", K)
    x[row, column] = value
    with pytest.raises(ValueError, match=re.escape(f"X must hold codes, whole numbers, from 0 to {limit} in column {column}; "
                                                   f"found {value:g} in row {row}")):
        check_codes(x, "X", K)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_one_hot_rows_stand_side_by_side(dtype):
    rows = one_hot(np.array([[2, 0, 3], [0, 1, 1]], dtype), K)
    assert rows.dtype == dtype
    assert rows.tolist() == [[0, 0, 1, 1, 0, 0, 0, 0, 1], [1, 0, 0, 0, 1, 0, 1, 0, 0]]
