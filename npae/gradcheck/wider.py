"""A model of the same kind with other widths, so that a factor 5 shows whether it is the width of something.

Every width grows by another number, so that two that are equal here by accident are told apart. What may be added to the
data depends on what they are:

    columns of numbers      one more
    square images           (a model with channels) rows and columns, as many as the strides need to divide the side again
    codes                   (a model with n_given) one more slot; there is no code layer to widen
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any

import numpy as np

WIDTHS = ("latent_dim", "hidden_dims", "channels", "top_channels", "n_codes", "n_codes_top", "n_codes_bottom", "n_slots",
          "n_samples", "n_probes")


def wider(hyperparameters: Mapping[str, Any], X: np.ndarray) -> tuple[dict[str, Any], np.ndarray]:
    """Return the hyperparameters of a wider model, and data (m, more than n) for it, made from X (m, n)."""
    steps = count(2)                                    # the data grow by 1
    larger = {name: _grown(value, steps) if name in WIDTHS else value for name, value in hyperparameters.items()}
    if hyperparameters.get("channels"):
        if "n_slots" in larger:
            larger["n_slots"] = None                    # whatever the strides leave
        depth = len(hyperparameters["channels"]) + len(hyperparameters.get("top_channels", ()))
        return {**larger, "image_shape": None}, _larger_images(X, hyperparameters["stride"] ** depth)
    if "n_given" in hyperparameters:
        larger["latent_dim"] = hyperparameters["latent_dim"]
        if np.ndim(hyperparameters["n_codes"]):
            larger["n_codes"] = (*larger["n_codes"], larger["n_codes"][0])
    return larger, np.concatenate([X, X[:, :1]], axis=1)


def _grown(width: Any, steps: Iterator[int]) -> Any:
    """Return a number plus the next step, or a sequence of numbers each plus a step of its own; None stays."""
    if width is None:
        return None
    return width + next(steps) if np.ndim(width) == 0 else tuple(each + next(steps) for each in width)


def _larger_images(X: np.ndarray, more: int) -> np.ndarray:
    """Return square images (m, n), `more` rows and columns larger; the new ones repeat the first."""
    side = math.isqrt(X.shape[1])
    return np.pad(X.reshape(-1, side, side), ((0, 0), (0, more), (0, more)), "wrap").reshape(len(X), -1)
