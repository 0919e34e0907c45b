"""Miniatures of wrong values (G2): the gradient is not the true one, and which identity it satisfies instead."""

from __future__ import annotations

import numpy as np

from .contract import matmul
from .miniature import M, Miniature, N, affine_inputs, elementwise_inputs, pair_of_matrices, pick


def sigmoid(a):
    """Return 1 / (1 + exp(-a))."""
    return 1 / (1 + np.exp(-a))


def squared_error(o, x):
    """Return half the squared error, summed over features, averaged over examples."""
    return 0.5 * np.sum((o - x) ** 2) / len(x)


def g200() -> Miniature:
    """Each row is centred. The mean depends on every entry of the row, and this path is left out in a way of its own."""
    def centre_and_square(x):
        return (x - x.mean(axis=1, keepdims=True)) ** 2

    def backward(dy, x):
        return dy * 2 * (x - x.mean(axis=1, keepdims=True))

    def mended_backward(dy, x):
        dc = dy * 2 * (x - x.mean(axis=1, keepdims=True))
        return dc - dc.mean(axis=1, keepdims=True)

    return Miniature(pair_of_matrices("x"), (centre_and_square, backward), (centre_and_square, mended_backward))


def g201() -> Miniature:
    """1 // 2 is an integer division: it is 0, and 0 times anything is a gradient that never moves a weight."""
    def weight_decay(W, strength):
        return strength / 2 * np.sum(W**2)

    def backward(W, strength):
        return 1 // 2 * strength * 2 * W

    def mended_backward(W, strength):
        return 1 / 2 * strength * 2 * W

    return Miniature({"W": affine_inputs()["W"], "strength": 0.3}, (weight_decay, backward), (weight_decay, mended_backward),
                     {"wrt": "W"}, extra='wrt="W"')


def g202() -> Miniature:
    """Two gradients of one shape are returned in the wrong order. No shape complains."""
    def gaussian_kl(mu, logvar):
        return 0.5 * np.sum(mu**2 + np.exp(logvar) - 1 - logvar) / len(mu)

    def backward(mu, logvar):
        return 0.5 * (np.exp(logvar) - 1) / len(mu), mu / len(mu)

    def mended_backward(mu, logvar):
        return mu / len(mu), 0.5 * (np.exp(logvar) - 1) / len(mu)

    return Miniature(pair_of_matrices("mu", "logvar"), (gaussian_kl, backward), (gaussian_kl, mended_backward))


def g203() -> Miniature:
    """The difference is taken the other way round. The square in the loss forgives that; its gradient does not."""
    def backward(o, x):
        return (x - o) / len(x)

    def mended_backward(o, x):
        return (o - x) / len(x)

    return Miniature(pair_of_matrices("o", "x"), (squared_error, backward), (squared_error, mended_backward))


def g204() -> Miniature:
    """The loss is a mean over the examples, the gradient a sum: 7 examples, 7 times too large."""
    def backward(o, x):
        return o - x

    def mended_backward(o, x):
        return (o - x) / len(x)

    return Miniature(pair_of_matrices("o", "x"), (squared_error, backward), (squared_error, mended_backward))


def g205() -> Miniature:
    """A square W hides it: the shape of dy^T x fits, and its rows and columns have changed places."""
    def backward(dy, x, W):
        return dy @ W.T, dy.T @ x

    def mended_backward(dy, x, W):
        return dy @ W.T, x.T @ dy

    return Miniature(pick("x W", affine_inputs(h=N)), (matmul, backward), (matmul, mended_backward))


def g206() -> Miniature:
    """The image is turned upside down on the way, and not turned back on the way home."""
    def flip(x):
        return x[:, ::-1]

    def backward(dy):
        return dy.copy()

    def mended_backward(dy):
        return dy[:, ::-1].copy()

    return Miniature(pair_of_matrices("x"), (flip, backward), (flip, mended_backward))


def g207() -> Miniature:
    """The loop assigns where it should add: only the last example is left."""
    def backward(dy, x, W):
        for xi, di in zip(x, dy):
            dW = np.outer(xi, di)
        return dy @ W.T, dW

    def mended_backward(dy, x, W):
        dW = np.zeros(W.shape)
        for xi, di in zip(x, dy):
            dW += np.outer(xi, di)
        return dy @ W.T, dW

    return Miniature(pick("x W", affine_inputs()), (matmul, backward), (matmul, mended_backward))


def g208() -> Miniature:
    """The loop stops one column early."""
    def backward(dy, x, W):
        dW = np.zeros(W.shape)
        for j in range(W.shape[1] - 1):
            dW[:, j] = x.T @ dy[:, j]
        return dy @ W.T, dW

    def mended_backward(dy, x, W):
        dW = np.zeros(W.shape)
        for j in range(W.shape[1]):
            dW[:, j] = x.T @ dy[:, j]
        return dy @ W.T, dW

    return Miniature(pick("x W", affine_inputs()), (matmul, backward), (matmul, mended_backward))


def g209() -> Miniature:
    """Every example has an offset of its own, and its gradient is averaged over the examples as if they shared one."""
    def add(x, offset):
        return x + offset

    def backward(dy, offset):
        return dy.copy(), np.zeros(offset.shape) + dy.mean(axis=0)

    def mended_backward(dy):
        return dy.copy(), dy.copy()

    return Miniature(pair_of_matrices("x", "offset"), (add, backward), (add, mended_backward))


def g210() -> Miniature:
    """The mean over the examples is taken too early. The mean of products is not the product of means."""
    def backward(dy, x, W):
        dy = np.zeros(dy.shape) + dy.mean(axis=0)
        return x.T @ dy

    def mended_backward(dy, x, W):
        return x.T @ dy

    return Miniature(pick("x W", affine_inputs()), (matmul, backward), (matmul, mended_backward), {"wrt": "W"},
                     extra='wrt="W"')


def g211() -> Miniature:
    """The derivative of the sigmoid is y (1 - y). Here the second factor is missing."""
    def backward(dy, y):
        return dy * y

    def mended_backward(dy, y):
        return dy * y * (1 - y)

    return Miniature(elementwise_inputs(), (sigmoid, backward), (sigmoid, mended_backward))


def g212() -> Miniature:
    """Every pixel has a weight in the loss and none in the gradient."""
    def weighted_error(o, x, weight):
        return 0.5 * np.sum(weight * (o - x) ** 2)

    def backward(o, x):
        return o - x

    def mended_backward(o, x, weight):
        return weight * (o - x)

    return Miniature({**pair_of_matrices("o", "x"), "weight": np.random.default_rng(7).uniform(0.2, 2, (M, N))},
                     (weighted_error, backward), (weighted_error, mended_backward))


def g213() -> Miniature:
    """The gradient of a weight decay is added to a loss that has none."""
    def loss(x, W):
        return 0.5 * np.sum((x @ W) ** 2)

    def backward(x, W):
        return x.T @ (x @ W) + W

    def mended_backward(x, W):
        return x.T @ (x @ W)

    return Miniature(pick("x W", affine_inputs()), (loss, backward), (loss, mended_backward), {"wrt": "W"},
                     extra='wrt="W"')


def g214() -> Miniature:
    """The gradient is scaled to length 1 where it is computed. That belongs into the optimizer, if anywhere."""
    def loss(x, W):
        return 0.5 * np.sum((x @ W) ** 2)

    def backward(x, W):
        dW = x.T @ (x @ W)
        return dW / np.linalg.norm(dW)

    def mended_backward(x, W):
        return x.T @ (x @ W)

    return Miniature(pick("x W", affine_inputs()), (loss, backward), (loss, mended_backward), {"wrt": "W"},
                     extra='wrt="W"')


def g215() -> Miniature:
    """Entries beyond 1 are cut off where the gradient is computed: it points elsewhere, and says nothing about it."""
    def loss(x, W):
        return 0.5 * np.sum((x @ W) ** 2)

    def backward(x, W):
        return np.clip(x.T @ (x @ W), -1, 1)

    def mended_backward(x, W):
        return x.T @ (x @ W)

    return Miniature(pick("x W", affine_inputs()), (loss, backward), (loss, mended_backward), {"wrt": "W"},
                     extra='wrt="W"')


def g216() -> Miniature:
    """A square W hides it: dy W has the shape of dy W^T and other numbers."""
    def backward(dy, x, W):
        return dy @ W, x.T @ dy

    def mended_backward(dy, x, W):
        return dy @ W.T, x.T @ dy

    return Miniature(pick("x W", affine_inputs(h=N)), (matmul, backward), (matmul, mended_backward))


VALUES = {"G200": g200, "G201": g201, "G202": g202, "G203": g203, "G204": g204, "G205": g205, "G206": g206, "G207": g207,
          "G208": g208, "G209": g209, "G210": g210, "G211": g211, "G212": g212, "G213": g213, "G214": g214, "G215": g215,
          "G216": g216}
