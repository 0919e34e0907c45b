r"""Softmax cross-entropy on logits: the negative log-likelihood of a class, nats per example.

Key: m examples, c classes. o logits (m, c), t target (m, c), one row of probabilities for every example, one-hot for known
labels; w weight (1/m unless given; as (m, 1)), L scalar.

Forward. log softmax(o)_j = o_j - log sum exp(o). Subtracting the largest logit of a row changes nothing and keeps every
exponential at most 1:
    p = np.exp(o - o.max(axis=1, keepdims=True)) / np.sum(np.exp(o - o.max(axis=1, keepdims=True)), axis=1, keepdims=True)    (1)
    L = np.sum(w * -t * np.log(p))                      (2)

Backward: d log sum exp(o)/do_j = p_j, and the row of t sums to one.
    do = w * (p - t)                                    (3)

Failure mode: the softmax first and the logarithm after it: log 0 as soon as one logit leads by 746.
Source: 003 abstract and 000 [7] name the classifier on the codes; not derived there.
"""

from __future__ import annotations

import numpy as np

from .weight import Weight


def _shifted(o: np.ndarray) -> np.ndarray:
    return o - o.real.max(axis=1, keepdims=True)


def softmax(o: np.ndarray) -> np.ndarray:
    """Return p (m, c), the probabilities that the logits o (m, c) stand for; rows sum to one."""
    e = np.exp(_shifted(o))
    return e / e.sum(axis=1, keepdims=True)             # (1)


def softmax_nll(o: np.ndarray, t: np.ndarray, weight: Weight = None) -> np.floating:
    """Return L for logits o and targets t, both (m, c)."""
    w = 1 / len(o) if weight is None else weight
    shifted = _shifted(o)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return np.sum(w * -t * log_p)                       # (2)


def softmax_nll_backward(o: np.ndarray, t: np.ndarray, weight: Weight = None) -> np.ndarray:
    """Return do (m, c), the gradient of softmax_nll(o, t, weight) in the logits o."""
    w = 1 / len(o) if weight is None else weight
    return w * (softmax(o) - t)                         # (3)
