"""The sounds of the audio demonstration, the autoencoder of windows, and four classical denoisers.

Training, validation and test sounds come from different seeds. The autoencoder learns windows of 128 samples (16 ms) with white
noise at 0, 5 and 10 dB; its size was chosen by its gain there on validation sounds (audio_denoising_search.py chooses it again)
among those that train in ten seconds.

The classical methods get the same care, and more: they are told what noise they meet, the Wiener filters by a recording of two
seconds of it alone, and whatever they leave open is chosen on the validation sounds for each noise and level (not for chords and
chirps apart): PCA's number of components, how much the Wiener filter of single frames subtracts, and for the last one how long
its frames are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..applications import MixedNoise, denoise_signal, fixed_wiener, frame_wiener, frames, mean_power, snr
from ..baselines import PCA
from ..corruption import GaussianNoise
from ..datasets import chirps, chords, hum, mix_at_snr, pink_noise, white_noise
from ..models import Autoencoder

WIDTH, HOP = 128, 32
KINDS = {"chords": chords, "chirps": chirps}
NOISES = {"white": white_noise, "pink": pink_noise, "hum": hum}
TRAINED_AT = (0, 5, 10)                         # dB, white
TRAIN, VALIDATION, TEST = 0, 1, 2               # seeds
N_TRAIN, N_VALIDATION = 60, 6                   # sounds of each kind
WINDOWS, EPOCHS = 8000, 40
ALONE = 2.0                                     # seconds of noise without sound
SETTINGS: Mapping[str, Any] = {"hidden_dims": (512,), "latent_dim": 128}
COMMON = {"batch_size": 64, "learning_rate": 3e-3, "schedule": "cosine"}
COMPONENTS = (8, 16, 24, 32, 48, 64, 96, 128)
SUBTRACTIONS = (1.0, 2.0, 3.0, 4.0, 6.0)
WIDTHS = (128, 256, 512, 1024, 2048)
MODEL, BY_PCA, FIXED, BY_FRAME, LONG = ("autoencoder", "PCA of windows", "Wiener, fixed", f"Wiener, frames of {WIDTH}",
                                        "Wiener, any frames")

Sounds = dict[str, np.ndarray]                  # by kind: (n, samples), root mean square 1


class Condition(NamedTuple):
    """A noise at a level."""

    noise: str
    snr: int            # dB

    def __str__(self) -> str:
        return f"{self.noise} {self.snr} dB"

    @property
    def trained_on(self) -> bool:
        """Return whether the autoencoder was trained on it."""
        return self.noise == "white" and self.snr in TRAINED_AT


Denoiser = Callable[[np.ndarray, Condition], np.ndarray]        # a noisy signal (L,), and what it has been told


def draw_sounds(n: int, seed: Sequence[int]) -> Sounds:
    """Return n sounds of each kind, of one second."""
    return {kind: draw(n, random_state=np.random.default_rng([*seed, index])) for index, (kind, draw) in enumerate(KINDS.items())}


def add_noise(sounds: Sounds, condition: Condition, seed: Sequence[int]) -> Sounds:
    """Return the sounds with fresh noise."""
    rng, draw = np.random.default_rng(seed), NOISES[condition.noise]
    return {kind: mix_at_snr(x, draw(len(x), random_state=rng), condition.snr) for kind, x in sounds.items()}


def gain(denoiser: Denoiser, sounds: Sounds, noisy: Sounds, condition: Condition) -> dict[str, float]:
    """Return by kind how many dB of signal-to-noise ratio are gained, the mean over the sounds."""
    return {kind: float(np.mean([snr(denoiser(y, condition), x) - snr(y, x) for x, y in zip(clean, noisy[kind])]))
            for kind, clean in sounds.items()}


# ---- the autoencoder --------------------------------------------------------------------------------------------------

def training_windows(seed: int, width: int = WIDTH) -> np.ndarray:
    """Return windows (WINDOWS, width) from random places of the training sounds."""
    sounds = draw_sounds(N_TRAIN, (TRAIN, seed))
    windows = np.concatenate([frames(x, width, width // 4) for kind in sounds.values() for x in kind])
    return windows[np.random.default_rng([TRAIN, seed]).permutation(len(windows))[:WINDOWS]]


def fit_model(windows: np.ndarray, seed: int, **others: Any) -> Autoencoder:
    """Return the autoencoder, trained on white noise of three levels; others: settings in place of the chosen ones."""
    noise = MixedNoise(tuple(GaussianNoise(10 ** (-level / 20)) for level in TRAINED_AT))       # the sounds have an rms of 1
    settings = {**COMMON, **SETTINGS, "epochs": EPOCHS, "random_state": seed, **others}
    return Autoencoder(corruption=noise, **settings).fit(windows)


def by_windows(model: Any) -> Denoiser:
    """Return the denoiser that a model of windows makes."""
    width = model.n_features_in_
    return lambda noisy, condition: denoise_signal(model, noisy, width, width // 4)


# ---- the classical methods ------------------------------------------------------------------------------------------

def fit_baselines(conditions: Iterable[Condition], n_validation: int = N_VALIDATION) -> dict[str, Denoiser]:
    """Return the classical denoisers by name, each with the choice that is best on validation sounds for every condition."""
    windows, sounds = training_windows(0), draw_sounds(n_validation, (VALIDATION,))
    powers = {condition: {width: _noise_power(condition, width) for width in WIDTHS} for condition in conditions}
    candidates = {
        BY_PCA: [by_windows(PCA(k).fit(windows)) for k in COMPONENTS],
        FIXED: [_fixed(powers)],
        BY_FRAME: [_by_frame(powers, WIDTH, b) for b in SUBTRACTIONS],
        LONG: [_by_frame(powers, width, b) for width in WIDTHS for b in SUBTRACTIONS],
    }
    return {name: _best(tried, sounds, list(powers)) for name, tried in candidates.items()}


def _best(tried: Sequence[Denoiser], sounds: Sounds, conditions: Sequence[Condition]) -> Denoiser:
    if len(tried) == 1:
        return tried[0]
    chosen: dict[Condition, Denoiser] = {}
    for index, condition in enumerate(conditions):
        noisy = add_noise(sounds, condition, (VALIDATION, index))
        gains = [sum(gain(denoiser, sounds, noisy, condition).values()) for denoiser in tried]
        chosen[condition] = tried[int(np.argmax(gains))]
    return lambda noisy, condition: chosen[condition](noisy, condition)


def _noise_power(condition: Condition, width: int) -> np.ndarray:
    alone = NOISES[condition.noise](1, ALONE, random_state=np.random.default_rng([VALIDATION, 99]))
    return mean_power(alone * 10 ** (-condition.snr / 20), width, width // 4)


def _fixed(powers: Mapping[Condition, Mapping[int, np.ndarray]]) -> Denoiser:
    signal_power = mean_power(np.concatenate(list(draw_sounds(N_TRAIN, (TRAIN, 0)).values())), WIDTH, HOP)
    return lambda noisy, condition: fixed_wiener(noisy, signal_power, powers[condition][WIDTH], WIDTH, HOP)


def _by_frame(powers: Mapping[Condition, Mapping[int, np.ndarray]], width: int, subtraction: float) -> Denoiser:
    return lambda noisy, condition: frame_wiener(noisy, powers[condition][width], width, width // 4, subtraction)
