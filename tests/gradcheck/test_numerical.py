"""Numerical derivatives against analytic ones, at the accuracy that each method promises."""

import numpy as np
import pytest

from npae.gradcheck import central_difference, complex_step, richardson

from .toys import sigmoid

METHODS = {central_difference: 1e-8, richardson: 1e-10, complex_step: 1e-14}


def autoencoder_loss(x):
    """A tanh/sigmoid autoencoder loss, of its weights x (2, n, h)."""
    data = np.linspace(0, 1, 20).reshape(4, 5)
    o = sigmoid(np.tanh(data @ x[0]) @ x[1].T)
    return np.sum((o - data) ** 2)


def autoencoder_gradient(x):
    data = np.linspace(0, 1, 20).reshape(4, 5)
    h = np.tanh(data @ x[0])
    o = sigmoid(h @ x[1].T)
    da = 2 * (o - data) * o * (1 - o)
    return np.stack([data.T @ (da @ x[1] * (1 - h**2)), da.T @ h])


@pytest.mark.parametrize("method, accuracy", METHODS.items())
def test_accuracy_on_an_autoencoder_loss(method, accuracy):
    x = np.random.default_rng(0).normal(size=(2, 5, 3))
    value, error = method(autoencoder_loss, x)
    exact = autoencoder_gradient(x)
    assert value.shape == error.shape == x.shape
    assert np.max(np.abs(value - exact)) < accuracy * np.max(np.abs(exact))
    assert np.all(np.abs(value - exact) <= 10 * error)


@pytest.mark.parametrize("method", METHODS)
def test_vector_outputs_are_contracted_with_the_upstream(method):
    rng = np.random.default_rng(1)
    x, u = rng.normal(size=(4, 3)), rng.normal(size=(2, 4, 3))
    value, _ = method(lambda x: np.stack([np.exp(x), np.sin(x)]), x, upstream=u)
    assert np.allclose(value, u[0] * np.exp(x) + u[1] * np.cos(x), rtol=1e-7, atol=1e-8)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("x", [np.float64(0.3), np.array(0.3), np.array([]), np.array([[2.0]]), [0.5, 1e6]])
def test_any_shape(method, x):
    value, error = method(lambda x: x**2, x)
    assert value.shape == error.shape == np.shape(x)
    assert np.allclose(value, 2 * np.asarray(x), rtol=1e-7)


def test_the_step_scales_with_the_entry():
    for method, accuracy in METHODS.items():        # a step of 9e-6 would be lost in 1e10, whose spacing is 2e-6
        value, _ = method(lambda x: x**2, np.array([1e10]))
        assert abs(value[0] / 2e10 - 1) < accuracy


def test_the_given_step_is_used():
    coarse, _ = central_difference(np.exp, np.zeros(1), step=0.1)
    assert coarse[0] == pytest.approx(np.sinh(0.1) / 0.1, rel=1e-12)


def test_a_large_constant_ruins_differences_and_not_the_complex_step():
    x = np.random.default_rng(2).normal(size=(2, 5, 3))
    exact = autoencoder_gradient(x)
    shifted = {method: method(lambda x: autoencoder_loss(x) + 1e4, x) for method in METHODS}
    errors = {method: np.max(np.abs(value - exact)) / np.max(np.abs(exact)) for method, (value, _) in shifted.items()}
    assert errors[central_difference] > 1e-7 and errors[complex_step] < 1e-14
    assert all(np.all(np.abs(value - exact) <= 10 * error) for value, error in shifted.values())    # the bars say so


@pytest.mark.parametrize("method", METHODS)
def test_the_argument_is_never_mutated(method):
    x = np.array([1.0, 2.0])

    def rude(x):
        y = x**2
        x[:] = 77
        return y

    value, _ = method(rude, x)
    assert np.array_equal(x, [1, 2]) and np.allclose(value, [2, 4])


def test_the_complex_step_raises_where_an_imaginary_part_is_seen_to_be_lost():
    with pytest.raises(TypeError, match="imaginary"):
        complex_step(np.abs, np.ones(3))

    def buffered(x):
        out = np.zeros(3)
        out[:] = x
        return out

    with pytest.raises(np.exceptions.ComplexWarning):
        complex_step(buffered, np.ones(3))


@pytest.mark.parametrize("distance", [0.4e-3, 3e-4, 1.1e-4, 3e-5, 1e-5, 1e-6])
@pytest.mark.parametrize("method", [central_difference, richardson])
def test_a_corner_close_by_never_escapes_the_error_bar(method, distance):
    for x in np.linspace(distance / 3, distance, 50):
        value, error = method(lambda x: np.maximum(x, 0) + np.sin(x), np.array(x))
        assert abs(value - (1 + np.cos(x))) <= 10 * error + 1e-9, x


def test_outputs_nobody_asks_for_may_be_undefined():
    with np.errstate(all="ignore"):
        value, error = richardson(lambda x: np.stack([x, np.log(x)]), np.array(-1.0), upstream=[2.0, 0.0])
    assert value == pytest.approx(2) and error < 1e-9
