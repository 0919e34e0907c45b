r"""The Gaussian prior on codes, half their square: it shrinks and makes nothing sparse. The contrast to L1.

Key: m examples, k code units. z code (m, k), w weight (1/m unless given), P scalar.

Forward
    P = np.sum(w * z ** 2 / 2)                          (1)

Backward
    dz = w * z                                          (2)

The pull is proportional to z: beside (y - z)^2 / 2 every code shrinks by the same factor 1 / (1 + lambda), and none becomes
zero. (Beside our squared error, which has no 1/2, that takes twice the lambda.)
MAP. It is minus the log of N(z; 0, 1), up to 1/2 log 2 pi for each unit; lambda is the precision of the prior.
Source: 000 section 3.2 calls it L1 (erratum E000-09: Gaussian goes with L2, Laplace with L1); 001 regularized slide.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..losses.weight import Weight
from .activation_penalty import ActivationPenalty


def gaussian_prior(z: np.ndarray, weight: Weight = None) -> np.floating:
    """Return P for codes z (m, k); weight broadcasts over (m, k)."""
    w = 1 / len(z) if weight is None else weight
    return np.sum(w * z ** 2 / 2)                       # (1)


def gaussian_prior_backward(z: np.ndarray, weight: Weight = None) -> np.ndarray:
    """Return dz (m, k), the gradient of gaussian_prior(z, weight)."""
    w = 1 / len(z) if weight is None else weight
    return w * z                                        # (2)


@dataclass(frozen=True)
class GaussianPrior(ActivationPenalty):
    """weight/2 * mean over examples of the sum of squared activations of a layer."""

    weight: float = 1e-3
    layer: int | None = None
    name = "gaussian_prior"

    def _value(self, y: np.ndarray) -> np.floating:
        return gaussian_prior(y)

    def _gradient(self, y: np.ndarray) -> np.ndarray:
        return gaussian_prior_backward(y)
