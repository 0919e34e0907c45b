"""The distributions of the probabilistic models: moments of their samples, log-densities by formula, extremes."""

import numpy as np
import pytest

from npae.distributions import Bernoulli, ContinuousBernoulli, Distribution, FullGaussian, Gaussian, Laplace

DRAWS = 100_000
MEAN, LOGVAR = np.array([[0.5, -1.0, 2.0]]), np.array([[0.4, -1.2, 0.0]])
L = np.array([[[1.1, 0.0, 0.0], [-0.7, 0.6, 0.0], [0.3, 0.4, 0.9]]])
LOGITS = np.array([[0.7, -2.0, 0.0]])


def many(distribution, *arguments, draws=DRAWS):
    """The same row many times over."""
    return distribution(*(np.repeat(a, draws, axis=0) for a in arguments))


def bernoulli_mean(o):
    return 1 / (1 + np.exp(-o))


def continuous_mean(o):
    """By the midpoint rule on the density, which knows none of the package's formulas."""
    x = (np.arange(200_000) + 0.5) / 200_000
    p = np.exp(o * x)
    return np.sum(x * p) / p.sum(), np.sum(x ** 2 * p) / p.sum() - (np.sum(x * p) / p.sum()) ** 2


CONTINUOUS = np.array([continuous_mean(o) for o in LOGITS[0]]).T
CASES = {       # distribution, exact mean, exact covariance
    "gaussian": (many(Gaussian, MEAN, LOGVAR), MEAN[0], np.diag(np.exp(LOGVAR[0]))),
    "full gaussian": (many(FullGaussian, MEAN, L), MEAN[0], L[0] @ L[0].T),
    "laplace": (many(Laplace, MEAN, LOGVAR), MEAN[0], np.diag(np.exp(LOGVAR[0]))),
    "bernoulli": (many(Bernoulli, LOGITS), bernoulli_mean(LOGITS[0]),
                  np.diag(bernoulli_mean(LOGITS[0]) * bernoulli_mean(-LOGITS[0]))),
    "continuous bernoulli": (many(ContinuousBernoulli, LOGITS), CONTINUOUS[0], np.diag(CONTINUOUS[1])),
}


@pytest.mark.parametrize("name", CASES)
def test_moments_of_samples(name):
    """Mean and covariance of 1e5 draws within four standard errors, measured by the draws' own products."""
    distribution, mean, covariance = CASES[name]
    x = distribution.sample(3)
    assert x.shape == (DRAWS, 3)
    assert np.all(np.abs(x.mean(axis=0) - mean) < 4 * np.sqrt(np.diag(covariance) / DRAWS))
    products = (x - mean)[:, :, None] * (x - mean)[:, None, :]
    error = np.abs(products.mean(axis=0) - covariance)
    assert np.all(error <= 4 * products.std(axis=0) / np.sqrt(DRAWS) + 1e-12)       # of fair bits (x - 1/2)^2 is exact


@pytest.mark.parametrize("name", CASES)
def test_the_mean_attribute_is_the_mean(name):
    distribution, mean, _ = CASES[name]
    np.testing.assert_allclose(distribution.mean[0], mean, rtol=1e-9)
    assert distribution.mean.shape == (DRAWS, 3)


@pytest.mark.parametrize("name", CASES)
def test_samples_are_reproducible_and_rows_differ(name):
    distribution = CASES[name][0]
    x = distribution.sample(5)
    np.testing.assert_array_equal(x, distribution.sample(5))
    np.testing.assert_array_equal(x, distribution.sample(np.random.default_rng(5)))
    assert np.any(x != distribution.sample(6)) and np.any(x[0] != x[1:])


X = np.array([[0.2, 0.9, 0.0], [1.0, 0.4, 0.7]])
TWO = {name: np.repeat(a, 2, axis=0) for name, a in (("mean", MEAN), ("logvar", LOGVAR), ("L", L), ("logits", LOGITS))}


def test_gaussian_log_density():
    sd = np.exp(LOGVAR / 2)
    expected = np.sum(np.log(np.exp(-0.5 * ((X - MEAN) / sd) ** 2) / (sd * np.sqrt(2 * np.pi))), axis=1)
    np.testing.assert_allclose(Gaussian(TWO["mean"], TWO["logvar"]).log_prob(X), expected, rtol=1e-13)
    np.testing.assert_allclose(Gaussian(TWO["mean"], np.array(0.4)).log_prob(X),
                               np.sum(-0.5 * (np.log(2 * np.pi) + 0.4 + (X - MEAN) ** 2 * np.exp(-0.4)), axis=1), rtol=1e-13)


def test_full_gaussian_log_density():
    S, r = L[0] @ L[0].T, X - MEAN
    expected = -0.5 * (3 * np.log(2 * np.pi) + np.log(np.linalg.det(S)) + np.sum((r @ np.linalg.inv(S)) * r, axis=1))
    np.testing.assert_allclose(FullGaussian(TWO["mean"], TWO["L"]).log_prob(X), expected, rtol=1e-12)
    diagonal = np.exp(LOGVAR / 2)[:, :, None] * np.eye(3)
    np.testing.assert_allclose(FullGaussian(TWO["mean"], np.repeat(diagonal, 2, axis=0)).log_prob(X),
                               Gaussian(TWO["mean"], TWO["logvar"]).log_prob(X), rtol=1e-13)


def test_laplace_log_density():
    scale = np.exp(LOGVAR / 2) / np.sqrt(2)         # variance 2 scale^2
    expected = np.sum(np.log(np.exp(-np.abs(X - MEAN) / scale) / (2 * scale)), axis=1)
    np.testing.assert_allclose(Laplace(TWO["mean"], TWO["logvar"]).log_prob(X), expected, rtol=1e-13)


def test_bernoulli_log_probability():
    p, bits = bernoulli_mean(LOGITS), np.array([[1.0, 0.0, 1.0], [0.0, 0.0, 0.0]])
    expected = np.sum(bits * np.log(p) + (1 - bits) * np.log(1 - p), axis=1)
    np.testing.assert_allclose(Bernoulli(TWO["logits"]).log_prob(bits), expected, rtol=1e-13)
    assert set(np.unique(CASES["bernoulli"][0].sample(0))) == {0.0, 1.0}


def test_continuous_bernoulli_log_density():
    p = bernoulli_mean(LOGITS[:, :2])
    normalizer = 2 * np.arctanh(1 - 2 * p) / (1 - 2 * p)        # as Loaiza-Ganem and Cunningham print it
    expected = np.sum(np.log(normalizer * p ** X[:, :2] * (1 - p) ** (1 - X[:, :2])), axis=1)
    np.testing.assert_allclose(ContinuousBernoulli(TWO["logits"][:, :2]).log_prob(X[:, :2]), expected, rtol=1e-12)
    np.testing.assert_allclose(ContinuousBernoulli(np.zeros((2, 3))).log_prob(X), 0, atol=1e-15)     # uniform


@pytest.mark.parametrize("o", [-1000.0, -30.0, -1e-3, 0.0, 1e-8, 1e-3, 30.0, 1000.0])
def test_continuous_bernoulli_samples_have_its_distribution_function(o):
    """Kolmogorov's distance below 2.2 / sqrt(N): the level that one sample in 10,000 exceeds. No overflow either."""
    x = np.sort(many(ContinuousBernoulli, np.array([[o]]), draws=5000).sample(1)[:, 0])
    assert np.all(np.isfinite(x)) and x[0] >= 0 and x[-1] <= 1
    if abs(o) < 1e-6:
        F = x
    else:
        F = np.expm1(o * x) / np.expm1(o) if o < 0 else (np.exp(o * (x - 1)) - np.exp(-o)) / -np.expm1(-o)
    steps = np.arange(5001) / 5000
    assert max(np.max(steps[1:] - F), np.max(F - steps[:-1])) < 2.2 / np.sqrt(5000)


@pytest.mark.parametrize("make", [
    lambda t: Gaussian(MEAN.astype(t), LOGVAR.astype(t)), lambda t: FullGaussian(MEAN.astype(t), L.astype(t)),
    lambda t: Laplace(MEAN.astype(t), LOGVAR.astype(t)), lambda t: Bernoulli(LOGITS.astype(t)),
    lambda t: ContinuousBernoulli(LOGITS.astype(t))])
def test_float32_stays_float32_and_agrees(make):
    single, double = make("float32"), make("float64")
    x = np.array([[0.0, 1.0, 1.0]])
    assert single.sample(0).dtype == single.log_prob(x).dtype == single.mean.dtype == np.float32
    np.testing.assert_allclose(single.log_prob(x), double.log_prob(x), rtol=2e-6)
    np.testing.assert_allclose(single.sample(0), double.sample(0), rtol=2e-5, atol=1e-6)


def test_bad_input_is_named():
    gaussian = Gaussian(MEAN, LOGVAR)
    with pytest.raises(ValueError, match="x has 2 features, expected 3"):
        gaussian.log_prob(np.zeros((1, 2)))
    with pytest.raises(ValueError, match="x has 1 entries that are not finite"):
        gaussian.log_prob(np.array([[0.0, np.nan, 0.0]]))
    with pytest.raises(TypeError, match="random_state must be None"):
        gaussian.sample("seed")


def test_the_base_class_asks_for_its_two_methods():
    bare = Distribution()
    bare.mean = MEAN
    with pytest.raises(NotImplementedError):
        bare.sample(0)
    with pytest.raises(NotImplementedError):
        bare.log_prob(MEAN)
