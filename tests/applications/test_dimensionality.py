"""Neighbourhood measures against their definition pair by pair and by hand; errors by code size against PCA's known floor."""

import numpy as np
import pytest

from npae import PCA, load_digits
from npae.applications import continuity, error_by_code_size, fit_by_code_size, trustworthiness


def by_definition(X, Z, k):
    """Trustworthiness with ranks found one pair at a time."""
    m, total = len(X), 0
    for i in range(m):
        def nearest_first(points, i=i):
            others = [j for j in range(m) if j != i]
            return sorted(others, key=lambda j: (np.linalg.norm(points[j] - points[i]), j))
        rank = {j: r for r, j in enumerate(nearest_first(X), start=1)}
        total += sum(max(rank[j] - k, 0) for j in nearest_first(Z)[:k])
    return 1 - 2 / (m * k * (2 * m - 3 * k - 1)) * total


def test_a_map_worked_out_by_hand():
    x, z = np.array([[0.0], [1], [3], [7], [15]]), np.array([[0.0], [100], [1], [101], [200]])
    # the nearest in z are c, d, a, b, d; their ranks in x are 2, 3, 2, 2, 1: too far by 1 + 2 + 1 + 1 + 0; 1 - 2/30 * 5
    assert trustworthiness(x, z, 1) == pytest.approx(2 / 3)
    # the nearest in x are b, a, b, c, d; their ranks in z are 3, 3, 2, 2, 1
    assert continuity(x, z, 1) == pytest.approx(1 - 2 / 30 * 6)


@pytest.mark.parametrize("k", [1, 4, 12])
def test_agrees_with_the_definition(k):
    rng = np.random.default_rng(k)
    x, z = rng.normal(size=(26, 5)) + 1e4, rng.normal(size=(26, 2))
    assert trustworthiness(x, z, k) == pytest.approx(by_definition(x, z, k), abs=1e-12)
    assert continuity(x, z, k) == pytest.approx(by_definition(z, x, k), abs=1e-12)


def test_turning_and_scaling_keep_everything():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(60, 3))
    Q = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    assert trustworthiness(x, 7 * x @ Q - 2) == continuity(x, 7 * x @ Q - 2) == 1


def test_chance_is_about_a_half_and_the_worst_is_zero():
    rng, m, k = np.random.default_rng(1), 300, 10
    x, z = rng.normal(size=(m, 4)), rng.normal(size=(m, 2))
    expected = 1 - (m - 1 - k) * (m - k) / ((m - 1) * (2 * m - 3 * k - 1))      # every rank equally likely
    assert 0.5 < expected < 0.52
    assert trustworthiness(x, z, k) == pytest.approx(expected, abs=0.02)
    corners = np.array([[10.0, 0], [1, 9], [-10, 0], [-1, -9]])                 # opposite corners become neighbours
    assert trustworthiness(corners, [[0.0], [5], [0.1], [5.1]], 1) == 0


def test_a_fold_is_not_to_be_trusted_and_a_cut_is_not_continuous():
    t = np.linspace(0, 1, 80)[:, np.newaxis]
    folded, cut = np.abs(t - 0.5), np.where(t < 0.5, t, t + 5)
    assert trustworthiness(t, folded) < 0.9 < continuity(t, folded)
    angle = 2 * np.pi * t
    circle = np.hstack([np.cos(angle), np.sin(angle)])
    assert continuity(circle, t) < 0.99 < trustworthiness(circle, t)
    assert trustworthiness(t, cut) == pytest.approx(1, abs=0.01)


def test_errors_by_code_size_of_pca_are_its_floors_and_models_are_built_by_size():
    X = load_digits().X_train[:200]
    models = fit_by_code_size(PCA, X, (2, 5))
    assert [len(models[k].components_) for k in (2, 5)] == [2, 5]
    assert error_by_code_size(models, X) == pytest.approx({k: model.floor_ for k, model in models.items()}, rel=1e-6)
    other = load_digits().X_test[:50]
    assert error_by_code_size(models, other)[5] == pytest.approx(-models[5].score(other))


@pytest.mark.parametrize("call, message", [
    (lambda: trustworthiness(np.eye(5), np.ones((4, 2)), 1), "Z must hold one code for each of the 5 examples"),
    (lambda: continuity(np.eye(5), np.ones((4, 2)), 1), "Z must hold one code for each of"),
    (lambda: trustworthiness(np.eye(6), np.eye(6), 3), "k must be an integer from 1 to 2"),
    (lambda: trustworthiness(np.eye(6), np.full((6, 1), np.nan), 1), "not finite"),
    (lambda: fit_by_code_size(PCA, np.eye(3), (2, 0)), r"sizes\[1\] must be an integer of at least 1"),
])
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.dev
def test_agrees_with_scikit_learn():
    manifold = pytest.importorskip("sklearn.manifold")
    X = np.random.default_rng(0).normal(size=(120, 6))                          # no two distances are the same
    z = PCA(2).fit(X).transform(X)
    assert trustworthiness(X, z, 7) == pytest.approx(manifold.trustworthiness(X, z, n_neighbors=7), abs=1e-12)
