"""The embedded digits."""

import hashlib
from pathlib import Path

import numpy as np

import npae.datasets
from npae.datasets import ImageData, load_digits

DATA = Path(npae.datasets.__file__).parent / "data"


def test_shapes_dtypes_and_ranges():
    digits = load_digits()
    assert isinstance(digits, ImageData)
    assert digits._fields == ("X_train", "y_train", "X_test", "y_test", "image_shape")
    assert digits.image_shape == (8, 8)
    for X, y, m in ((digits.X_train, digits.y_train, 1437), (digits.X_test, digits.y_test, 360)):
        assert X.shape == (m, 64) and X.dtype == np.float32
        assert y.shape == (m,) and y.dtype == np.int64
        assert X.min() == 0 and X.max() == 1
        assert set(y) == set(range(10))


def test_pixels_are_sixteenths():
    counts = load_digits().X_train * 16
    np.testing.assert_array_equal(counts, counts.round())
    assert len(np.unique(counts)) == 17


def test_known_facts():
    """Facts about the original data, read off scikit-learn's copy."""
    digits = load_digits()
    np.testing.assert_array_equal(digits.y_train[:10], np.arange(10))
    np.testing.assert_array_equal(digits.y_test[-5:], [9, 0, 8, 9, 8])
    np.testing.assert_array_equal(np.bincount(digits.y_train), [143, 146, 142, 146, 144, 145, 144, 143, 141, 143])
    np.testing.assert_array_equal(digits.X_train[0].reshape(8, 8)[0] * 16, [0, 0, 5, 13, 9, 1, 0, 0])
    assert (digits.X_train.sum(dtype=float) + digits.X_test.sum(dtype=float)) * 16 == 561718


def test_arrays_are_fresh_at_every_call():
    first = load_digits()
    first.X_train[:] = 0
    first.y_test[:] = 0
    second = load_digits()
    assert second.X_train.any() and second.y_test.any()
    assert not np.shares_memory(second.X_train, second.X_test)


def test_the_file_is_the_one_its_readme_describes():
    content = (DATA / "digits.npz").read_bytes()
    readme = (DATA / "README.md").read_text(encoding="utf-8")
    assert hashlib.sha256(content).hexdigest() in readme
    assert f"{len(content):,} bytes" in readme
    assert len(content) < 60_000
