import numpy as np
import pytest

from npae import validation
from npae.validation import check_matrix


@pytest.mark.parametrize("X, error, words", [
    ([1.0, 2.0], ValueError, r"two dimensions.*\(2,\).*Reshape your data: a single example is X.reshape\(1, -1\)"),
    (np.zeros((2, 3, 3)), ValueError, "flatten"),
    (5.0, ValueError, "two dimensions"),
    (np.zeros((0, 3)), ValueError, "empty"),
    (np.zeros((3, 0)), ValueError, "empty"),
    ([[1, 2], [3]], ValueError, "different lengths"),
    ([["a", "b"]], TypeError, "real numbers"),
    (np.array([[object()]]), TypeError, "real numbers"),
    ([[1 + 1j]], ValueError, "complex128. Complex data not supported"),
    (np.array([["2020-01-01"]], dtype="datetime64[D]"), TypeError, "real numbers"),
    ([[1, np.nan], [np.nan, 2]], ValueError, "X has 2 entries.*row 0, column 1"),
    ([[1, 2], [-np.inf, 2]], ValueError, "row 1, column 0"),
    (None, TypeError, "real numbers"),
])
def test_bad_matrices_are_named_and_described(X, error, words):
    with pytest.raises(error, match=words):
        check_matrix(X, "X")


def test_sparse_matrices_are_refused_with_the_remedy():
    class Sparse:
        def toarray(self):
            raise AssertionError("must not be called")
    with pytest.raises(TypeError, match=r"Z is a sparse matrix.*Z\.toarray\(\)"):
        check_matrix(Sparse(), "Z")


def test_width_and_overflow():
    with pytest.raises(ValueError, match="Z has 3 features, expected 4"):
        check_matrix(np.zeros((2, 3)), "Z", 4)
    with pytest.raises(ValueError, match="not finite in float32"):
        check_matrix([[1e300]], "X", dtype=np.float32)


@pytest.mark.parametrize("X", [
    [[1, 2], [3, 4]], np.array([[1, 2], [3, 4]], order="F"), np.array([[True, False]]), np.array([[1, 2]], dtype=">f8"),
    np.array([[1, 2]], dtype=object), np.array([[1, 2]], dtype=np.uint8), ((1.5, 2.5),),
], ids=str)
def test_good_matrices_become_contiguous_native_floats(X):
    given = np.array(X, copy=True)
    checked = check_matrix(X, "X")
    assert checked.dtype == np.float64 and checked.dtype.isnative and checked.flags.c_contiguous
    np.testing.assert_array_equal(checked, given.astype(float))
    np.testing.assert_array_equal(np.asarray(X), given)


@pytest.mark.parametrize("call, error, words", [
    (lambda: validation.check_integer(2.0, "epochs", 1), TypeError, "epochs must be an integer, got 2.0"),
    (lambda: validation.check_integer(True, "epochs", 1), TypeError, "epochs"),
    (lambda: validation.check_integer(0, "epochs", 1), ValueError, "epochs must be an integer of at least 1, got 0"),
    (lambda: validation.check_real("1", "rho"), TypeError, "rho must be a number"),
    (lambda: validation.check_real(np.nan, "rho"), ValueError, "rho must be a finite number"),
    (lambda: validation.check_real(np.inf, "rho"), ValueError, "finite"),
    (lambda: validation.check_real(0, "rho", 0, 1, open_low=True, open_high=True), ValueError, r"in \(0, 1\), got 0"),
    (lambda: validation.check_real(1, "rho", 0, 1, open_high=True), ValueError, r"in \[0, 1\), got 1"),
    (lambda: validation.check_choice("x", "loss", ("mse", "bce")), ValueError, "loss must be one of 'mse', 'bce', got 'x'"),
    (lambda: validation.check_choice(None, "loss", ("mse",)), ValueError, "loss"),
    (lambda: validation.check_flag(1, "tied"), TypeError, "tied must be True or False, got 1"),
])
def test_scalars(call, error, words):
    with pytest.raises(error, match=words):
        call()


def test_scalars_within_range_pass():
    validation.check_integer(np.int64(3), "epochs", 1)
    validation.check_real(np.float32(0.5), "rho", 0, 1)
    validation.check_real(1, "rho", 0, 1)
    validation.check_flag(np.True_, "tied")


def test_masked_entries_are_no_data():
    X = np.ma.masked_greater(np.arange(6.0).reshape(2, 3), 3)
    with pytest.raises(ValueError, match=r"X has 2 masked entries: fill them \(numpy.ma.filled\) before calling"):
        check_matrix(X)
    np.testing.assert_array_equal(check_matrix(np.ma.masked_array(X.data, mask=False)), X.data)


def test_records_are_no_matrix():
    with pytest.raises(TypeError, match="X must be an array of single values, got records with the fields a, b"):
        check_matrix(np.zeros(3, dtype=[("a", float), ("b", float)]))


def test_magnitudes_whose_squares_overflow_are_refused():
    check_matrix([[1e150, -1e150]])
    with pytest.raises(ValueError, match="X has entries as large as 1e.200, whose squares add up to more than float64 holds"):
        check_matrix([[1e200]])
    with pytest.raises(ValueError, match="float32 holds; rescale the data"):
        check_matrix([[1e20]], dtype=np.float32)
