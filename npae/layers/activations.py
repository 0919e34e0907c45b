"""The activations by name, each with what a model needs to know of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from .identity import identity, identity_backward, identity_derivative, identity_second_derivative
from .relu import relu, relu_backward, relu_derivative, relu_second_derivative
from .sigmoid import sigmoid, sigmoid_backward, sigmoid_derivative, sigmoid_second_derivative
from .softplus import softplus, softplus_backward, softplus_derivative, softplus_second_derivative
from .tanh import tanh, tanh_backward, tanh_derivative, tanh_second_derivative

Elementwise = Callable[[np.ndarray], np.ndarray]


class Activation(NamedTuple):
    """An elementwise function y = forward(a); all derivatives are functions of its output y."""

    name: str
    forward: Elementwise
    backward: Callable[[np.ndarray, np.ndarray], np.ndarray]
    derivative: Elementwise
    second_derivative: Elementwise
    low: float      # infimum of the outputs
    high: float     # supremum of the outputs
    gain: float     # 2 where random weights leave half of the units off (He et al. 2015), else 1

    def __repr__(self) -> str:
        return f"Activation({self.name!r})"


ACTIVATIONS: dict[str, Activation] = {
    activation.name: activation for activation in (
        Activation("identity", identity, identity_backward, identity_derivative, identity_second_derivative,
                   -np.inf, np.inf, 1.0),
        Activation("relu", relu, relu_backward, relu_derivative, relu_second_derivative, 0.0, np.inf, 2.0),
        Activation("sigmoid", sigmoid, sigmoid_backward, sigmoid_derivative, sigmoid_second_derivative,
                   0.0, 1.0, 1.0),
        Activation("tanh", tanh, tanh_backward, tanh_derivative, tanh_second_derivative, -1.0, 1.0, 1.0),
        Activation("softplus", softplus, softplus_backward, softplus_derivative, softplus_second_derivative,
                   0.0, np.inf, 1.0),
    )
}
