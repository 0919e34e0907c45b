"""EM for Gaussian mixtures: monotone, a tight bound, a proper density, and known mixtures found again."""

import pickle
from itertools import permutations

import numpy as np
import pytest

from npae.baselines import GaussianMixture, NoisedDensity
from npae.baselines.gaussian_mixture import _m_step

MEANS = np.array([[0.0, 0.0], [8.0, 1.0], [-3.0, 9.0]])
COVARIANCES = np.array([[[1.0, 0.6], [0.6, 1.5]], [[0.5, -0.3], [-0.3, 0.8]], [[2.0, 0.0], [0.0, 0.3]]])
WEIGHTS = np.array([0.5, 0.3, 0.2])

both = pytest.mark.parametrize("covariance", ["full", "diagonal"])


def separated(m=1500, seed=0):
    """Three clusters far apart, and which example is of which."""
    rng = np.random.default_rng(seed)
    component = rng.choice(3, size=m, p=WEIGHTS)
    L = np.linalg.cholesky(COVARIANCES)
    return MEANS[component] + np.einsum("mij,mj->mi", L[component], rng.standard_normal((m, 2))), component


def tangled(m=120, n=3, seed=0):
    """One skewed cloud, in which components overlap and EM takes its time."""
    rng = np.random.default_rng(seed)
    return rng.gamma(2.0, size=(m, n)) @ rng.standard_normal((n, n)) + 10


def gaussian_log_density(X, mu, C):
    xc = X - mu
    quadratic = (xc * np.linalg.solve(C, xc.T).T).sum(axis=1)
    return -0.5 * (len(mu) * np.log(2 * np.pi) + np.linalg.slogdet(C)[1] + quadratic)


def full(covariances):
    return covariances if covariances.ndim == 3 else np.stack([np.diag(s) for s in covariances])


@both
@pytest.mark.parametrize("K", [2, 5])
@pytest.mark.parametrize("min_variance", [None, 1.0])
def test_monotone_also_at_the_floor(covariance, K, min_variance):
    X = tangled()
    model = GaussianMixture(n_components=K, covariance=covariance, min_variance=min_variance, tolerance=0, n_starts=1,
                            max_iterations=60, random_state=0).fit(X)
    increments = np.diff(model.log_likelihoods_)
    assert len(increments) > 10 and increments.min() > -1e-9 and increments.sum() > 0.01
    np.testing.assert_allclose(model.score(X), model.log_likelihoods_[-1], rtol=1e-9)
    if min_variance:
        np.testing.assert_allclose(np.linalg.eigvalsh(full(model.covariances_)).min(), 1, rtol=1e-9)   # the floor is active


@both
def test_the_density_is_the_weighted_sum(covariance):
    model = GaussianMixture(n_components=3, covariance=covariance, random_state=0).fit(tangled())
    X = tangled(seed=1)
    joint = np.stack([np.log(w) + gaussian_log_density(X, mu, C) for w, mu, C in
                      zip(model.weights_, model.means_, full(model.covariances_))], axis=1)
    np.testing.assert_allclose(model.score_samples(X), np.log(np.exp(joint).sum(axis=1)), rtol=1e-10)
    r = np.exp(joint) / np.exp(joint).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(model.predict_proba(X), r, atol=1e-10)
    assert np.array_equal(model.predict(X), r.argmax(axis=1))
    np.testing.assert_allclose(model.score(X), model.score_samples(X).mean())


def test_agrees_with_the_noised_density_of_points():
    """A mixture of round components of equal width is a set of points in noise."""
    X, model = tangled(), GaussianMixture(n_components=3, covariance="diagonal", random_state=0).fit(tangled())
    model.covariances_ = np.full((3, 3), 0.49)
    points = NoisedDensity(model.means_, 0.7, weights=model.weights_)
    np.testing.assert_allclose(model.score_samples(X), points.log_density(X), rtol=1e-12)


@both
def test_the_density_integrates_to_one(covariance):
    X = np.concatenate([np.random.default_rng(0).normal(-2, 0.5, 100), np.random.default_rng(1).normal(3, 1.5, 200)])
    model = GaussianMixture(n_components=3, covariance=covariance, random_state=0).fit(X[:, None])
    grid = np.linspace(-30, 30, 20001)
    density = np.exp(model.score_samples(grid[:, None]))
    assert abs(density.sum() * (grid[1] - grid[0]) - 1) < 1e-9      # the trapezoidal rule: the ends are 0


@both
def test_the_bound_is_tight_after_the_e_step_and_lower_elsewhere(covariance):
    X = tangled()
    model = GaussianMixture(n_components=4, covariance=covariance, random_state=0).fit(X)
    posterior, rng = model.predict_proba(X), np.random.default_rng(0)
    assert abs(model.elbo(X, posterior) - model.score(X)) < 1e-10
    hard = np.eye(4)[model.predict(X)]
    for r in (np.full((120, 4), 0.25), hard, rng.dirichlet(np.ones(4), 120), 0.99 * posterior + 0.01 / 4):
        divergence = (r * np.log(np.where(r > 0, r, 1) / posterior)).sum(axis=1).mean()
        assert divergence > 0
        np.testing.assert_allclose(model.score(X) - model.elbo(X, r), divergence, rtol=1e-8)


@both
def test_the_m_step_maximizes_the_bound(covariance):
    X, rng = tangled(), np.random.default_rng(0)
    model = GaussianMixture(n_components=2, covariance=covariance, min_variance=1.0, max_iterations=1, random_state=0).fit(X)
    r = rng.dirichlet(np.ones(2), len(X))
    floor = np.linalg.eigvalsh(np.cov(X, rowvar=False))[1] if covariance == "full" else np.median(X.var(axis=0))
    parts = _m_step(X, r, covariance, floor)                        # some variances are at the floor, some are not

    def bound(weights, means, covariances):
        model.weights_, model.means_, model.covariances_, model.min_variance_ = weights, means, covariances, 0.0
        return model.elbo(X, r)

    S = np.stack([s if Q is None else (Q * s) @ Q.T for s, Q in zip(parts.variances, parts.axes)])
    assert np.linalg.eigvalsh(full(S)).min() > floor * (1 - 1e-9) and np.linalg.eigvalsh(full(S)).max() > 1.1 * floor
    best = bound(parts.weights, parts.means, S)
    for _ in range(20):
        t = 0.02 * rng.standard_normal()
        assert bound(parts.weights + [t, -t], parts.means, S) < best
        assert bound(parts.weights, parts.means + 0.1 * rng.standard_normal((2, 3)), S) < best
        A = 0.1 * rng.standard_normal((3, 3))
        other = S * np.exp(A[:2]) if covariance == "diagonal" else (np.eye(3) + A) @ S @ (np.eye(3) + A).T
        if covariance == "diagonal":
            other = np.maximum(other, floor)
        else:
            s, Q = np.linalg.eigh(other)
            other = (Q * np.maximum(s, floor)[:, None]) @ Q.swapaxes(1, 2)
        assert bound(parts.weights, parts.means, other) < best


def test_a_component_without_examples_stays_finite():
    parts = _m_step(tangled(), np.eye(2)[np.zeros(120, dtype=int)], "full", 1e-3)
    assert all(np.isfinite(array).all() for array in (parts.weights, parts.means, parts.variances))
    np.testing.assert_allclose(parts.weights, [1, 0], atol=1e-300)
    assert parts.weights[1] > 0                                     # its logarithm is a number


@both
@pytest.mark.parametrize("seed", range(3))
def test_recovers_a_well_separated_mixture(covariance, seed):
    X, component = separated()
    model = GaussianMixture(n_components=3, covariance=covariance, random_state=seed).fit(X)
    order = min(permutations(range(3)), key=lambda p: np.abs(model.means_[list(p)] - MEANS).sum())
    found = model.predict(X)
    assert np.mean(np.array(order)[component] == found) > 0.995
    for k, (mu, w) in zip(order, zip(MEANS, WEIGHTS)):
        np.testing.assert_allclose(model.means_[k], mu, atol=0.2)
        np.testing.assert_allclose(model.weights_[k], w, atol=0.03)
    expected = COVARIANCES if covariance == "full" else np.stack([np.diag(C) for C in COVARIANCES])
    np.testing.assert_allclose(model.covariances_[list(order)], expected, atol=0.25)
    assert model.converged_


@both
def test_one_component_is_the_sample_gaussian(covariance):
    X = tangled()
    model = GaussianMixture(n_components=1, covariance=covariance, random_state=0).fit(X)
    C = np.cov(X, rowvar=False, bias=True)
    np.testing.assert_allclose(model.means_, [X.mean(axis=0)], rtol=1e-12)
    np.testing.assert_allclose(model.covariances_, [C if covariance == "full" else np.diag(C)], rtol=1e-10)
    assert model.weights_ == [1.0] and model.converged_ and len(model.log_likelihoods_) == 2
    expected = gaussian_log_density(X, X.mean(axis=0), C if covariance == "full" else np.diag(np.diag(C)))
    np.testing.assert_allclose(model.score_samples(X), expected, rtol=1e-10)
    assert np.array_equal(model.predict_proba(X), np.ones((120, 1)))


def test_full_covariance_fits_at_least_as_well_as_diagonal():
    X, _ = separated(300)
    loose, tight = (GaussianMixture(n_components=3, covariance=c, random_state=0).fit(X) for c in ("full", "diagonal"))
    assert loose.covariances_.shape == (3, 2, 2) and tight.covariances_.shape == (3, 2)
    assert loose.score(X) > tight.score(X) + 0.05


@both
def test_the_floor_prevents_collapse(covariance):
    """Two examples and two components: without a floor each would sit on its example with no variance at all."""
    X = np.array([[0.0, 0.0], [1.0, 2.0]])
    model = GaussianMixture(n_components=2, covariance=covariance, min_variance=0.01, random_state=0).fit(X)
    np.testing.assert_allclose(full(model.covariances_), np.stack([0.01 * np.eye(2)] * 2), atol=1e-12)
    np.testing.assert_allclose(model.score(X), np.log(0.5) - np.log(2 * np.pi * 0.01), rtol=1e-9)
    default = GaussianMixture(n_components=2, covariance=covariance, random_state=0).fit(X)
    assert default.min_variance_ == 0.25e-6 and np.isfinite(default.log_likelihoods_).all()


@both
def test_constant_and_collinear_features(covariance):
    X = np.hstack([tangled(), np.full((120, 1), 0.1)])
    X = np.hstack([X, X[:, :1] - 2 * X[:, 1:2]])
    model = GaussianMixture(n_components=3, covariance=covariance, random_state=0).fit(X)
    assert model.min_variance_ == 1e-9 * X.var(axis=0).max()
    assert np.diff(model.log_likelihoods_).min() > -1e-9 and np.isfinite(model.score_samples(X + 1)).all()
    assert np.linalg.eigvalsh(full(model.covariances_)).min() > 0


@both
def test_far_from_everything_the_logarithm_stays_finite(covariance):
    X, _ = separated(300)
    model = GaussianMixture(n_components=3, covariance=covariance, random_state=0).fit(X)
    for far in ([[1e3, 0.0]], [[-1e4, 1e4]]):
        log_p, r = model.score_samples(far), model.predict_proba(far)
        assert np.isfinite(log_p).all() and log_p[0] < -1e5 and np.isfinite(r).all()
        np.testing.assert_allclose(r.sum(axis=1), 1, rtol=1e-12)
        np.testing.assert_allclose(model.elbo(far, r), log_p[0], rtol=1e-12)


@both
def test_sampling_moments(covariance):
    """In three dimensions: the axes of two may be a symmetric matrix, with which turning back is the same as turning."""
    model, N = GaussianMixture(n_components=3, covariance=covariance, random_state=0).fit(tangled()), 20000
    drawn, component = model.sample(N, random_state=1)
    assert drawn.shape == (N, 3) and component.shape == (N,)
    for k, (w, mu, C) in enumerate(zip(model.weights_, model.means_, full(model.covariances_))):
        mine = drawn[component == k]
        assert abs(len(mine) / N - w) < 4 * np.sqrt(w * (1 - w) / N)
        assert (np.abs(mine.mean(axis=0) - mu) < 4 * np.sqrt(np.diag(C) / len(mine))).all()
        errors = np.sqrt((np.outer(np.diag(C), np.diag(C)) + C**2) / len(mine))
        assert (np.abs(np.cov(mine, rowvar=False) - C) < 4 * errors).all()
    again, same = model.sample(N, np.random.default_rng(1))
    assert np.array_equal(drawn, again) and np.array_equal(component, same)


def test_reproducible_and_different_by_seed():
    X = tangled()

    def fit(seed, n_starts=1):
        return GaussianMixture(n_components=5, n_starts=n_starts, random_state=seed).fit(X)

    a, b = fit(3), fit(3)
    assert np.array_equal(a.means_, b.means_) and np.array_equal(a.log_likelihoods_, b.log_likelihoods_)
    assert not np.array_equal(a.means_, fit(4).means_)
    assert np.array_equal(a.fit(X).means_, b.means_)                # a second fit starts afresh
    finals = [fit(np.random.default_rng(3), starts).log_likelihoods_[-1] for starts in (1, 2, 8)]
    assert finals == sorted(finals) and finals[2] > finals[0]       # the best start is kept


def test_scaling_shifting_and_repeating_the_data():
    X = tangled()

    def fit(x):
        return GaussianMixture(n_components=2, n_starts=8, random_state=0).fit(x)

    plain, scaled = fit(X), fit(1e-4 * X + 1)
    np.testing.assert_allclose(scaled.score(1e-4 * X + 1), plain.score(X) + 3 * np.log(1e4), rtol=1e-6)
    r = np.random.default_rng(0).dirichlet(np.ones(2), 120)
    once, twice = _m_step(X, r, "full", 1e-6), _m_step(np.repeat(X, 2, axis=0), np.repeat(r, 2, axis=0), "full", 1e-6)
    np.testing.assert_allclose(twice.variances, once.variances, rtol=1e-10)
    np.testing.assert_allclose(twice.weights, once.weights, rtol=1e-12)


def test_iterations_and_tolerance():
    X = tangled()
    short, long = (GaussianMixture(n_components=4, max_iterations=i, n_starts=1, tolerance=1e-4, random_state=0).fit(X)
                   for i in (3, 500))
    assert len(short.log_likelihoods_) == 3 and not short.converged_
    assert 3 < len(long.log_likelihoods_) < 500 and long.converged_
    assert np.array_equal(long.log_likelihoods_[:3], short.log_likelihoods_)
    increments = np.diff(long.log_likelihoods_)
    assert increments[-1] <= 1e-4 and (increments[:-1] > 1e-4).all()


def test_estimator_conventions():
    model = GaussianMixture(n_components=3, random_state=0)
    assert model.get_params() == {"n_components": 3, "covariance": "full", "max_iterations": 200, "tolerance": 1e-6,
                                  "min_variance": None, "n_starts": 4, "random_state": 0}
    assert repr(model) == "GaussianMixture(n_components=3, random_state=0)"
    X = tangled().astype(np.float32)
    kept = X.copy()
    assert model.fit(X) is model and np.array_equal(X, kept) and model.n_features_in_ == 3
    assert np.array_equal(pickle.loads(pickle.dumps(model)).score_samples(X), model.score_samples(X))


@pytest.mark.parametrize("params, error, match", [
    ({"n_components": 0}, ValueError, "n_components must be an integer of at least 1"),
    ({"n_components": 2.0}, TypeError, "n_components must be an integer"),
    ({"n_components": 21}, ValueError, "at most the number of different examples in X, 20, got 21"),
    ({"covariance": "tied"}, ValueError, "covariance must be one of 'full', 'diagonal'"),
    ({"max_iterations": 0}, ValueError, "max_iterations"), ({"tolerance": -1e-3}, ValueError, "tolerance"),
    ({"min_variance": 0.0}, ValueError, "min_variance"), ({"min_variance": "none"}, TypeError, "min_variance"),
    ({"n_starts": 0}, ValueError, "n_starts"), ({"random_state": "seed"}, TypeError, "random_state")])
def test_bad_hyperparameters(params, error, match):
    model = GaussianMixture(**params)
    with pytest.raises(error, match=match):
        model.fit(np.repeat(tangled(20), 2, axis=0))
    assert not hasattr(model, "n_features_in_")


def test_bad_use():
    X, new = tangled(), GaussianMixture()
    for call in (new.score_samples, new.score, new.predict, new.predict_proba, lambda X: new.elbo(X, X),
                 lambda X: new.sample(1)):
        with pytest.raises(ValueError, match="GaussianMixture is not fitted"):
            call(X)
    with pytest.raises(ValueError, match="row 0, column 1"):
        new.fit([[1.0, np.nan], [0.0, 1.0]])
    with pytest.raises(ValueError, match="X must hold different samples, got 9 samples that are all the same"):
        new.fit(np.full((9, 2), 0.1))
    model = GaussianMixture(random_state=0).fit(X)
    with pytest.raises(ValueError, match="X has 2 features"):
        model.score_samples(X[:, :2])
    with pytest.raises(ValueError, match="n must be an integer of at least 1"):
        model.sample(0)
    for r, match in ((np.full((120, 3), 1 / 3), "responsibilities has 3 features"),
                     (np.full((120, 2), 0.4), "sums from 0.8"), (np.full((119, 2), 0.5), r"must be \(120, 2\)"),
                     (np.tile([1.5, -0.5], (120, 1)), r"lie in \[0, 1\]")):
        with pytest.raises(ValueError, match=match):
            model.elbo(X, r)
