"""Miniatures around the gradient: the forward function itself (G0, U), and entries on a corner (K)."""

from __future__ import annotations

import numpy as np

from .miniature import Miniature, affine_inputs, elementwise_inputs, pair_of_matrices, pick


def g001() -> Miniature:
    """The gradient belongs to its forward, and the forward is not the loss: the mean over examples is missing."""
    def forward(o, x):
        return 0.5 * np.sum((o - x) ** 2)

    def backward(o, x):
        return o - x

    def trusted(o, x):
        return 0.5 * np.sum((o - x) ** 2) / len(x)

    def mended_forward(o, x):
        return 0.5 * np.sum((o - x) ** 2) / len(x)

    def mended_backward(o, x):
        return (o - x) / len(x)

    return Miniature(pair_of_matrices("o", "x"), (forward, backward), (mended_forward, mended_backward), {"value": trusted},
                     (trusted,), "value=trusted")


def k001() -> Miniature:
    """The derivative of relu at 0 is a choice. Two entries of a are exactly 0: a masked input gives that, or a zero bias."""
    def forward(a):
        return np.maximum(a, 0)

    def backward(dy, a):
        return dy * (a > 0)

    a = elementwise_inputs()["a"]
    a[2, 0] = a[5, 1] = 0
    return Miniature({"a": a}, (forward, backward), None)


def u001() -> Miniature:
    """Dropout draws its mask inside: no two calls are the same function, so there is no slope to measure."""
    def forward(x):
        return x * (np.random.default_rng().random(x.shape) < 0.7)

    def backward(dy, x):
        return dy * (x != 0)

    def mended_forward(x, mask):
        return x * mask

    def mended_backward(dy, mask):
        return dy * mask

    rng = np.random.default_rng(4)
    inputs = {"x": rng.normal(size=(7, 5)), "mask": (rng.random((7, 5)) < 0.7).astype(float)}
    return Miniature(pick("x", inputs), (forward, backward), (mended_forward, mended_backward), {"wrt": "x"},
                     extra='wrt="x"', mended_inputs=inputs)


def u002() -> Miniature:
    """A logit of 800: the sigmoid rounds to 1, and log(1 - p) is minus infinity. The loss exists; this form of it does not."""
    def forward(a, x):
        p = 1 / (1 + np.exp(-a))
        return -np.sum(x * np.log(p) + (1 - x) * np.log(1 - p))

    def backward(a, x):
        return 1 / (1 + np.exp(-a)) - x

    def mended_forward(a, x):
        return np.sum(np.logaddexp(0, a) - a * x)

    rng = np.random.default_rng(5)
    a = rng.normal(size=(7, 5))
    a[3, 1] = 800.0
    return Miniature({"a": a, "x": rng.random((7, 5))}, (forward, backward), (mended_forward, backward), {"wrt": "a"},
                     extra='wrt="a"')


def u003() -> Miniature:
    """Half of the digits are thrown away on the way: float32 is too coarse to measure a slope to nine digits."""
    def forward(x, W):
        return x.astype(np.float32) @ W.astype(np.float32)

    def backward(dy, x, W):
        return dy @ W.T, x.T @ dy

    def mended_forward(x, W):
        return x @ W

    return Miniature(pick("x W", affine_inputs()), (forward, backward), (mended_forward, backward))


AROUND = {"G001": g001, "K001": k001, "U001": u001, "U002": u002, "U003": u003}
