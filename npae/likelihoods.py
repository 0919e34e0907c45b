"""The decoder's likelihoods by name: p(x|z) as a loss of the decoder's output o, with its constants.

`logvar` is the log-variance of the likelihoods that have a scale, and is ignored by the others.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from . import losses
from .distributions import Bernoulli, ContinuousBernoulli, Distribution, Gaussian, Laplace
from .losses.table import loss_in_blocks

Array = np.ndarray


class Likelihood(NamedTuple):
    """-log p(x|z) as a function of o (p, n), x (p, n), logvar, and a weight for every row."""

    name: str
    entries: Callable[[Array, Array, Any], Array]                   # (o, x, logvar) -> (p, n)
    value: Callable[[Array, Array, Any, Any], Any]                  # (o, x, logvar, weight) -> scalar
    backward: Callable[[Array, Array, Any, Any], tuple[Array, Any]]  # ... -> do, dlogvar (None without a scale)
    distribution: Callable[[Array, Any], Distribution]              # (o, logvar)
    has_scale: bool
    unit_interval: bool                                             # its support is [0, 1]
    together: Callable[..., Any] | None = None                      # (o, x, weight) -> L, do, where they have work in common

    def value_and_gradient(self, o: Array, x: Array, logvar: Any, weight: Array, out: Array | None = None):
        """Return L, do and dlogvar (None without a scale); a large do is written into `out` where that is given."""
        if self.together is None:
            return self.value(o, x, logvar, weight), *self.backward(o, x, logvar, weight)
        return *loss_in_blocks(self.together, o, x, weight, out), None


def _with_scale(name: str, distribution: Callable[[Array, Any], Distribution]) -> Likelihood:
    entries, value, backward = (getattr(losses, f"{name}_nll{suffix}") for suffix in ("_entries", "", "_backward"))
    return Likelihood(name, entries, value, backward, distribution, True, False)


def _on_logits(name: str, distribution: Callable[[Array], Distribution]) -> Likelihood:
    entries, value, backward = (getattr(losses, f"{name}_nll{suffix}") for suffix in ("_entries", "", "_backward"))
    return Likelihood(name, lambda o, x, logvar: entries(o, x), lambda o, x, logvar, w: value(o, x, w),
                      lambda o, x, logvar, w: (backward(o, x, w), None), lambda o, logvar: distribution(o), False, True,
                      getattr(losses, f"{name}_nll_and_gradient", None))


LIKELIHOODS: dict[str, Likelihood] = {
    "gaussian": _with_scale("gaussian", Gaussian),
    "laplace": _with_scale("laplace", Laplace),
    "bernoulli": _on_logits("bernoulli", Bernoulli),
    "continuous_bernoulli": _on_logits("continuous_bernoulli", ContinuousBernoulli),
}
