r"""L1 sparsity: the sum of absolute code values. The one simple penalty that makes codes exactly zero.

Key: m examples, k code units. z code (m, k), w weight (1/m unless given), P scalar. The factor lambda stands outside.

Forward, with s the sign (taken from the real part, so that a complex step passes through):
    s = np.sign(z.real)                                 (1)
    P = np.sum(w * s * z)                               (2)

Backward: d|z|/dz = sign(z), and 0 is taken at the corner z = 0.
    dz = w * s                                          (3)

Exact zeros. With the decoder fixed, one unit of unit length minimizes (y - z)^2 / 2 + lambda |z| at z = sign(y)
max(|y| - lambda, 0): the pull lambda does not fade as z shrinks, so z reaches 0 and stays. A ReLU code gets there. (Beside
our squared error, (y - z)^2 without the 1/2, the same z needs twice the lambda.)

MAP. lambda |z| is minus the log of a Laplace density lambda/2 exp(-lambda |z|), up to log(lambda/2): a prior on the code,
not on the weights (errata E000-06 to E000-08).

Failure mode: scale. With z -> z / c and the decoder's rows times c the reconstruction stays and the penalty falls to
nothing (erratum E002-11). Keep the decoder's rows at length one, tie it, or decay it.
Source: 001 sparse slide; 002 section "sparse" (index of the sum: erratum E002-01); 004 (no absolute value: E004-03).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..losses.weight import Weight
from .activation_penalty import ActivationPenalty


def _sign(z: np.ndarray) -> np.ndarray:
    return np.sign(z.real)                              # (1)


def l1_sparsity(z: np.ndarray, weight: Weight = None) -> np.floating:
    """Return P for codes z (m, k); weight broadcasts over (m, k)."""
    w = 1 / len(z) if weight is None else weight
    return np.sum(w * _sign(z) * z)                     # (2)


def l1_sparsity_backward(z: np.ndarray, weight: Weight = None) -> np.ndarray:
    """Return dz (m, k), the (sub)gradient of l1_sparsity(z, weight)."""
    w = 1 / len(z) if weight is None else weight
    return w * _sign(z)                                 # (3)


@dataclass(frozen=True)
class L1Sparsity(ActivationPenalty):
    """weight * mean over examples of the sum of absolute activations of a layer (the code by default)."""

    weight: float = 1e-3
    layer: int | None = None
    name = "l1_sparsity"

    def _value(self, y: np.ndarray) -> np.floating:
        return l1_sparsity(y)

    def _gradient(self, y: np.ndarray) -> np.ndarray:
        return l1_sparsity_backward(y)
