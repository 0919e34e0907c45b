"""The reconstruction losses by name, each with what a model needs to know of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from .absolute_error import absolute_error, absolute_error_backward, absolute_error_entries
from .bernoulli_nll import bernoulli_nll, bernoulli_nll_backward, bernoulli_nll_entries
from .squared_error import squared_error, squared_error_backward, squared_error_entries


class Loss(NamedTuple):
    """A scalar batch loss of the network's output o against the target x."""

    name: str
    value: Callable[..., np.floating]           # (o, x, weight=None) -> L
    backward: Callable[..., np.ndarray]         # (o, x, weight=None) -> do
    entries: Callable[..., np.ndarray]          # (o, x) -> l (m, n), what is summed
    link: str                                   # the activation that turns the output into a reconstruction
    on_logits: bool                             # the link is inside the loss and stays out of the network


LOSSES: dict[str, Loss] = {
    "mse": Loss("mse", squared_error, squared_error_backward, squared_error_entries, "identity", False),
    "mae": Loss("mae", absolute_error, absolute_error_backward, absolute_error_entries, "identity", False),
    "bce": Loss("bce", bernoulli_nll, bernoulli_nll_backward, bernoulli_nll_entries, "sigmoid", True),
}
