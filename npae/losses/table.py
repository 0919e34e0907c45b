"""The reconstruction losses by name, each with what a model needs to know of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from ..workspace import BLOCK, row_blocks
from .absolute_error import absolute_error, absolute_error_backward, absolute_error_entries
from .bernoulli_nll import bernoulli_nll, bernoulli_nll_and_gradient, bernoulli_nll_backward, bernoulli_nll_entries
from .squared_error import squared_error, squared_error_and_gradient, squared_error_backward, squared_error_entries
from .weight import Weight


class Loss(NamedTuple):
    """A scalar batch loss of the network's output o against the target x."""

    name: str
    value: Callable[..., np.floating]           # (o, x, weight=None) -> L
    backward: Callable[..., np.ndarray]         # (o, x, weight=None) -> do
    entries: Callable[..., np.ndarray]          # (o, x) -> l (m, n), what is summed
    link: str                                   # the activation that turns the output into a reconstruction
    on_logits: bool                             # the link is inside the loss and stays out of the network
    together: Callable[..., Any] | None = None  # (o, x, weight) -> L, do, where the two have work in common

    def __repr__(self) -> str:
        return f"Loss({self.name!r})"

    def value_and_gradient(self, o: np.ndarray, x: np.ndarray, weight: Weight = None, out: np.ndarray | None = None):
        """Return L and do (m, n), which is written into `out` where that is given and o is larger than a block."""
        together = self.together or self._one_after_the_other
        return loss_in_blocks(together, o, x, 1 / len(o) if weight is None else weight, out)

    def _one_after_the_other(self, o: np.ndarray, x: np.ndarray, weight: Weight):
        return self.value(o, x, weight), self.backward(o, x, weight)


def loss_in_blocks(together: Callable[..., Any], o: np.ndarray, x: np.ndarray, weight: Any, out: np.ndarray | None):
    """Return L and do of together(o, x, weight), which is a sum over rows, a few rows at a time (see workspace.py)."""
    if o.size <= BLOCK or not o.flags.c_contiguous:
        return together(o, x, weight)
    L, do = 0, np.empty_like(o) if out is None else out
    one_each = np.ndim(weight) == 2 and len(weight) == len(o)
    for rows in row_blocks(o.shape):
        part, do[rows] = together(o[rows], x[rows], weight[rows] if one_each else weight)
        L = L + part
    return L, do


LOSSES: dict[str, Loss] = {
    "mse": Loss("mse", squared_error, squared_error_backward, squared_error_entries, "identity", False,
                squared_error_and_gradient),
    "mae": Loss("mae", absolute_error, absolute_error_backward, absolute_error_entries, "identity", False),
    "bce": Loss("bce", bernoulli_nll, bernoulli_nll_backward, bernoulli_nll_entries, "sigmoid", True,
                bernoulli_nll_and_gradient),
}
