"""Values of the losses against formulas written out here, weights, dtypes, extremes. (Gradients: tests/checks.)"""

import math

import numpy as np
import pytest

from npae import losses

RNG = np.random.default_rng(0)
O, X = RNG.normal(size=(6, 3)), RNG.uniform(0, 1, (6, 3))


def test_values_by_hand():
    o, x = np.array([[1.0, 2.0], [0.0, -1.0]]), np.array([[0.0, 0.5], [1.0, 1.0]])
    assert losses.squared_error(o, x) == pytest.approx((1 + 2.25 + 1 + 4) / 2)
    assert losses.absolute_error(o, x) == pytest.approx((1 + 1.5 + 1 + 2) / 2)
    p = 1 / (1 + np.exp(-o))
    assert losses.bernoulli_nll(o, x) == pytest.approx(np.sum(-x * np.log(p) - (1 - x) * np.log(1 - p)) / 2)
    density = np.exp(-(x - o) ** 2 / (2 * 0.25)) / math.sqrt(2 * math.pi * 0.25)
    assert losses.gaussian_nll(o, x, np.log(0.25)) == pytest.approx(-np.log(density).sum() / 2)


def test_cross_entropy_facts_of_the_third_source():
    """003 equations bce-3: x = 1 costs -log p, x = 0 costs -log(1 - p); at p = 0.8 these are 0.2231 and 1.6094."""
    logit = np.array([[np.log(0.8 / 0.2)]])
    assert losses.bernoulli_nll(logit, np.ones((1, 1))) == pytest.approx(0.2231, abs=1e-4)
    assert losses.bernoulli_nll(logit, np.zeros((1, 1))) == pytest.approx(1.6094, abs=1e-4)
    for x, floor in ((0.1, 0.325083), (0.3, 0.610864), (0.5, 0.693147)):
        assert losses.bernoulli_entropy(np.array([[x]])) == pytest.approx(floor, abs=1e-6)
    np.testing.assert_array_equal(losses.bernoulli_entropy(np.array([[0.0, 1.0]])), 0)


def test_squared_error_after_a_sigmoid_stands_still_where_cross_entropy_learns():
    """E003-19: target 1, logit -10: gradient -9.08e-5 for squared error, -0.99995 for cross-entropy."""
    o, x = np.array([[-10.0]]), np.ones((1, 1))
    p = 1 / (1 + np.exp(-o))
    assert (losses.squared_error_backward(p, x) * p * (1 - p)).item() == pytest.approx(-9.08e-5, rel=1e-3)
    assert losses.bernoulli_nll_backward(o, x).item() == pytest.approx(-0.99995, rel=1e-5)


@pytest.mark.parametrize("name", ["squared_error", "absolute_error", "bernoulli_nll"])
def test_a_weight_replaces_one_over_m(name):
    value, backward, entries = (getattr(losses, name + suffix) for suffix in ("", "_backward", "_entries"))
    assert value(O, X) == pytest.approx(entries(O, X).sum() / 6)
    mask = RNG.integers(0, 2, (6, 3)) / 6
    assert value(O, X, mask) == pytest.approx((mask * entries(O, X)).sum())
    np.testing.assert_array_equal(backward(O, X, mask)[mask == 0], 0)
    np.testing.assert_allclose(backward(O, X, np.full((6, 1), 1 / 6)), backward(O, X))
    np.testing.assert_allclose(entries(O, X), [[value(o[None, None], x[None, None]) for o, x in zip(*row)]
                                               for row in zip(O, X)])


@pytest.mark.parametrize("name", ["squared_error", "absolute_error", "bernoulli_nll"])
def test_float32_stays_float32(name):
    o, x = O.astype(np.float32), X.astype(np.float32)
    assert getattr(losses, name)(o, x).dtype == np.float32
    assert getattr(losses, f"{name}_backward")(o, x).dtype == np.float32
    assert getattr(losses, f"{name}_entries")(o, x).dtype == np.float32


def test_gaussian_nll_shapes_and_float32():
    for shape in ((), (1,), (3,), (1, 3), (6, 1), (6, 3)):
        logvar = np.zeros(shape, np.float32)
        value = losses.gaussian_nll(O.astype(np.float32), X.astype(np.float32), logvar)
        dmu, dlogvar = losses.gaussian_nll_backward(O.astype(np.float32), X.astype(np.float32), logvar)
        assert value.dtype == dmu.dtype == dlogvar.dtype == np.float32
        assert dmu.shape == O.shape and dlogvar.shape == shape
        assert value == pytest.approx(0.5 * losses.squared_error(O, X) + 1.5 * np.log(2 * np.pi), rel=1e-6)


def test_logits_that_saturate_the_sigmoid():
    """Logits 40, -40, 800, -800, 0.3: the form from probabilities gives nan, this one the sum below."""
    o = np.array([[40, -40, 800, -800, 0.3]])
    x = np.array([[1, 0, 1, 0, 0.5]])
    assert losses.bernoulli_nll(o, x) == pytest.approx(0.704355244469, abs=1e-12)
    assert losses.bernoulli_nll(o, 1 - x) == pytest.approx(1680 + 0.704355244469)
    assert np.isfinite(losses.bernoulli_nll_backward(o, x)).all()


def test_absolute_error_takes_zero_at_its_corner():
    np.testing.assert_array_equal(losses.absolute_error_backward(X, X), 0)


@pytest.mark.parametrize("name", losses.LOSSES)
@pytest.mark.parametrize("weight", [None, 0.3, "entries", "rows", "columns"])
@pytest.mark.parametrize("m", [1, 6, 3 * 2 ** 15 // 40])
def test_value_and_gradient_together_are_those_of_the_pair(name, weight, m):
    """In one block and in several."""
    rng, loss = np.random.default_rng(m), losses.LOSSES[name]
    o, x = 3 * rng.normal(size=(m, 40)), rng.uniform(0, 1, (m, 40))
    if isinstance(weight, str):
        weight = rng.uniform(0.1, 1, {"entries": (m, 40), "rows": (m, 1), "columns": (40,)}[weight])
    for out in (None, np.empty_like(o)):
        value, do = loss.value_and_gradient(o, x, weight, out)
        assert value == pytest.approx(loss.value(o, x, weight), rel=1e-13)
        np.testing.assert_allclose(do, loss.backward(o, x, weight), rtol=1e-12, atol=1e-15)


def test_bernoulli_value_and_gradient_together_far_from_the_origin():
    o, x = np.array([[1e4, -1e4, 800.0, -800.0, 40.0, -40.0]]), np.array([[1.0, 0.0, 0.0, 1.0, 1.0, 0.0]])
    with np.errstate(all="raise", under="ignore"):
        value, do = losses.bernoulli_nll_and_gradient(o, x)
    assert value == pytest.approx(1600, rel=1e-12)
    np.testing.assert_allclose(do, [[0, 0, 1, -1, 0, 0]], atol=1e-15)
    assert do[0, -1] == pytest.approx(np.exp(-40), rel=1e-12)
