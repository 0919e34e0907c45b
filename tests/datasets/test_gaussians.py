"""Gaussians and mixtures have the moments they are given, within four standard errors."""


import numpy as np
import pytest

from npae.datasets import correlated_gaussian, gaussian_mixture

COVARIANCE = np.array([[2.0, 0.9, 0.0], [0.9, 1.0, -0.3], [0.0, -0.3, 0.5]])
MEANS = np.array([[0.0, 0.0], [3.0, -1.0], [-2.0, 4.0]])
SEVERAL = [np.eye(2), [[2.0, -1.0], [-1.0, 1.0]], np.diag([0.0, 1.0])]


def check_moments(X, mean, covariance):
    """Standard errors of a Gaussian's mean and covariance: sqrt(c_ii / m) and sqrt((c_ii c_jj + c_ij^2) / m)."""
    mean, covariance, m = np.asarray(mean), np.asarray(covariance), len(X)
    variances = np.diag(covariance)
    assert np.all(np.abs(X.mean(axis=0) - mean) <= 4 * np.sqrt(variances / m))
    found = (X - mean).T @ (X - mean) / m
    assert np.all(np.abs(found - covariance) <= 4 * np.sqrt((np.outer(variances, variances) + covariance**2) / m))


def test_correlated_gaussian():
    X = correlated_gaussian(50_000, COVARIANCE, random_state=0)
    assert X.shape == (50_000, 3) and X.dtype == np.float64
    check_moments(X, np.zeros(3), COVARIANCE)
    kurtosis = (X**4).mean(axis=0) / (X**2).mean(axis=0) ** 2
    np.testing.assert_allclose(kurtosis, 3, atol=4 * np.sqrt(24 / 50_000))


def test_a_singular_covariance_gives_points_on_a_line():
    X = correlated_gaussian(1000, [[1, 2], [2, 4]], random_state=0)
    np.testing.assert_allclose(X[:, 1], 2 * X[:, 0], atol=1e-6)
    assert X[:, 0].std() > 0.9


@pytest.mark.parametrize(
    "covariance, message",
    [
        ([[1.0, 0.5], [0.4, 1.0]], "must be a symmetric matrix"),
        (np.ones((2, 3)), "must be a symmetric matrix"),
        ([[1.0, 2.0], [2.0, 1.0]], "must be positive semi-definite, got the eigenvalue -1"),
        ([1.0, 2.0], "must be an array"),
        ([[np.nan]], "must be an array of finite numbers"),
        ([[1.0], [1.0, 2.0]], "must be an array"),
    ],
)
def test_bad_covariances(covariance, message):
    with pytest.raises(ValueError, match=f"covariance {message}"):
        correlated_gaussian(5, covariance)


@pytest.mark.parametrize(
    "covariances, expanded",
    [
        (0.25, [0.25 * np.eye(2)] * 3),
        ([0.1, 1.0, 4.0], [0.1 * np.eye(2), np.eye(2), 4 * np.eye(2)]),
        ([[1.0, 0.8], [0.8, 1.0]], [[[1.0, 0.8], [0.8, 1.0]]] * 3),
        (SEVERAL, SEVERAL),
    ],
)
def test_every_component_has_its_moments(covariances, expanded):
    X, component = gaussian_mixture(30_000, MEANS, covariances=covariances, random_state=0)
    assert X.shape == (30_000, 2) and X.dtype == np.float64
    assert component.shape == (30_000,) and component.dtype == np.int64
    for k in range(3):
        check_moments(X[component == k], MEANS[k], expanded[k])


@pytest.mark.parametrize("weights", [None, [0.7, 0.2, 0.1], [0.0, 0.5, 0.5]])
def test_components_have_their_weights(weights):
    _, component = gaussian_mixture(20_000, MEANS, weights=weights, random_state=0)
    expected = np.array([1 / 3] * 3 if weights is None else weights)
    found = np.bincount(component, minlength=3) / 20_000
    assert np.all(np.abs(found - expected) <= 4 * np.sqrt(expected * (1 - expected) / 20_000))


def test_examples_are_not_ordered_by_component():
    _, component = gaussian_mixture(100, MEANS, random_state=0)
    assert np.any(np.diff(component) < 0)


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"means": [1.0, 2.0]}, "means must be an array of finite numbers with 2 dimensions"),
        ({"means": np.zeros((0, 2))}, "means must be an array"),
        ({"means": MEANS, "weights": [0.5, 0.5]}, "weights must be 3 numbers"),
        ({"means": MEANS, "weights": [0.5, 0.5, 0.5]}, "weights must be 3 numbers of at least 0 and of sum 1"),
        ({"means": MEANS, "weights": [1.5, -0.5, 0.0]}, "weights must be 3 numbers"),
        ({"means": MEANS, "covariances": np.eye(3)}, r"covariances must have shape .* to fit means \(3, 2\), got \(3, 3\)"),
        ({"means": MEANS, "covariances": [1.0, 2.0]}, r"covariances must have shape .*, got \(2,\)"),
        ({"means": MEANS, "covariances": -1.0}, r"covariances\[0\] must be positive semi-definite"),
        ({"means": MEANS, "covariances": "wide"}, "covariances must be an array of finite numbers with 0 or 1 or"),
        ({"means": MEANS, "n_examples": 0}, "n_examples must be an integer of at least 1, got 0"),
        ({"means": MEANS, "random_state": "seed"}, "random_state must be"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises((TypeError, ValueError), match=message):
        gaussian_mixture(**{"n_examples": 5, **arguments})
