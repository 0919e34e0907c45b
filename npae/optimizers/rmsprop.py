r"""RMSProp: each parameter's step is measured in units of its own recent gradient size.

Key: theta (p,) parameters; g (p,) gradient; v (p,) running mean of g^2, zero at the start; rho its decay; eta the
learning rate.

    v = rho * v + (1 - rho) * g**2                                   (1)
    theta = theta - eta * g / (sqrt(v) + eps)                        (2)

Scaling the loss by a constant scales g and sqrt(v) alike, so (2) does not change (but for eps): the learning rate is a
length in parameter space, not a length per slope. eps sets the gradient size below which that stops, and keeps 0/0 out
where a unit is dead.

Failure mode: v starts at zero, so the first v is (1 - rho) g^2 and the first step has length eta/sqrt(1 - rho), ten
times eta at rho = 0.99. Adam corrects exactly this.

Source: Tieleman & Hinton, lecture 6.5 (2012). There eps is absent; some libraries put it under the root, where 1e-8
acts as 1e-4.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from ..validation import check_real
from .base import Optimizer


@dataclass(eq=True)
class RMSProp(Optimizer):
    """Gradient descent divided by the root of a running mean square."""

    decay: float = 0.99
    eps: float = 1e-8
    v: np.ndarray = field(init=False, repr=False, compare=False)

    _state_names: ClassVar[tuple[str, ...]] = ("v",)

    def validate(self) -> None:
        """Raise for hyperparameters out of range."""
        check_real(self.decay, "decay", 0, 1, open_high=True)
        check_real(self.eps, "eps", 0, open_low=True)

    def _factors(self, learning_rate: float) -> tuple[float, ...]:
        return float(self.decay), float(self.eps), learning_rate

    def _move(self, theta, gradient, v, scratch, rho, eps, eta) -> None:
        v *= rho
        np.multiply(gradient, gradient, out=scratch)
        scratch *= 1.0 - rho
        v += scratch                                                 # (1)
        np.sqrt(v, out=scratch)
        scratch += eps
        np.divide(gradient, scratch, out=scratch)
        scratch *= eta
        theta -= scratch                                             # (2)
