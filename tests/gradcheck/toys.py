"""Small correct pairs for the tests of the checker, independent of npae.layers, and a toy model."""

from __future__ import annotations

import numpy as np

SHAPES = [(7, 5, 3), (1, 5, 3), (7, 1, 3), (7, 5, 1), (1, 1, 1), (2, 3, 3), (4, 2, 6)]


def affine(x, W, b):
    return x @ W + b


def affine_backward(dy, x, W):
    return dy @ W.T, x.T @ dy, dy.sum(axis=0)


def affine_inputs(rng, m=7, n=5, h=3):
    return {"x": rng.normal(size=(m, n)), "W": rng.normal(size=(n, h)), "b": rng.normal(size=h)}


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def sigmoid_backward(dy, y):
    return dy * y * (1 - y)


def relu(a):
    return np.maximum(a, 0)


def relu_backward(dy, a):
    return dy * (a > 0)


def dense(x, W, b):
    return relu(x @ W + b)


def dense_backward(dy, x, W, y):
    return affine_backward(dy * (y > 0), x, W)


def squared_error(o, x):
    return 0.5 * np.sum((o - x) ** 2) / len(x)


def squared_error_backward(o, x):
    return (o - x) / len(x)


def gaussian_kl(mu, logvar):
    return 0.5 * np.sum(mu**2 + np.exp(logvar) - 1 - logvar) / len(mu)


def gaussian_kl_backward(mu, logvar):
    return {"dmu": mu / len(mu), "dlogvar": 0.5 * (np.exp(logvar) - 1) / len(mu)}


def tied(x, W, b, c):
    return np.tanh(x @ W + b) @ W.T + c


def tied_backward(do, x, W, b):
    h = np.tanh(x @ W + b)
    da = do @ W * (1 - h**2)
    return da @ W.T, x.T @ da + do.T @ h, da.sum(axis=0), do.sum(axis=0)


def tied_inputs(rng, m=7, n=5, h=3):
    return {**affine_inputs(rng, m, n, h), "c": rng.normal(size=n)}


class ToyParameters(dict):
    """Names to views into one vector, as the models of the package have them."""

    def __init__(self, shapes, theta):
        self.shapes, self.theta = shapes, theta
        start = 0
        for name, shape in shapes.items():
            size = int(np.prod(shape))
            self[name] = theta[start:start + size].reshape(shape)
            start += size

    def astype(self, dtype):
        return ToyParameters(self.shapes, self.theta.astype(dtype))

    def __deepcopy__(self, memo):
        return self.astype(self.theta.dtype)


class ToyModel:
    """A denoising autoencoder with one hidden layer, ReLU or sigmoid; `bug` spoils its gradients."""

    def __init__(self, n=5, h=3, activation="sigmoid", dtype=np.float64, biases=True, bug=None, seed=0):
        rng = np.random.default_rng(seed)
        shapes = {"W": (n, h), "b": (h,), "V": (h, n), "c": (n,)}
        self.params = ToyParameters(shapes, rng.normal(size=2 * n * h + n + h).astype(dtype))
        if not biases:
            self.params["b"][...] = self.params["c"][...] = 0
        self.activation, self.bug, self.calls = activation, bug, 0

    def draw_noise(self, X, rng):
        return {"mask": (rng.random(X.shape) < 0.7).astype(self.params.theta.dtype)}

    def loss_and_gradients(self, X, rng=None, *, noise=None):
        p, self.calls = self.params, self.calls + 1
        noise = self.draw_noise(X, rng) if noise is None else noise
        X = np.asarray(X, dtype=p.theta.real.dtype)
        x = X * noise["mask"]
        a = x @ p["W"] + p["b"]
        y = relu(a) if self.activation == "relu" else sigmoid(a)
        do = y @ p["V"] + p["c"] - X
        loss = 0.5 * np.sum(do**2) / len(X)
        do = do / len(X)
        da = do @ p["V"].T * ((y.real > 0) if self.activation == "relu" else y * (1 - y))
        grads = {"W": x.T @ da, "b": da.sum(axis=0), "V": y.T @ do, "c": do.sum(axis=0)}
        if self.bug:
            self.bug(self, X, grads)
        return {"loss": loss, "reconstruction": loss}, grads
