r"""KL sparsity: every unit shall be active with the same small mean rho over the examples.

Key: m examples, k code units with outputs in (0, 1). y outputs (m, k), rho target, r = rho-hat observed means (k,), w
weight (1/m unless given), P scalar in nats. The factor beta stands outside.

Forward: the divergence of Bernoulli(r_j) from Bernoulli(rho), summed over the units.
    r = np.sum(w * y, axis=0)                           (1)
    P = np.sum(rho * np.log(rho / r) + (1 - rho) * np.log((1 - rho) / (1 - r)))    (2)

Backward. dP/dr_j = -rho/r_j + (1 - rho)/(1 - r_j), and every example has its share w of the mean:
    dr = (r - rho) / (r * (1 - r))                      (3)
    dy = w * dr                                         (4)
the same for every example: the penalty couples the batch through (1). That is why the 1/m is in (1) and (4) and not in
front of (2): repeating every row changes neither P nor the gradient of a weight.

Running average. With a small batch r is noisy and P, convex in r, is biased upwards by about Var(y) / (2 B) P'' (for 0/1
units 1/(2B): 0.016 per unit at B = 32, fact E002-13). Mixing in the past, r = gamma r_old + (1 - gamma) (batch mean)
with r_old held constant, averages over about 1/(1 - gamma) batches. The gradient of that carries an extra factor
(1 - gamma): raise beta by 1/(1 - gamma) to keep its strength. The price is a bias towards what the units did before.

Units with other ranges are mapped to (0, 1) first: tanh units by (1 + y)/2, whose slope 1/2 multiplies (4).

Saturated units. A mean in (0, 1) is rounded to 0 or 1 where all units are saturated, and (2) and (3) would be infinite. They
are taken a little inside, where (3) leaves room for weights: P is large and finite then (in float32 3.4 at 0 and 15 at 1 for
rho = 0.05; the true value lies above), and the slope 0 of such units makes their gradient exactly 0, where 0 * inf is NaN.

Failure mode: a unit stuck at rho pays nothing and tells nothing (erratum E002-03). Watch the lifetime sparseness.
Source: 002 section "sparse", third and fourth equations (brackets: E002-04); 004 (L(x, x): E004-04); CS294A notes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..losses.weight import Weight
from ..validation import check_real
from .activation_penalty import ActivationPenalty

ROUNDING = 1e-3     # a mean of numbers in [0, 1] may lie outside by rounding, and never by as much


def mean_activation(y: np.ndarray, weight: Weight = None) -> np.ndarray:
    """Return r (k,), the mean output of each unit."""
    if weight is None:
        return np.full(len(y), 1 / len(y), y.real.dtype) @ y    # (1), as a product: faster than a reduction of narrow rows
    return np.sum(weight * y, axis=0)                   # (1)


def bernoulli_kl(r: np.ndarray, rho: float) -> np.floating:
    """Return the sum over units of KL(Bernoulli(rho) || Bernoulli(r)), nats, for r (k,) in (0, 1)."""
    r = _inside(r)
    return np.sum(rho * np.log(rho / r) + (1 - rho) * np.log((1 - rho) / (1 - r)))    # (2)


def bernoulli_kl_backward(r: np.ndarray, rho: float) -> np.ndarray:
    """Return dr (k,), the gradient of bernoulli_kl(r, rho)."""
    return (r - rho) / (_inside(r) * (1 - _inside(r)))  # (3)


def _inside(r: np.ndarray) -> np.ndarray:
    """Return r, and just inside of (0, 1) where the mean of saturated units was rounded to an end or past it."""
    dtype = np.finfo(r.real.dtype)
    rounded = (r.real > -ROUNDING) & (r.real < 1 + ROUNDING)
    return np.where(rounded, np.clip(r, dtype.tiny / dtype.eps, 1 - dtype.eps), r)


def kl_sparsity(y: np.ndarray, rho: float, weight: Weight = None) -> np.floating:
    """Return P for outputs y (m, k) in (0, 1) and the target rho in (0, 1); weight broadcasts over (m, k)."""
    return bernoulli_kl(mean_activation(y, weight), rho)


def kl_sparsity_backward(y: np.ndarray, rho: float, weight: Weight = None) -> np.ndarray:
    """Return dy (m, k), the gradient of kl_sparsity(y, rho, weight)."""
    w = 1 / len(y) if weight is None else weight
    dr = bernoulli_kl_backward(mean_activation(y, weight), rho)    # (3)
    return np.broadcast_to(w * dr, y.shape).copy()      # (4)


@dataclass(frozen=True)
class KLSparsity(ActivationPenalty):
    """weight * KL sparsity of a layer of sigmoid or tanh units.

    momentum: gamma of the running average of the mean activations, None for the batch mean alone.
    """

    weight: float = 1.0
    rho: float = 0.05
    layer: int | None = None
    momentum: float | None = None
    name = "kl_sparsity"

    def validate(self) -> None:
        """Raise unless the hyperparameters make sense."""
        super().validate()
        check_real(self.rho, "rho", 0, 1, open_low=True, open_high=True)
        if self.momentum is not None:
            check_real(self.momentum, "rho_momentum", 0, 1, open_high=True)

    def check_layers(self, encoder: Sequence[Any], decoder: Sequence[Any]) -> None:
        """Raise unless the units of the layer have a bounded range that can be mapped to (0, 1)."""
        super().check_layers(encoder, decoder)
        activation = encoder[-1 if self.layer is None else self.layer].activation
        if not np.isfinite(activation.high - activation.low):
            raise ValueError(f"KL sparsity needs units with outputs in (0, 1), or tanh units, got {activation.name!r}: "
                             f"use 'sigmoid' or 'tanh'")

    def __call__(self, params: Mapping[str, np.ndarray], trace: Sequence[Any], given: np.ndarray | None = None):
        """Return the penalty and its gradient at the node "encoder.<layer>.y"; given is the running average r_old."""
        step = self._step(trace)
        y, slope = _to_unit_interval(step)
        r, share = mean_activation(y), 1.0
        if self.momentum is not None and given is not None:
            share = 1 - self.momentum
            r = self.momentum * given + share * r
        dy = share * slope / len(y) * bernoulli_kl_backward(r, self.rho)
        weight = float(self.weight)         # with an int, NumPy 1 makes float64 of float32
        return weight * bernoulli_kl(r, self.rho), {f"{step.name}.y": np.broadcast_to(weight * dy, y.shape)}

    @property
    def has_state(self) -> bool:    # type: ignore[override]
        """Whether a running average is kept."""
        return self.momentum is not None

    def new_state(self, trace: Sequence[Any], state: np.ndarray | None) -> np.ndarray:
        """Return the running average after one more batch; the first batch starts it."""
        assert self.momentum is not None
        r = mean_activation(_to_unit_interval(self._step(trace))[0])
        return r if state is None else (self.momentum * state + (1 - self.momentum) * r).astype(r.dtype)


def _to_unit_interval(step: Any) -> tuple[np.ndarray, float]:
    """Return the outputs mapped linearly from the activation's range to (0, 1), and the slope of the map."""
    low, high = step.layer.activation.low, step.layer.activation.high
    slope = 1 / (high - low)
    return (step.y, 1.0) if (low, high) == (0, 1) else ((step.y - low) * slope, slope)
