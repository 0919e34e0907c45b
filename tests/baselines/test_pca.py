"""PCA against the eigendecomposition of the covariance, the Eckart-Young floor, and its own invariances."""

import pickle

import numpy as np
import pytest

from npae.baselines import PCA, principal_angles


def data(m=60, n=8, seed=0):
    rng = np.random.default_rng(seed)
    return (rng.standard_normal((m, n)) * np.logspace(1, -1, n)) @ rng.standard_normal((n, n)) + 5 * np.arange(n)


shapes = pytest.mark.parametrize("m, n", [(60, 8), (8, 8), (5, 8), (9, 8)])


@shapes
@pytest.mark.parametrize("k", [1, 3, 5])
def test_the_error_is_the_sum_of_the_discarded_eigenvalues(m, n, k):
    X = data(m, n)
    pca = PCA(k).fit(X)
    covariance = np.cov(X, rowvar=False, bias=True)
    eigenvalues = np.linalg.eigvalsh(covariance)[::-1]
    error = ((X - pca.reconstruct(X)) ** 2).sum() / m
    np.testing.assert_allclose(error, eigenvalues[k:].sum(), rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(pca.floor_, error, rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(-pca.score(X), error, rtol=1e-10, atol=1e-10)


def test_no_other_affine_map_of_this_rank_is_better():
    X, rng = data(), np.random.default_rng(1)
    floor = PCA(3).fit(X).floor_
    C = PCA(3).fit(X).components_
    for size in (1e-3, 0.1, 10.0):
        W = C.T + size * rng.standard_normal(C.T.shape)
        code = np.hstack([X @ W, np.ones((len(X), 1))])
        best = code @ np.linalg.lstsq(code, X, rcond=None)[0]     # the best decoder of a perturbed encoder
        assert ((X - best) ** 2).sum() / len(X) > floor


@shapes
def test_agrees_with_eigh_of_the_covariance(m, n):
    X = data(m, n)
    pca = PCA().fit(X)
    k = min(m, n)
    values, vectors = np.linalg.eigh(np.cov(X, rowvar=False, bias=True))
    np.testing.assert_allclose(pca.explained_variance_, values[::-1][:k], atol=1e-10)
    np.testing.assert_allclose(pca.singular_values_**2 / m, pca.explained_variance_, rtol=1e-12)
    r = min(m - 1, n)                                             # directions with variance
    overlap = np.abs(np.sum(pca.components_[:r] * vectors.T[::-1][:r], axis=1))
    np.testing.assert_allclose(overlap, 1.0, atol=1e-9)
    assert pca.components_.shape == (k, n) and pca.n_features_in_ == n and pca.floor_ == 0.0
    np.testing.assert_allclose(pca.mean_, X.mean(axis=0))


@shapes
def test_all_components_are_exact(m, n):
    X = data(m, n)
    pca = PCA().fit(X)
    np.testing.assert_allclose(pca.reconstruct(X), X, rtol=1e-12, atol=1e-10)
    np.testing.assert_allclose(pca.components_ @ pca.components_.T, np.eye(min(m, n)), atol=1e-12)


def test_codes_are_uncorrelated_with_the_eigenvalues_as_variances():
    X = data()
    pca = PCA(4)
    Z = pca.fit_transform(X)
    np.testing.assert_allclose(np.cov(Z, rowvar=False, bias=True), np.diag(pca.explained_variance_), atol=1e-10)
    np.testing.assert_allclose(pca.transform(X), Z)
    np.testing.assert_allclose(pca.transform(pca.inverse_transform(Z)), Z, atol=1e-10)


def test_score_samples_is_minus_the_squared_error_of_each_row():
    X, new = data(), data(seed=5)
    pca = PCA(2).fit(X)
    expected = [-((x - x_hat) ** 2).sum() for x, x_hat in zip(new, pca.reconstruct(new))]
    np.testing.assert_allclose(pca.score_samples(new), expected)


def test_rotating_and_shifting_the_data_turns_the_components_along():
    X = data()
    Q = np.linalg.qr(np.random.default_rng(3).standard_normal((8, 8)))[0]
    plain, turned = PCA(3).fit(X), PCA(3).fit(X @ Q + 100)
    np.testing.assert_allclose(turned.explained_variance_, plain.explained_variance_, rtol=1e-10)
    np.testing.assert_allclose(turned.floor_, plain.floor_, rtol=1e-9)
    np.testing.assert_allclose(principal_angles(turned.components_, plain.components_ @ Q), 0, atol=1e-9)


def test_repeating_every_row_changes_nothing():
    X = data()
    once, twice = PCA(3).fit(X), PCA(3).fit(np.repeat(X, 2, axis=0))
    np.testing.assert_allclose(once.components_, twice.components_, atol=1e-9)
    np.testing.assert_allclose(once.explained_variance_, twice.explained_variance_, rtol=1e-10)
    np.testing.assert_allclose(once.floor_, twice.floor_, rtol=1e-10)


def test_signs_are_deterministic():
    X = data()
    C, mirrored = PCA().fit(X).components_, PCA().fit(-X[::-1]).components_
    np.testing.assert_allclose(C, mirrored, atol=1e-9)
    assert all(row[np.abs(row).argmax()] > 0 for row in C)


def test_small_singular_values_survive():
    """Through the covariance, 1e-10 of the largest singular value would be 1e-20 of the largest eigenvalue: lost."""
    rng = np.random.default_rng(4)
    U = np.linalg.qr(np.hstack([np.ones((50, 1)), rng.standard_normal((50, 3))]))[0][:, 1:]   # columns of mean 0
    V = np.linalg.qr(rng.standard_normal((3, 3)))[0]
    S = np.array([1.0, 1e-5, 1e-10])
    np.testing.assert_allclose(PCA().fit((U * S) @ V.T).singular_values_, S, rtol=1e-4)


def test_constant_data():
    pca = PCA(1).fit(np.full((4, 3), 7.0))
    np.testing.assert_allclose(pca.reconstruct(np.full((2, 3), 7.0)), 7.0)
    assert pca.floor_ == 0.0 and pca.explained_variance_ == [0.0]


def test_estimator_conventions():
    pca = PCA(n_components=2)
    assert pca.get_params() == {"n_components": 2} and repr(pca) == "PCA(n_components=2)" and repr(PCA()) == "PCA()"
    assert pca.set_params(n_components=3) is pca and pca.n_components == 3
    with pytest.raises(ValueError, match="components"):
        pca.set_params(components=3)
    X = data().astype(np.float32)
    kept = X.copy()
    assert pca.fit(X) is pca and np.array_equal(X, kept)
    assert list(pca.get_feature_names_out()) == ["pca0", "pca1", "pca2"]
    assert np.array_equal(pickle.loads(pickle.dumps(pca)).transform(X), pca.transform(X))


@pytest.mark.parametrize("X, match", [(np.zeros(5), "two dimensions"), (np.zeros((0, 3)), "empty"),
                                      (np.array([[1.0, np.nan], [0.0, 1.0]]), "row 0, column 1"),
                                      (np.array([[1.0, np.inf], [0.0, 1.0]]), "not finite")])
def test_bad_data(X, match):
    with pytest.raises(ValueError, match=match):
        PCA().fit(X)


def test_bad_use():
    X = data()
    for call in (PCA().transform, PCA().inverse_transform, PCA().score_samples):
        with pytest.raises(ValueError, match="not fitted"):
            call(X)
    with pytest.raises(ValueError, match="not fitted"):
        PCA().get_feature_names_out()
    for k, error in ((0, ValueError), (9, ValueError), (-1, ValueError), (2.0, TypeError), ("all", TypeError)):
        with pytest.raises(error, match="n_components"):
            PCA(k).fit(X)
    with pytest.raises(ValueError, match="at most min.* = 5"):
        PCA(6).fit(X[:5])
    pca = PCA(2).fit(X)
    with pytest.raises(ValueError, match="X has 7 features"):
        pca.transform(X[:, :7])
    with pytest.raises(ValueError, match="Z has 3 features"):
        pca.inverse_transform(X[:, :3])
