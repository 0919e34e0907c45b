r"""Convolutions as layers of the stack: rows in, rows out, and everything that a dense layer can be asked.

A convolution is an affine map whose matrix has the same few numbers in many places and zeros elsewhere. Rows (m, c H W) are
read as images (m, c, H, W), convolved, and written as rows again; no copy is made for that. `matrix` is the whole matrix, for
those who look at Jacobians or penalize them: it holds c H W times o H' W' numbers, so keep the images small there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from .layers import conv2d, conv2d_backward, conv2d_transpose, conv2d_transpose_backward
from .network import Layer
from .parameters import Gradients

Params = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class ConvolutionalLayer(Layer):
    """y = activation(convolution of x with W, plus b), or the transposed convolution where `transposed`.

    shape       (c, H, W) of the input; W is (o, c, k, k) for a convolution, (c, o, k, k) for a transposed one
    stride      the output's sides are H / stride, W / stride; or H * stride, W * stride where transposed
    """

    shape: tuple[int, int, int] = (1, 1, 1)
    stride: int = 1

    def padding(self, k: int) -> tuple[int, int]:
        """Return the zeros before and after a side, k - stride of them, so that sides are divided by the stride exactly."""
        return (k - self.stride + 1) // 2, (k - self.stride) // 2

    def matrix(self, params: Params) -> np.ndarray:
        """Return the matrix (n_in, n_out) of the whole map: what it makes of each unit vector."""
        W = params[self.weight]
        unit_images = np.eye(int(np.prod(self.shape)), dtype=W.dtype).reshape(-1, *self.shape)
        no_bias = np.zeros(params[self.bias].shape, W.dtype)
        return _rows(self._map()(unit_images, W, no_bias, self.stride, self.padding(W.shape[2])))

    def from_matrix(self, dmatrix: np.ndarray, params: Params) -> np.ndarray:
        """Return the gradient in the kernels for the gradient in `matrix`: the sum over the places where each number stands."""
        unit_rows = np.eye(int(np.prod(self.shape)), dtype=dmatrix.dtype)
        return self._backward(dmatrix, params, unit_rows, need_dx=False)[1]

    def pre_activation(self, params: Params, x: np.ndarray) -> np.ndarray:
        """Return a (m, n_out) for x (m, n_in)."""
        W = params[self.weight]
        return _rows(self._map()(self._images(x), W, params[self.bias], self.stride, self.padding(W.shape[2])))

    def pre_activation_backward(self, da: np.ndarray, params: Params, x: np.ndarray, grads: Gradients, need_dx: bool):
        """Add the gradients in kernels and biases for da (m, n_out) to `grads`; return dx (m, n_in) or None."""
        dx, dW, db = self._backward(da, params, x, need_dx)
        grads.add(self.weight, dW)
        grads.add(self.bias, db)
        return dx

    def _backward(self, da: np.ndarray, params: Params, x: np.ndarray, need_dx: bool):
        W = params[self.weight]
        k, (_, height, width) = W.shape[2], self.shape
        s = self.stride
        size = (height * s, width * s) if self.transposed else (height // s, width // s)
        backward = conv2d_transpose_backward if self.transposed else conv2d_backward
        dx, dW, db = backward(da.reshape(len(da), -1, *size), self._images(x), W, s, self.padding(k), need_dx)
        return None if dx is None else _rows(dx), dW, db

    def fans(self, shape: tuple[int, ...]) -> tuple[float, float]:
        """Return the connections of one output and of one input. Inside of the image: at its edge there are fewer."""
        o, c, k, _ = shape
        fine, coarse = c * k * k, o * k * k / self.stride ** 2
        return (coarse, fine) if self.transposed else (fine, coarse)

    def _map(self):
        return conv2d_transpose if self.transposed else conv2d

    def _images(self, x: np.ndarray) -> np.ndarray:
        return x.reshape(len(x), *self.shape)


def _rows(images: np.ndarray) -> np.ndarray:
    return images.reshape(len(images), -1)
