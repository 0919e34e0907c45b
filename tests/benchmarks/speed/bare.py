"""The bare loop: configuration (a) in a straight line, every trick and no package around it. What NumPy can do at best here."""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt

import numpy as np

from .configurations import Configuration
from .contender import LEARNING_RATE, Contender, Missing, initial_parameters, layer_names

PART = 2 ** 16


def make() -> Contender:
    """Return the contender."""
    return bare


def bare(configuration: Configuration) -> Callable[[], float]:
    """Return an epoch of steps on arrays that were all allocated beforehand, every operation in place."""
    if (configuration.kind, configuration.loss, configuration.activation, configuration.code) != ("ae", "bce", "relu", "relu"):
        raise Missing("written for ReLU and the Bernoulli loss alone")
    X, params = configuration.data(), initial_parameters(configuration)
    names = layer_names(configuration, "encoder") + layer_names(configuration, "decoder")
    rows, rng = configuration.batch, np.random.default_rng(0)
    grads, theta = params.with_theta(np.empty_like(params.theta)), params.theta
    M, V, scratch = np.zeros_like(theta), np.zeros_like(theta), np.empty(PART, np.float32)
    W, b, dW, db = ([vectors[f"{name}.{part}"] for name in names] for vectors, part in (
        (params, "W"), (params, "b"), (grads, "W"), (grads, "b")))
    Y, D = ([np.empty((rows, len(each)), np.float32) for each in b] for _ in range(2))
    zeros, off = [np.zeros_like(each) for each in b], [np.empty(each.shape, bool) for each in Y]
    x, ones = np.empty((rows, X.shape[1]), np.float32), np.ones(rows, np.float32)
    p, s = np.empty_like(Y[-1]), np.empty_like(Y[-1])
    t, last = 0, len(names) - 1

    def forward() -> np.ndarray:
        h = x
        for i in range(last + 1):
            np.dot(h, W[i], out=Y[i])
            h = Y[i]
            h += b[i]
            if i < last:
                np.maximum(h, zeros[i], out=h)
        return h

    def loss(o: np.ndarray) -> float:
        do = D[last]
        np.maximum(o, zeros[last], out=p)
        np.subtract(o, p, out=s)
        np.subtract(s, p, out=s)
        np.exp(s, out=s)
        np.log1p(s, out=s)
        np.add(s, p, out=s)
        np.subtract(o, s, out=do)
        np.exp(do, out=do)
        np.subtract(do, x, out=do)
        np.multiply(do, 1 / rows, out=do)
        return (float(np.add.reduce(s, axis=None)) - float(np.vdot(x, o))) / rows

    def backward() -> None:
        for i in range(last, -1, -1):
            np.dot((Y[i - 1] if i else x).T, D[i], out=dW[i])
            np.dot(ones, D[i], out=db[i])
            if i:
                np.dot(D[i], W[i].T, out=D[i - 1])
                np.greater(Y[i - 1], 0, out=off[i - 1])
                D[i - 1] *= off[i - 1]

    def update() -> None:
        nonlocal t
        t += 1
        a, c = 0.1 / (1 - 0.9 ** t), sqrt(0.001 / (1 - 0.999 ** t))
        for start in range(0, theta.size, PART):
            w, g, m, v = (each[start:start + PART] for each in (theta, grads.theta, M, V))
            u = scratch[:len(w)]
            m *= 0.9
            m += g
            v *= 0.999
            np.multiply(g, g, out=u)
            v += u
            np.sqrt(v, out=u)
            u += 1e-8 / c
            np.divide(m, u, out=u)
            u *= LEARNING_RATE * a / c
            w -= u

    def epoch() -> float:
        total, order = 0.0, rng.permutation(len(X))
        for start in range(0, len(X) - rows + 1, rows):
            X.take(order[start:start + rows], axis=0, out=x, mode="clip")
            total += loss(forward())
            backward()
            update()
        return total / (len(X) // rows)

    return epoch
