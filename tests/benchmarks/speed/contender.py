"""What every contender offers: `epoch()`, one pass of whole steps over the data (gather, forward, loss, backward, update).

Peers start from the parameters of npae's own initialization, under the same names, and write the same loss: a test compares
values and gradients in float64. Dropping in another library's layers would compare other models.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from .configurations import Configuration

LEARNING_RATE = 1e-3


def initial_parameters(configuration: Configuration, dtype: str = "float32") -> Mapping[str, np.ndarray]:
    """Return the parameters that all contenders start from, by npae's names."""
    model = configuration.model()
    model.set_params(dtype=dtype)
    return model.initialize(configuration.widths[0]).params


def layer_names(configuration: Configuration, part: str) -> list[str]:
    """Return the names of the layers of "encoder" or "decoder" in order, without the two heads of a variational encoder."""
    depth = (len(configuration.widths) - 1) // 2
    return [f"{part}.{i}" for i in range(depth - (configuration.kind == "vae" and part == "encoder"))]


class Missing(Exception):
    """The library of a contender is not installed, or has nothing to offer for this configuration."""


Contender = Callable[[Configuration], Callable[[], float]]
