"""Decibels against hand-made errors, filters against hand-made images, mixed noise example by example."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

import npae
from npae.applications import MedianFilter, MixedNoise, add_noise, denoise, denoising_gains, psnr, psnr_gain
from npae.baselines import wiener_filter
from npae.corruption import GaussianNoise, MaskingNoise, SaltAndPepperNoise

IDENTITY = SimpleNamespace(reconstruct=lambda x: x)


def rng(seed=0):
    return np.random.default_rng(seed)


# ---- decibels -------------------------------------------------------------------------------------------------------

def test_psnr_of_known_errors():
    clean = rng().random((5, 4))
    assert psnr(clean + 0.1, clean) == pytest.approx(20)
    assert psnr(255 * clean + 25.5, 255 * clean, data_range=255) == pytest.approx(20)
    assert psnr(clean + np.array([0.2, 0, 0, 0]), clean) == pytest.approx(20)       # mean square .04 / 4
    assert psnr(clean, clean) == math.inf


def test_psnr_takes_the_mean_before_the_logarithm():
    clean = np.zeros((2, 3))
    assert psnr([[0.0] * 3, [0.1] * 3], clean) == pytest.approx(20 + 10 * math.log10(2))    # the perfect one is not infinite


def test_gain_is_the_difference_of_two_psnrs_whatever_the_range():
    clean, noisy, denoised = rng().random((3, 6, 4))
    for data_range in (1, 255):
        difference = psnr(denoised, clean, data_range) - psnr(noisy, clean, data_range)
        assert psnr_gain(denoised, noisy, clean) == pytest.approx(difference)
    assert psnr_gain(clean + 0.5, clean + 1, clean) == pytest.approx(10 * math.log10(4))
    assert psnr_gain(clean + 2, clean + 1, clean) == pytest.approx(-10 * math.log10(4))
    assert psnr_gain(clean, noisy, clean) == math.inf


@pytest.mark.parametrize("call, message", [
    (lambda: psnr(np.zeros((2, 3)), np.zeros((2, 4))), "estimate has 3 features"),
    (lambda: psnr(np.zeros((1, 3)), np.zeros((2, 3))), "estimate must have a row for each of the 2"),
    (lambda: psnr(np.zeros((2, 3)), np.zeros((2, 3)), 0), "data_range must be"),
    (lambda: psnr_gain(np.ones((2, 3)), np.zeros((2, 3)), np.zeros((2, 3))), "noisy is equal to clean"),
    (lambda: psnr_gain(np.ones((2, 3)), np.zeros((3, 3)), np.zeros((2, 3))), "noisy must have a row"),
])
def test_bad_images(call, message):
    with pytest.raises(ValueError, match=message):
        call()


# ---- denoisers ------------------------------------------------------------------------------------------------------

def test_denoise_asks_for_the_reconstruction_or_for_its_own_method():
    x = rng().random((4, 3))
    np.testing.assert_array_equal(denoise(SimpleNamespace(reconstruct=lambda x: x / 2), x), x / 2)
    both = SimpleNamespace(reconstruct=lambda x: x / 2, denoise=lambda x: x / 4)
    np.testing.assert_array_equal(denoise(both, x), x / 4)
    model = npae.PCA(2).fit(x)
    np.testing.assert_array_equal(denoise(model, x), model.reconstruct(x))
    with pytest.raises(TypeError, match="model must be a fitted model with the method reconstruct, got"):
        denoise(object(), x)
    with pytest.raises(ValueError, match="the model made 2 rows of 4"):
        denoise(SimpleNamespace(reconstruct=lambda x: x[:2]), x)
    with pytest.raises(ValueError, match="the model's output has 2 features"):
        denoise(SimpleNamespace(reconstruct=lambda x: x[:, :2]), x)


def test_add_noise_is_the_corruption_of_training():
    x = rng().random((50, 6))
    noise = GaussianNoise(0.2)
    np.testing.assert_array_equal(add_noise(x, noise, 3), noise(x, noise.draw(x, rng(3))))
    with pytest.raises(ValueError, match="noise_level"):
        add_noise(x, MaskingNoise(1.5), 3)


def test_gains_of_known_denoisers():
    clean = rng().uniform(0.4, 0.6, (400, 10))      # far from the ends of the range: nothing is clipped
    noises = {"little": GaussianNoise(0.02), "much": GaussianNoise(0.08)}
    halved = SimpleNamespace(reconstruct=lambda x: clean + (x - clean) / 2)
    told = {name: SimpleNamespace(reconstruct=lambda x, part=part: clean + (x - clean) / part)
            for name, part in (("little", 4), ("much", 10))}
    found = denoising_gains({"identity": IDENTITY, "halved": halved, "told": told}, clean, noises, random_state=1)
    assert list(found) == list(noises)
    for name, result in found.items():
        assert result.noisy == pytest.approx(-20 * math.log10(noises[name].sd), abs=0.3)
        assert result.gains["identity"] == 0
        assert result.gains["halved"] == pytest.approx(20 * math.log10(2))
    assert found["little"].gains["told"] == pytest.approx(20 * math.log10(4))
    assert found["much"].gains["told"] == pytest.approx(20)


def test_gains_are_measured_after_clipping():
    clean, noises = np.zeros((2000, 5)), {"n": GaussianNoise(0.1)}
    found = denoising_gains({"identity": IDENTITY, "wild": SimpleNamespace(reconstruct=lambda x: x - 9)}, clean, noises,
                            random_state=0)["n"]
    assert found.noisy == pytest.approx(-20 * math.log10(0.1) + 10 * math.log10(2), abs=0.2)      # half of it was below 0
    assert found.gains == {"identity": 0, "wild": math.inf}
    wide = denoising_gains({"wild": SimpleNamespace(reconstruct=lambda x: x - 9)}, clean, noises, low=-20, random_state=0)
    assert wide["n"].gains["wild"] == pytest.approx(-20 * math.log10(9 / 0.1), abs=0.2)
    with pytest.raises(ValueError, match="high must be"):
        denoising_gains({}, clean, noises, low=2)


def test_the_wiener_filter_gains_what_theory_says():
    variances, sd = np.array([4.0, 1.0, 0.1, 0.01]), 0.5
    X = rng().standard_normal((20000, 4)) * np.sqrt(variances)
    model = wiener_filter(np.zeros(4), np.diag(variances), sd)
    found = denoising_gains({"wiener": model}, X, {"n": GaussianNoise(sd)}, low=-50, high=50, random_state=1)["n"]
    error = np.sum(variances * sd ** 2 / (variances + sd ** 2))
    assert found.gains["wiener"] == pytest.approx(10 * math.log10(4 * sd ** 2 / error), abs=0.1)


# ---- the median filter ----------------------------------------------------------------------------------------------

def test_median_filter_on_a_known_image():
    image = np.array([[1, 2, 3, 9],
                      [4, 0, 6, 0],
                      [7, 8, 9, 5]], float)
    # edges repeat: the window at (0, 0) is 1 1 2 / 1 1 2 / 4 4 0, at (1, 2) 2 3 9 / 0 6 0 / 8 9 5
    filtered = MedianFilter((3, 4)).denoise(image.reshape(1, -1)).reshape(3, 4)
    assert filtered[0, 0] == 1 and filtered[1, 1] == 4 and filtered[1, 2] == 5 and filtered[2, 3] == 5
    np.testing.assert_array_equal(MedianFilter((3, 4), 1).denoise(image.reshape(1, -1)), image.reshape(1, -1))


def test_median_filter_forgets_points_and_keeps_edges():
    point, edge = np.zeros((5, 6)), np.zeros((5, 6))
    point[2, 3], edge[:, 3:] = 1, 1
    rows = np.stack([point.ravel(), edge.ravel()])
    filtered = MedianFilter((5, 6)).denoise(rows)
    np.testing.assert_array_equal(filtered, [np.zeros(30), edge.ravel()])


@pytest.mark.parametrize("size, message", [(2, "size must be odd"), (0, "size must be an integer of at least 1")])
def test_median_filter_refuses(size, message):
    with pytest.raises(ValueError, match=message):
        MedianFilter((2, 2), size).denoise(np.zeros((1, 4)))
    with pytest.raises(ValueError, match="X has 5 features"):
        MedianFilter((2, 2)).denoise(np.zeros((1, 5)))


# ---- mixed noise ----------------------------------------------------------------------------------------------------

MIX = MixedNoise((GaussianNoise(0.1), MaskingNoise(0.5), SaltAndPepperNoise(0.5, -2, 3)))


def test_every_example_gets_one_of_the_parts():
    x = rng().uniform(0.2, 0.8, (3000, 7))
    noise = MIX.draw(x, rng(1))
    noised, touched = MIX(x, noise), MIX.corrupted(noise)
    assert noise.shape == (3000, 8) and noised.shape == touched.shape == x.shape
    for index, part in enumerate(MIX.parts):
        own = noise[:, 0] == index
        assert own.mean() == pytest.approx(1 / 3, abs=0.04)
        np.testing.assert_array_equal(noised[own], part(x[own], noise[own, 1:]))
        np.testing.assert_array_equal(touched[own], part.corrupted(noise[own, 1:]))
    masked, seasoned = noised[noise[:, 0] == 1], noised[noise[:, 0] == 2]
    assert np.mean(masked == 0) == pytest.approx(0.5, abs=0.04) and not np.isin(masked, (-2, 3)).any()
    assert np.mean(np.isin(seasoned, (-2, 3))) == pytest.approx(0.5, abs=0.04)


def test_noise_goes_with_its_example():
    x = rng().random((4, 3))
    noise = MIX.draw(x, rng(1))
    np.testing.assert_array_equal(MIX(np.repeat(x, 2, axis=0), np.repeat(noise, 2, axis=0)), np.repeat(MIX(x, noise), 2, axis=0))
    assert MIX(x.astype(np.float32), MIX.draw(x.astype(np.float32), rng(1))).dtype == np.float32


def test_a_model_with_mixed_noise_trains_and_is_saved(tmp_path):
    x = rng().random((40, 6))
    model = npae.Autoencoder(corruption=MIX, hidden_dims=(8,), epochs=2, random_state=0).fit(x)
    model.save(tmp_path / "model.npz")
    loaded = npae.load(tmp_path / "model.npz", classes=(MixedNoise,))
    assert loaded.corruption == MIX
    np.testing.assert_array_equal(loaded.reconstruct(x), model.reconstruct(x))


@pytest.mark.parametrize("parts, error, message", [
    ((), ValueError, "parts must be a sequence of at least one"),
    (GaussianNoise(0.1), ValueError, "parts must be a sequence"),
    ((GaussianNoise(0.1), 0.3), TypeError, r"parts\[1\] must be a Corruption"),
    ((MaskingNoise(2.0),), ValueError, "fraction"),
])
def test_mixed_noise_refuses(parts, error, message):
    with pytest.raises(error, match=message):
        npae.Autoencoder(corruption=MixedNoise(parts)).fit(np.zeros((3, 2)))
