r"""The network of the masked autoencoder: its degrees, its masks, and its forward and backward pass.

Key: m examples of n = G + S columns with K_j codes each; v (m, sum of K) one-hot rows; o (m, sum of the slots' K) logits.

    degrees     given column: 0 or less;   slot s as an input: s + 1;   hidden unit: 0 .. S - 1, evenly;   slot s as an output: s
    mask_kj = 1 if degree_k <= degree_j else 0

    y_1 = act(v (W_1 * M_1) + b_1),   y_2 = act(y_1 (W_2 * M_2) + b_2),   ...,   o = y (V * M) + c  +  v (D * M_D)

Backward, each through masked_affine_backward: o goes to both of its addends as it is, so that V and D get the same do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from numbers import Integral
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike

from ..codes import one_hot
from ..layers import ACTIVATIONS, Activation, masked_affine, masked_affine_backward
from ..parameters import Parameters, Shapes

Params = Mapping[str, np.ndarray]


class MaskedLayer(NamedTuple):
    """y = activation(x (W * mask) + b), W (n_in, n_out) being params["name.W"], b params["name.b"]."""

    name: str
    activation: Activation
    mask: np.ndarray        # (n_in, n_out)

    @property
    def weight(self) -> str:
        """The name of W."""
        return f"{self.name}.W"

    @property
    def bias(self) -> str:
        """The name of b."""
        return f"{self.name}.b"

    def fans(self, shape: tuple[int, ...]) -> tuple[float, float]:
        """Return the numbers of inputs and outputs, cut connections included."""
        return shape[0], shape[1]


class MaskedNetwork:
    """Masked layers for columns of K codes each (n,), the first n_given of them a condition; `direct` joins v and o."""

    def __init__(self, K: np.ndarray, n_given: int, hidden_dims: Sequence[int], activation: str, direct: bool, dtype: DTypeLike):
        self.K, self.slot_K = K, K[n_given:]
        S, linear = len(self.slot_K), ACTIVATIONS["identity"]
        inputs = np.repeat(np.arange(len(K)) - n_given + 1, K)      # for given columns none above 0, then 1 .. S
        outputs = np.repeat(np.arange(S), self.slot_K)
        degrees = [inputs, *(np.arange(width) * S // width for width in hidden_dims)]

        def layer(name: str, activation: Activation, before: np.ndarray, after: np.ndarray) -> MaskedLayer:
            mask = np.empty((len(before), len(after)), dtype)
            return MaskedLayer(name, activation, np.less_equal(before[:, np.newaxis], after, out=mask))

        self.stack = [layer(f"encoder.{i}", ACTIVATIONS[activation], *pair) for i, pair in enumerate(zip(degrees, degrees[1:]))]
        self.stack.append(layer("decoder.0", linear, degrees[-1], outputs))
        self.direct = layer("direct", linear, inputs, outputs) if direct else None

    @property
    def layers(self) -> list[MaskedLayer]:
        """All layers that own a weight matrix."""
        return self.stack if self.direct is None else [*self.stack, self.direct]

    def shapes(self) -> Shapes:
        """Return the shapes of all parameters; the direct connection has no bias, as c is added to the same logits."""
        shapes: dict[str, tuple[int, ...]] = {layer.weight: layer.mask.shape for layer in self.layers}
        return shapes | {layer.bias: layer.mask.shape[1:] for layer in self.stack}

    def runs(self) -> Iterator[tuple[int, slice]]:
        """Yield (K, the columns of o) for each run of neighbouring slots with equally many codes."""
        start = 0
        for K, run in groupby(self.slot_K.tolist()):
            stop = start + sum(run)
            yield K, slice(start, stop)
            start = stop

    def hidden(self, params: Params, x: np.ndarray) -> list[np.ndarray]:
        """Return the one-hot rows v of the codes x (m, n), and the output of each hidden layer."""
        trace = [one_hot(x, self.K)]
        for layer in self.stack[:-1]:
            a = masked_affine(trace[-1], params[layer.weight], params[layer.bias], layer.mask)
            trace.append(layer.activation.forward(a))
        return trace

    def logits(self, params: Params, trace: list[np.ndarray], columns: slice = slice(None)) -> np.ndarray:
        """Return o (m, sum of the slots' K), or only these columns of it."""
        last, direct = self.stack[-1], self.direct
        o = masked_affine(trace[-1], params[last.weight][:, columns], params[last.bias][columns], last.mask[:, columns])
        if direct is None:
            return o
        return o + masked_affine(trace[0], params[direct.weight][:, columns], 0, direct.mask[:, columns])

    def backward(self, do: np.ndarray, params: Parameters, trace: list[np.ndarray]) -> Parameters:
        """Return the gradients for do (m, sum of the slots' K); v is data and gets none."""
        grads, direct, da = params.gradients(), self.direct, do
        if direct is not None:
            _, grads[direct.weight], _ = masked_affine_backward(do, trace[0], params[direct.weight], direct.mask, need_dx=False)
        for i in reversed(range(len(self.stack))):
            layer, need_dx = self.stack[i], i > 0
            dy, grads[layer.weight], grads[layer.bias] = masked_affine_backward(da, trace[i], params[layer.weight], layer.mask,
                                                                                need_dx)
            if need_dx:
                da = self.stack[i - 1].activation.backward(dy, trace[i])
        return grads


def masked_shapes(n: int, n_codes: Any, n_given: int, hidden_dims: Sequence[int], direct: bool) -> Shapes:
    """Return the shapes of such a network's parameters for n columns, without its masks, which are as large as the weights.

    n_codes: one number for all columns, or one for each.
    """
    each = isinstance(n_codes, Integral)
    inputs, outputs = (n * n_codes, (n - n_given) * n_codes) if each else (sum(n_codes), sum(n_codes[n_given:]))
    widths = [inputs, *hidden_dims, outputs]
    names = [*(f"encoder.{i}" for i in range(len(hidden_dims))), "decoder.0"]
    weights = dict(zip(names, zip(widths, widths[1:]))) | ({"direct": (inputs, outputs)} if direct else {})
    shapes: dict[str, tuple[int, ...]] = {f"{name}.W": shape for name, shape in weights.items()}
    return shapes | {f"{name}.b": weights[name][1:] for name in names}
