r"""Bernoulli negative log-likelihood on logits (binary cross-entropy), nats per example.

Key: m examples, n features. o logits (m, n): the network's output *before* the sigmoid; x target in [0, 1] (m, n),
w weight (1/m unless given), L scalar.

Forward. With p = sigmoid(o), log p = -softplus(-o) and log(1 - p) = -softplus(o), and softplus(-o) = softplus(o) - o:
-x log p - (1 - x) log(1 - p) = softplus(o) - x o.
    l = np.log(1 + np.exp(o)) - x * o                   (1)
    L = np.sum(w * l)                                   (2)

Backward: the derivative of softplus is the sigmoid, hence the well-known difference of prediction and target,
    do = w * (1 / (1 + np.exp(-o)) - x)                 (3)
with no factor p (1 - p): that is why it learns where squared error after a sigmoid stands still (fact E003-19).

Both at once. With s = softplus(o) at hand, log p = o - s, and the sigmoid costs one exponential more:
    l = s - x o,    do = w (exp(o - s) - x)

Gray targets. For x strictly between 0 and 1 the minimum is still at p = x, but it is not 0: it is the entropy of x,
    H = -x * np.log(x) - (1 - x) * np.log(1 - x)        (4)
nats per entry, the same for every model (erratum E003-13). What a model can be blamed for is the excess L - sum(w H) =
KL(x || p) >= 0. And for gray x it is no log-density at all: its exponential does not integrate to 1 over x.

Failure mode: from probabilities, log(0) at a saturated sigmoid; clipping at epsilon hides that and zeroes the gradient.
Source: 003 section VI, cross-entropy equations 1-5 (sign of the prose: erratum E003-16).
"""

from __future__ import annotations

import numpy as np

from ..layers.relu import relu
from ..layers.sigmoid import sigmoid
from ..layers.softplus import softplus
from ..rows import Rows
from ..workspace import row_blocks
from .weight import Weight, weighted_sum


def bernoulli_nll_entries(o: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Return l (m, n), the negative log-likelihood of each entry, from logits o."""
    return softplus(o) - x * o                          # (1)


def bernoulli_nll(o: np.ndarray, x: np.ndarray, weight: Weight = None) -> np.floating:
    """Return L for logits o and targets x in [0, 1], both (m, n); weight broadcasts over (m, n)."""
    w = 1 / len(o) if weight is None else weight
    return np.sum(w * bernoulli_nll_entries(o, x))      # (2)


def bernoulli_nll_backward(o: np.ndarray, x: np.ndarray, weight: Weight = None) -> np.ndarray:
    """Return do (m, n), the gradient of bernoulli_nll(o, x, weight) in the logits o."""
    w = 1 / len(o) if weight is None else weight
    return w * (sigmoid(o) - x)                         # (3)


def bernoulli_nll_and_gradient(o: np.ndarray, x: np.ndarray, weight: Weight = None):
    """Return L and do, what bernoulli_nll and bernoulli_nll_backward return, with as few arrays as it takes."""
    w = 1 / len(o) if weight is None else weight
    p = relu(o)
    s = o - p
    s -= p                                              # -|o|
    np.exp(s, out=s)
    np.log1p(s, out=s)
    s += p                                              # softplus(o)
    do = o - s
    np.exp(do, out=do)
    do -= x
    do *= w
    s -= x * o
    return weighted_sum(w, s), do


def bernoulli_entropy(x: np.ndarray) -> np.ndarray:
    """Return H (m, n), the entropy in nats of each target in [0, 1]: the floor below which no prediction can go."""
    gray = (x > 0) & (x < 1)
    inside = np.where(gray, x, 0.5)     # 0 log 0 = 0, without asking for log 0
    return np.where(gray, -inside * np.log(inside) - (1 - inside) * np.log(1 - inside), 0)    # (4)


def mean_bernoulli_entropy(x: Rows) -> float:
    """Return the entropy of the targets x (m, n), summed over features and averaged over examples, nats per example."""
    return sum(float(bernoulli_entropy(x[rows]).sum(dtype=np.float64)) for rows in row_blocks(x.shape)) / len(x)
