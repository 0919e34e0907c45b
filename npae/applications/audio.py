r"""Long signals through a model of short windows: cut into overlapping frames, denoise each, add them up again.

Key: a signal x (L,); frames of `width` samples, one every `hop` samples, r = width / hop of them over every sample.

Frame i begins at sample i hop; it is weighted by a window w (width,) and added where it came from. If nothing happened to
the frames, a sample at t comes back multiplied by the sum of the weights it has met:

    x^_t  =  x_t sum_i w_{t - i hop}

It comes back unchanged if and only if the sum is 1 at every t. This is the condition of constant overlap-add:

    sum_i w_{t - i hop}  =  1                                                                                   (1)

A raised cosine (Hann window) meets it whenever the hop divides the width at least twice:

    w_t  =  hop/width (1 - cos(2 pi (t + 1/2) / width)),      t = 0 .. width - 1                                (2)

since the r terms of (1) are hop/width (1 - cos(a + 2 pi i / r)), and the r cosines, evenly spread over the circle, add up to 0
for r >= 2: what remains is r hop/width = 1. At the edges of a signal frames would be missing from the sum. So it is put
between zeros, width - hop of them in front and enough behind: every sample lies in r frames.

Why overlap. A frame's edge is estimated with neighbours on one side only, and badly; (2) gives it little weight. And r
estimates whose errors are not the same have a smaller error in the mean. Frames that abut would also be heard as clicks.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike

from ..validation import as_array, check_integer, check_matrix, check_real
from .denoising import denoise


def cola_window(width: int, hop: int) -> np.ndarray:
    """Return a raised cosine (width,) whose copies, hop samples apart, add up to 1. hop must divide width, twice or more."""
    check_integer(width, "width", 2)
    check_integer(hop, "hop", 1, width // 2)
    if width % hop:
        raise ValueError(f"hop must divide width = {width}, got {hop}")
    return hop / width * (1 - np.cos(2 * np.pi * (np.arange(width) + 0.5) / width))                             # (2)


def frames(signal: ArrayLike, width: int, hop: int) -> np.ndarray:
    """Return the frames (m, width) of a signal (L,) between zeros, m = ceil((L + width - hop) / hop), without a window."""
    x = check_signal(signal)
    cola_window(width, hop)                                         # refuses what does not fit
    m = -(-(len(x) + width - hop) // hop)
    padded = np.zeros((m - 1) * hop + width)
    padded[width - hop:][:len(x)] = x
    return sliding_window_view(padded, width)[::hop].copy()


def overlap_add(parts: ArrayLike, hop: int, length: int, window: ArrayLike | None = None) -> np.ndarray:
    """Return the signal (length,) of which `frames` cut the parts (m, width), each multiplied by the window (width,) and added.

    window: that of `cola_window` unless given. With it, overlap_add(frames(x, width, hop), hop, len(x)) is x.
    """
    F = check_matrix(parts, "parts")
    if F.shape[1] < 2:
        raise ValueError(f"parts must have at least 2 samples each, got shape {F.shape}")
    m, width = F.shape
    w = cola_window(width, hop) if window is None else check_signal(window, "window", width)
    check_integer(length, "length", 1)
    if m != -(-(length + width - hop) // hop):
        raise ValueError(f"{m} parts of {width} samples, {hop} apart, do not make a signal of length {length}")
    pieces = (F * w).reshape(m, -1, hop)                            # (m, r, hop)
    r = pieces.shape[1]
    total = np.zeros((m + r - 1, hop))
    for j in range(r):
        total[j:j + m] += pieces[:, j]                              # (1) piece j of frame i lies j hops after its beginning
    return total.ravel()[width - hop:][:length]


def denoise_signal(model: Any, signal: ArrayLike, width: int, hop: int) -> np.ndarray:
    """Return a signal (L,) denoised by a model of windows of `width` samples, which has `reconstruct` or `denoise`.

    The signal must have the loudness that the model was trained on: a network is not indifferent to a factor. A smaller hop
    averages more estimates and takes longer; width / 4 is usual.
    """
    x = check_signal(signal)
    return overlap_add(denoise(model, frames(x, width, hop)), hop, len(x))


def snr(estimate: ArrayLike, clean: ArrayLike) -> float:
    """Return the signal-to-noise ratio 10 log10(sum x^2 / sum (x^ - x)^2) in dB of an estimate (L,) of the signal (L,)."""
    x = check_signal(clean, "clean")
    error = float(np.sum((check_signal(estimate, "estimate", len(x)) - x) ** 2))
    power = float(np.sum(x ** 2))
    if not power:
        raise ValueError("clean must not be silent: a ratio to nothing does not exist")
    return 10 * math.log10(power / error) if error else math.inf


class Spectrogram(NamedTuple):
    """Amplitudes (frequencies, times), their frequencies in Hz and their times in seconds, the middles of the frames."""

    amplitudes: np.ndarray
    frequencies: np.ndarray
    times: np.ndarray

    def decibels(self, floor: float = -60.0) -> np.ndarray:
        """Return 20 log10 of the amplitudes, at least `floor`: dB relative to a sinusoid of amplitude 1."""
        return 20 * np.log10(np.maximum(self.amplitudes, 10 ** (floor / 20)))


def spectrogram(signal: ArrayLike, width: int, hop: int, sample_rate: float) -> Spectrogram:
    """Return how loud each frequency is at each time: the spectra of frames under the window (2).

    Scaled so that a lasting sinusoid of amplitude A shows as A at its frequency. Two frequencies are told apart if they differ by
    about 2 sample_rate / width Hz, two events if by about width / (2 sample_rate) seconds: the one is paid for with the other.
    """
    check_real(sample_rate, "sample_rate", 0, open_low=True)
    w = cola_window(width, hop)
    spectra = np.abs(np.fft.rfft(frames(signal, width, hop) * w, axis=1)) * (2 / w.sum())       # a sinusoid is two lines
    middles = hop * np.arange(len(spectra)) - (width - hop) + (width - 1) / 2
    return Spectrogram(spectra.T, np.fft.rfftfreq(width, 1 / sample_rate), middles / sample_rate)


def check_signal(signal: ArrayLike, name: str = "signal", length: int | None = None) -> np.ndarray:
    """Return a finite float64 array (L,), or raise naming the argument."""
    array = as_array(signal, name)
    if array.ndim != 1:
        raise ValueError(f"{name} must be one signal, an array with one dimension, got shape {array.shape}")
    if length is not None and len(array) != length:
        raise ValueError(f"{name} must have {length} samples, got {len(array)}")
    return check_matrix(array[np.newaxis], f"{name}, as a row,")[0]
