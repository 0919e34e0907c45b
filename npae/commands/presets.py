"""What `npae train` sets for the vector-quantized models on images, where the defaults of their classes are for any data.

They were chosen on the embedded digits: the last 287 training images held back, squared error there.
"""

from __future__ import annotations

from typing import Any

COMMON: dict[str, Any] = {"activation": "tanh", "learning_rate": 1e-2, "batch_size": 32, "schedule": "cosine"}
PRESETS: dict[str, dict[str, Any]] = {
    "vq": {"latent_dim": 16, "n_slots": None, **COMMON},
    "vq2": {"latent_dim": 8, "n_codes_top": 16, "n_codes_bottom": 8, **COMMON},
}
WIDEST = {"vq": 8, "vq2": 16}           # side of the grid of codes, the bottom one
CHANNELS = 32                           # of every convolution on the way to it
FEW, MANY, MANY_IMAGES = 60, 5, 10_000  # epochs, and epochs for more images than that

NOTE = ("For images (digits, mnist, rows of a square number of values) vq and vq2 start from: "
        + "; ".join(f"{model}: {' '.join(f'{name}={value}' for name, value in settings.items())}"
                    for model, settings in PRESETS.items())
        + f"; channels={CHANNELS} for each halving of the sides until the grid of codes is at most {WIDEST['vq']} (vq2: "
          f"{WIDEST['vq2']}) wide; epochs={FEW}, or {MANY} for more than {MANY_IMAGES:,} images. --set changes any of them. "
          "Afterwards a prior over their codes is trained, for so many epochs, unless --prior says otherwise.")


def presets(name: str, image_shape: tuple[int, int] | None, m: int) -> dict[str, Any]:
    """Return hyperparameters of the model of this name for m images; none for other models, and for other data."""
    if name not in PRESETS or image_shape is None or image_shape[0] % 2:
        return {}
    return {**PRESETS[name], "channels": channels(image_shape[0], WIDEST[name]), "epochs": FEW if m <= MANY_IMAGES else MANY}


def channels(side: int, widest: int) -> tuple[int, ...]:
    """Return the channels of one convolution, or of as many as bring an even side down to `widest`, by halves."""
    halvings = 1
    while side >> halvings > widest and (side >> halvings) % 2 == 0:
        halvings += 1
    return (CHANNELS,) * halvings
