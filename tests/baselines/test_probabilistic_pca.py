"""Probabilistic PCA against the full Gaussian density, the closed form at the optimum, and brute-force conditioning."""

import pickle

import numpy as np
import pytest

from npae.baselines import PCA, ProbabilisticPCA, principal_angles


def data(m=60, n=6, seed=0):
    rng = np.random.default_rng(seed)
    return (rng.standard_normal((m, n)) * np.linspace(3, 0.5, n)) @ rng.standard_normal((n, n)) + 5 * np.arange(n)


def covariance_of(model):
    return model.W_.T @ model.W_ + model.noise_variance_ * np.eye(model.n_features_in_)


def log_density(X, mu, C):
    """The Gaussian density through the (n, n) covariance."""
    xc = X - mu
    quadratic = (xc * np.linalg.solve(C, xc.T).T).sum(axis=1)
    return -0.5 * (len(mu) * np.log(2 * np.pi) + np.linalg.slogdet(C)[1] + quadratic)


shapes = pytest.mark.parametrize("m, n, k", [(60, 6, 1), (60, 6, 3), (60, 6, 5), (6, 6, 4), (5, 8, 2), (3, 2, 1)])


@shapes
def test_the_density_is_that_of_the_full_gaussian(m, n, k):
    model, new = ProbabilisticPCA(k).fit(data(m, n)), data(20, n, seed=5)
    expected = log_density(new, model.mean_, covariance_of(model))
    np.testing.assert_allclose(model.score_samples(new), expected, rtol=1e-10)
    np.testing.assert_allclose(model.score(new), expected.mean(), rtol=1e-10)


@pytest.mark.parametrize("seed", range(3))
def test_the_density_holds_for_any_W_and_noise(seed):
    """Away from the optimum the rows of W are not orthogonal and M is not diagonal."""
    rng, model = np.random.default_rng(seed), ProbabilisticPCA(3).fit(data())
    model.W_, model.noise_variance_ = rng.standard_normal((3, 6)), 0.3
    expected = log_density(data(), model.mean_, covariance_of(model))
    np.testing.assert_allclose(model.score_samples(data()), expected, rtol=1e-10)


@shapes
def test_the_closed_form_is_the_score_of_the_training_data(m, n, k):
    X = data(m, n)
    model = ProbabilisticPCA(k).fit(X)
    eigenvalues = np.linalg.eigvalsh(np.cov(X, rowvar=False, bias=True))[::-1]
    np.testing.assert_allclose(model.log_likelihood_, model.score(X), rtol=1e-10)
    np.testing.assert_allclose(model.explained_variance_, eigenvalues[:k], rtol=1e-10)
    np.testing.assert_allclose(model.noise_variance_, eigenvalues[k:].mean(), rtol=1e-8)
    np.testing.assert_allclose(model.W_ @ model.W_.T, np.diag(eigenvalues[:k] - eigenvalues[k:].mean()), atol=1e-10)
    np.testing.assert_allclose(model.mean_, X.mean(axis=0))


def test_W_spans_the_principal_components():
    X = data()
    assert principal_angles(ProbabilisticPCA(3).fit(X).W_, PCA(3).fit(X).components_).max() < 1e-8


@pytest.mark.parametrize("size", [1e-4, 1e-2, 1.0])
def test_nothing_else_is_more_likely(size):
    X, rng = data(), np.random.default_rng(1)
    model = ProbabilisticPCA(3).fit(X)
    best, W, mu, sigma2 = model.log_likelihood_, model.W_, model.mean_, model.noise_variance_
    for _ in range(10):
        model.W_ = W + size * rng.standard_normal(W.shape)
        assert model.score(X) < best
        model.W_, model.mean_ = W, mu + size * rng.standard_normal(mu.shape)
        assert model.score(X) < best
        model.mean_ = mu
    for factor in (1 + size, 1 / (1 + size)):
        model.noise_variance_ = factor * sigma2
        assert model.score(X) < best


def test_other_eigenvectors_are_less_likely():
    """With the noise at a leading direction and (8), (9) for the others: a model, but not the maximum."""
    X = np.random.default_rng(0).standard_normal((60, 6)) * [3, 2.5, 2.2, 0.1, 0.1, 0.1]
    values, vectors = np.linalg.eigh(np.cov(X, rowvar=False, bias=True))
    model = ProbabilisticPCA(2).fit(X)
    for kept, others in (([5, 3], [4, 2, 1, 0]), ([4, 3], [5, 2, 1, 0])):
        model.noise_variance_ = values[others].mean()
        model.W_ = np.sqrt(values[kept] - model.noise_variance_)[:, None] * vectors.T[kept]
        assert model.score(X) < model.log_likelihood_ - 0.01


def test_a_rotated_code_is_the_same_model():
    X, model = data(), ProbabilisticPCA(3).fit(data())
    scores, reconstructions, Z = model.score_samples(X), model.reconstruct(X), model.transform(X)
    O = np.linalg.qr(np.random.default_rng(3).standard_normal((3, 3)))[0]
    model.W_ = O @ model.W_
    np.testing.assert_allclose(model.score_samples(X), scores, rtol=1e-10)
    np.testing.assert_allclose(model.reconstruct(X), reconstructions, rtol=1e-10)
    np.testing.assert_allclose(model.transform(X), Z @ O.T, atol=1e-10)


@pytest.mark.parametrize("rotate", [False, True])
def test_the_posterior_is_the_conditional_of_the_joint_gaussian(rotate):
    X, model = data(), ProbabilisticPCA(3).fit(data())
    if rotate:
        model.W_ = np.random.default_rng(2).standard_normal((3, 3)) @ model.W_
    gain = np.linalg.solve(covariance_of(model), model.W_.T).T                  # Cov(z, x) Cov(x)^-1
    means, covariance = model.posterior(X)
    np.testing.assert_allclose(means, (X - model.mean_) @ gain.T, atol=1e-10)
    np.testing.assert_allclose(covariance, np.eye(3) - gain @ model.W_.T, atol=1e-10)
    assert means.shape == (60, 3) and covariance.shape == (3, 3)


def test_bayes_rule_at_any_code():
    """log p(x) = log p(x | z) + log p(z) - log p(z | x), whatever z is."""
    X, model = data(), ProbabilisticPCA(3).fit(data())
    means, covariance = model.posterior(X)
    Z = means + np.random.default_rng(4).standard_normal(means.shape)
    log_x_z = log_density(X - model.inverse_transform(Z), np.zeros(6), model.noise_variance_ * np.eye(6))
    log_z, log_z_x = log_density(Z, np.zeros(3), np.eye(3)), log_density(Z - means, np.zeros(3), covariance)
    np.testing.assert_allclose(log_x_z + log_z - log_z_x, model.score_samples(X), rtol=1e-10)


def test_the_mean_divergence_of_each_unit_from_the_prior():
    """KL of unit i = 1/2 log(lambda_i / sigma2), as the docstring says of the linear variational autoencoder."""
    X, model = data(), ProbabilisticPCA(4).fit(data())
    means, covariance = model.posterior(X)
    np.testing.assert_allclose(covariance, np.diag(np.diag(covariance)), atol=1e-12)
    kl = 0.5 * ((means**2).mean(axis=0) + np.diag(covariance) - 1 - np.log(np.diag(covariance)))
    np.testing.assert_allclose(kl, 0.5 * np.log(model.explained_variance_ / model.noise_variance_), rtol=1e-10)


def test_codes_and_reconstructions():
    X, model = data(), ProbabilisticPCA(3)
    Z = model.fit_transform(X)
    assert np.array_equal(Z, model.transform(X)) and np.array_equal(Z, model.posterior(X)[0])
    np.testing.assert_allclose(model.inverse_transform(Z), Z @ model.W_ + model.mean_, rtol=1e-12)
    np.testing.assert_allclose(model.reconstruct(X), model.inverse_transform(Z), rtol=1e-12)
    error = ((X - model.reconstruct(X))**2).sum(axis=1).mean()
    shrunk = (model.noise_variance_**2 / model.explained_variance_).sum()       # what is lost along the components
    np.testing.assert_allclose(error, PCA(3).fit(X).floor_ + shrunk, rtol=1e-10)


def test_sampling_moments():
    model, N = ProbabilisticPCA(2).fit(data(n=4)), 20000
    X, C = model.sample(N, random_state=0), covariance_of(model)
    assert X.shape == (N, 4)
    assert (np.abs(X.mean(axis=0) - model.mean_) < 4 * np.sqrt(np.diag(C) / N)).all()
    errors = np.sqrt((np.outer(np.diag(C), np.diag(C)) + C**2) / N)
    assert (np.abs(np.cov(X, rowvar=False) - C) < 4 * errors).all()
    assert np.array_equal(X, model.sample(N, random_state=0)) and not np.array_equal(X, model.sample(N, random_state=1))
    assert np.array_equal(X, model.sample(N, np.random.default_rng(0)))


def test_recovers_the_model_that_drew_the_data():
    true = ProbabilisticPCA(2).fit(data(n=4))
    found = ProbabilisticPCA(2).fit(true.sample(20000, random_state=1))
    np.testing.assert_allclose(found.noise_variance_, true.noise_variance_, rtol=0.03)
    np.testing.assert_allclose(covariance_of(found), covariance_of(true), atol=0.03 * np.abs(covariance_of(true)).max())


@pytest.mark.parametrize("n", [3, 6, 7, 8])
def test_equal_eigenvalues_leave_no_signal(n):
    """Rounding puts the first of equal eigenvalues below their mean for some scales: the root of it would be a warning."""
    for variance in range(1, 51):
        model = ProbabilisticPCA(1).fit(np.vstack([np.eye(n), -np.eye(n)]) * np.sqrt(0.1 * variance))
        np.testing.assert_allclose(model.W_, 0, atol=1e-6)
        np.testing.assert_allclose(model.noise_variance_, 0.1 * variance / n)


def test_default_and_invariances():
    X = data()
    assert ProbabilisticPCA().fit(X).W_.shape == (5, 6) and ProbabilisticPCA().fit(X[:4]).W_.shape == (2, 6)
    Q = np.linalg.qr(np.random.default_rng(3).standard_normal((6, 6)))[0]
    plain, turned, twice = (ProbabilisticPCA(3).fit(x) for x in (X, X @ Q + 100, np.repeat(X, 2, axis=0)))
    np.testing.assert_allclose(turned.score_samples(X @ Q + 100), plain.score_samples(X), rtol=1e-9)
    np.testing.assert_allclose(twice.W_, plain.W_, atol=1e-9)
    np.testing.assert_allclose(ProbabilisticPCA(3).fit(1e-3 * X).log_likelihood_, plain.log_likelihood_ + 6 * np.log(1e3))


def test_estimator_conventions():
    model = ProbabilisticPCA(2)
    assert model.get_params() == {"n_components": 2} and repr(model) == "ProbabilisticPCA(n_components=2)"
    X = data().astype(np.float32)
    kept = X.copy()
    assert model.fit(X) is model and np.array_equal(X, kept) and model.n_features_in_ == 6
    assert list(model.get_feature_names_out()) == ["probabilisticpca0", "probabilisticpca1"]
    assert np.array_equal(pickle.loads(pickle.dumps(model)).score_samples(X), model.score_samples(X))


@pytest.mark.parametrize("k, X, match", [
    (6, data(), "at most min.* = 5 .*got 6.*discarded"), (9, data(), "at most min.* = 5"),
    (4, data(m=5), "at most min.* = 3"), (0, data(), "n_components must be an integer"),
    (None, data(m=2), "3 examples and 2 features"), (1, data(n=1), "2 features")])
def test_no_direction_is_left_for_the_noise(k, X, match):
    with pytest.raises(ValueError, match=match):
        ProbabilisticPCA(k).fit(X)


@pytest.mark.parametrize("offset", [0.0, 1e6])
def test_no_variance_is_left_for_the_noise(offset):
    rng = np.random.default_rng(0)
    X = rng.standard_normal((50, 2)) @ rng.standard_normal((2, 6)) + offset
    for k in (2, 3):
        with pytest.raises(ValueError, match=f"no variance outside of its first {k} components"):
            ProbabilisticPCA(k).fit(X)
    assert ProbabilisticPCA(1).fit(X).noise_variance_ > 0
    assert ProbabilisticPCA(2).fit(X + 1e-3 * rng.standard_normal(X.shape)).noise_variance_ > 0
    with pytest.raises(ValueError, match="no variance"):
        ProbabilisticPCA(1).fit(np.full((5, 3), 0.1) + offset)


def test_a_failed_fit_changes_nothing():
    X, model = data(), ProbabilisticPCA(3).fit(data())
    scores = model.score_samples(X)
    with pytest.raises(ValueError, match="no variance"):
        model.fit(np.ones((9, 7)))
    assert np.array_equal(model.score_samples(X), scores)


def test_bad_use():
    X, new = data(), ProbabilisticPCA()
    for call in (new.transform, new.inverse_transform, new.score_samples, new.posterior, new.score, new.reconstruct):
        with pytest.raises(ValueError, match="ProbabilisticPCA is not fitted"):
            call(X)
    for call in (new.get_feature_names_out, lambda: new.sample(1)):
        with pytest.raises(ValueError, match="ProbabilisticPCA is not fitted"):
            call()
    for k in (2.0, "all", True):
        with pytest.raises(TypeError, match="n_components"):
            ProbabilisticPCA(k).fit(X)
    with pytest.raises(ValueError, match="row 0, column 1"):
        new.fit([[1.0, np.nan], [0.0, 1.0], [2.0, 2.0]])
    model = ProbabilisticPCA(2).fit(X)
    with pytest.raises(ValueError, match="X has 5 features"):
        model.score_samples(X[:, :5])
    with pytest.raises(ValueError, match="Z has 3 features"):
        model.inverse_transform(X[:, :3])
    with pytest.raises(ValueError, match="n must be an integer of at least 1"):
        model.sample(0)
    with pytest.raises(TypeError, match="random_state"):
        model.sample(1, random_state="seed")
