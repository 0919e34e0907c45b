"""The floor: the matrix products of a step and nothing else, on arrays that are there already."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .configurations import Configuration
from .contender import Contender


def make() -> Contender:
    """Return the contender."""
    return products


def products(configuration: Configuration) -> Callable[[], float]:
    """Return an epoch of products: x W forward, then dy W^T and x^T dy backward, layer by layer."""
    rng, m = np.random.default_rng(0), configuration.batch

    def draw(*shape: int) -> np.ndarray:
        return rng.standard_normal(shape).astype(np.float32)

    layers = [(draw(m, n), draw(n, h), draw(m, h), np.empty((m, h), np.float32), np.empty((n, h), np.float32),
               np.empty((m, n), np.float32) if need_dx else None) for n, h, need_dx in configuration.products()]

    def epoch() -> float:
        for _ in range(configuration.steps):
            for x, W, _, y, _, _ in layers:
                np.dot(x, W, out=y)
            for x, W, dy, _, dW, dx in reversed(layers):
                np.dot(x.T, dy, out=dW)
                if dx is not None:
                    np.dot(dy, W.T, out=dx)
        return 0.0

    return epoch
