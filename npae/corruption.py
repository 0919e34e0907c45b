r"""Corruptions: what a denoising autoencoder sees instead of its target.

Key: m examples, n features. x clean input, x~ corrupted input, both (m, n).

    GaussianNoise       x~ = x + mean + sd * eps,   eps ~ N(0, 1)
    MaskingNoise        x~ = 0 where u < fraction, else x,   u ~ U(0, 1)
    BlockMaskingNoise   x~ = 0 inside of a square of side `size`, anywhere in the (square) image, else x
    SaltAndPepperNoise  x~ = low or high, at even odds, where u < fraction, else x

`draw` makes the randomness (in float64, independent of any parameter), `__call__` applies it: so the same noise can be
used twice, which a gradient check needs, and is drawn afresh for every batch, which denoising needs. Noise drawn once
before training can be learnt by heart (erratum E002-10). The target stays the clean x, always.

`sd` is a standard deviation. Where a text writes N(mu, sigma I) with a standard deviation sigma, it means sigma^2 I
(erratum E001-03); a mean other than zero is a shift that the first bias can undo.

    >>> x, corrupt = np.ones((1, 6)), MaskingNoise(fraction=0.5)
    >>> corrupt(x, corrupt.draw(x, np.random.default_rng(0)))
    array([[1., 0., 0., 0., 1., 1.]])

Source: 000 equations (3) to (5); 001 denoising slide; 002 section "denoising"; 004 (masked pixels).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .validation import LARGEST_WEIGHT, check_integer, check_real, check_weight

__all__ = ["BlockMaskingNoise", "Corruption", "GaussianNoise", "MaskingNoise", "SaltAndPepperNoise", "blocks"]


class Corruption:
    """A noise process on inputs: draw(x, rng) and then self(x, noise)."""

    def validate(self) -> None:
        """Raise unless the hyperparameters make sense."""
        raise NotImplementedError

    def draw(self, x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return the noise (m, n) for one pass over x (m, n)."""
        raise NotImplementedError

    def __call__(self, x: np.ndarray, noise: np.ndarray) -> np.ndarray:
        """Return x~ (m, n)."""
        raise NotImplementedError

    def corrupted(self, noise: np.ndarray) -> np.ndarray:
        """Return a boolean (m, n): the entries that the noise has touched."""
        raise NotImplementedError


@dataclass(frozen=True)
class GaussianNoise(Corruption):
    """Add mean + sd * N(0, 1) to every entry."""

    sd: float = 0.3
    mean: float = 0.0

    def validate(self) -> None:
        """Raise unless sd >= 0."""
        check_weight(self.sd, "noise_level (sd of GaussianNoise)")
        check_real(self.mean, "noise_mean (mean of GaussianNoise)", -LARGEST_WEIGHT, LARGEST_WEIGHT)

    def draw(self, x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return standard normal draws (m, n)."""
        return rng.standard_normal(x.shape).astype(x.dtype)

    def __call__(self, x: np.ndarray, noise: np.ndarray) -> np.ndarray:
        """Return x + mean + sd * noise."""
        return x + (float(self.mean) + float(self.sd) * noise)     # with an int, NumPy 1 makes float64 of float32

    def corrupted(self, noise: np.ndarray) -> np.ndarray:
        """Return True everywhere: every entry is touched."""
        return np.ones(noise.shape, dtype=bool)


@dataclass(frozen=True)
class MaskingNoise(Corruption):
    """Set a random fraction of the entries to zero."""

    fraction: float = 0.3

    def validate(self) -> None:
        """Raise unless the fraction is in [0, 1]."""
        check_real(self.fraction, "noise_level (fraction of MaskingNoise)", 0, 1)

    def draw(self, x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return (m, n): 0 where the entry is to be masked, 1 where it is kept."""
        return (rng.random(x.shape) >= self.fraction).astype(x.dtype)

    def __call__(self, x: np.ndarray, noise: np.ndarray) -> np.ndarray:
        """Return x with the masked entries at zero."""
        return x * noise

    def corrupted(self, noise: np.ndarray) -> np.ndarray:
        """Return True where an entry was masked."""
        return noise == 0


def blocks(m: int, image_shape: tuple[int, int], size: int, rng: np.random.Generator) -> np.ndarray:
    """Return (m, height * width) of bool: True inside of one square of this side, at a random place of each image."""
    if not isinstance(image_shape, Sequence) or isinstance(image_shape, (str, bytes)) or len(image_shape) != 2:
        raise TypeError(f"image_shape must be (height, width), got {image_shape!r}")
    height, width = image_shape
    for name, side in (("height", height), ("width", width)):
        check_integer(side, f"{name} in image_shape", 1)
    check_integer(size, "size of the block", 1, min(height, width))
    top, left = rng.integers(0, height - size + 1, (m, 1, 1)), rng.integers(0, width - size + 1, (m, 1, 1))
    rows, columns = np.arange(height)[:, np.newaxis], np.arange(width)
    inside = (rows >= top) & (rows < top + size) & (columns >= left) & (columns < left + size)
    return inside.reshape(m, -1)


@dataclass(frozen=True)
class BlockMaskingNoise(Corruption):
    """Set a square of side `size` to zero, at a random place of every (square) image."""

    size: int = 3

    def validate(self) -> None:
        """Raise unless size is a positive integer."""
        check_integer(self.size, "size of BlockMaskingNoise", 1)

    def draw(self, x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return (m, n): 0 inside of the block, 1 elsewhere. Raises ValueError where rows of n pixels are no squares."""
        side = math.isqrt(x.shape[1])
        if side * side != x.shape[1]:
            raise ValueError(f"BlockMaskingNoise needs square images, got rows of {x.shape[1]} features")
        return (~blocks(len(x), (side, side), self.size, rng)).astype(x.dtype)

    def __call__(self, x: np.ndarray, noise: np.ndarray) -> np.ndarray:
        """Return x with the block at zero."""
        return x * noise

    def corrupted(self, noise: np.ndarray) -> np.ndarray:
        """Return True inside of the block."""
        return noise == 0


@dataclass(frozen=True)
class SaltAndPepperNoise(Corruption):
    """Set a random fraction of the entries to low or high, at even odds."""

    fraction: float = 0.3
    low: float = 0.0
    high: float = 1.0

    def validate(self) -> None:
        """Raise unless the fraction is in [0, 1] and low < high."""
        check_real(self.fraction, "noise_level (fraction of SaltAndPepperNoise)", 0, 1)
        check_real(self.low, "low")
        check_real(self.high, "high", self.low, open_low=True)

    def draw(self, x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return (m, n): 1 for salt (high), -1 for pepper (low), 0 where the entry is kept."""
        u = rng.random(x.shape)
        return np.where(u < self.fraction / 2, -1.0, np.where(u < self.fraction, 1.0, 0.0)).astype(x.dtype)

    def __call__(self, x: np.ndarray, noise: np.ndarray) -> np.ndarray:
        """Return x with salt and pepper."""
        return np.where(noise == 0, x, np.where(noise > 0, self.high, self.low)).astype(x.dtype)

    def corrupted(self, noise: np.ndarray) -> np.ndarray:
        """Return True where an entry was replaced (it may have had that value before)."""
        return noise != 0
