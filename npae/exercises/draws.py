"""Random inputs for exercises. Every dimension has a prime length of its own, so that a factor 7 can only be one of them."""

from __future__ import annotations

import numpy as np

PRIMES = (3, 5, 7)


def lengths(rng: np.random.Generator, count: int) -> list[int]:
    """Return so many different primes, in random order."""
    return [int(prime) for prime in rng.permutation(PRIMES)[:count]]


def signed(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Return entries of both signs between 0.3 and 1.8 in size: none nearly zero, none that saturates a sigmoid."""
    return rng.choice([-1.0, 1.0], shape) * rng.uniform(0.3, 1.8, shape)
