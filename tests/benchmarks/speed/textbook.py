"""Configuration (a) as a first draft writes it, and what each change is worth: float64 and `np.logaddexp` to begin with.

Each variant keeps the changes of the ones before it. The last of them is what npae's loop does besides.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from npae.optimizers import Adam

from .configurations import Configuration
from .contender import LEARNING_RATE, Contender, initial_parameters, layer_names


def make(level: int) -> Contender:
    """Return the contender that has the changes up to this one: contenders.VARIANTS has their names."""
    def contender(configuration: Configuration) -> Callable[[], float]:
        dtype = "float64" if level == 0 else "float32"
        X, params = configuration.data(dtype), initial_parameters(configuration, dtype)
        names = layer_names(configuration, "encoder") + layer_names(configuration, "decoder")
        update = _adam_on_one_vector(params) if level >= 4 else _adam_by_name(params)
        rng = np.random.default_rng(0)

        def epoch() -> float:
            total, order = 0.0, rng.permutation(len(X))
            for start in range(0, len(X), configuration.batch):
                x = X[order[start:start + configuration.batch]]
                L, grads = _loss_and_gradients(params, names, x, level)
                update(grads)
                total += float(L) * len(x)
            return total / len(X)

        return epoch

    return contender


def _loss_and_gradients(params, names, x, level):
    trace, h = [], x
    for name in names:
        a = h @ params[f"{name}.W"] + params[f"{name}.b"]
        y = a if name == names[-1] else np.maximum(a, 0)
        trace.append((name, h, y))
        h = y
    m, o = len(x), h
    if level < 3:
        L = np.sum(np.logaddexp(0, o) - x * o) / m
        dy = (np.exp(-np.logaddexp(0, -o)) - x) / m
    else:
        s = np.maximum(o, 0) + np.log1p(np.exp(-np.abs(o)))
        L, dy = np.sum(s - x * o) / m, (np.exp(o - s) - x) / m
    grads = {}
    for name, h, y in reversed(trace):
        da = dy if name == names[-1] else dy * (y > 0)
        grads[f"{name}.W"], grads[f"{name}.b"] = h.T @ da, da.sum(axis=0)
        if level < 2 or name != names[0]:
            dy = da @ params[f"{name}.W"].T
    return L, grads


def _adam_by_name(params):
    m = {name: np.zeros_like(array) for name, array in params.items()}
    v = {name: np.zeros_like(array) for name, array in params.items()}
    t = 0

    def update(grads):
        nonlocal t
        t += 1
        for name, g in grads.items():
            m[name] = 0.9 * m[name] + 0.1 * g
            v[name] = 0.999 * v[name] + 0.001 * g ** 2
            m_hat, v_hat = m[name] / (1 - 0.9 ** t), v[name] / (1 - 0.999 ** t)
            params[name] = params[name] - LEARNING_RATE * m_hat / (np.sqrt(v_hat) + 1e-8)

    return update


def _adam_on_one_vector(params):
    optimizer = Adam()
    optimizer.start(params.theta)

    def update(grads):
        collected = params.gradients()
        for name, g in grads.items():
            collected.add(name, g)
        optimizer.step(params.theta, collected.theta, LEARNING_RATE)

    return update
