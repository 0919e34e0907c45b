"""Layers: stateless forward and backward functions, side by side. They import nothing of the package."""

from .activations import ACTIVATIONS, Activation
from .affine import affine, affine_backward
from .convolution import conv2d, conv2d_backward
from .identity import identity, identity_backward, identity_derivative, identity_second_derivative
from .masked_affine import masked_affine, masked_affine_backward
from .relu import relu, relu_backward, relu_derivative, relu_second_derivative
from .sigmoid import sigmoid, sigmoid_backward, sigmoid_derivative, sigmoid_second_derivative
from .softplus import softplus, softplus_backward, softplus_derivative, softplus_second_derivative
from .tanh import tanh, tanh_backward, tanh_derivative, tanh_second_derivative
from .transposed_convolution import conv2d_transpose, conv2d_transpose_backward
from .windows import overlapped, patches

__all__ = [
    "ACTIVATIONS", "Activation", "affine", "affine_backward",
    "conv2d", "conv2d_backward", "conv2d_transpose", "conv2d_transpose_backward", "overlapped", "patches",
    "identity", "identity_backward", "identity_derivative", "identity_second_derivative",
    "masked_affine", "masked_affine_backward",
    "relu", "relu_backward", "relu_derivative", "relu_second_derivative",
    "sigmoid", "sigmoid_backward", "sigmoid_derivative", "sigmoid_second_derivative",
    "softplus", "softplus_backward", "softplus_derivative", "softplus_second_derivative",
    "tanh", "tanh_backward", "tanh_derivative", "tanh_second_derivative",
]


def __dir__() -> list[str]:
    return sorted(__all__)
