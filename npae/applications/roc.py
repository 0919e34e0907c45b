r"""How well a score tells two kinds of examples apart, whatever the threshold: the ROC curve and the area under it.

Key: scores s of p normal examples and t of q anomalies; a high score says "strange", and an alarm is a score above a threshold.

    false alarms at c = share of the s above c,      detections at c = share of the t above c

The curve of detections over false alarms, c falling from the largest score to -infinity, goes from (0, 0) to (1, 1). Its area is

    AUC = P(t > s) + 1/2 P(t = s)         for a normal example and an anomaly that are drawn at random

Why. Pass the normals one by one, the strangest first: each moves the curve to the right by 1/p, at the height "share of the
anomalies above it". The sum of these strips is the share of pairs in which the anomaly is above; where scores are equal the
curve goes up and right at once, a straight line, with half the rectangle below it. So 1/2 is chance, 1 is perfect, and less than
1/2 says that the score has its sign the wrong way round.

Counting pairs takes p q steps; ranks take (p + q) log(p + q). Let R_j be the rank of t_j among all scores, equal scores sharing
the mean of their places. It counts what is not above t_j: the normals below and half of those equal, and in the same way
the anomalies, itself included; among the anomalies alone the ranks add up to q (q + 1) / 2, ties or no ties. Hence

    AUC = (sum_j R_j - q (q + 1) / 2) / (p q)                       (the statistic of Mann and Whitney 1947, over p q)

What it hides: it averages over all thresholds, also over those with so many false alarms that nobody would use them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ..validation import as_array, check_matrix


def roc_curve(normal: ArrayLike, anomalous: ArrayLike) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the false-alarm rates, the detection rates and the thresholds, each (c + 1,), c the number of different scores.

    normal (p,) and anomalous (q,) are scores, high for strange. The thresholds fall from the largest score, above which there
    is nothing, to -infinity; an alarm is a score *above* the threshold.
    """
    s, t = check_scores(normal, "normal"), check_scores(anomalous, "anomalous")
    thresholds = np.append(np.unique(np.concatenate([s, t]))[::-1], -np.inf)
    return share_above(s, thresholds), share_above(t, thresholds), thresholds


def auc(normal: ArrayLike, anomalous: ArrayLike) -> float:
    """Return the probability that an anomaly scores above a normal example, ties counted half, from scores (p,) and (q,)."""
    s, t = check_scores(normal, "normal"), check_scores(anomalous, "anomalous")
    _, place, count = np.unique(np.concatenate([s, t]), return_inverse=True, return_counts=True)
    mean_rank = np.cumsum(count) - (count - 1) / 2              # of the examples that share a score
    q = len(t)
    return float((mean_rank[place[len(s):]].sum() - q * (q + 1) / 2) / (len(s) * q))


def share_above(scores: np.ndarray, thresholds: np.ndarray) -> np.ndarray:
    """Return for every threshold the share of the scores (m,) above it."""
    return 1 - np.searchsorted(np.sort(scores), thresholds, side="right") / len(scores)


def check_scores(scores: ArrayLike, name: str) -> np.ndarray:
    """Return scores as a finite float64 vector (m,) of at least one, or raise."""
    array = as_array(scores, name)
    if array.ndim != 1:
        raise ValueError(f"{name} must be a vector, one score for each example, got shape {array.shape}")
    return check_matrix(array[:, np.newaxis], name)[:, 0]
