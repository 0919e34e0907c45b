"""Known answers for convolutions: what they are when they look at everything, at one pixel, and from both sides."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ..gradcheck import relative_error
from ..image_layers import ConvolutionalLayer
from ..layers import ACTIVATIONS, affine, conv2d, conv2d_transpose
from ..models import Autoencoder, ConvolutionalAutoencoder
from .result import Check


def convolution_oracle_checks(seed: int = 0) -> Iterator[Check]:
    """Yield the checks of convolutions against affine maps and against their own adjoint."""
    rng = np.random.default_rng(seed)
    yield Check("oracles", "conv2d", "<conv(x), u> against <x, transposed(u)>, worst of 20",
                max(_adjoint(rng) for _ in range(20)), 1e-12)
    yield Check("oracles", "convolutional layer", "against the affine map with its whole matrix",
                max(_whole_matrix(rng, transposed) for transposed in (False, True)), 1e-12)
    yield from one_window(rng)


def _adjoint(rng: np.random.Generator) -> float:
    """The transposed convolution with the same kernels is the adjoint: that is what its name means."""
    m, c, o, k = (int(size) for size in rng.integers(1, 5, 4))
    stride = int(rng.integers(1, k + 1))
    padding = int(rng.integers(0, (k + 1) // 2)), int(rng.integers(0, (k + 1) // 2))
    height, width = (int(stride * rng.integers(1, 4) + k - sum(padding)) for _ in "hw")
    x, W = rng.normal(size=(m, c, height, width)), rng.normal(size=(o, c, k, k))
    y = conv2d(x, W, np.zeros(o), stride, padding)
    u = rng.normal(size=y.shape)
    back = conv2d_transpose(u, W, np.zeros(c), stride, padding)
    scale = np.linalg.norm(y) * np.linalg.norm(u)
    return abs(float(np.sum(y * u) - np.sum(x * back))) / scale


def _whole_matrix(rng: np.random.Generator, transposed: bool) -> float:
    """A convolution is an affine map whose matrix has the kernels' entries in many places."""
    shape = (2, 3, 3) if transposed else (3, 6, 6)
    layer = ConvolutionalLayer("l", "l.W", "l.b", ACTIVATIONS["identity"], transposed, None, shape, 2)
    params = {"l.W": rng.normal(size=(2, 3, 3, 3)), "l.b": rng.normal(size=3 if transposed else 2)}
    x = rng.normal(size=(4, int(np.prod(shape))))
    places = layer.pre_activation(params, x).shape[1] // len(params["l.b"])
    return relative_error(layer.pre_activation(params, x), affine(x, layer.matrix(params), np.repeat(params["l.b"], places)))


def one_window(rng: np.random.Generator, side: int = 4, h: int = 5) -> Iterator[Check]:
    """One window that is the whole image: the convolutional autoencoder is the dense one, weight for weight."""
    x = rng.normal(size=(6, side ** 2))
    settings: dict[str, Any] = {"activation": "tanh", "latent_dim": 2, "dtype": "float64", "random_state": 0}
    windowed = ConvolutionalAutoencoder(channels=(h,), kernel_size=side, stride=side, **settings).initialize(side ** 2)
    dense = Autoencoder(hidden_dims=(h,), **settings).initialize(side ** 2)
    windowed.theta += 0.1 * rng.normal(size=windowed.theta.shape)
    for name, value in windowed.params.items():
        dense.params[name] = _as_matrix(name, value, side)
    (terms, grads), (other, dense_grads) = windowed.loss_and_gradients(x), dense.loss_and_gradients(x)
    yield Check("oracles", "convolutional autoencoder", "one window: loss over the dense autoencoder's, minus 1",
                abs(float(terms["loss"] / other["loss"]) - 1), 1e-12)
    expected = {name: dense_grads[name] for name in grads}
    expected["decoder.1.b"] = dense_grads["decoder.1.b"].sum(keepdims=True)        # one bias for all pixels
    got = {name: grads[name] if name == "decoder.1.b" else _as_matrix(name, grads[name], side) for name in grads}
    worst = max(relative_error(got[name], expected[name]) for name in grads)
    yield Check("oracles", "convolutional autoencoder", "one window: gradients against the dense autoencoder's", worst, 1e-12)


def _as_matrix(name: str, value: np.ndarray, side: int) -> np.ndarray:
    """Return a parameter of the one-window model as the dense model has it: the output's one bias stands at every pixel."""
    if value.ndim == 4:
        flat = value.reshape(len(value), -1)
        return flat.T if name.startswith("encoder") else flat
    return np.repeat(value, side ** 2) if name == "decoder.1.b" else value
