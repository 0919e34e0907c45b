"""How the autoencoder of audio_denoising_methods.py was chosen: `python -m npae.demos.audio_denoising_search` chooses it again.

Every candidate learns from the training sounds and is judged by its gain on validation sounds, at the three levels of white noise
that it is trained on. No other noise and no test sound is looked at.
"""

from __future__ import annotations

import itertools
import time
from typing import Any

import numpy as np

from .audio_denoising_methods import (
    N_VALIDATION,
    SETTINGS,
    TRAINED_AT,
    VALIDATION,
    WIDTH,
    Condition,
    add_noise,
    by_windows,
    draw_sounds,
    fit_model,
    gain,
    training_windows,
)

GRID: dict[str, tuple] = {"width": (64, 128, 256), "hidden_dims": ((256,), (512,)), "latent_dim": (64, 128, 256)}


def validation_gain(width: int = WIDTH, seed: int = 0, **settings: Any) -> float:
    """Return the gain in dB, the mean over kinds of sound and levels."""
    denoiser = by_windows(fit_model(training_windows(seed, width), seed, **settings))
    sounds = draw_sounds(N_VALIDATION, (VALIDATION,))
    found: list[float] = []
    for level in TRAINED_AT:
        condition = Condition("white", level)
        found += gain(denoiser, sounds, add_noise(sounds, condition, (VALIDATION, level)), condition).values()
    return float(np.mean(found))


def main() -> None:
    """Print the gain with every setting."""
    print(f"written: {{'width': {WIDTH}, {str(dict(SETTINGS))[1:]}")
    for values in itertools.product(*GRID.values()):
        settings, began = dict(zip(GRID, values)), time.process_time()
        print(f"  {settings}: {validation_gain(**settings):.3f} dB, {time.process_time() - began:.1f} s", flush=True)


if __name__ == "__main__":
    main()
