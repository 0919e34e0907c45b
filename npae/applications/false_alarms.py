r"""A threshold that keeps its promise: how often normal examples exceed it, and how surely that is known. And rates in general.

Key: n scores s_(1) <= ... <= s_(n) of normal validation examples; an alarm is a score above the threshold.

Take s_(n-k) as the threshold, k validation scores above it. That k/n of *these* examples raise an alarm is no promise: the
scores are a sample, and the true rate R, over all normal examples, is random as they are. But its distribution is known,
whatever that of the scores. With F the continuous distribution function of normal scores, F(s) is uniform on [0, 1], and so is
1 - F(s), the share of normal examples that are stranger. R = 1 - F(s_(n-k)) is the (k+1)-smallest of n such numbers:

    P(R <= a) = P(at least k + 1 of n uniform numbers are <= a) = P(Bin(n, a) >= k + 1)             (1)

which is Beta(k + 1, n - k), of mean (k + 1) / (n + 1). "At most `a`, with confidence 1 - delta" therefore takes the largest k for
which (1) is at least 1 - delta. Even k = 0, the largest score of all, needs 1 - (1 - a)^n >= 1 - delta: 59 examples for 5% and
95%. If F has jumps, R can only be smaller.

The regularized incomplete beta function, for whole a and b, is a sum of binomial probabilities: as in (1),

    I_p(a, b) = P(Beta(a, b) <= p) = P(Bin(a + b - 1, p) >= a)                                      (2)

and its inverse, the quantile, is found by bisection: it grows with p.

A rate seen as x of n. The p that a test of level delta/2 on either side does not refute: below, P(Bin(n, p) >= x) = delta/2,
above, P(Bin(n, p) <= x) = delta/2. By (2) these are quantiles of Beta(x, n - x + 1) and Beta(x + 1, n - x). The interval covers
the true rate with a probability of *at least* 1 - delta, for every n and p (Clopper and Pearson 1934).

What no formula covers: validation examples that took part in training score too low, and when normal examples change after
the validation (other writers, another camera), the promise was about the old ones.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ..validation import check_integer, check_real
from .roc import check_scores

HALVINGS = 60           # of [0, 1]: 2^-60 is below the spacing of float64 numbers around the result


class Threshold(NamedTuple):
    """A threshold and what is known of it."""

    value: float            # an alarm is a score above it
    exceeding: int          # k: how many of the n validation scores it leaves above, were all different
    n: int

    @property
    def expected_rate(self) -> float:
        """The mean of the true false-alarm rate, (k + 1) / (n + 1)."""
        return (self.exceeding + 1) / (self.n + 1)


def false_alarm_threshold(scores: ArrayLike, false_alarm_rate: float = 0.05, confidence: float = 0.95) -> Threshold:
    """Return the lowest of the scores (n,) above which, with this confidence, normal examples lie at most at this rate.

    scores: of normal examples that took no part in training. Raises ValueError if they are too few for the promise.
    """
    s = np.sort(check_scores(scores, "scores"))
    check_real(false_alarm_rate, "false_alarm_rate", 0, 1, open_low=True, open_high=True)
    check_real(confidence, "confidence", 0, 1, open_low=True, open_high=True)
    n = len(s)
    enough = np.flatnonzero(_tails(n, false_alarm_rate)[1:] >= confidence)      # k = 0, 1, ... while (1) is large enough
    if not len(enough):
        needed = math.ceil(math.log1p(-confidence) / math.log1p(-false_alarm_rate))
        raise ValueError(f"scores has {n} examples, too few to promise a rate of at most {false_alarm_rate:.3g} with confidence "
                         f"{confidence:.3g}: at least {needed} are needed, or a higher rate, or less confidence")
    k = int(enough[-1])
    return Threshold(float(s[n - 1 - k]), k, n)


def proportion_interval(count: int, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return the interval that covers the true rate with at least this confidence, when `count` of n were seen."""
    check_integer(n, "n", 1)
    check_integer(count, "count", 0, n)
    check_real(confidence, "confidence", 0, 1, open_low=True, open_high=True)
    outside = (1 - confidence) / 2
    low = beta_quantile(outside, count, n - count + 1) if count > 0 else 0.0
    high = beta_quantile(1 - outside, count + 1, n - count) if count < n else 1.0
    return low, high


def beta_quantile(probability: float, a: int, b: int) -> float:
    """Return p with P(Beta(a, b) <= p) = probability, for whole numbers a and b of at least 1."""
    check_real(probability, "probability", 0, 1)
    check_integer(a, "a", 1)
    check_integer(b, "b", 1)
    low, high = 0.0, 1.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if binomial_tail(a, a + b - 1, middle) < probability:                   # (2)
            low = middle
        else:
            high = middle
    return (low + high) / 2


def binomial_tail(k: int, n: int, p: float) -> float:
    """Return P(Bin(n, p) >= k): at least k successes in n trials that succeed with probability p."""
    check_integer(n, "n", 0)
    check_integer(k, "k", 0, n + 1)
    check_real(p, "p", 0, 1)
    return float(_tails(n, p)[k])


def _tails(n: int, p: float) -> np.ndarray:
    """Return P(Bin(n, p) >= k) for k = 0, ..., n + 1, (n + 2,)."""
    if p in (0, 1):
        return (np.arange(n + 2) <= n * p).astype(float)
    j = np.arange(1, n + 1)
    log_choose = np.concatenate([[0.0], np.cumsum(np.log((n - j + 1) / j))])    # n over j = prod (n - i + 1) / i
    probabilities = np.exp(log_choose + np.arange(n + 1) * math.log(p) + np.arange(n, -1, -1) * math.log1p(-p))
    return np.minimum(np.append(np.cumsum(probabilities[::-1])[::-1], 0.0), 1.0)
