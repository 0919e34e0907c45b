"""The numerical derivatives and the Gauss-Hermite rule against closed forms."""

import numpy as np
import pytest

from npae.derivations.calculus import gauss_hermite, jacobian, laplacian


def test_jacobian_of_a_map():
    A, x = np.arange(6.0).reshape(2, 3), np.array([0.3, -1.2, 0.7])
    np.testing.assert_allclose(jacobian(lambda t: np.sin(A @ t), x), np.cos(A @ x)[:, None] * A, rtol=1e-14)


def test_laplacian_of_scalars_and_vectors():
    x = np.array([0.3, -1.2, 0.7])
    assert laplacian(lambda t: np.exp(t @ t), x) == pytest.approx((6 + 4 * x @ x) * np.exp(x @ x), rel=1e-10)
    np.testing.assert_allclose(laplacian(lambda t: t**3, x), 6 * x, rtol=1e-10)


@pytest.mark.parametrize("k", [1, 2, 3])
def test_gauss_hermite_has_the_moments_of_a_gaussian(k):
    points, weights = gauss_hermite(k, 8)
    assert points.shape == (8**k, k) and weights.sum() == pytest.approx(1)
    np.testing.assert_allclose((weights[:, None] * points).T @ points, np.eye(k), atol=1e-13)
    np.testing.assert_allclose(weights @ points**14, 135135, rtol=1e-12)        # 1 * 3 * ... * 13
    np.testing.assert_allclose(weights @ points**15, 0, atol=1e-6)
