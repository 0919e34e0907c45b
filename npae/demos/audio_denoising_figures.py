"""Figures of the audio demonstration: gains over the noise, spectrograms before and after, a few milliseconds of waveform."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from ..applications import snr, spectrogram
from ..datasets import SAMPLE_RATE
from ..plots import LinePanel, SpectrogramPanel, line_panels, png_bytes, spectrogram_panels
from .audio_denoising_methods import BY_FRAME, KINDS, MODEL, TRAINED_AT, Condition, Denoiser, Sounds, add_noise

SHARP, STEP = 256, 32                   # samples: frames of the spectrograms, and how far one is from the next
BEGIN, SHOWN = 0.25, 0.016              # seconds


def draw(results: Mapping[str, Mapping[str, np.ndarray]], conditions: Sequence[Condition], denoisers: Mapping[str, Denoiser],
         test: Sounds, condition: Condition, out: Path) -> None:
    """Write four figures into out: the gains, and what happened to the first test sound of each kind in one condition."""
    out.mkdir(parents=True, exist_ok=True)
    white = [each for each in conditions if each.noise == "white"]
    panels = [_gain_panel(kind, results, white) for kind in KINDS]
    (out / "gains.png").write_bytes(png_bytes(line_panels(panels, columns=2, width=9, height=4.4)))
    noisy = add_noise(test, condition, (7,))
    waves = []
    for kind in KINDS:
        clean, seen = test[kind][0], noisy[kind][0]
        pictures = [_spectrogram_panel("clean", clean, f"a {kind[:-1]}, {len(clean) / SAMPLE_RATE:g} s at {SAMPLE_RATE} Hz"),
                    _spectrogram_panel(f"{condition.noise} noise", seen, _ratio(seen, clean))]
        denoised = {name: denoisers[name](seen, condition) for name in (MODEL, BY_FRAME)}
        pictures += [_spectrogram_panel(name, wave, _ratio(wave, clean)) for name, wave in denoised.items()]
        (out / f"{kind}.png").write_bytes(png_bytes(spectrogram_panels(pictures)))
        waves.append(_wave_panel(kind, clean, seen, denoised[MODEL]))
    (out / "waveforms.png").write_bytes(png_bytes(line_panels(waves, columns=1, height=2.6)))


def _gain_panel(kind: str, results: Mapping[str, Mapping[str, np.ndarray]], white: Sequence[Condition]) -> LinePanel:
    cases = [results[f"{kind}, {condition}"] for condition in white]
    curves = {method: [case[method].mean() for case in cases] for method in cases[0]}
    trained = ", ".join(map(str, TRAINED_AT))
    top = 1.75 * max(max(values) for values in curves.values())             # room for the legend
    return LinePanel(f"{kind.capitalize()} in white noise", [str(condition.snr) for condition in white], curves,
                     "signal-to-noise ratio before, dB", "gain, dB", f"the autoencoder is trained at {trained} dB",
                     horizontals={"the noisy sound": 0.0}, y_limits=(None, top), legend="upper right")


def _ratio(wave: np.ndarray, clean: np.ndarray) -> str:
    return f"signal-to-noise ratio {snr(wave, clean):.1f} dB"


def _spectrogram_panel(name: str, wave: np.ndarray, note: str) -> SpectrogramPanel:
    picture = spectrogram(wave, SHARP, STEP, SAMPLE_RATE)
    return SpectrogramPanel(name, picture.decibels(), picture.frequencies, picture.times, note)


def _wave_panel(kind: str, clean: np.ndarray, noisy: np.ndarray, denoised: np.ndarray) -> LinePanel:
    window = slice(round(BEGIN * SAMPLE_RATE), round((BEGIN + SHOWN) * SAMPLE_RATE))
    t, top = 1000 * np.arange(len(clean))[window] / SAMPLE_RATE, float(np.abs(noisy[window]).max())
    return LinePanel(f"A {kind[:-1]}, {1000 * SHOWN:.0f} milliseconds of it", t,
                     {"denoised by the autoencoder": denoised[window]}, "time, ms", "amplitude, rms of the sound = 1",
                     references={"clean": clean[window]},
                     points={"noisy": (t, noisy[window])}, y_limits=(-1.1 * top, 2.1 * top), legend="upper right")
