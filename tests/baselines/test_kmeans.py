"""k-means: never uphill, the best there is on tiny data, and sane where examples are equal or clusters run empty."""

import itertools

import numpy as np
import pytest

from npae import NotFittedError, load_digits
from npae.baselines import KMeans, lloyd_step, plus_plus


def cloud(m=300, d=3, seed=0):
    return np.random.default_rng(seed).gamma(1.0, size=(m, d))


def inertia(x, centers, labels):
    return float(((x - centers[labels]) ** 2).sum())


def brute_force(x, K):
    """The least inertia over all assignments of x (m, d) to K clusters."""
    best = np.inf
    for assignment in itertools.product(range(K), repeat=len(x)):
        a = np.array(assignment)
        best = min(best, sum(((x[a == k] - x[a == k].mean(axis=0)) ** 2).sum() for k in set(assignment)))
    return best


# ---- the algorithm --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("K", [1, 2, 7, 40])
@pytest.mark.parametrize("seed", [0, 1])
def test_never_uphill_and_down_to_a_fixed_point(K, seed):
    x = cloud()
    model = KMeans(n_clusters=K, random_state=seed).fit(x)
    assert len(model.history_) == model.n_iter_ + 1 <= 100
    assert np.all(np.diff(model.history_) < 0) and len(model.history_) > 1
    np.testing.assert_allclose(model.inertia_, model.history_[-1], rtol=1e-10)
    np.testing.assert_allclose(model.inertia_, inertia(x, model.centers_, model.labels_), rtol=1e-12)
    nearest = ((x[:, None] - model.centers_) ** 2).sum(axis=2).argmin(axis=1)
    assert np.array_equal(model.labels_, nearest) and np.array_equal(model.predict(x), nearest)
    means = np.stack([x[nearest == k].mean(axis=0) for k in range(K)])
    np.testing.assert_allclose(model.centers_, means, rtol=1e-12)


@pytest.mark.parametrize("K", [2, 3])
@pytest.mark.parametrize("seed", range(3))
def test_many_starts_find_the_best_of_all_assignments(K, seed):
    x = cloud(m=7, d=2, seed=seed)
    model = KMeans(n_clusters=K, n_init=30, random_state=0).fit(x)
    np.testing.assert_allclose(model.inertia_, brute_force(x, K), rtol=1e-10)


def test_the_best_start_is_kept():
    x = cloud(m=120)
    rng = np.random.default_rng(3)
    single = [KMeans(n_clusters=9, random_state=rng).fit(x).inertia_ for _ in range(8)]
    several = KMeans(n_clusters=9, n_init=8, random_state=3).fit(x).inertia_
    assert several == min(single) < max(single)


def test_max_iterations_ends_it_early():
    model = KMeans(n_clusters=20, max_iterations=1, random_state=0).fit(cloud())
    assert model.n_iter_ == 1 and len(model.history_) == 2
    np.testing.assert_allclose(model.inertia_, model.history_[-1], rtol=1e-10)


def test_far_from_the_origin_the_clusters_are_the_same():
    x = cloud(m=100)
    near, far = (KMeans(n_clusters=5, random_state=0).fit(x + shift) for shift in (0, 1e8))
    assert np.array_equal(near.labels_, far.labels_)
    assert np.array_equal(far.predict(x[:10] + 1e8), near.labels_[:10])
    np.testing.assert_allclose(far.inertia_, near.inertia_, rtol=1e-6)


# ---- one step, and the start ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_step_gives_means_and_leaves_a_centre_that_nobody_chose(dtype):
    x = np.array([[0, 0], [2, 0], [10, 10], [10, 14]], dtype)
    centers = np.array([[1, 1], [50, 50], [9, 9]], dtype)
    before = centers.copy()
    moved, assignment = lloyd_step(x, centers)
    assert assignment.tolist() == [0, 0, 2, 2] and moved.dtype == dtype
    assert moved.tolist() == [[1, 0], [50, 50], [10, 12]]
    assert np.array_equal(centers, before)


def test_an_empty_cluster_gets_the_example_farthest_from_its_centre(monkeypatch):
    x = np.array([[0.0], [1.0], [3.0], [9.0]])
    monkeypatch.setattr("npae.baselines.kmeans.plus_plus", lambda x, K, rng: np.array([[0.0], [100.0]])[:K] + x[0])
    model = KMeans(n_clusters=2, max_iterations=1, random_state=0).fit(x)
    np.testing.assert_allclose(model.centers_, [[13 / 4], [9]])         # the mean of all, and the farthest from it
    assert KMeans(n_clusters=2, random_state=0).fit(x).inertia_ < model.inertia_ < model.history_[0]


def test_plus_plus_draws_in_proportion_to_the_squared_distance():
    x = np.array([[0.0], [1.0], [3.0]])
    second = np.zeros((3, 3))
    rng = np.random.default_rng(0)
    for _ in range(3000):
        first, other = plus_plus(x, 2, rng).ravel()
        second[np.flatnonzero(x.ravel() == first)[0], np.flatnonzero(x.ravel() == other)[0]] += 1
    expected = (x - x.T) ** 2
    np.testing.assert_allclose(second.sum(axis=1) / 3000, 1 / 3, atol=0.03)
    np.testing.assert_allclose(second / second.sum(axis=1, keepdims=True), expected / expected.sum(axis=1, keepdims=True),
                               atol=0.03)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_plus_plus_takes_different_rows_while_there_are_any(dtype):
    x = np.repeat(cloud(m=6).astype(dtype), 20, axis=0)
    centers = plus_plus(x, 9, np.random.default_rng(0))
    assert centers.dtype == dtype and centers.shape == (9, 3)
    assert len(np.unique(centers[:6], axis=0)) == 6 and len(np.unique(centers, axis=0)) == 6


# ---- edges ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("x, K", [(np.zeros((5, 2)), 3), (np.full((5, 2), 0.1), 5), (np.repeat(cloud(m=4), 5, axis=0), 4),
                                  (np.repeat(cloud(m=4), 5, axis=0) + 1e3, 9), (cloud(m=8), 8)])
def test_equal_examples_and_as_many_clusters_as_examples_leave_nothing(x, K):
    model = KMeans(n_clusters=K, random_state=0).fit(x)
    assert model.inertia_ < 1e-18 and model.centers_.shape == (K, x.shape[1]) and model.n_iter_ < 10
    equal = (x[:, None] == x).all(axis=2)
    assert np.array_equal(equal, model.labels_[:, None] == model.labels_)


@pytest.mark.parametrize("seed", range(20))
def test_equal_centres_on_equal_examples_do_not_change_places_for_ever(seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(3, 2))[rng.integers(0, 3, 40)] + 10
    model = KMeans(n_clusters=6, random_state=0).fit(x)
    assert model.n_iter_ < 10 and model.inertia_ < 1e-25 and np.all(np.diff(model.history_) < 0)


@pytest.mark.parametrize("hyperparameters, error, message", [
    ({"n_clusters": 6}, ValueError, "n_clusters must be at most the number of examples in X, 5, got 6"),
    ({"n_clusters": 0}, ValueError, "n_clusters must be an integer of at least 1, got 0"),
    ({"n_clusters": 2.0}, TypeError, "n_clusters"), ({"n_init": 0, "n_clusters": 2}, ValueError, "n_init"),
    ({"max_iterations": 0, "n_clusters": 2}, ValueError, "max_iterations")])
def test_bad_hyperparameters_are_named_before_anything_changes(hyperparameters, error, message):
    model = KMeans(**hyperparameters)
    with pytest.raises(error, match=message):
        model.fit(cloud(m=5))
    assert set(vars(model)) == set(model.get_params())


def test_bad_data_are_named():
    with pytest.raises(ValueError, match="not finite"):
        KMeans(n_clusters=1).fit([[np.nan, 1]])
    with pytest.raises(NotFittedError):
        KMeans().predict(cloud())
    with pytest.raises(ValueError, match="X has 2 features"):
        KMeans(n_clusters=2).fit(cloud()).predict(cloud(d=2))


def test_a_seed_determines_the_bits():
    x = cloud()
    a, b, other = (KMeans(n_clusters=12, random_state=seed).fit(x) for seed in (5, 5, 6))
    assert np.array_equal(a.centers_, b.centers_) and a.history_ == b.history_
    assert not np.array_equal(a.centers_, other.centers_)


@pytest.mark.dev
def test_as_good_as_scikit_learn_on_digits():
    from sklearn.cluster import KMeans as Reference
    x = load_digits().X_train
    ours = KMeans(n_clusters=10, n_init=10, random_state=0).fit(x)
    theirs = Reference(n_clusters=10, n_init=10, random_state=0).fit(x)
    assert abs(ours.inertia_ / theirs.inertia_ - 1) < 0.02
