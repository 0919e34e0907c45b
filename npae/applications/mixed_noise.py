r"""Several kinds of noise at once: for each example of a batch one of them is drawn, at even odds.

A denoiser trained on one noise of one level expects just that, also where there is less of it, and what it makes of another
kind nobody has asked of it. Trained on a mixture it has to guess from the image what has happened to it. What it gains in breadth
it pays for in depth: the best it can return, the mean E[x | x~], is now a mean over the kinds as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..corruption import Corruption


@dataclass(frozen=True)
class MixedNoise(Corruption):
    """One of the parts, such as (GaussianNoise(0.3), MaskingNoise(0.5)), for each example at even odds.

    `load` needs classes=(MixedNoise,) to read a model that was saved with it.
    """

    parts: Sequence[Corruption] = ()

    def validate(self) -> None:
        """Raise unless there is at least one part and all of them make sense."""
        if not isinstance(self.parts, Sequence) or not self.parts:
            raise ValueError(f"parts must be a sequence of at least one Corruption, got {self.parts!r}")
        for index, part in enumerate(self.parts):
            if not isinstance(part, Corruption):
                raise TypeError(f"parts[{index}] must be a Corruption such as GaussianNoise(0.3), got {part!r}")
            part.validate()

    def draw(self, x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return (m, 1 + n): the number of the part in front, then what that part has drawn."""
        which = rng.integers(len(self.parts), size=len(x))
        drawn = np.empty((len(x), 1 + x.shape[1]), x.dtype)
        drawn[:, 0] = which
        for index, part in enumerate(self.parts):
            drawn[which == index, 1:] = part.draw(x[which == index], rng)
        return drawn

    def __call__(self, x: np.ndarray, noise: np.ndarray) -> np.ndarray:
        """Return x~ (m, n): every example with its own part."""
        noised = x.copy()
        for index, part in enumerate(self.parts):
            own = noise[:, 0] == index
            noised[own] = part(x[own], noise[own, 1:])
        return noised

    def corrupted(self, noise: np.ndarray) -> np.ndarray:
        """Return a boolean (m, n): what each example's own part has touched."""
        touched = np.empty((len(noise), noise.shape[1] - 1), dtype=bool)
        for index, part in enumerate(self.parts):
            own = noise[:, 0] == index
            touched[own] = part.corrupted(noise[own, 1:])
        return touched
