r"""The Taylor remainder: a check that needs no step size, only a slope to look at.

Key: L(x) = sum(u * f(x)), g the gradient that backward returned, v a random direction of length 1, t a step.

    R(t) = |L(x + t v) - L(x) - t sum(g * v)|
If g is the gradient, the first-order part is gone and R falls like t^2: slope 2 in a log-log plot. If it is not, the
error t |sum((r - g) * v)| remains and R falls like t only: slope 1. Below about eps |L| rounding is all there is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from .lines import EPS
from .trial import global_randomness_restored, stream


class Remainders:
    """R(t) of the checked gradients; measured when asked for, on copies, like everything else."""

    def __init__(self, subject: Any, upstream: np.ndarray | None, gradients: Mapping[str, np.ndarray], seed: int):
        self.subject, self.upstream, self.gradients, self.seed = subject, upstream, gradients, seed

    @property
    def rounding(self) -> float:
        """eps |u| |f|, what float64 loses in L: smaller remainders say nothing."""
        y = np.asarray(self.subject.trial().forward())
        return EPS * float(np.sum(np.abs(y if self.upstream is None else self.upstream * y)))

    def __call__(self, name: str, t: np.ndarray) -> np.ndarray:
        """Return R at the steps t, for the gradient of one tensor."""
        g = self.gradients[name]
        v = stream(self.seed, f"taylor {name}").standard_normal(g.shape)
        v /= np.sqrt(np.sum(v * v))
        x = np.array(self.subject.trial().arrays[name], dtype=np.float64)
        with global_randomness_restored(), np.errstate(all="ignore"):
            centre = np.asarray(self.subject.trial().forward())
            moved = [np.asarray(self.subject.trial({name: x + step * v}).forward()) - centre for step in t]
        u = np.ones(centre.shape) if self.upstream is None else self.upstream
        return np.abs([float(np.sum(u * change)) - step * float(np.sum(g * v)) for change, step in zip(moved, t)])
