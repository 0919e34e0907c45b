"""The denoising autoencoder: what it learns, exactly, and where it must not be trusted.

    scores      r(x) - x over sd^2 against the score of the noised density: a circle, a mixture
    spiral      far from the data, and between the arms of a spiral
    memory      the denoiser that memorizes; noise drawn once and noise drawn afresh
    jacobian    little noise is a penalty on the Jacobian of the reconstruction, not of the decoder
    digits      three kinds of noise removed from images; how far noise moves the codes
"""

from __future__ import annotations

from pathlib import Path

from .denoising_digits import digits
from .denoising_jacobian import small_noise
from .denoising_memory import memory
from .denoising_scores import scores
from .denoising_spiral import wide_spiral


def run(out: Path, quick: bool = False) -> dict[str, float]:
    """Print the account, write its figures into the folder `out`, and return its numbers by name."""
    out.mkdir(parents=True, exist_ok=True)
    numbers: dict[str, float] = {}
    for chapter in (scores, wide_spiral, memory, small_noise, digits):
        numbers.update({name: float(value) for name, value in chapter(out, quick).items()})
    return numbers
