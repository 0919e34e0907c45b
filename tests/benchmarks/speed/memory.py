"""What training needs of memory beyond its data, and what the exact contractive penalty adds to a step (tracemalloc)."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from .configurations import CONFIGURATIONS


class Memory(NamedTuple):
    """Bytes."""

    peak: int
    parameters: int             # the vector theta
    batch_of_activations: int   # one number for every unit, input included, and example


def peak(call: Callable[[], object]) -> int:
    """Return the most that was allocated at once during a call."""
    gc.collect()
    tracemalloc.start()
    call()
    found = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return found


def training_on_bytes(name: str, rows: int = 60_000) -> Memory:
    """Return what `fit` needs for one epoch over as many bytes as MNIST has."""
    configuration = CONFIGURATIONS[name]
    X = 255 * np.random.default_rng(0).integers(0, 2, (rows, configuration.widths[0]), dtype=np.uint8)
    model = configuration.model().set_params(epochs=1, learning_rate=1e-4)
    model.fit(X[:2 * configuration.batch])
    units = configuration.widths[0] + sum(h for _, h, _ in configuration.products())
    return Memory(peak(lambda: model.fit(X)), model.theta.nbytes, 4 * units * configuration.batch)


def step(name: str) -> int:
    """Return what loss and gradients of one batch allocate, in the steady state of training."""
    configuration = CONFIGURATIONS[name]
    x = configuration.data()[:configuration.batch]
    model = configuration.model().initialize(x.shape[1])
    params = model.params.with_workspace()
    model._loss_and_gradients(params, x, {})
    return peak(lambda: model._loss_and_gradients(params, x, {}))
