r"""Adam: momentum divided by the root of a running mean square, both corrected for their start at zero.

Key: theta (p,) parameters; g (p,) gradient; m, v (p,) running means of g and g^2, zero at the start; t the step, from
1; b1, b2 the decays; eta the learning rate. The textbook step (Kingma & Ba, 2015, algorithm 1):

    m = b1 m + (1 - b1) g,     v = b2 v + (1 - b2) g^2,
    theta = theta - eta m^ / (sqrt(v^) + eps),     m^ = m / (1 - b1^t),     v^ = v / (1 - b2^t).

Why the corrections. Unrolled from m = 0,  m_t = (1 - b1) sum_j b1^j g_(t-j),  j = 0..t-1,  and the weights add up to
(1 - b1) (1 - b1^t)/(1 - b1) = 1 - b1^t. Dividing by this makes m^ a weighted mean: of gradients that are all equal to g
it is g. So the first step has length eta (and not eta times (1 - b1)/sqrt(1 - b2), three times too long).

The same with fewer passes. Keep the bare sums  M = m/(1 - b1)  and  V = v/(1 - b2).  Divide the two recursions by their
constants, and a multiplication of the whole vector drops out of each:

    M = b1 * M + g                                                   (1)
    V = b2 * V + g**2                                                (2)

Insert  m^ = a M  and  v^ = c^2 V  with the scalars

    a = (1 - b1) / (1 - b1**t)                                       (3)
    c = sqrt((1 - b2) / (1 - b2**t))                                 (4)

into the step and divide numerator and denominator by c: every scalar that multiplied a vector is now inside eta or eps,

    theta = theta - (eta * a / c) * M / (sqrt(V) + eps / c)          (5)

Exactly Adam, in ten passes over memory where the textbook takes fifteen. The state is M and V, not m and v.

Failure mode: each parameter moves by about eta per step however small its gradient is, so noise around the minimum does
not die out by itself. Lower eta towards the end (see `schedules`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import sqrt
from typing import Any, ClassVar

import numpy as np

from ..validation import check_real
from .base import Optimizer


@dataclass(eq=True)
class Adam(Optimizer):
    """Adaptive moments, the default of all models."""

    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8
    M: np.ndarray = field(init=False, repr=False, compare=False)
    V: np.ndarray = field(init=False, repr=False, compare=False)
    t: int = field(init=False, repr=False, compare=False)

    _state_names: ClassVar[tuple[str, ...]] = ("M", "V")

    def validate(self) -> None:
        """Raise for hyperparameters out of range."""
        check_real(self.beta1, "beta1", 0, 1, open_high=True)
        check_real(self.beta2, "beta2", 0, 1, open_high=True)
        check_real(self.eps, "eps", 0, open_low=True)

    def start(self, theta: np.ndarray) -> None:
        """Begin a run on `theta`."""
        super().start(theta)
        self.t = 0

    def _factors(self, learning_rate: float) -> tuple[float, ...]:
        b1, b2 = float(self.beta1), float(self.beta2)
        self.t += 1
        a = (1 - b1) / (1 - b1**self.t)                              # (3)
        c = sqrt((1 - b2) / (1 - b2**self.t))                        # (4)
        return b1, b2, float(self.eps) / c, learning_rate * a / c

    def _move(self, theta, gradient, M, V, scratch, b1, b2, eps, eta) -> None:
        M *= b1
        M += gradient                                                # (1)
        V *= b2
        np.multiply(gradient, gradient, out=scratch)
        V += scratch                                                 # (2)
        np.sqrt(V, out=scratch)
        scratch += eps
        np.divide(M, scratch, out=scratch)
        scratch *= eta
        theta -= scratch                                             # (5)

    def state(self) -> dict[str, Any]:
        """Return copies of M, V and the step count."""
        return {**super().state(), "t": self.t}

    def restore(self, state: dict[str, Any]) -> None:
        """Take over a `state()`; call `start(theta)` before."""
        super().restore(state)
        self.t = int(state["t"])
