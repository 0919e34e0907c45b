r"""Stochastic gradient descent: a step against the gradient.

Key: theta (p,) all parameters; g (p,) the gradient of the batch loss at theta; eta the learning rate.

    theta = theta - eta * g                                          (1)

To first order the loss changes by  g . (theta_new - theta).  Among all moves of a given length this is least along -g
(Cauchy- Schwarz), and (1) changes the loss by  -eta |g|^2 + O(eta^2).

Failure mode: on a quadratic with curvature c along some axis, (1) multiplies the error on that axis by (1 - eta c). It
diverges for eta > 2/c_max, so the step is set by the steepest axis, and the flattest shrinks by only 1 - 2 c_min/c_max
per step.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .base import Optimizer


@dataclass(eq=True)
class SGD(Optimizer):
    """Plain gradient descent; it has no hyperparameters besides the learning rate, and no state."""

    def _move(self, theta, gradient, scratch, eta) -> None:
        np.multiply(gradient, eta, out=scratch)
        theta -= scratch                                             # (1)
