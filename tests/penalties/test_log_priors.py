"""The three log-priors against their densities, and against the penalties that are their negatives."""

import math

import numpy as np
import pytest

from npae.penalties import (
    gaussian_log_prior,
    gaussian_prior_backward,
    l1_sparsity_backward,
    laplace_log_prior,
    student_t_log_prior,
    student_t_sparsity_backward,
)

Z = np.random.default_rng(0).normal(0, 2, (5, 3))
DENSITIES = {
    "laplace": (lambda z: laplace_log_prior(z, 1.3), lambda z: 0.65 * math.exp(-1.3 * abs(z))),
    "gaussian": (lambda z: gaussian_log_prior(z, 2.0), lambda z: math.sqrt(1 / math.pi) * math.exp(-z ** 2)),
    "cauchy": (lambda z: student_t_log_prior(z), lambda z: 1 / (math.pi * (1 + z ** 2))),
    "student_t, 2": (lambda z: student_t_log_prior(z, 2.0), lambda z: (2 + z ** 2) ** -1.5),
}


@pytest.mark.parametrize("name", DENSITIES)
def test_the_log_prior_of_a_code_is_the_sum_over_its_units(name):
    log_prior, density = DENSITIES[name]
    expected = [sum(math.log(density(z)) for z in row) for row in Z.tolist()]
    np.testing.assert_allclose(log_prior(Z), expected, rtol=1e-12)
    assert log_prior(Z).shape == (5,)


@pytest.mark.parametrize("log_prior, backward", [
    (lambda z: laplace_log_prior(z, 0.8), lambda z: 0.8 * l1_sparsity_backward(z, 1.0)),
    (lambda z: gaussian_log_prior(z, 0.8), lambda z: 0.8 * gaussian_prior_backward(z, 1.0)),
    (lambda z: student_t_log_prior(z, 3.0), lambda z: student_t_sparsity_backward(z, 3.0, 1.0)),
])
def test_the_gradient_of_the_penalty_is_minus_that_of_the_log_prior(log_prior, backward):
    step, gradient = 1e-6, np.empty_like(Z)
    for index in np.ndindex(*Z.shape):
        high, low = Z.copy(), Z.copy()
        high[index] += step
        low[index] -= step
        gradient[index] = (log_prior(high).sum() - log_prior(low).sum()) / (2 * step)
    np.testing.assert_allclose(backward(Z), -gradient, atol=1e-8)


def test_the_constant_matters_where_the_rate_is_learnt():
    """E000-07: with log(rate/2) the best rate is k / sum |z|; without it, the smallest."""
    z = np.array([[0.4, -0.3, 0.5]])
    rates = np.linspace(0.05, 10, 2000)
    full = [laplace_log_prior(z, rate)[0] for rate in rates]
    assert rates[np.argmax(full)] == pytest.approx(3 / 1.2, abs=0.01)
    assert rates[np.argmax([-rate * np.abs(z).sum() for rate in rates])] == rates[0]
