r"""How sparse codes are, measured: Hoyer's sparseness, over a unit's lifetime and over the population of units.

Key: m examples, k units. Y activations (m, k); for a vector v of N numbers

    sparseness(v) = (sqrt(N) - |v|_1 / |v|_2) / (sqrt(N) - 1)

is 0 when all entries are equal in size and 1 when a single one is not zero (Hoyer 2004).

Lifetime sparseness takes a unit and runs over the examples: does it answer to few of them? Population sparseness takes an
example and runs over the units: do few of them answer? The KL penalty sees neither: a unit that gives rho for every
example pays nothing (erratum E002-03), and has lifetime sparseness 0.
"""

from __future__ import annotations

import numpy as np

from .validation import check_integer, check_matrix, check_numbers

LARGEST = 1e18      # whose square float32 holds


def hoyer_sparseness(V: np.ndarray, axis: int) -> np.ndarray:
    """Return the sparseness of the vectors along `axis`; a vector of zeros, or of one entry, counts as 0."""
    V = check_numbers(V, "V")
    if not V.ndim or not V.size or not (np.abs(V) < LARGEST).all():
        raise ValueError(f"V must be an array of numbers of ordinary size, at least one, got shape {V.shape}")
    check_integer(axis, "axis", -V.ndim, V.ndim - 1)
    N = V.shape[axis]
    length = np.linalg.norm(V, axis=axis)
    safe = np.where(length == 0, 1, length)
    ratio = np.where(length == 0, np.sqrt(N), np.abs(V).sum(axis=axis) / safe)
    return (np.sqrt(N) - ratio) / (np.sqrt(N) - 1) if N > 1 else np.zeros(ratio.shape)


def lifetime_sparseness(Y: np.ndarray) -> float:
    """Return the mean over the units of their sparseness over the examples, for activations Y (m, k)."""
    return float(np.mean(hoyer_sparseness(check_matrix(Y, "Y"), axis=0)))


def population_sparseness(Y: np.ndarray) -> float:
    """Return the mean over the examples of their sparseness over the units, for activations Y (m, k)."""
    return float(np.mean(hoyer_sparseness(check_matrix(Y, "Y"), axis=1)))


def zero_fraction(Y: np.ndarray) -> float:
    """Return the fraction of activations that are exactly zero."""
    return float(np.mean(check_matrix(Y, "Y") == 0))
