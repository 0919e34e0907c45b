import copy
import pickle

import numpy as np
import pytest

from npae import Parameters

SHAPES = {"encoder.0.W": (3, 2), "encoder.0.b": (2,), "log_sigma2": ()}


@pytest.fixture
def params():
    return Parameters(SHAPES, np.arange(9.0))


def assert_views(params):
    for array in params.values():
        assert np.shares_memory(array, params.theta)
    params.theta[:] = 7.0
    assert all(np.all(array == 7.0) for array in params.values())


def test_views_and_vector_are_one_thing(params):
    params["encoder.0.b"][1] = -1
    assert params.theta[7] == -1
    params["encoder.0.W"] = np.ones((3, 2))
    np.testing.assert_array_equal(params.theta[:6], 1)
    params["log_sigma2"] = 5
    assert params.theta[8] == 5
    assert_views(params)


def test_in_place_addition_through_the_name(params):
    params["encoder.0.b"] += 10
    np.testing.assert_array_equal(params.theta[6:8], [16, 17])
    assert_views(params)


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, Parameters.copy, lambda p: pickle.loads(pickle.dumps(p))])
def test_copies_have_their_own_vector_and_their_own_views(params, duplicate):
    twin = duplicate(params)
    np.testing.assert_array_equal(twin.theta, params.theta)
    assert not np.shares_memory(twin.theta, params.theta)
    assert list(twin) == list(params) and twin.shapes == SHAPES
    assert_views(twin)
    assert params.theta[3] == 3


def test_astype(params):
    assert params.astype(np.complex128)["encoder.0.W"].dtype == np.complex128


def test_gradients_add_up_and_nothing_contributed_is_zero(params):
    rng, grads = np.random.default_rng(0), params.gradients()
    x, d = rng.normal(size=(5, 3)), rng.normal(size=(5, 2))
    for _ in range(2):      # cleared, it begins anew
        assert not grads.clear().theta.any() and params.theta.any()
        grads.clear()
        grads.add_product("encoder.0.W", x.T, d)
        grads.add_column_sums("encoder.0.b", d)
        np.testing.assert_allclose(grads["encoder.0.W"], x.T @ d, rtol=1e-14)
        np.testing.assert_allclose(grads["encoder.0.b"], d.sum(axis=0), rtol=1e-14)
        grads.add_product("encoder.0.W", x.T, d)
        grads.add("encoder.0.W", np.ones((3, 2)))
        grads.add_column_sums("encoder.0.b", 2 * d)
        grads["encoder.0.b"] += 1
        np.testing.assert_allclose(grads["encoder.0.W"], 2 * x.T @ d + 1, rtol=1e-13)
        np.testing.assert_allclose(grads["encoder.0.b"], 3 * d.sum(axis=0) + 1, rtol=1e-13)
        others = [name for name in params if name not in ("encoder.0.W", "encoder.0.b")]
        assert others and not any(grads[name].any() for name in others)
        assert_views(grads)


def test_a_gradient_that_is_set_is_not_zeroed(params):
    grads = params.gradients()
    grads["encoder.0.b"] = np.array([1.0, 2.0])
    np.testing.assert_array_equal(grads["encoder.0.b"], [1, 2])
    np.testing.assert_array_equal(grads.theta[6:8], [1, 2])


def test_gradients_of_another_precision_are_cast(params):
    grads = params.astype(np.float32).gradients()
    grads.add_product("encoder.0.W", np.ones((3, 5)), np.ones((5, 2), np.float32))
    assert grads["encoder.0.W"].dtype == np.float32 and (grads["encoder.0.W"] == 5).all()


def test_lent_parameters_are_the_same_numbers_and_keep_their_gradients(params):
    lent = params.with_workspace()
    assert lent.theta is params.theta and lent.gradients() is lent.gradients()
    assert params.gradients() is not params.gradients() and params.array("layer", "y", 2, 3) is None
    assert lent.array("layer", "y", 2, 3) is lent.array("layer", "y", 2, 3)


@pytest.mark.parametrize("value, error, words", [
    (np.ones((2, 3)), ValueError, r"shape \(3, 2\), got an array of shape \(2, 3\)"),
    (np.ones((1, 2)), ValueError, "shape"),
    (1j * np.ones((3, 2)), TypeError, "complex"),
])
def test_assignments_that_do_not_fit(params, value, error, words):
    with pytest.raises(error, match=words):
        params["encoder.0.W"] = value
    np.testing.assert_array_equal(params.theta, np.arange(9.0))


def test_unknown_names_and_wrong_vectors(params):
    with pytest.raises(KeyError):
        params["decoder.0.W"] = np.ones(3)
    with pytest.raises(ValueError, match="vector of 9 entries"):
        params.with_theta(np.zeros(8))
    assert "encoder.0.W" in repr(params) and "9 numbers" in repr(params)
