"""Corruptions: their moments, what they touch, and that the same noise gives the same corrupted input."""

import numpy as np
import pytest

from npae.corruption import BlockMaskingNoise, GaussianNoise, MaskingNoise, SaltAndPepperNoise

X = np.random.default_rng(0).uniform(0.1, 0.9, (400, 50))
KINDS = [GaussianNoise(0.3, 0.1), MaskingNoise(0.3), SaltAndPepperNoise(0.3, -1.0, 2.0)]
every_kind = pytest.mark.parametrize("corruption", KINDS, ids=["gaussian", "masking", "salt and pepper"])


def corrupted(corruption, x=X, seed=1):
    return corruption(x, corruption.draw(x, np.random.default_rng(seed)))


def standard_errors_off(measured, share, count):
    return abs(measured - share) / np.sqrt(share * (1 - share) / count)


# ---- what is drawn -----------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("sd, mean", [(0.3, 0.0), (2.0, -1.5)])
def test_gaussian_noise_has_its_mean_and_standard_deviation(sd, mean):
    added = corrupted(GaussianNoise(sd, mean)) - X
    assert abs(added.mean() - mean) < 4 * sd / np.sqrt(X.size)
    assert abs(added.std() - sd) < 4 * sd / np.sqrt(2 * X.size)
    assert abs(np.mean((added - mean) ** 4) - 3 * sd ** 4) < 4 * np.sqrt(96 / X.size) * sd ** 4     # Gaussian, not just any
    neighbours = np.mean((added[:, 1:] - mean) * (added[:, :-1] - mean)) / sd ** 2
    assert abs(neighbours) < 4 / np.sqrt(X.size)                                                    # independent entries


@pytest.mark.parametrize("fraction", [0.05, 0.3, 0.9])
def test_masking_hits_its_fraction(fraction):
    masked = corrupted(MaskingNoise(fraction)) == 0
    assert standard_errors_off(masked.mean(), fraction, X.size) < 4
    assert np.max(standard_errors_off(masked.mean(axis=0), fraction, len(X))) < 4.5         # every column alike
    pairs = np.mean(masked[:, 1:] & masked[:, :-1])
    assert standard_errors_off(pairs, fraction ** 2, X[:, 1:].size) < 4.5                   # independent entries


@pytest.mark.parametrize("fraction", [0.1, 0.5, 1.0])
def test_salt_and_pepper_are_even(fraction):
    noisy = corrupted(SaltAndPepperNoise(fraction, -1.0, 2.0))
    for value in (-1.0, 2.0):
        assert standard_errors_off(np.mean(noisy == value), fraction / 2, X.size) < 4
    assert np.all((noisy == X) | (noisy == -1.0) | (noisy == 2.0))


def test_no_noise_and_all_of_it():
    np.testing.assert_array_equal(corrupted(GaussianNoise(0.0)), X)
    np.testing.assert_array_equal(corrupted(GaussianNoise(0.0, 0.25)), X + 0.25)
    for kind in (MaskingNoise, SaltAndPepperNoise):
        np.testing.assert_array_equal(corrupted(kind(0.0)), X)
        assert not np.any(corrupted(kind(1.0)) == X)


# ---- draw and apply ----------------------------------------------------------------------------------------------------

@every_kind
def test_applying_is_pure_and_the_draw_follows_the_generator(corruption):
    x = X.copy()
    noise = corruption.draw(x, np.random.default_rng(2))
    first, again = corruption(x, noise), corruption(x, noise)
    np.testing.assert_array_equal(first, again)
    np.testing.assert_array_equal(x, X)
    assert not np.shares_memory(first, x)
    np.testing.assert_array_equal(noise, corruption.draw(x, np.random.default_rng(2)))
    rng = np.random.default_rng(2)
    assert not np.array_equal(corruption.draw(x, rng), corruption.draw(x, rng))


@every_kind
def test_the_draw_does_not_depend_on_the_data(corruption):
    noise = corruption.draw(X, np.random.default_rng(3))
    np.testing.assert_array_equal(noise, corruption.draw(100 * X - 7, np.random.default_rng(3)))


@every_kind
def test_the_dtype_stays_and_the_draw_is_the_same_in_both(corruption):
    single = X.astype(np.float32)
    noise = corruption.draw(single, np.random.default_rng(4))
    assert noise.dtype == np.float32 and corruption(single, noise).dtype == np.float32
    assert corrupted(corruption).dtype == np.float64
    np.testing.assert_array_equal(noise, corruption.draw(X, np.random.default_rng(4)).astype(np.float32))


@every_kind
def test_corrupted_tells_what_was_touched(corruption):
    noise = corruption.draw(X, np.random.default_rng(5))
    touched = corruption.corrupted(noise)
    assert touched.dtype == bool
    np.testing.assert_array_equal(touched, corruption(X, noise) != X)      # X has no entry that the noise would write


@every_kind
def test_a_repeated_row_with_its_noise_gives_a_repeated_row(corruption):
    noise = corruption.draw(X, np.random.default_rng(6))
    np.testing.assert_array_equal(corruption(np.repeat(X, 2, axis=0), np.repeat(noise, 2, axis=0)),
                                  np.repeat(corruption(X, noise), 2, axis=0))


# ---- small objects -----------------------------------------------------------------------------------------------------

def test_equality_hash_and_repr():
    assert GaussianNoise(0.2) == GaussianNoise(0.2, 0.0) != GaussianNoise(0.2, 0.1)
    assert MaskingNoise(0.3) != SaltAndPepperNoise(0.3)
    assert len({MaskingNoise(0.3), MaskingNoise(0.3), MaskingNoise(0.4)}) == 2
    for corruption in KINDS:
        assert eval(repr(corruption)) == corruption
    assert repr(MaskingNoise(0.25)) == "MaskingNoise(fraction=0.25)"


@pytest.mark.parametrize("corruption, message", [
    (GaussianNoise(-0.1), r"noise_level \(sd of GaussianNoise\) must be a finite number in \[0, inf\), got -0.1"),
    (GaussianNoise(np.inf), r"sd of GaussianNoise"),
    (GaussianNoise(0.1, np.nan), r"noise_mean \(mean of GaussianNoise\)"),
    (MaskingNoise(1.01), r"noise_level \(fraction of MaskingNoise\) must be a finite number in \[0, 1\], got 1.01"),
    (MaskingNoise(-0.01), "fraction of MaskingNoise"),
    (SaltAndPepperNoise(1.5), "fraction of SaltAndPepperNoise"),
    (SaltAndPepperNoise(0.1, 1.0, 1.0), r"high must be a finite number in \(1, inf\), got 1.0"),
    (SaltAndPepperNoise(0.1, np.inf), "low must be"),
])
def test_bad_values_are_refused(corruption, message):
    with pytest.raises(ValueError, match=message):
        corruption.validate()


@pytest.mark.parametrize("value", ["0.3", None, True, [0.3]])
@pytest.mark.parametrize("kind", [GaussianNoise, MaskingNoise, SaltAndPepperNoise])
def test_what_is_no_number_is_refused(kind, value):
    with pytest.raises(TypeError, match="noise_level .* must be a number"):
        kind(value).validate()


@every_kind
def test_good_values_pass(corruption):
    corruption.validate()


# ---- blocks ------------------------------------------------------------------------------------------------------------

def test_a_block_is_one_square_at_zero_anywhere_in_the_image():
    x = np.ones((300, 36))
    hidden = (corrupted(BlockMaskingNoise(2), x) == 0).reshape(-1, 6, 6)
    assert np.all(hidden.sum(axis=(1, 2)) == 4) and hidden.any(axis=0).all()
    assert np.all(hidden.any(axis=1).sum(axis=1) == 2) and np.all(hidden.any(axis=2).sum(axis=1) == 2)
    noise = BlockMaskingNoise(2).draw(x, np.random.default_rng(0))
    np.testing.assert_array_equal(BlockMaskingNoise(2).corrupted(noise), noise == 0)


def test_blocks_need_square_images_that_they_fit_into():
    with pytest.raises(ValueError, match="BlockMaskingNoise needs square images, got rows of 50 features"):
        BlockMaskingNoise(2).draw(X, np.random.default_rng(0))
    with pytest.raises(ValueError, match="size of the block must be"):
        BlockMaskingNoise(7).draw(np.ones((2, 36)), np.random.default_rng(0))
    with pytest.raises(ValueError, match="size of BlockMaskingNoise must be"):
        BlockMaskingNoise(0).validate()
