r"""Student-t sparsity: many small codes, a few large ones, none exactly zero.

Key: m examples, k code units. z code (m, k), nu degrees of freedom, w weight (1/m unless given), P scalar.

Forward
    P = np.sum(w * (nu + 1) / 2 * np.log(1 + z ** 2 / nu))    (1)

Backward: the derivative of log(1 + z^2/nu) is 2 z / (nu + z^2).
    dz = w * (nu + 1) * z / (nu + z ** 2)               (2)

The pull grows like z near 0, so nothing is pushed all the way to zero, and fades like 1/z far out, so large codes are
left alone: beside (y - z)^2 / 2, minus the log of N(y; z, 1), and with lambda 0.8, y = 6 shrinks to 5.729 (L1: 5.2,
Gaussian: 3.333). Beside our squared error, which has no 1/2, that takes twice the lambda.

MAP. It is minus the log of a Student-t density with nu degrees of freedom, up to its constant; nu = 1 is Cauchy's.
Failure mode: not convex; two half-large codes may be cheaper as one large and one small, or the reverse.
Source: 000 section 3.2, last sentence (it pairs "Student-t or Gaussian" with L1, which is Laplace's: erratum E000-09).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..losses.weight import Weight
from ..validation import check_real
from .activation_penalty import ActivationPenalty


def student_t_sparsity(z: np.ndarray, nu: float = 1.0, weight: Weight = None) -> np.floating:
    """Return P for codes z (m, k); weight broadcasts over (m, k)."""
    w = 1 / len(z) if weight is None else weight
    return np.sum(w * (nu + 1) / 2 * np.log1p(z ** 2 / nu))    # (1)


def student_t_sparsity_backward(z: np.ndarray, nu: float = 1.0, weight: Weight = None) -> np.ndarray:
    """Return dz (m, k), the gradient of student_t_sparsity(z, nu, weight)."""
    w = 1 / len(z) if weight is None else weight
    return w * (nu + 1) * z / (nu + z ** 2)             # (2)


@dataclass(frozen=True)
class StudentTSparsity(ActivationPenalty):
    """weight * mean over examples of the sum of (nu + 1)/2 log(1 + y^2/nu) over a layer's units."""

    weight: float = 1e-3
    nu: float = 1.0
    layer: int | None = None
    name = "student_t_sparsity"

    def validate(self) -> None:
        """Raise unless the hyperparameters make sense."""
        super().validate()
        check_real(self.nu, "nu", 0, open_low=True)

    def _value(self, y: np.ndarray) -> np.floating:
        return student_t_sparsity(y, self.nu)

    def _gradient(self, y: np.ndarray) -> np.ndarray:
        return student_t_sparsity_backward(y, self.nu)
