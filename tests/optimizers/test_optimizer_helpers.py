"""get_optimizer, gradient clipping and learning-rate schedules."""

import math

import numpy as np
import pytest

from npae.optimizers import LBFGS, SGD, Adam, Momentum, RMSProp, clip_by_norm, get_optimizer, get_schedule


@pytest.mark.parametrize("name, cls", [("sgd", SGD), ("momentum", Momentum), ("rmsprop", RMSProp), ("adam", Adam),
                                       ("lbfgs", LBFGS)])
def test_get_optimizer_by_name(name, cls):
    assert get_optimizer(name) == cls() and get_optimizer(name) is not get_optimizer(name)


def test_get_optimizer_copies_an_instance():
    mine = Adam(beta1=0.7)
    theirs = get_optimizer(mine)
    assert theirs == mine and theirs is not mine
    theirs.start(np.ones(3))
    theirs.step(np.ones(3), np.ones(3), 0.1)
    assert set(vars(mine)) == {"beta1", "beta2", "eps"}
    again = get_optimizer(theirs)
    assert again.M is not theirs.M


@pytest.mark.parametrize("wrong", ["Adam", "adagrad", None, Adam, 3])
def test_get_optimizer_lists_the_names(wrong):
    with pytest.raises(ValueError, match="sgd, momentum, rmsprop, adam, lbfgs"):
        get_optimizer(wrong)


def test_get_optimizer_validates():
    with pytest.raises(ValueError, match="beta1"):
        get_optimizer(Adam(beta1=2.0))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_clip_keeps_the_direction(dtype):
    g = np.array([3.0, -4.0, 12.0], dtype)
    same = g
    assert clip_by_norm(g, np.float64(6.5)) == 13.0
    assert g is same and g.dtype == dtype
    np.testing.assert_array_equal(g, np.array([1.5, -2.0, 6.0], dtype))
    assert clip_by_norm(g, 6.5) == 6.5 and clip_by_norm(g, 100.0) == 6.5
    np.testing.assert_array_equal(g, np.array([1.5, -2.0, 6.0], dtype))


@pytest.mark.parametrize("dtype, huge", [(np.float32, 1e30), (np.float64, 1e200)])
def test_clip_where_squares_overflow(dtype, huge):
    g = np.array([3 * huge, -4 * huge], dtype)
    assert math.isclose(clip_by_norm(g, 1.0), 5 * huge, rel_tol=1e-6)
    np.testing.assert_allclose(g, [0.6, -0.8], rtol=1e-6)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_clip_does_not_hide_a_gradient_that_is_not_finite(bad):
    g = np.array([1.0, bad])
    assert not np.isfinite(clip_by_norm(g, 1.0))
    np.testing.assert_array_equal(g, [1.0, bad])


def test_clip_zero_and_errors():
    g = np.zeros(3)
    assert clip_by_norm(g, 1.0) == 0.0 and not g.any()
    for wrong in (0.0, -1.0, np.nan):
        with pytest.raises(ValueError, match="max_norm"):
            clip_by_norm(g, wrong)


def factors(name, epochs, planned=None):
    return [get_schedule(name)(epoch, planned or epochs) for epoch in range(epochs)]


def test_schedules():
    assert factors("constant", 4) == [1.0] * 4
    np.testing.assert_allclose(factors("cosine", 4), [1.0, (2 + math.sqrt(2)) / 4, 0.5, (2 - math.sqrt(2)) / 4])
    np.testing.assert_allclose(factors("step", 8), [1, 1, 1, 1, 0.1, 0.1, 0.01, 0.01])
    np.testing.assert_allclose(factors("step", 5), [1, 1, 1, 0.1, 0.01])
    np.testing.assert_allclose(factors("warmup", 40)[:6], [0.25, 0.5, 0.75, 1, 1, 1])
    np.testing.assert_allclose(factors("warmup", 21)[:4], [1 / 3, 2 / 3, 1, 1])
    assert factors("warmup", 3) == [1.0] * 3


@pytest.mark.parametrize("name", ["constant", "cosine", "step", "warmup"])
def test_schedules_stay_in_bounds_also_beyond_the_plan(name):
    for planned in (1, 2, 7, 100):
        values = factors(name, planned + 5, planned)
        assert all(0 < value <= 1 for value in values)
        assert values[planned:] == [values[planned - 1]] * 5


def test_get_schedule():
    def mine(epoch, epochs):
        return 0.5 if epoch else None

    assert get_schedule(mine)(1, 2) == 0.5
    with pytest.raises(TypeError, match=r"schedule\(0, 2\) must be a number, got None"):
        get_schedule(mine)(0, 2)
    for wrong in ("linear", None, 0.1):
        with pytest.raises(ValueError, match="constant, cosine, step, warmup"):
            get_schedule(wrong)
