"""Miniatures of contributions (G3): what adds up, the terms of a loss and the paths through the graph."""

from __future__ import annotations

import numpy as np

from ..stages import Paths
from .miniature import Miniature, affine_inputs, pick

TERMS = 'wrt="W", terms={"error": error, "decay": decay}'
PATHS = 'wrt="W", paths=Paths(untied, {"W": ("W_encoder", "W_decoder")})'


def error(x, W):
    """Return the reconstruction error."""
    return 0.5 * np.sum((x @ W - 1) ** 2) / len(x)


def decay(x, W):
    """Return the penalty."""
    return 0.05 * np.sum(W**2)


def loss(x, W):
    """Return the sum of both."""
    return error(x, W) + decay(x, W)


def autoencoder(x, W):
    """Return the reconstruction; the decoder borrows the encoder's matrix."""
    return np.tanh(x @ W) @ W.T


def untied(x, W_encoder, W_decoder):
    """Return the same with the two uses of W told apart."""
    return np.tanh(x @ W_encoder) @ W_decoder.T


def g301() -> Miniature:
    """The loss has two terms, the gradient one: the decay is announced in the loss and never felt by W."""
    def backward(x, W):
        return x.T @ (x @ W - 1) / len(x)

    def mended_backward(x, W):
        return x.T @ (x @ W - 1) / len(x) + 0.1 * W

    options = {"wrt": "W", "terms": {"error": error, "decay": decay}}
    return Miniature(pick("x W", affine_inputs()), (loss, backward), (loss, mended_backward), options, (error, decay), TERMS)


def g302() -> Miniature:
    """The square brings a factor 2 down, and it is counted again: the decay pulls twice as hard as the loss says."""
    def backward(x, W):
        return x.T @ (x @ W - 1) / len(x) + 0.2 * W

    def mended_backward(x, W):
        return x.T @ (x @ W - 1) / len(x) + 0.1 * W

    options = {"wrt": "W", "terms": {"error": error, "decay": decay}}
    return Miniature(pick("x W", affine_inputs()), (loss, backward), (loss, mended_backward), options, (error, decay), TERMS)


def g311() -> Miniature:
    """W stands in the encoder and in the decoder. Two uses, two contributions; the encoder's is missing."""
    def backward(do, x, W):
        h = np.tanh(x @ W)
        return do.T @ h

    def mended_backward(do, x, W):
        h = np.tanh(x @ W)
        da = do @ W * (1 - h**2)
        return x.T @ da + do.T @ h

    options = {"wrt": "W", "paths": Paths(untied, {"W": ("W_encoder", "W_decoder")})}
    return Miniature(pick("x W", affine_inputs()), (autoencoder, backward), (autoencoder, mended_backward), options,
                     (untied,), PATHS)


def g312() -> Miniature:
    """Both contributions are there, and the encoder's is halved: "W is used twice" does not mean "average the two"."""
    def backward(do, x, W):
        h = np.tanh(x @ W)
        da = do @ W * (1 - h**2)
        return 0.5 * x.T @ da + do.T @ h

    def mended_backward(do, x, W):
        h = np.tanh(x @ W)
        da = do @ W * (1 - h**2)
        return x.T @ da + do.T @ h

    options = {"wrt": "W", "paths": Paths(untied, {"W": ("W_encoder", "W_decoder")})}
    return Miniature(pick("x W", affine_inputs()), (autoencoder, backward), (autoencoder, mended_backward), options,
                     (untied,), PATHS)


CONTRIBUTIONS = {"G301": g301, "G302": g302, "G311": g311, "G312": g312}
