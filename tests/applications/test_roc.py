"""ROC and AUC against counting all pairs, and the cases that need no counting."""

import numpy as np
import pytest

from npae.applications import auc, roc_curve


def by_pairs(s, t):
    """The definition: anomalies above normals, ties half."""
    above = np.subtract.outer(t, s)
    return np.mean((above > 0) + 0.5 * (above == 0))


@pytest.mark.parametrize("seed", range(5))
def test_auc_is_the_share_of_pairs_with_and_without_ties(seed):
    rng = np.random.default_rng(seed)
    s, t = rng.normal(size=37), rng.normal(0.7, 2, size=23)
    assert auc(s, t) == pytest.approx(by_pairs(s, t), abs=1e-15)
    s, t = np.round(s), np.round(t)
    assert len(np.unique(np.concatenate([s, t]))) < 12
    assert auc(s, t) == pytest.approx(by_pairs(s, t), abs=1e-15)


@pytest.mark.parametrize("decimals", [0, 8])
def test_auc_is_the_area_under_the_curve(decimals):
    rng = np.random.default_rng(1)
    s, t = np.round(rng.normal(size=50), decimals), np.round(rng.normal(1, size=31), decimals)
    false_alarms, detections, _ = roc_curve(s, t)
    area = np.sum(np.diff(false_alarms) * (detections[1:] + detections[:-1]) / 2)
    assert auc(s, t) == pytest.approx(area, abs=1e-12)


def test_perfect_useless_and_backwards():
    low, high = np.arange(4.0), np.arange(10.0, 13)
    assert auc(low, high) == 1 and auc(high, low) == 0
    assert auc(np.ones(5), np.ones(7)) == 0.5
    assert auc(low, low) == 0.5
    assert auc([1.0], [1.0]) == 0.5


def test_auc_sees_the_order_alone():
    rng = np.random.default_rng(2)
    s, t = rng.normal(size=20), rng.normal(size=30)
    assert auc(np.exp(s), np.exp(t)) == auc(s, t) == pytest.approx(1 - auc(t, s), abs=1e-15)


def test_the_curve_by_hand():
    false_alarms, detections, thresholds = roc_curve([1.0, 2, 2, 5], [2.0, 7])
    assert thresholds.tolist() == [7, 5, 2, 1, -np.inf]
    assert false_alarms.tolist() == [0, 0, 0.25, 0.75, 1]
    assert detections.tolist() == [0, 0.5, 0.5, 1, 1]


@pytest.mark.parametrize("function", [auc, roc_curve])
@pytest.mark.parametrize("change, error, message", [
    ({"normal": [[1.0]]}, ValueError, r"normal must be a vector.*\(1, 1\)"),
    ({"anomalous": 3.0}, ValueError, "anomalous must be a vector"),
    ({"anomalous": []}, ValueError, "anomalous is empty"),
    ({"normal": [1.0, np.nan]}, ValueError, "normal has 1 entries that are not finite"),
    ({"normal": ["a"]}, TypeError, "normal must hold real numbers"),
])
def test_bad_input(function, change, error, message):
    with pytest.raises(error, match=message):
        function(**{"normal": [0.0], "anomalous": [1.0], **change})
