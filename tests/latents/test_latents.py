"""The latents: moments of the samples, equality of the full and the diagonal case, gradients, and what they leave alone."""

import numpy as np
import pytest

from npae.gradcheck import relative_error
from npae.gradcheck.numerical import complex_step
from npae.latents import (
    cholesky_factor,
    reparameterize,
    reparameterize_backward,
    reparameterize_cholesky,
    reparameterize_cholesky_backward,
    unit_noise,
    unit_noise_backward,
)

RNG = np.random.default_rng(0)
M, S, K = 3, 4, 2
MU, LOGVAR, LOWER, EPS, DZ = (RNG.normal(size=shape) for shape in ((M, K), (M, K), (M, K, K), (M, S, K), (M, S, K)))


def test_logvar_is_the_logarithm_of_the_variance():
    """By moments of many draws: exp(logvar) in place of exp(logvar / 2) passes every gradient check."""
    eps = np.random.default_rng(1).standard_normal((100_000, 1))
    z = reparameterize(np.array([[1.5]]), np.log([[4.0]]), eps)[:, 0]
    assert abs(z.mean() - 1.5) < 4 * 2 / np.sqrt(len(z))
    assert abs(z.var() - 4.0) < 4 * np.sqrt(2 / len(z)) * 4


def test_full_covariance_by_moments():
    draws = np.random.default_rng(2).standard_normal((1, 200_000, K))
    z = reparameterize_cholesky(MU[:1], LOGVAR[:1], LOWER[:1], draws)[0]
    L = np.array([[np.exp(LOGVAR[0, 0] / 2), 0.0], [LOWER[0, 1, 0], np.exp(LOGVAR[0, 1] / 2)]])
    exact = L @ L.T
    spread = np.sqrt((np.outer(np.diag(exact), np.diag(exact)) + exact ** 2) / len(z))
    assert np.all(np.abs(np.cov(z.T) - exact) < 4 * spread)
    assert np.all(np.abs(z.mean(axis=0) - MU[0]) < 4 * np.sqrt(np.diag(exact) / len(z)))


def test_without_noise_the_sample_is_the_mean():
    zero = np.zeros_like(EPS)
    np.testing.assert_array_equal(reparameterize(MU[:, None], LOGVAR[:, None], zero), np.repeat(MU[:, None], S, axis=1))
    np.testing.assert_array_equal(reparameterize_cholesky(MU, LOGVAR, LOWER, zero), np.repeat(MU[:, None], S, axis=1))
    np.testing.assert_array_equal(unit_noise(MU[:, None], zero), np.repeat(MU[:, None], S, axis=1))


def test_full_with_nothing_below_the_diagonal_is_diagonal():
    none = np.zeros_like(LOWER)
    diagonal = reparameterize(MU[:, None], LOGVAR[:, None], EPS)
    np.testing.assert_allclose(reparameterize_cholesky(MU, LOGVAR, none, EPS), diagonal, rtol=0, atol=1e-15)
    dmu, dlogvar = (d.sum(axis=1) for d in reparameterize_backward(DZ, LOGVAR[:, None], EPS))
    ours = reparameterize_cholesky_backward(DZ, LOGVAR, EPS)
    np.testing.assert_allclose(ours[0], dmu, atol=1e-14)
    np.testing.assert_allclose(ours[1], dlogvar, atol=1e-14)
    assert np.abs(ours[2]).max() > 0.01         # but there is a pull away from the diagonal


def test_the_cholesky_factor():
    """Lower triangular with a positive diagonal, whatever stands above it; log det of L L^T is the sum of logvar."""
    L = cholesky_factor(LOGVAR, LOWER)
    np.testing.assert_array_equal(L, np.tril(L))
    np.testing.assert_allclose(np.linalg.slogdet(L @ np.swapaxes(L, 1, 2))[1], LOGVAR.sum(axis=1), atol=1e-14)
    np.testing.assert_array_equal(L[:, 1, 0], LOWER[:, 1, 0])
    np.testing.assert_allclose(np.linalg.cholesky(L @ np.swapaxes(L, 1, 2)), L, atol=1e-14)


@pytest.mark.parametrize("which", range(2))
def test_gradient_of_the_reparameterization(which):
    arguments = [np.broadcast_to(a[:, None], DZ.shape) for a in (MU, LOGVAR)]

    def z(a):
        return reparameterize(*(a if i == which else other for i, other in enumerate(arguments)), EPS)
    exact = complex_step(z, arguments[which], DZ).value
    assert relative_error(reparameterize_backward(DZ, arguments[1], EPS)[which], exact) < 1e-14


@pytest.mark.parametrize("which", range(3))
def test_gradient_of_the_full_reparameterization(which):
    arguments = [MU, LOGVAR, LOWER]

    def z(a):
        return reparameterize_cholesky(*(a if i == which else other for i, other in enumerate(arguments)), EPS)
    exact = complex_step(z, arguments[which], DZ).value
    assert relative_error(reparameterize_cholesky_backward(DZ, LOGVAR, EPS)[which], exact) < 1e-14


def test_backward_functions_return_fresh_arrays_and_write_nowhere():
    for backward in (lambda dz: unit_noise_backward(dz), lambda dz: reparameterize_backward(dz, LOGVAR[:, None], EPS)[0],
                     lambda dz: reparameterize_cholesky_backward(dz, LOGVAR, EPS)[0]):
        dz = DZ.copy()
        result = backward(dz)
        assert not np.shares_memory(result, dz)
        np.testing.assert_array_equal(dz, DZ)


def test_unit_noise_has_variance_one_whatever_the_code():
    eps = np.random.default_rng(3).standard_normal((100_000, 1))
    for f in (0.0, 50.0):
        z = unit_noise(np.array([[f]]), eps)
        assert abs(z.var() - 1) < 4 * np.sqrt(2 / len(z)) and abs(z.mean() - f) < 4 / np.sqrt(len(z))
    np.testing.assert_array_equal(unit_noise_backward(DZ), DZ)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_dtypes_are_kept(dtype):
    mu, logvar, lower, eps, dz = (a.astype(dtype) for a in (MU, LOGVAR, LOWER, EPS, DZ))
    results = [reparameterize(mu[:, None], logvar[:, None], eps), *reparameterize_backward(dz, logvar[:, None], eps),
               reparameterize_cholesky(mu, logvar, lower, eps), *reparameterize_cholesky_backward(dz, logvar, eps),
               cholesky_factor(logvar, lower), unit_noise(mu[:, None], eps), unit_noise_backward(dz)]
    assert {result.dtype for result in results} == {np.dtype(dtype)}
