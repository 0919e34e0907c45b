r"""The denoising autoencoder: give it a corrupted input, ask for the clean one.

    x~ = corrupt(x),  drawn afresh for every batch
    L  = 1/m sum_i sum_j  c_ij (o_ij - x_ij)^2,   o = decoder(encoder(x~))

What is ruled out is the identity as the optimum, not the learning of a mapping (errata E004-09, E002-10): the best o is the
conditional mean E[x | x~]. With Gaussian noise that is, exactly,

    E[x | x~] = x~ + sd^2 grad log p_sd(x~)                       (Miyasawa, Tweedie)

with p_sd the density of the *noised* data: reconstruction minus input, over the noise variance, is the score. `score_field`
returns it. For Gaussian data it is the Wiener filter, the factor s / (s + sd^2) for a direction of variance s.

Weights c_ij: `corrupted_weight` for the entries that the noise has touched, `untouched_weight` for the others (Vincent et
al. 2010, "emphasized" denoising); both 1 by default.

Far from the data r(x) is not to be trusted, not even in direction (erratum E002-15). With noise drawn once, or with a
finite training set and little noise, the optimum memorizes: it is the average of the training points, weighted by how
likely each is to have become x~.
Source: 000 equations (3) to (5); 001 denoising slides; 002; 004. "N(mu, sigma I)" means a standard deviation (E001-03).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ..corruption import Corruption, GaussianNoise, MaskingNoise, SaltAndPepperNoise
from ..validation import check_choice, check_weight
from .autoencoder import Autoencoder
from .base import Model, Noise

NOISES = ("gaussian", "masking", "salt_and_pepper")


@dataclass(kw_only=True, repr=False, eq=False)
class DenoisingAutoencoder(Autoencoder):
    __doc__ = f"""Autoencoder trained to undo noise. Terms: reconstruction (of the clean target).

    noise                   "gaussian", "masking" or "salt_and_pepper"
    noise_level             standard deviation, or the fraction of entries, in [0, 1]
    noise_mean              mean of the Gaussian noise
    corrupted_weight        weight in the loss of the entries that the noise has touched
    untouched_weight        weight of the others

    {Model.__doc__}
    """

    noise: str = "gaussian"
    noise_level: float = 0.3
    noise_mean: float = 0.0
    corrupted_weight: float = 1.0
    untouched_weight: float = 1.0

    def _validate(self) -> None:
        check_choice(self.noise, "noise", NOISES)
        if self.corruption is not None:
            raise ValueError(f"{type(self).__name__} makes its corruption from noise={self.noise!r} and noise_level: leave "
                             f"corruption=None, or use Autoencoder(corruption=...)")
        self._corruption().validate()
        check_weight(self.corrupted_weight, "corrupted_weight")
        check_weight(self.untouched_weight, "untouched_weight")
        super()._validate()

    def _corruption(self) -> Corruption:
        if self.noise == "gaussian":
            return GaussianNoise(self.noise_level, self.noise_mean)
        return MaskingNoise(self.noise_level) if self.noise == "masking" else SaltAndPepperNoise(self.noise_level)

    def _pixel_weight(self, noise: Noise) -> np.ndarray | None:
        if self.corrupted_weight == self.untouched_weight == 1:
            return None
        touched = self._corruption().corrupted(noise["corruption"])                 # (m, n)
        weight = np.where(touched, self.corrupted_weight, self.untouched_weight) / len(touched)
        return weight.astype(noise["corruption"].dtype)

    def corrupt(self, X: ArrayLike, rng: np.random.Generator) -> np.ndarray:
        """Return a corrupted copy (m, n) of X (m, n), as training sees it."""
        x = self._check_input(X)
        return self._corruption()(x, self.draw_noise(x, rng)["corruption"])

    def score_field(self, X: ArrayLike) -> np.ndarray:
        """Return (r(x) - x) / sd^2 at X (m, n): the estimated gradient of the log-density of the noised data.

        Raises ValueError unless the noise is Gaussian with noise_level > 0.
        """
        if self.noise != "gaussian" or not self.noise_level > 0:
            raise ValueError(f"score_field needs noise='gaussian' with noise_level > 0, got {self.noise!r}, {self.noise_level}")
        x = self._check_input(X)
        return (self.reconstruct(x) - x) / self.noise_level ** 2
