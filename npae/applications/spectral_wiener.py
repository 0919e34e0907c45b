r"""The Wiener filter, frequency by frequency: the classical way to take noise of a known spectrum out of a sound.

Key: frames of `width` samples under the root of the window of audio.py, their Fourier transforms Y (m, width/2 + 1); for
each frequency S the mean power of the signal's transform, N that of the noise's.

Y = X + E at each frequency, X and E unrelated. Of all real factors g the least E|X - g Y|^2 = (1 - g)^2 S + g^2 N has

    g  =  S / (S + N)                                                                                           (1)

`fixed_wiener` takes S from training signals and N from a recording of noise alone: one g per frequency, for all frames. For
signals that have any frequency now and none of it later S is the same nearly everywhere, and (1) hardly filters.
`frame_wiener` lets every frame speak for itself, with |Y|^2 - N as an estimate of S:

    g  =  max(0, 1 - b N / |Y|^2)                                                                               (2)

With b = 1 much noise stays: where there is noise alone |Y|^2 has an exponential distribution of mean N, and exceeds b N with
probability e^-b; the few that are left are heard as chirping. A larger b leaves fewer and eats into faint parts of the
signal. Longer frames gather a tone into fewer, higher lines, and smear what moves.

The window's root is applied before the transform and after the way back: together they are the window, whose copies add up
to 1.
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike

from ..validation import check_integer, check_matrix, check_real
from .audio import check_signal, cola_window, frames, overlap_add


def mean_power(signals: ArrayLike, width: int, hop: int) -> np.ndarray:
    """Return the mean power (width/2 + 1,) of the frames of signals (n, samples), or of noise: S or N of the filters."""
    x, v = check_matrix(signals, "signals"), np.sqrt(cola_window(width, hop))
    if x.shape[1] < width:
        raise ValueError(f"signals must have at least width = {width} samples, got {x.shape[1]}")
    inside = sliding_window_view(x, width, axis=1)[:, ::hop]        # no zeros around: they would make it too quiet
    return np.mean(np.abs(np.fft.rfft(inside * v, axis=2)) ** 2, axis=(0, 1))


def fixed_wiener(signal: ArrayLike, signal_power: ArrayLike, noise_power: ArrayLike, width: int, hop: int) -> np.ndarray:
    """Return the signal (L,) filtered by (1); both powers (width/2 + 1,) from `mean_power` at this width and hop."""
    check_integer(width, "width", 2)
    S, N = (_check_power(power, name, width) for power, name in ((signal_power, "signal_power"), (noise_power, "noise_power")))
    Y = _transform(signal, width, hop)
    total = S + N
    g = np.divide(S, total, out=np.zeros_like(S), where=total > 0)                                              # (1)
    return _back(g * Y, width, hop, len(np.asarray(signal)))


def frame_wiener(signal: ArrayLike, noise_power: ArrayLike, width: int, hop: int, subtraction: float = 1.0) -> np.ndarray:
    """Return the signal (L,) filtered by (2), b = subtraction; noise_power (width/2 + 1,) from `mean_power` of noise alone."""
    check_real(subtraction, "subtraction", 0)
    check_integer(width, "width", 2)
    N, Y = _check_power(noise_power, "noise_power", width), _transform(signal, width, hop)
    power = np.abs(Y) ** 2
    g = np.maximum(0, 1 - np.divide(subtraction * N, power, out=np.ones_like(power), where=power > 0))          # (2)
    return _back(g * Y, width, hop, len(np.asarray(signal)))


def _transform(signal: ArrayLike, width: int, hop: int) -> np.ndarray:
    return np.fft.rfft(frames(signal, width, hop) * np.sqrt(cola_window(width, hop)), axis=1)


def _back(Y: np.ndarray, width: int, hop: int, length: int) -> np.ndarray:
    return overlap_add(np.fft.irfft(Y, n=width, axis=1), hop, length, np.sqrt(cola_window(width, hop)))


def _check_power(power: ArrayLike, name: str, width: int) -> np.ndarray:
    array = check_signal(power, name, width // 2 + 1)
    if array.min() < 0:
        raise ValueError(f"{name} must not be negative, got {array.min():g}")
    return array
