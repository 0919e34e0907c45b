"""NMI and ARI against counting pairs and logarithms by hand; clusters of points whose clusters are known."""

import itertools
import math

import numpy as np
import pytest

from npae import PCA, load_digits
from npae.applications import (
    adjusted_rand_index,
    cluster_codes,
    cluster_stability,
    contingency_table,
    normalized_mutual_information,
)

BOTH = (normalized_mutual_information, adjusted_rand_index)


def blobs(m, seed):
    rng = np.random.default_rng(seed)
    u = rng.integers(0, 4, m)
    return 10 * np.eye(4)[u] + rng.normal(size=(m, 4)), u


def test_the_example_of_the_docstring():
    u, v = [0, 0, 1, 1], [0, 0, 1, 2]
    assert contingency_table(u, v).tolist() == [[2, 0, 0], [0, 1, 1]]
    assert adjusted_rand_index(u, v) == pytest.approx(4 / 7)
    assert normalized_mutual_information(u, v) == pytest.approx(4 / 5)


@pytest.mark.parametrize("measure", BOTH)
def test_names_do_not_matter(measure):
    u = np.array([0, 0, 1, 1, 1, 2, 5])
    assert measure(u, (7 * u) % 11) == measure(u, np.array(list("zaxqvb"))[u]) == pytest.approx(1)
    rng = np.random.default_rng(0)
    u, v = rng.integers(0, 3, 40), rng.integers(0, 5, 40)
    assert measure(u, v) == pytest.approx(measure(v, u)) == pytest.approx(measure(2 - u, (v + 3) % 5))
    assert measure(u, v) < 0.3


def test_trivial_partitions():
    one, all_apart, halves = np.zeros(6), np.arange(6), np.array([0, 0, 0, 1, 1, 1])
    for measure in BOTH:
        assert measure(one, one) == 1 and measure(all_apart, all_apart) == pytest.approx(1)
        assert [measure(one, halves), measure(one, all_apart)] == pytest.approx([0, 0], abs=1e-12)
    assert adjusted_rand_index(halves, all_apart) == 0
    assert normalized_mutual_information(halves, all_apart) == pytest.approx(2 * math.log(2) / (math.log(2) + math.log(6)))
    assert adjusted_rand_index([3], [4]) == 1                           # a single example


def test_independent_partitions():
    u, v = np.repeat([0, 1], 4), np.tile([0, 1], 4)                     # every square of the table holds 2
    assert normalized_mutual_information(u, v) == pytest.approx(0, abs=1e-15)
    assert adjusted_rand_index(u, v) == pytest.approx(-1 / 6)           # 4 pairs together, 36/7 by chance, at most 12
    rng = np.random.default_rng(1)
    u, v = rng.integers(0, 4, 60), np.arange(60) % 12
    dealt = [rng.permutation(v) for _ in range(300)]
    assert abs(np.mean([adjusted_rand_index(u, clusters) for clusters in dealt])) < 0.005
    assert np.mean([normalized_mutual_information(u, clusters) for clusters in dealt]) > 0.1      # not corrected for chance


def test_ari_counts_pairs():
    rng = np.random.default_rng(2)
    u, v = rng.integers(0, 3, 25), rng.integers(0, 4, 25)
    together = np.array([(u[i] == u[j], v[i] == v[j]) for i, j in itertools.combinations(range(25), 2)])
    S, (A, B), pairs = np.sum(together.all(axis=1)), together.sum(axis=0), len(together)
    assert adjusted_rand_index(u, v) == pytest.approx((S - A * B / pairs) / ((A + B) / 2 - A * B / pairs))


def test_nmi_by_hand():
    # p = [[3, 1], [0, 4]] / 8
    information = 3 / 8 * math.log(3 / 8 / (1 / 2 * 3 / 8)) + 1 / 8 * math.log(1 / 8 / (1 / 2 * 5 / 8)) + 1 / 2 * math.log(8 / 5)
    entropies = math.log(2) - 3 / 8 * math.log(3 / 8) - 5 / 8 * math.log(5 / 8)
    value = normalized_mutual_information([0, 0, 0, 0, 1, 1, 1, 1], [0, 0, 0, 1, 1, 1, 1, 1])
    assert value == pytest.approx(2 * information / entropies)


def test_many_examples_do_not_overflow():
    u = np.repeat([0, 1], 100_000)
    assert adjusted_rand_index(u, u) == 1 and normalized_mutual_information(u, 1 - u) == pytest.approx(1)


def test_clusters_that_are_there_are_found_in_codes_and_in_examples():
    X, u = blobs(120, 0)
    new, new_u = blobs(50, 1)
    for model in (None, PCA(3).fit(X)):
        found = cluster_codes(model, X, 4, random_state=0)
        assert adjusted_rand_index(u, found.labels_) == 1
        assert adjusted_rand_index(new_u, found.predict(new if model is None else model.transform(new))) == 1
    again = cluster_codes(None, X, 4, random_state=0)
    assert np.array_equal(again.centers_, cluster_codes(None, X, 4, random_state=0).centers_)


def test_stability_is_one_for_clusters_that_are_there_and_lower_for_others():
    X, _ = blobs(160, 0)
    new, _ = blobs(80, 1)
    stable = {K: cluster_stability(None, X, new, K, repeats=3, n_init=5, random_state=0) for K in (4, 7)}
    assert stable[4] == 1 and stable[7] < 0.95
    round_cloud = np.random.default_rng(3).normal(size=(300, 2))
    assert cluster_stability(None, round_cloud[:200], round_cloud[200:], 4, repeats=3, n_init=5, random_state=0) < 0.8
    assert stable[7] == cluster_stability(None, X, new, 7, repeats=3, n_init=5, random_state=0)


@pytest.mark.parametrize("call, message", [
    (lambda: contingency_table([0, 1], [0]), r"got shapes \(2,\) and \(1,\)"),
    (lambda: adjusted_rand_index([[0], [1]], [[0], [1]]), "one name for each example"),
    (lambda: normalized_mutual_information([], []), "one name for each example"),
    (lambda: cluster_codes(None, np.eye(3), 4), "n_clusters must be at most the number of examples in X, 3"),
    (lambda: cluster_stability(None, np.eye(3), np.eye(3), 2, repeats=0), "repeats must be an integer of at least 1"),
])
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.dev
def test_agrees_with_scikit_learn():
    metrics = pytest.importorskip("sklearn.metrics")
    data = load_digits()
    found = cluster_codes(None, data.X_test, 10, n_init=1, random_state=0).labels_
    assert adjusted_rand_index(data.y_test, found) == pytest.approx(metrics.adjusted_rand_score(data.y_test, found))
    theirs = metrics.normalized_mutual_info_score(data.y_test, found)
    assert normalized_mutual_information(data.y_test, found) == pytest.approx(theirs)
