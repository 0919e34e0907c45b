r"""Synthetic sound: chords and chirps, and three kinds of noise to add to them.

Key: n signals in rows, (n, samples) float64, SAMPLE_RATE = 8000 samples a second, so that frequencies up to 4000 Hz exist.

Every signal and every noise has a root mean square of 1: at a signal-to-noise ratio of s dB,

    s = 20 log10(rms of the signal / rms of the noise),

the noise is multiplied by 10^(-s/20), whatever its kind. Chords are nearly stationary, chirps are not; both are made of few
sinusoids, which is what distinguishes them from white and from pink noise. From hum it does not.

All raise ValueError or TypeError, naming the argument, for a number out of range. random_state is None, an integer of at least 0
or a numpy Generator; draw training and test signals from different seeds.
"""

import numpy as np

from ..validation import Seed, check_integer, check_matrix, check_random_state, check_real

SAMPLE_RATE = 8000      # Hz
LOWEST, OCTAVES = 110.0, 2.0                # Hz, of the root of a chord
HARMONICS = 4
MAJOR, MINOR = (0, 4, 7), (0, 3, 7)         # semitones above the root
SLOWEST, FASTEST = 100.0, 2500.0            # Hz, where chirps begin and end
MAINS, MAINS_HARMONICS = 50.0, 6            # Hz


def chords(n_signals: int, duration: float = 1.0, *, random_state: Seed = None) -> np.ndarray:
    """Draw major and minor triads of plucked notes, (n_signals, samples); duration in seconds.

    The root f is drawn from 110 to 440 Hz (its logarithm uniformly), at even odds the triad is major or minor, in equal
    temperament. A note is a periodic wave, sum_h sin(2 pi h (f t + p)) / h^2 over the first 4 harmonics, p uniform; the chord
    rises over 5 to 50 ms and decays with a time constant of .3 to 1 s.
    """
    rng, t = _begin(n_signals, duration, random_state)
    root = LOWEST * 2 ** (OCTAVES * rng.random((n_signals, 1)))
    semitones = np.where(rng.random((n_signals, 1)) < 0.5, MAJOR, MINOR)            # (n, 3)
    place = rng.random((n_signals, 3))
    attack, decay = rng.uniform(0.005, 0.05, (n_signals, 1)), rng.uniform(0.3, 1.0, (n_signals, 1))
    waves = np.zeros((n_signals, len(t)))
    for note in range(3):
        cycles = root * 2 ** (semitones[:, note:note + 1] / 12) * t + place[:, note:note + 1]       # (n, samples)
        for h in range(1, HARMONICS + 1):
            waves += np.sin(2 * np.pi * h * cycles) / h ** 2
    return _unit_rms(waves * np.minimum(1, t / attack) * np.exp(-t / decay))


def chirps(n_signals: int, duration: float = 1.0, *, random_state: Seed = None) -> np.ndarray:
    """Draw linear chirps, (n_signals, samples); duration T in seconds.

    The frequency goes from a to b in a straight line, both uniform on 100 to 2500 Hz: it is the derivative of the phase, so
    the wave is sin(2 pi (a t + (b - a) t^2 / (2 T) + p)), p uniform. Faded in and out over a tenth of the duration each.
    """
    rng, t = _begin(n_signals, duration, random_state)
    a, b = rng.uniform(SLOWEST, FASTEST, (2, n_signals, 1))
    cycles = a * t + (b - a) * t ** 2 / (2 * duration) + rng.random((n_signals, 1))
    fade = np.clip(np.minimum(t, duration - t) / (0.1 * duration), 0, 1)
    return _unit_rms(np.sin(2 * np.pi * cycles) * np.sin(np.pi / 2 * fade) ** 2)


def white_noise(n_signals: int, duration: float = 1.0, *, random_state: Seed = None) -> np.ndarray:
    """Draw Gaussian noise of equal power at all frequencies, (n_signals, samples); duration in seconds."""
    rng, t = _begin(n_signals, duration, random_state)
    return _unit_rms(rng.standard_normal((n_signals, len(t))))


def pink_noise(n_signals: int, duration: float = 1.0, *, random_state: Seed = None) -> np.ndarray:
    """Draw Gaussian noise whose power falls as 1/f, 3 dB an octave, (n_signals, samples); duration in seconds."""
    rng, t = _begin(n_signals, duration, random_state)
    spectrum = np.fft.rfft(rng.standard_normal((n_signals, len(t))), axis=1)
    number = np.arange(spectrum.shape[1])
    spectrum[:, 0] = 0                              # no constant: 1/f would make it infinite
    return _unit_rms(np.fft.irfft(spectrum / np.sqrt(np.maximum(number, 1)), n=len(t), axis=1))


def hum(n_signals: int, duration: float = 1.0, *, random_state: Seed = None) -> np.ndarray:
    """Draw the hum of the mains, (n_signals, samples): 50 Hz and its multiples up to 300 Hz, amplitudes 1/h, any phases."""
    rng, t = _begin(n_signals, duration, random_state)
    waves = np.zeros((n_signals, len(t)))
    for h in range(1, MAINS_HARMONICS + 1):
        waves += np.sin(2 * np.pi * (h * MAINS * t + rng.random((n_signals, 1)))) / h
    return _unit_rms(waves)


def mix_at_snr(signals: np.ndarray, noise: np.ndarray, snr_db: float) -> np.ndarray:
    """Return signals plus noise, both (n, samples), each row at the signal-to-noise ratio of exactly snr_db.

    Raises ValueError for silent rows, which have no such ratio.
    """
    x = check_matrix(signals, "signals")
    e = check_matrix(noise, "noise", n_features=x.shape[1])
    check_real(snr_db, "snr_db")
    if len(e) != len(x):
        raise ValueError(f"noise must have a row for each of the {len(x)} signals, got {len(e)}")
    for name, rows in (("signals", x), ("noise", e)):
        silent = np.flatnonzero(_rms(rows) == 0)
        if len(silent):
            raise ValueError(f"{name} must not be silent: row {silent[0]} is 0 everywhere")
    return x + e * (_rms(x) / _rms(e) * 10 ** (-snr_db / 20))


def _begin(n_signals: int, duration: float, random_state: Seed) -> tuple[np.random.Generator, np.ndarray]:
    check_integer(n_signals, "n_signals", 1)
    check_real(duration, "duration", 0.02)
    return check_random_state(random_state), np.arange(round(duration * SAMPLE_RATE)) / SAMPLE_RATE


def _rms(waves: np.ndarray) -> np.ndarray:
    return np.sqrt(np.mean(waves ** 2, axis=1, keepdims=True))


def _unit_rms(waves: np.ndarray) -> np.ndarray:
    return waves / _rms(waves)
