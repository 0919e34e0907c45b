"""Miniatures of broken contracts (G1): what backward owes before any number is compared."""

from __future__ import annotations

import numpy as np

from .miniature import M, Miniature, N, affine_inputs, elementwise_inputs, pick


def affine(x, W, b):
    """Return x W + b."""
    return x @ W + b


def matmul(x, W):
    """Return x W."""
    return x @ W


def g101() -> Miniature:
    """b acts on every example, so its gradient is a sum over the examples. Here the sum is missing."""
    def backward(dy, x, W):
        return dy @ W.T, x.T @ dy, dy

    def mended_backward(dy, x, W):
        return dy @ W.T, x.T @ dy, dy.sum(axis=0)

    return Miniature(affine_inputs(), (affine, backward), (affine, mended_backward))


def g102() -> Miniature:
    """Three gradients are asked for and two come back: b is forgotten."""
    def backward(dy, x, W):
        return {"dx": dy @ W.T, "dW": x.T @ dy}

    def mended_backward(dy, x, W):
        return {"dx": dy @ W.T, "dW": x.T @ dy, "db": dy.sum(axis=0)}

    return Miniature(affine_inputs(), (affine, backward), (affine, mended_backward), {"wrt": ("x", "W", "b")},
                     extra='wrt=("x", "W", "b")')


def g103() -> Miniature:
    """exp(800) is infinite in float64, and infinity over infinity is nan. The other form of the sigmoid never meets it."""
    def softplus(a):
        return np.logaddexp(0, a)

    def backward(dy, a):
        return dy * np.exp(a) / (1 + np.exp(a))

    def mended_backward(dy, a):
        return dy / (1 + np.exp(-a))

    a = elementwise_inputs()["a"]
    a[4, 2] = 800.0
    return Miniature({"a": a}, (softplus, backward), (softplus, mended_backward))


def g104() -> Miniature:
    """The buffer is float32, and what is written into it is rounded to seven digits without a word."""
    def backward(dy, x, W):
        dW = np.zeros(W.shape, dtype=np.float32)
        dW += x.T @ dy
        return dy @ W.T, dW

    def mended_backward(dy, x, W):
        dW = np.zeros(W.shape)
        dW += x.T @ dy
        return dy @ W.T, dW

    return Miniature(pick("x W", affine_inputs()), (matmul, backward), (matmul, mended_backward))


def g105() -> Miniature:
    """The zeros are written into the caller's dy. Whoever uses dy next, another path or another layer, gets the wrong one."""
    def relu(a):
        return np.maximum(a, 0)

    def backward(dy, a):
        dy[a <= 0] = 0
        return dy.copy()

    def mended_backward(dy, a):
        return dy * (a > 0)

    return Miniature(elementwise_inputs(), (relu, backward), (relu, mended_backward))


def g106() -> Miniature:
    """The default argument is made once and lives on: every call adds to what the calls before it have left there."""
    def backward(dy, x, W, dW=np.zeros((5, 3))):       # noqa: B008
        dW += x.T @ dy
        return dy @ W.T, dW.copy()

    def mended_backward(dy, x, W):
        return dy @ W.T, x.T @ dy

    return Miniature(pick("x W", affine_inputs()), (matmul, backward), (matmul, mended_backward))


def g107() -> Miniature:
    """reshape hands out the same memory under another shape. Scaling dx in place would scale dy as well."""
    def flatten(x):
        return x.reshape(len(x), -1)

    def backward(dy, x):
        return dy.reshape(x.shape)

    def mended_backward(dy, x):
        return dy.reshape(x.shape).copy()

    x = np.random.default_rng(6).normal(size=(M, 2, 3))
    return Miniature({"x": x}, (flatten, backward), (flatten, mended_backward))


def g108() -> Miniature:
    """Small entries are set to zero. Which entries are small depends on dy, so twice the dy is not twice the gradient."""
    def backward(dy, x, W):
        dW = x.T @ dy
        dW[np.abs(dW) < 1] = 0
        return dy @ W.T, dW

    def mended_backward(dy, x, W):
        return dy @ W.T, x.T @ dy

    return Miniature(pick("x W", affine_inputs()), (matmul, backward), (matmul, mended_backward))


def g109() -> Miniature:
    """Backward draws a mask of its own, and so differentiates another function than the one that ran."""
    def dropout(x, mask):
        return x * mask

    def backward(dy, x):
        mask = np.random.default_rng().random(x.shape) < 0.7
        return dy * mask

    def mended_backward(dy, mask):
        return dy * mask

    rng = np.random.default_rng(4)
    inputs = {"x": rng.normal(size=(M, N)), "mask": (rng.random((M, N)) < 0.7).astype(float)}
    return Miniature(inputs, (dropout, backward), (dropout, mended_backward), {"wrt": "x"},
                     extra='wrt="x"')


def g110() -> Miniature:
    """Backward reads h from where the last forward left it. After a forward on other data it is the h of those."""
    def forward(x, W):
        forward.h = np.tanh(x @ W)
        return forward.h

    def backward(dy, x, W):
        da = dy * (1 - forward.h**2)
        return da @ W.T, x.T @ da

    def mended_backward(dy, x, W, y):
        da = dy * (1 - y**2)
        return da @ W.T, x.T @ da

    return Miniature(pick("x W", affine_inputs()), (forward, backward), (forward, mended_backward))


def g111() -> Miniature:
    """Right as long as dy is all ones, as below a plain sum. Below anything else the chain is broken here."""
    def sigmoid(a):
        return 1 / (1 + np.exp(-a))

    def backward(dy, y):
        return y * (1 - y)

    def mended_backward(dy, y):
        return dy * y * (1 - y)

    return Miniature(elementwise_inputs(), (sigmoid, backward), (sigmoid, mended_backward))


def g112() -> Miniature:
    """Only positive dy pass: "guided backpropagation", made for pictures of a network. It is not a gradient."""
    def relu(a):
        return np.maximum(a, 0)

    def backward(dy, a):
        return np.maximum(dy, 0) * (a > 0)

    def mended_backward(dy, a):
        return dy * (a > 0)

    return Miniature(elementwise_inputs(), (relu, backward), (relu, mended_backward))


CONTRACT = {"G101": g101, "G102": g102, "G103": g103, "G104": g104, "G105": g105, "G106": g106, "G107": g107, "G108": g108,
            "G109": g109, "G110": g110, "G111": g111, "G112": g112}
