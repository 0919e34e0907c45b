"""Sounds whose frequencies, envelopes and levels are known."""

import numpy as np
import pytest

from npae import datasets
from npae.datasets import SAMPLE_RATE, chirps, chords, hum, mix_at_snr, pink_noise, white_noise

DRAWS = [chords, chirps, white_noise, pink_noise, hum]


def lines(x, count):
    """Return the frequencies in Hz of the strongest lines of one signal, without their neighbours."""
    spectrum = np.abs(np.fft.rfft(x * np.hanning(len(x))))
    found = []
    for _ in range(count):
        peak = int(spectrum.argmax())
        found.append(peak * SAMPLE_RATE / len(x))
        spectrum[max(0, peak - 8):peak + 9] = 0
    return np.sort(found)


@pytest.mark.parametrize("draw", DRAWS)
def test_level_shape_and_seeds(draw):
    x = draw(3, 0.25, random_state=1)
    assert x.shape == (3, 2000) and x.dtype == np.float64 and np.isfinite(x).all()
    np.testing.assert_allclose(np.mean(x ** 2, axis=1), 1)
    np.testing.assert_array_equal(draw(3, 0.25, random_state=1), x)
    np.testing.assert_array_equal(draw(3, 0.25, random_state=np.random.default_rng(1)), x)
    assert not np.allclose(draw(3, 0.25, random_state=2), x)
    assert len(np.unique(x[:, 777])) == 3
    assert draw(1).shape == (1, SAMPLE_RATE)


@pytest.mark.parametrize("draw", DRAWS)
@pytest.mark.parametrize("arguments, message", [
    ({"n_signals": 0}, "n_signals must be"),
    ({"duration": 0.0}, "duration must be"),
    ({"random_state": "a"}, "random_state must"),
])
def test_bad_arguments(draw, arguments, message):
    with pytest.raises((ValueError, TypeError), match=message):
        draw(**{"n_signals": 2, **arguments})


def test_chords_are_major_and_minor_triads():
    thirds = set()
    for x in chords(12, 2.0, random_state=0):
        root, third, fifth = lines(x, 3)                    # the fundamentals are the loudest: 1/h^2
        assert 109 < root < 441
        assert fifth / root == pytest.approx(2 ** (7 / 12), rel=0.01)
        thirds.add(round(12 * np.log2(third / root)))
    assert thirds == {3, 4}


def test_chords_have_harmonics_and_nothing_above_them():
    x = chords(20, random_state=3)
    power = np.abs(np.fft.rfft(x, axis=1)) ** 2
    assert power[:, 2700:].sum() < 1e-5 * power.sum()       # 4 * 440 * 2^(7/12) = 2637 Hz
    assert power[:, 700:2640].sum() > 1e-3 * power.sum()    # 660 Hz is the highest fundamental


def test_chords_rise_and_decay():
    x = chords(40, random_state=0)
    level = np.sqrt(np.mean(x.reshape(40, 10, 800) ** 2, axis=2))
    assert np.all(level[:, 1] > level[:, 5]) and np.all(level[:, 5] > level[:, 9])
    assert np.all(np.abs(x[:, 0]) < 1e-12)


def test_the_frequency_of_a_chirp_goes_in_a_straight_line():
    for x in chirps(8, random_state=1):
        spectrum = np.fft.fft(x)
        spectrum[SAMPLE_RATE // 2:] = 0                     # without the negative frequencies it is a turning arrow
        turns = np.unwrap(np.angle(np.fft.ifft(spectrum))) / (2 * np.pi)
        t = np.arange(len(x)) / SAMPLE_RATE
        inside = slice(1600, 6400)
        frequency = np.gradient(turns, t)[inside]
        slope, start = np.polyfit(t[inside], frequency, 1)
        assert np.abs(frequency - (start + slope * t[inside])).max() < 30
        for end in (start, start + slope):
            assert 95 < end < 2505


def test_chirps_fade_in_and_out():
    x = chirps(10, 0.5, random_state=0)
    peak = np.abs(x).max(axis=1)
    assert np.all(np.abs(x[:, :20]).max(axis=1) < 0.02 * peak) and np.all(np.abs(x[:, -20:]).max(axis=1) < 0.02 * peak)
    middle = np.abs(x[:, 1000:3000]).max(axis=1)
    np.testing.assert_allclose(middle, peak, rtol=0.02)


@pytest.mark.parametrize("draw, exponent", [(white_noise, 0), (pink_noise, -1)])
def test_the_colour_of_noise(draw, exponent):
    power = np.mean(np.abs(np.fft.rfft(draw(200, random_state=0), axis=1)) ** 2, axis=0)
    frequency = np.arange(len(power))
    fit = np.polyfit(np.log(frequency[20:4000]), np.log(power[20:4000]), 1)
    assert fit[0] == pytest.approx(exponent, abs=0.02)


def test_hum_is_made_of_multiples_of_the_mains():
    amplitude = np.abs(np.fft.rfft(hum(5, random_state=0), axis=1))
    mains = 50 * np.arange(1, 7)
    np.testing.assert_allclose(amplitude[:, mains] / amplitude[:, 50:51], np.tile(1 / np.arange(1, 7), (5, 1)), rtol=1e-9)
    assert np.delete(amplitude, mains, axis=1).max() < 1e-8 * amplitude.max()


@pytest.mark.parametrize("ratio", [-5.0, 0.0, 12.0])
def test_the_ratio_is_exact_in_every_row(ratio):
    rng = np.random.default_rng(0)
    x, e = rng.random((2, 4, 50)) * rng.uniform(1, 9, (2, 4, 1))
    added = mix_at_snr(x, e, ratio) - x
    np.testing.assert_allclose(10 * np.log10(np.sum(x ** 2, axis=1) / np.sum(added ** 2, axis=1)), ratio, atol=1e-12)
    np.testing.assert_allclose(added / e, (added / e)[:, :1] * np.ones((1, 50)))        # nothing but a factor


@pytest.mark.parametrize("signals, noise, message", [
    (np.ones((2, 3)), np.ones((1, 3)), "noise must have a row for each of the 2 signals"),
    (np.ones((2, 3)), np.ones((2, 4)), "noise has 4 features"),
    (np.array([[1.0], [0.0]]), np.ones((2, 1)), "signals must not be silent: row 1"),
    (np.ones((2, 1)), np.array([[0.0], [0.0]]), "noise must not be silent: row 0"),
])
def test_mixing_refuses(signals, noise, message):
    with pytest.raises(ValueError, match=message):
        mix_at_snr(signals, noise, 0.0)


def test_names():
    assert {"chords", "chirps", "white_noise", "pink_noise", "hum", "mix_at_snr", "SAMPLE_RATE"} <= set(datasets.__all__)
