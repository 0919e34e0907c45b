"""How a pair is called: by name, with the output where backward asks for it, and how its answer is read."""

import numpy as np
import pytest

from npae.gradcheck import check_gradients

from .toys import affine, affine_backward, affine_inputs, gaussian_kl, gaussian_kl_backward, squared_error

INPUTS = affine_inputs(np.random.default_rng(0))
A = np.random.default_rng(1).normal(size=(7, 5))


def test_the_upstream_has_the_shape_of_y_both_signs_and_moderate_sizes():
    seen = []

    def backward(dy, x, W):
        seen.append(dy.copy())
        return affine_backward(dy, x, W)

    check_gradients(affine, backward, INPUTS, seed=3)
    dy = seen[0]
    assert dy.shape == (7, 3) and dy.dtype == np.float64 and (dy > 0).any() and (dy < 0).any()
    assert np.all((np.abs(dy) >= 0.5) & (np.abs(dy) <= 1.5))
    check_gradients(affine, backward, INPUTS, upstream=np.full((7, 3), 2.0))
    assert any(np.all(dy == 2) for dy in seen)
    with pytest.raises(ValueError, match="shape"):
        check_gradients(affine, backward, INPUTS, upstream=np.ones(3))


def test_the_upstream_is_not_the_stream_that_drew_the_inputs():
    seen = []

    def backward(dy, x):
        seen.append(dy.copy())
        return 2 * x * dy

    for seed in range(5):
        x = np.random.default_rng(seed).uniform(0.5, 1.5, (7, 3))
        check_gradients(lambda x: x**2, backward, {"x": x}, seed=seed)
        assert abs(np.corrcoef(np.abs(seen[0]).ravel(), x.ravel())[0, 1]) < 0.7
        seen.clear()


def test_a_required_parameter_that_is_no_input_is_the_output():
    assert check_gradients(lambda a: np.tanh(a), lambda dy, y: dy * (1 - y**2), {"a": A}).passed
    assert check_gradients(lambda a: np.exp(np.mean(a)), lambda a, y: np.full_like(a, y / a.size), {"a": A}).passed


def test_defaults_that_are_no_inputs_are_left_alone():
    def backward(dy, x, W, need_dx=True, *, out=None):
        assert need_dx is True and out is None
        return affine_backward(dy, x, W)

    assert check_gradients(affine, backward, INPUTS).passed


def test_none_scalars_and_integers_are_handed_through():
    def loss(o, x, weight=None, power=2):
        assert weight is None and power == 2 and isinstance(power, int)
        return np.sum((o - x) ** power)

    inputs = {"o": A, "x": 0 * A, "weight": None, "power": 2}
    assert check_gradients(loss, lambda o, x, power: power * (o - x), inputs).passed

    labels = np.array([0, 2, 1])

    def pick(x, labels):
        assert labels.dtype.kind == "i"
        return x[np.arange(3), labels]

    def pick_backward(dy, x, labels):
        dx = np.zeros_like(x)
        dx[np.arange(3), labels] = dy
        return dx

    assert check_gradients(pick, pick_backward, {"x": A[:3], "labels": labels}).passed


def test_a_float_can_be_differentiated():
    report = check_gradients(lambda s, x: s * x, lambda dy, s, x: (np.sum(dy * x), s * dy), {"s": 0.5, "x": A})
    assert report.passed and [row.name for row in report.rows] == ["s", "x"]


@pytest.mark.parametrize("answer", [
    lambda dx, dW, db: (dx, dW, db), lambda dx, dW, db: [dx, dW, db], lambda dx, dW, db: {"db": db, "dx": dx, "dW": dW},
    lambda dx, dW, db: {"x": dx, "W": dW, "b": db}, lambda dx, dW, db: (dx, dW), lambda dx, dW, db: dx])
def test_tuples_dictionaries_and_single_arrays(answer):
    report = check_gradients(affine, lambda dy, x, W: answer(*affine_backward(dy, x, W)), INPUTS)
    assert report.passed and [row.name for row in report.rows] == ["x", "W", "b"][:len(report.rows)]


def test_wrt_names_what_is_returned():
    assert check_gradients(affine, lambda dy, x: x.T @ dy, INPUTS, wrt="W").passed
    report = check_gradients(affine, lambda dy, x: (dy.sum(axis=0), x.T @ dy), INPUTS, wrt=("b", "W"))
    assert report.passed and [row.name for row in report.rows] == ["b", "W"]
    with pytest.raises(ValueError, match="wrt"):
        check_gradients(affine, affine_backward, INPUTS, wrt="V")


def test_the_order_is_that_of_the_signature():
    assert check_gradients(affine, affine_backward, dict(reversed(INPUTS.items()))).passed


def test_a_scalar_forward_has_no_upstream():
    inputs = {"mu": A[:, :2], "logvar": A[:, 2:4]}
    assert check_gradients(gaussian_kl, gaussian_kl_backward, inputs).passed
    with pytest.raises(TypeError, match="no upstream"):
        check_gradients(squared_error, lambda dy, o, x: dy * (o - x), {"o": A, "x": A})


@pytest.mark.parametrize("arguments, message", [
    ((affine,), "needs"), ((affine, affine_backward), "needs"),
    ((affine, lambda x, W, b: affine_backward(x, x, W), INPUTS), "upstream gradient first"),
    ((affine, lambda dy, x, W, p, q: None, INPUTS), "requires"),
    ((lambda x: (x, x), lambda dy, x: dy, {"x": A}), "one array or one number")])
def test_misuse_is_explained(arguments, message):
    with pytest.raises(TypeError, match=message):
        check_gradients(*arguments)


def test_unknown_methods_are_refused():
    with pytest.raises(ValueError, match="method"):
        check_gradients(affine, affine_backward, INPUTS, method="forward")


def test_an_explicit_tolerance():
    def backward(dy, x, W):
        return [1.001 * g for g in affine_backward(dy, x, W)]

    assert not check_gradients(affine, backward, INPUTS).passed
    assert check_gradients(affine, backward, INPUTS, tolerance=0.01).passed
