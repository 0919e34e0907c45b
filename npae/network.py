r"""The stack of layers: a forward pass that leaves a trace, and one explicit backward pass through it.

Key: layer l has inputs x (m, n), pre-activations a (m, h), outputs y (m, h); dy, da, dx are gradients of the batch loss.

Forward, for every layer in order, its input being the output of the one before:
    a = x W + b,    y = s(a)
Backward, in the opposite order, each gradient where the trace has the value it belongs to:
    da = dy * s'(a),    dx = da W^T,    dW = x^T da,    db = column sums of da

Tied weights: a transposed layer uses W^T of an encoder layer. Then W is used twice, and what each use contributes to
its gradient is added: dW = x_e^T da_e + (x_d^T da_d)^T. That is the line marked "two paths" below.

A layer of another kind (image_layers.py) has another map x -> a and its backward; everything else is the same.

These are the pairs of layers/, composed. The products and sums of the affine pair are written out where they fill arrays
that a training step lends (workspace.py): a into y's place, dW into its part of the gradient vector.

Penalties speak to the pass through named nodes: a gradient injected at "encoder.0.y" is added to that layer's dy, one
at "encoder.0.a" to its da, one at "encoder.0.W" to its dW. The rest of the chain rule is the ordinary pass.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from .layers import Activation
from .parameters import Gradients, Parameters
from .workspace import in_blocks


@dataclass(frozen=True)
class Layer:
    """y = activation(x W + b), where W is params[weight], or its transpose for the tied half of a decoder.

    link: what turns a linear last layer's output into the reconstruction, where the loss contains it (logits).
    """

    name: str
    weight: str
    bias: str
    activation: Activation
    transposed: bool = False
    link: Activation | None = None

    @property
    def owns_weight(self) -> bool:
        """Whether W belongs to this layer alone, and is not that of a layer of the encoder."""
        return self.weight == f"{self.name}.W"

    @cached_property
    def is_linear(self) -> bool:
        """Whether y = a."""
        return self.activation.name == "identity"

    def matrix(self, params: Mapping[str, np.ndarray]) -> np.ndarray:
        """Return W (n_in, n_out) as this layer uses it."""
        return params[self.weight].T if self.transposed else params[self.weight]

    def from_matrix(self, dmatrix: np.ndarray, params: Mapping[str, np.ndarray]) -> np.ndarray:
        """Return the gradient in params[weight] for the gradient in `matrix`."""
        return dmatrix.T if self.transposed else dmatrix

    def pre_activation(self, params: Parameters, x: np.ndarray) -> np.ndarray:
        """Return a = x W + b, (m, h), for x (m, n)."""
        W = self.matrix(params)
        a = np.dot(x, W, out=params.array(self.name, "y", len(x), W.shape[1]))
        a += params[self.bias]
        return a

    def pre_activation_backward(self, da: np.ndarray, params: Parameters, x: np.ndarray, grads: Gradients, need_dx: bool):
        """Add the gradients in W and b for da (m, h) to `grads`; return dx (m, n), or None where nobody needs it."""
        left, right = (da.T, x) if self.transposed else (x.T, da)
        grads.add_product(self.weight, left, right)     # two paths when tied: both uses of W add up
        grads.add_column_sums(self.bias, da)
        return np.dot(da, self.matrix(params).T, out=params.array(self.name, "dx", *x.shape)) if need_dx else None

    def fans(self, shape: tuple[int, ...]) -> tuple[float, float]:
        """Return how many inputs an output has, and how many outputs an input reaches, for weights of this shape."""
        return shape[0], shape[1]

    def bias_size(self, params: Mapping[str, np.ndarray]) -> int:
        """Return h, the number of the layer's units."""
        return params[self.bias].size

    def slope(self, y: np.ndarray) -> np.ndarray:
        """Return the derivative in a of what the layer finally gives, s'(a), from its output y."""
        return self.activation.derivative(y) if self.link is None else self.link.derivative(self.link.forward(y))

    def curvature(self, y: np.ndarray) -> np.ndarray:
        """Return the second derivative s''(a) from the output y."""
        if self.link is None:
            return self.activation.second_derivative(y)
        return self.link.second_derivative(self.link.forward(y))


class Step(NamedTuple):
    """What one layer saw in the forward pass."""

    name: str
    x: np.ndarray       # (m, n)
    y: np.ndarray       # (m, h)
    layer: Layer


Trace = list[Step]
Injected = Mapping[str, np.ndarray]


def forward(layers: Sequence[Layer], params: Parameters, x: np.ndarray) -> Trace:
    """Return the trace of the stack on x (m, n); its last output is trace[-1].y."""
    trace = []
    for layer in layers:
        a = layer.pre_activation(params, x)
        y = a if layer.is_linear else in_blocks(layer.activation.forward, a, out=a)     # all derivatives are functions of y
        trace.append(Step(layer.name, x, y, layer))
        x = y
    return trace


def backward(dy: np.ndarray, params: Parameters, trace: Trace, grads: Gradients,
             injected: Injected | None = None, need_dx: bool = False) -> Any:
    """Add the gradients of every layer to `grads` and return dx (m, n), or None unless need_dx."""
    for index in reversed(range(len(trace))):
        step, layer = trace[index], trace[index].layer
        mine = index + 1 < len(trace)                   # dy is the caller's at first, and not ours to change
        if injected and f"{layer.name}.y" in injected:
            dy = np.add(dy, injected[f"{layer.name}.y"], out=dy if mine else None)      # two paths: onwards, and the penalty's
            mine = True
        da = dy
        if not layer.is_linear:
            da = in_blocks(layer.activation.backward, dy, step.y, out=dy if mine else params.array(layer.name, "da", *dy.shape))
        if injected and f"{layer.name}.a" in injected:
            da = da + injected[f"{layer.name}.a"]       # two paths
        dy = layer.pre_activation_backward(da, params, step.x, grads, need_dx or index > 0)
    return dy


def place_for_gradient(params: Parameters, trace: Trace) -> np.ndarray | None:
    """Return where the gradient in the last output may be written: a step has no further use for an output that is linear."""
    last = trace[-1]
    return last.y if params.workspace is not None and last.layer.is_linear else params.array(last.name, "dy", *last.y.shape)


def jacobian(params: Mapping[str, np.ndarray], trace: Trace) -> np.ndarray:
    """Return dy/dx of every example, (m, h, n): J = D_L W_L^T ... D_1 W_1^T, from the output towards the input.

    D_l is the diagonal matrix of s'(a_l). Meant for looking at: it holds m h n numbers.
    """
    J = np.eye(trace[-1].y.shape[1], dtype=trace[-1].y.dtype)[np.newaxis]     # (1, h, h)
    for step in reversed(trace):
        slope = step.layer.slope(step.y)                        # (m, h)
        J = (J * slope[:, np.newaxis, :]) @ step.layer.matrix(params).T
    return J
