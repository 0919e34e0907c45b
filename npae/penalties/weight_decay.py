r"""Weight decay: what large weights cost. L2 shrinks them, L1 makes some of them exactly zero.

Key: W any array of parameters (a weight matrix or a bias), P scalar. The factor lambda stands outside.

L2, without the 1/2 that other texts put in front, and its gradient:
    P = np.sum(W ** 2)                                  (1)
    dW = 2 * W                                          (2)

L1, with s the sign of the weight (taken from the real part, so that a complex step passes through) and 0 at the corner:
    s = np.sign(W.real)                                 (3)
    P = np.sum(s * W)                                   (4)
    dW = s                                              (5)

Two readings. The third source sums over weights *and* biases; usual practice leaves the biases out, because a bias
shifts and does not amplify. `biases` says which.

Not divided by m: the penalty is a property of the parameters, not of the examples. Under MAP it is minus the log-prior of
the weights, and since the loss is a mean over m examples, the prior counts 1/m: N(0, v) on each weight is lambda = 1 / (2 v m)
where the loss is a negative log-likelihood (twice that for our squared error, which has no 1/2). A fixed prior means a
lambda that falls like 1/m.
What it does not do: make the *codes* sparse (erratum E003-07). L2 on both factors of a linear autoencoder lowers its
rank; L1 sparsifies weights.
Source: 003 section III, both equations (bracket and order of the first: erratum E003-05).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..validation import check_choice, check_flag, check_weight
from .base import Penalty


def l2_decay(W: np.ndarray) -> np.floating:
    """Return the sum of squares of W."""
    return np.sum(W ** 2)                               # (1)


def l2_decay_backward(W: np.ndarray) -> np.ndarray:
    """Return dW, the gradient of l2_decay(W)."""
    return 2 * W                                        # (2)


def _sign(W: np.ndarray) -> np.ndarray:
    return np.sign(W.real)                              # (3)


def l1_decay(W: np.ndarray) -> np.floating:
    """Return the sum of absolute values of W."""
    return np.sum(_sign(W) * W)                         # (4)


def l1_decay_backward(W: np.ndarray) -> np.ndarray:
    """Return dW, the (sub)gradient of l1_decay(W)."""
    return _sign(W)                                     # (5)


@dataclass(frozen=True)
class WeightDecay(Penalty):
    """weight * sum of squares ("l2") or absolute values ("l1") of all weights, and of the biases where asked for."""

    weight: float = 1e-4
    kind: str = "l2"
    biases: bool = False
    name = "weight_decay"

    def validate(self) -> None:
        """Raise unless the hyperparameters make sense."""
        check_weight(self.weight, "weight_decay")
        check_choice(self.kind, "decay_kind", ("l2", "l1"))
        check_flag(self.biases, "decay_biases")

    def __call__(self, params: Mapping[str, np.ndarray], trace: Any = None, given: Any = None):
        """Return the penalty and its gradients by parameter name."""
        pair = (l2_decay, l2_decay_backward) if self.kind == "l2" else (l1_decay, l1_decay_backward)
        kinds = (".W", ".b") if self.biases else (".W",)        # a codebook or a log-variance is neither
        decayed = {name: array for name, array in params.items() if name.endswith(kinds)}
        weight = float(self.weight)         # with an int, NumPy 1 makes float64 of float32
        value = weight * sum(pair[0](array) for array in decayed.values())
        return value, {name: weight * pair[1](array) for name, array in decayed.items()}
