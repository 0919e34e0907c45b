r"""Momentum: a step along a decaying sum of all gradients so far, optionally with Nesterov's look ahead.

Key: theta (p,) parameters; g (p,) gradient; v (p,) velocity, zero at the start; mu the momentum in [0, 1); eta the
learning rate.

    v = mu * v + g                                                   (1)
    theta = theta - eta * v                                          (2)   heavy ball (Polyak, 1964)
    theta = theta - eta * (g + mu * v)                               (3)   Nesterov, with v after (1)

(1) unrolled is v_t = sum_j mu^j g_(t-j). A gradient that stays is amplified by 1/(1 - mu), one that changes its sign
every step is damped by 1/(1 + mu): fast along the valley, calm across it.

(3) from its usual statement. Nesterov asks for the gradient where momentum is about to carry us: with the position w,

    u = w - eta mu v,     v' = mu v + g(u),     w' = w - eta v'.

Follow u, the point whose gradient is taken, and call it theta:

    u' = w' - eta mu v' = w - eta v' - eta mu v' = u + eta mu v - eta v' - eta mu v' = u - eta g(u) - eta mu v',

the last step by eta mu v - eta v' = -eta g(u). That is (3), and no gradient at a second point is needed.

Failure mode: eta stands outside of v, so the length of a step grows by 1/(1 - mu): at mu = 0.9 a learning rate that
suits SGD is ten times too large. Sutskever et al. (2013) put eta inside of v instead; the two differ when eta changes
during training.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from ..validation import check_flag, check_real
from .base import Optimizer


@dataclass(eq=True)
class Momentum(Optimizer):
    """Gradient descent with a velocity."""

    momentum: float = 0.9
    nesterov: bool = False
    v: np.ndarray = field(init=False, repr=False, compare=False)

    _state_names: ClassVar[tuple[str, ...]] = ("v",)

    def validate(self) -> None:
        """Raise for hyperparameters out of range."""
        check_real(self.momentum, "momentum", 0, 1, open_high=True)
        check_flag(self.nesterov, "nesterov")

    def _factors(self, learning_rate: float) -> tuple[float, ...]:
        return float(self.momentum), learning_rate

    def _move(self, theta, gradient, v, scratch, mu, eta) -> None:
        v *= mu
        v += gradient                                                # (1)
        if self.nesterov:
            np.multiply(v, mu, out=scratch)
            scratch += gradient
            scratch *= eta
            theta -= scratch                                         # (3)
        else:
            np.multiply(v, eta, out=scratch)
            theta -= scratch                                         # (2)
