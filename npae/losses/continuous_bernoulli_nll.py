r"""Continuous Bernoulli negative log-likelihood on logits: a proper density for gray values in [0, 1], nats per example.

Key: m examples, n features. o logits (m, n), x target in [0, 1] (m, n), w weight (1/m unless given), L scalar.

The Bernoulli expression p^x (1 - p)^(1 - x) does not integrate to one over gray x. Dividing by its integral gives a
density (Loaiza-Ganem and Cunningham 2019). In logits, with p = sigmoid(o), the integral is (2p - 1)/o = tanh(o/2)/o, so
its logarithm is subtracted from the Bernoulli log-likelihood.

Forward
    l = np.log(1 + np.exp(o)) - x * o + np.log(np.tanh(o / 2) / o)    (1)
    L = np.sum(w * l)                                   (2)

Backward. d log(tanh(o/2)/o)/do = 1/sinh(o) - 1/o; together with sigmoid(o) this is the density's mean
    e = 1 / (1 - np.exp(-o)) - 1 / o                    (3)
    do = w * (e - x)                                    (4)
prediction minus target once more, but the prediction is e, not p.

Around o = 0 both (1) and (3) are 0/0 or differences of large numbers; there the series in o are used, log(1/2) - o^2/12 +
7 o^4/1440 - 31 o^6/90720 + 127 o^8/4838400 and 1/2 + o/12 - o^3/720 + o^5/30240 - o^7/1209600.
Source: the remedy for erratum E003-13 (at p = 0.3 the Bernoulli expression integrates to 0.472).
"""

from __future__ import annotations

import math

import numpy as np

from ..layers.sigmoid import sigmoid
from ..layers.softplus import softplus
from .weight import Weight

LOG_2 = math.log(2)
SMALL = 0.1     # below this logit the series are exact to rounding


def _split(o: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return which logits are near 0, those (0 elsewhere) for the series, and the others (1 elsewhere) for the closed form."""
    near = (o.real > -SMALL) & (o.real < SMALL)
    return near, np.where(near, o, o.dtype.type(0)), np.where(near, o.dtype.type(1), o)


def _log_integral(o: np.ndarray) -> np.ndarray:
    near, small, far = _split(o)
    t = small * small                                   # the series by Horner's rule: powers are slow
    series = -LOG_2 - t * (1 / 12 - t * (7 / 1440 - t * (31 / 90720 - t * (127 / 4838400))))
    return np.where(near, series, np.log(np.tanh(far / 2) / far))


def continuous_bernoulli_mean(o: np.ndarray) -> np.ndarray:
    """Return e (m, n), the mean of the density with logits o."""
    near, small, far = _split(o)
    t = small * small
    series = 0.5 + small * (1 / 12 - t * (1 / 720 - t * (1 / 30240 - t * (1 / 1209600))))
    inverse_sinh = 2 * sigmoid(far) * sigmoid(-far) / (sigmoid(far) - sigmoid(-far))     # 1/sinh(o), without overflow
    return np.where(near, series, sigmoid(far) + inverse_sinh - 1 / far)    # (3)


def continuous_bernoulli_nll_entries(o: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Return l (m, n), the negative log-density of each entry, from logits o."""
    return softplus(o) - x * o + _log_integral(o)       # (1)


def continuous_bernoulli_nll(o: np.ndarray, x: np.ndarray, weight: Weight = None) -> np.floating:
    """Return L for logits o and targets x in [0, 1], both (m, n); weight broadcasts over (m, n)."""
    w = 1 / len(o) if weight is None else weight
    return np.sum(w * continuous_bernoulli_nll_entries(o, x))    # (2)


def continuous_bernoulli_nll_backward(o: np.ndarray, x: np.ndarray, weight: Weight = None) -> np.ndarray:
    """Return do (m, n), the gradient of continuous_bernoulli_nll(o, x, weight) in the logits o."""
    w = 1 / len(o) if weight is None else weight
    return w * (continuous_bernoulli_mean(o) - x)       # (4)
