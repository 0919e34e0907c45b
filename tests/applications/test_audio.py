"""Overlap-add against the signal itself, decibels and spectra against sinusoids, Wiener filters against their theory."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

from npae.applications import (
    cola_window,
    denoise_signal,
    fixed_wiener,
    frame_wiener,
    frames,
    mean_power,
    overlap_add,
    snr,
    spectrogram,
)

SIZES = [(8, 4), (8, 2), (8, 1), (9, 3), (6, 2), (128, 32), (256, 128), (2, 1)]


def noise(length, seed=0):
    return np.random.default_rng(seed).standard_normal(length)


# ---- overlap-add ----------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("width, hop", SIZES)
def test_shifted_windows_add_up_to_one(width, hop):
    w = cola_window(width, hop)
    total = np.zeros(6 * width)
    for start in range(0, 5 * width + 1, hop):
        total[start:start + width] += w
    np.testing.assert_allclose(total[width:5 * width], 1, atol=1e-14)
    np.testing.assert_allclose(w, w[::-1], atol=1e-15)
    assert w.sum() == pytest.approx(hop) and w.min() > 0


@pytest.mark.parametrize("width, hop", SIZES)
@pytest.mark.parametrize("length", [1, 7, 128, 129, 1000])
def test_an_untouched_signal_comes_back_up_to_its_edges(width, hop, length):
    x = noise(length)
    assert np.abs(overlap_add(frames(x, width, hop), hop, length) - x).max() < 1e-12


def test_frames_are_pieces_of_the_signal_between_zeros():
    parts = frames(np.arange(1, 8), 4, 2)           # two zeros in front
    np.testing.assert_array_equal(parts, [[0, 0, 1, 2], [1, 2, 3, 4], [3, 4, 5, 6], [5, 6, 7, 0], [7, 0, 0, 0]])
    parts[0] = 9                                    # a copy: frames do not share memory
    assert parts[1, 0] == 1


@pytest.mark.parametrize("length", [5, 6, 7, 8])
def test_every_sample_lies_in_equally_many_frames(length):
    parts = frames(np.ones(length), 6, 2)
    assert len(parts) == -(-(length + 4) // 2)
    assert parts.sum() == 3 * length


def test_parts_are_added_where_they_came_from():
    parts = np.zeros((5, 4))
    parts[2] = [1, 2, 3, 4]                         # begins at 2 * 2 - 2
    np.testing.assert_array_equal(overlap_add(parts, 2, 7, np.ones(4)), [0, 0, 1, 2, 3, 4, 0])
    np.testing.assert_allclose(overlap_add(parts, 2, 7), [0, 0, *(np.arange(1, 5) * cola_window(4, 2)), 0])


def test_denoise_signal_puts_the_model_in_between():
    x, seen = noise(500), []

    def half(parts):
        seen.append(parts)
        return parts / 2

    np.testing.assert_allclose(denoise_signal(SimpleNamespace(reconstruct=half), x, 64, 16), x / 2, atol=1e-14)
    np.testing.assert_array_equal(seen[0], frames(x, 64, 16))


@pytest.mark.parametrize("call, message", [
    (lambda: cola_window(8, 3), "hop must divide width = 8, got 3"),
    (lambda: cola_window(8, 8), "hop must be an integer from 1 to 4"),
    (lambda: cola_window(1, 1), "width must be an integer of at least 2"),
    (lambda: frames(np.zeros((2, 9)), 4, 2), "signal must be one signal"),
    (lambda: frames([0, np.nan], 4, 2), "signal, as a row, has 1 entries that are not finite"),
    (lambda: frames([], 4, 2), "is empty"),
    (lambda: overlap_add(np.zeros((5, 4)), 2, 9), "5 parts of 4 samples, 2 apart, do not make a signal of length 9"),
    (lambda: overlap_add(np.zeros((5, 4)), 2, 7, np.ones(3)), "window must have 4 samples, got 3"),
    (lambda: snr([1.0, 2.0], [1.0]), "estimate must have 1 samples, got 2"),
    (lambda: snr([1.0], [0.0]), "clean must not be silent"),
    (lambda: spectrogram(np.ones(9), 4, 2, 0), "sample_rate must be"),
    (lambda: mean_power(np.ones((2, 3)), 4, 2), "signals must have at least width = 4 samples, got 3"),
    (lambda: frame_wiener(np.ones(9), np.ones(4), 4, 2), "noise_power must have 3 samples, got 4"),
    (lambda: fixed_wiener(np.ones(9), -np.ones(3), np.ones(3), 4, 2), "signal_power must not be negative"),
    (lambda: frame_wiener(np.ones(9), np.ones(3), 4, 2, -1), "subtraction must be"),
])
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()


# ---- decibels and spectra -------------------------------------------------------------------------------------------

def test_snr_of_known_errors():
    x = noise(100)
    assert snr(1.1 * x, x) == pytest.approx(20)
    assert snr(np.zeros(100), x) == pytest.approx(0)
    assert snr(3 * x, x) == pytest.approx(-20 * math.log10(2))
    assert snr(x, x) == math.inf


def test_spectrogram_of_a_sinusoid():
    rate, t = 8000, np.arange(8000) / 8000
    picture = spectrogram(0.3 * np.sin(2 * np.pi * 1000 * t + 0.4), 256, 64, rate)
    assert picture.amplitudes.shape == (129, len(picture.times)) and picture.frequencies[-1] == 4000
    inside = (picture.times > 0.05) & (picture.times < 0.95)
    assert picture.frequencies[32] == 1000
    np.testing.assert_allclose(picture.amplitudes[32, inside], 0.3, rtol=1e-6)
    assert picture.amplitudes[40:, inside].max() < 1e-3 and picture.amplitudes[:25, inside].max() < 1e-3
    np.testing.assert_allclose(picture.decibels()[32, inside], 20 * math.log10(0.3), atol=1e-4)
    assert picture.decibels(-40).min() == pytest.approx(-40)


def test_spectrogram_shows_a_click_at_its_time():
    x = np.zeros(4000)
    x[1234] = 1
    picture = spectrogram(x, 64, 16, 8000)
    when = picture.times[picture.amplitudes.sum(axis=0).argmax()]
    assert abs(when - 1234 / 8000) <= 8 / 8000      # half a hop


# ---- Wiener filters -------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("width, hop", [(64, 16), (9, 3)])
def test_filters_that_have_nothing_to_do_give_the_signal_back(width, hop):
    x, F = noise(500), width // 2 + 1
    np.testing.assert_allclose(frame_wiener(x, np.ones(F), width, hop, subtraction=0), x, atol=1e-12)
    np.testing.assert_allclose(fixed_wiener(x, np.ones(F), np.zeros(F), width, hop), x, atol=1e-12)
    np.testing.assert_allclose(fixed_wiener(x, np.ones(F), np.full(F, 3.0), width, hop), x / 4, atol=1e-12)
    assert not fixed_wiener(x, np.zeros(F), np.zeros(F), width, hop).any()
    assert not frame_wiener(x, np.full(F, 1e9), width, hop).any()
    assert not frame_wiener(np.zeros(50), np.ones(F), width, hop).any()


def test_white_noise_has_the_same_power_everywhere():
    power = mean_power(noise((40, 8000)), 64, 16)
    np.testing.assert_allclose(power, 16, rtol=0.05)        # the sum of the window is the hop


def test_with_no_signal_e_to_the_minus_b_of_the_bins_remain():
    x, width, hop = noise(200_000), 64, 32
    for b in (1.0, 3.0):
        N = np.full(width // 2 + 1, float(hop))
        spectra = np.fft.rfft(frames(x, width, hop) * np.sqrt(cola_window(width, hop)), axis=1)[:, 1:-1]
        kept = np.mean(np.abs(spectra) ** 2 > b * hop)
        assert kept == pytest.approx(math.exp(-b), rel=0.05)
        # (1 - b / u)^2 u, u exponential, is what remains of the power; the neighbouring frames share it out again
        u = np.linspace(b, b + 40, 400_001)
        left = np.sum((1 - b / u) ** 2 * u * np.exp(-u)) * (u[1] - u[0])
        assert np.mean(frame_wiener(x, N, width, hop, b) ** 2) < 1.05 * left


def test_the_fixed_filter_has_the_error_of_its_theory():
    width, hop = 64, 16
    spectrum = np.fft.rfft(noise(400_000))
    low = np.arange(len(spectrum)) < len(spectrum) // 4             # all of its power in the lowest quarter
    x = np.fft.irfft(2 * spectrum * low, n=400_000)
    e = noise(400_000, 1)
    S, N = mean_power(x[np.newaxis], width, hop), mean_power(e[np.newaxis], width, hop)
    y = fixed_wiener(x + e, S, N, width, hop)
    per_frequency = S * N / (S + N)
    both_sides = np.r_[per_frequency, per_frequency[1:-1]]          # rfft holds one of each pair of lines
    assert np.mean((y - x) ** 2) == pytest.approx(both_sides.sum() / width / hop, rel=0.05)
    assert np.mean((fixed_wiener(x + e, 2 * S, N, width, hop) - x) ** 2) > np.mean((y - x) ** 2)
    assert np.mean((fixed_wiener(x + e, S / 2, N, width, hop) - x) ** 2) > np.mean((y - x) ** 2)
