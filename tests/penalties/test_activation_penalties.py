"""L1, Gaussian, Student-t and KL penalties: values against explicit loops, weights, dtypes, batches. (Gradients: checks.)"""

import math

import numpy as np
import pytest

from npae import penalties
from npae.penalties import bernoulli_kl, kl_sparsity, kl_sparsity_backward, mean_activation

RNG = np.random.default_rng(0)
Z, Y = RNG.normal(0, 2, (6, 4)), RNG.uniform(0.05, 0.95, (6, 4))
ENTRIES = {"l1_sparsity": abs, "gaussian_prior": lambda z: z ** 2 / 2, "student_t_sparsity": lambda z: math.log(1 + z ** 2)}
elementwise = pytest.mark.parametrize("name", ENTRIES)


def pair(name):
    return getattr(penalties, name), getattr(penalties, f"{name}_backward")


@elementwise
def test_the_value_is_the_sum_over_units_and_the_mean_over_examples(name):
    value, _ = pair(name)
    by_loop = sum(ENTRIES[name](z) for row in Z.tolist() for z in row) / 6
    assert value(Z) == pytest.approx(by_loop, rel=1e-14)


@elementwise
def test_a_weight_replaces_one_over_m(name):
    value, backward = pair(name)
    for weight in (np.full((6, 1), 1 / 6), RNG.random((6, 4)), RNG.random(4), 0.3):
        full = np.broadcast_to(weight, Z.shape)
        by_loop = sum(w * ENTRIES[name](z) for w, z in zip(full.ravel().tolist(), Z.ravel().tolist()))
        assert value(Z, weight=weight) == pytest.approx(by_loop, rel=1e-13)
        np.testing.assert_allclose(backward(Z, weight=weight), full * 6 * backward(Z), rtol=1e-13)
    np.testing.assert_array_equal(backward(Z, weight=np.zeros((6, 1))), 0)


@elementwise
def test_no_gradient_at_zero(name):
    np.testing.assert_array_equal(pair(name)[1](np.zeros((3, 2))), 0)


def test_student_t_with_other_degrees_of_freedom():
    for nu in (0.5, 2.0, 7.0):
        by_loop = sum((nu + 1) / 2 * math.log(1 + z ** 2 / nu) for z in Z.ravel().tolist()) / 6
        assert penalties.student_t_sparsity(Z, nu) == pytest.approx(by_loop, rel=1e-13)
    wide = penalties.student_t_sparsity(Z, 1e9)             # many degrees of freedom: Gaussian
    assert wide == pytest.approx(penalties.gaussian_prior(Z), rel=1e-6)


def test_which_penalties_spare_large_codes():
    """E000-09: costs at 2 and 3 over the cost at 1: Gaussian 4 and 9, Laplace 2 and 3, Cauchy 2.322 and 3.322."""
    expected = {"gaussian_prior": (4, 9), "l1_sparsity": (2, 3), "student_t_sparsity": (2.322, 3.322)}
    for name, ratios in expected.items():
        one, two, three = (pair(name)[0](np.array([[z]])) for z in (1.0, 2.0, 3.0))
        assert (two / one, three / one) == pytest.approx(ratios, abs=5e-4)


@pytest.mark.parametrize("name", [*ENTRIES, "kl_sparsity"])
def test_float32_stays_float32(name):
    value, backward = pair(name)
    y = Y.astype(np.float32)
    more = (0.1,) if name == "kl_sparsity" else ()
    assert value(y, *more).dtype == np.float32 and backward(y, *more).dtype == np.float32


@pytest.mark.parametrize("name", [*ENTRIES, "kl_sparsity"])
def test_backward_leaves_its_argument_alone_and_returns_no_view(name):
    y, more = Y.copy(), (0.1,) if name == "kl_sparsity" else ()
    gradient = pair(name)[1](y, *more)
    np.testing.assert_array_equal(y, Y)
    assert not np.shares_memory(gradient, y) and gradient.flags.writeable


# ---- KL -------------------------------------------------------------------------------------------------------------

def test_kl_by_a_loop_over_the_units():
    total = 0.0
    for unit in Y.T.tolist():
        r = sum(unit) / 6
        total += 0.2 * math.log(0.2 / r) + 0.8 * math.log(0.8 / (1 - r))
    assert kl_sparsity(Y, 0.2) == pytest.approx(total, rel=1e-13)
    assert bernoulli_kl(Y.mean(axis=0), 0.2) == pytest.approx(total, rel=1e-13)


def test_kl_is_not_divided_by_the_number_of_examples():
    assert kl_sparsity(np.repeat(Y, 5, axis=0), 0.2) == pytest.approx(kl_sparsity(Y, 0.2), rel=1e-13)


def test_kl_couples_the_batch_and_pulls_every_example_alike():
    gradient = kl_sparsity_backward(Y, 0.2)
    assert gradient.shape == Y.shape and np.ptp(gradient, axis=0).max() == 0
    r = Y.mean(axis=0)
    np.testing.assert_allclose(gradient[0], (r - 0.2) / (r * (1 - r)) / 6, rtol=1e-13)


def test_a_weighted_mean_activation():
    weight = RNG.dirichlet(np.ones(6))[:, None]
    r = mean_activation(Y, weight)
    np.testing.assert_allclose(r, [sum(w * y for w, y in zip(weight[:, 0], unit)) for unit in Y.T], rtol=1e-13)
    assert kl_sparsity(Y, 0.2, weight) == pytest.approx(bernoulli_kl(r, 0.2), rel=1e-14)
    gradient = kl_sparsity_backward(Y, 0.2, weight)
    np.testing.assert_allclose(gradient / gradient.sum(axis=0), np.broadcast_to(weight, Y.shape), rtol=1e-12)


def test_kl_is_no_distance():
    """E002-12: KL(.2, .5) = .192745, KL(.5, .2) = .223144 nats; the first is .278 bits (E004-05)."""
    assert bernoulli_kl(np.array([0.5]), 0.2) == pytest.approx(0.192745, abs=5e-7)
    assert bernoulli_kl(np.array([0.2]), 0.5) == pytest.approx(0.223144, abs=5e-7)
    assert bernoulli_kl(np.array([0.5]), 0.2) / math.log(2) == pytest.approx(0.278, abs=5e-4)
