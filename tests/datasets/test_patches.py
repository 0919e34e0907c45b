"""Patches of the sample photograph."""

import numpy as np
import pytest

from npae.datasets import load_patches
from npae.datasets.patches import _photograph, _zca


def test_shapes_and_dtypes():
    X = load_patches(50, size=5, random_state=0)
    assert X.shape == (50, 25) and X.dtype == np.float32
    assert load_patches(random_state=0).shape == (10000, 64)


def test_raw_patches_are_parts_of_the_picture():
    photograph = _photograph().astype(np.float32)
    assert photograph.shape == (600, 512) and 0 <= photograph.min() < 0.05 and 0.95 < photograph.max() <= 1
    windows = np.lib.stride_tricks.sliding_window_view(photograph, (8, 8))
    for patch in load_patches(3, normalize="none", random_state=0).reshape(-1, 8, 8):
        assert np.any(np.all(windows == patch, axis=(2, 3)))


def test_patches_come_from_everywhere():
    whole = load_patches(20, size=512, normalize="none", random_state=0).reshape(20, 512, 512)
    tops = {int(np.argmin(np.abs(_photograph()[:89, 0] - top))) for top in whole[:, 0, 0]}
    assert len(tops) > 5
    raw = load_patches(20_000, normalize="none", random_state=0)
    assert abs(raw.mean() - _photograph().mean()) < 0.02


def test_range_is_the_recipe_of_cs294a():
    raw = load_patches(3000, normalize="none", random_state=1).astype(float)
    centred = raw - raw.mean(axis=1, keepdims=True)
    limit = 3 * centred.std()
    expected = (np.clip(centred, -limit, limit) / limit + 1) * 0.4 + 0.1
    found = load_patches(3000, normalize="range", random_state=1)
    np.testing.assert_allclose(found, expected, atol=1e-6)
    np.testing.assert_allclose([found.min(), found.max()], [0.1, 0.9], atol=1e-6)


def test_whitening_evens_out_the_directions():
    plain, white = (load_patches(3000, normalize=name, random_state=0) for name in ("range", "whiten"))
    np.testing.assert_allclose([white.min(), white.max()], [0.1, 0.9], atol=1e-6)

    def spread(X):  # of the variances, without the direction of the mean, which both remove
        variances = np.linalg.eigvalsh(np.cov(X.T))[1:]
        return variances.max() / variances.min()

    assert spread(plain) > 500
    assert spread(white) < 50


def test_zca():
    """Strong directions get unit variance, and ZCA stays as close to the data as whitening can: a symmetric matrix."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((5000, 4)) @ rng.standard_normal((4, 4)) * 50 + 7
    Z = _zca(X)
    np.testing.assert_allclose(np.cov(Z.T, bias=True), np.eye(4), atol=1e-3)
    np.testing.assert_allclose(Z.mean(axis=0), 0, atol=1e-10)
    A = np.linalg.lstsq(X - X.mean(axis=0), Z, rcond=None)[0]
    np.testing.assert_allclose(A, A.T, atol=1e-10)
    assert np.linalg.eigvalsh(A).min() > 0


@pytest.mark.parametrize("normalize", ["range", "whiten"])
def test_one_patch_is_finite(normalize):
    X = load_patches(1, size=2, normalize=normalize, random_state=0)
    assert np.isfinite(X).all() and X.min() >= 0.1 - 1e-6 and X.max() <= 0.9 + 1e-6


@pytest.mark.parametrize(
    "argument, value, expected",
    [
        ("n_patches", 0, "an integer of at least 1"),
        ("size", 1, "an integer from 2 to 512"),
        ("size", 513, "an integer from 2 to 512"),
        ("normalize", "zca", "one of 'none', 'range', 'whiten'"),
        ("random_state", -1, "None, a non-negative integer"),
    ],
)
def test_bad_arguments(argument, value, expected):
    with pytest.raises((TypeError, ValueError), match=f"{argument} must be {expected}.*got {value!r}"):
        load_patches(**{"n_patches": 2, argument: value})
