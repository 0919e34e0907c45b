"""The stack against loops over examples, and the activations far from the origin."""

import numpy as np
import pytest

from npae import network
from npae.initialization import draw_weights
from npae.layers import ACTIVATIONS, affine, affine_backward, sigmoid, sigmoid_backward, tanh, tanh_backward
from npae.network import Layer
from npae.parameters import Parameters


def stack(rng, widths=(4, 3, 2), names=("tanh", "sigmoid")):
    layers = [Layer(f"encoder.{i}", f"encoder.{i}.W", f"encoder.{i}.b", ACTIVATIONS[name]) for i, name in enumerate(names)]
    shapes = {}
    for layer, pair in zip(layers, zip(widths, widths[1:])):
        shapes[layer.weight], shapes[layer.bias] = pair, pair[1:]
    params = Parameters(shapes)
    params.theta[:] = rng.normal(size=params.theta.size)
    return layers, params


def node_of(trace, params, index, part):
    """Return the output or the pre-activation of a step."""
    step = trace[index]
    return step.y if part == "y" else step.layer.pre_activation(params, step.x)


def test_the_stack_is_its_pairs_composed_to_the_bit():
    rng = np.random.default_rng(4)
    layers, params = stack(rng)
    x, dy = rng.normal(size=(5, 4)), rng.normal(size=(5, 2))
    (W0, b0), (W1, b1) = [(params[layer.weight], params[layer.bias]) for layer in layers]
    h = tanh(affine(x, W0, b0))
    y = sigmoid(affine(h, W1, b1))
    dh, dW1, db1 = affine_backward(sigmoid_backward(dy, y), h, W1)
    dx, dW0, db0 = affine_backward(tanh_backward(dh, h), x, W0)
    trace, grads = network.forward(layers, params, x), params.gradients()
    found = network.backward(dy, params, trace, grads, need_dx=True)
    np.testing.assert_array_equal(trace[-1].y, y)
    np.testing.assert_array_equal(found, dx)
    for name, expected in (("encoder.0.W", dW0), ("encoder.1.W", dW1)):
        np.testing.assert_array_equal(grads[name], expected)
    for name, expected in (("encoder.0.b", db0), ("encoder.1.b", db1)):
        np.testing.assert_allclose(grads[name], expected, rtol=1e-14)      # a product with ones adds up in another order


def test_backward_leaves_the_callers_dy_and_the_penalties_gradients_alone():
    rng = np.random.default_rng(5)
    layers, params = stack(rng)
    params = params.with_workspace()
    x, dy = rng.normal(size=(3, 4)), rng.normal(size=(3, 2))
    trace = network.forward(layers, params, x)
    injected = {"encoder.0.y": rng.normal(size=trace[0].y.shape), "encoder.1.a": rng.normal(size=(3, 2))}
    kept = {"dy": dy.copy(), **{name: array.copy() for name, array in injected.items()}}
    network.backward(dy, params, trace, params.gradients(), injected)
    for name, array in {"dy": dy, **injected}.items():
        np.testing.assert_array_equal(array, kept[name])


def test_forward_leaves_a_trace_of_every_layer():
    rng = np.random.default_rng(0)
    layers, params = stack(rng)
    x = rng.normal(size=(5, 4))
    trace = network.forward(layers, params, x)
    a = x @ params["encoder.0.W"] + params["encoder.0.b"]
    y = 1 / (1 + np.exp(-(np.tanh(a) @ params["encoder.1.W"] + params["encoder.1.b"])))
    assert [step.name for step in trace] == ["encoder.0", "encoder.1"]
    assert trace[0].x is x
    np.testing.assert_allclose(trace[0].y, np.tanh(a), rtol=1e-14)
    np.testing.assert_allclose(trace[1].y, y, rtol=1e-14)


@pytest.mark.parametrize("node", ["encoder.0.a", "encoder.0.y", "encoder.1.a", "encoder.1.y"])
def test_injected_gradients_are_those_of_an_added_term(node):
    """loss = <u, y> + <v, node>: its numerical gradient against dy = u with v injected at the node."""
    rng = np.random.default_rng(1)
    layers, params = stack(rng)
    x = rng.normal(size=(3, 4))
    trace = network.forward(layers, params, x)
    index, part = int(node.split(".")[1]), node[-1]
    u, v = rng.normal(size=trace[-1].y.shape), rng.normal(size=trace[index].y.shape)

    def loss(params, x):
        trace = network.forward(layers, params, x)
        return np.sum(u * trace[-1].y) + np.sum(v * node_of(trace, params, index, part))

    grads = params.gradients()
    dx = network.backward(u, params, trace, grads, {node: v}, need_dx=True)
    for position in range(params.theta.size):
        moved = params.astype(complex)
        moved.theta[position] += 1e-30j
        assert loss(moved, x).imag / 1e-30 == pytest.approx(grads.theta[position], rel=1e-12, abs=1e-14)
    moved = x.astype(complex)
    moved[1, 2] += 1e-30j
    assert loss(params, moved).imag / 1e-30 == pytest.approx(dx[1, 2], rel=1e-12)


def test_no_input_gradient_unless_asked_for():
    rng = np.random.default_rng(2)
    layers, params = stack(rng)
    trace = network.forward(layers, params, rng.normal(size=(3, 4)))
    assert network.backward(np.ones((3, 2)), params, trace, params.gradients()) is None


@pytest.mark.parametrize("names", [("tanh", "sigmoid"), ("relu", "identity"), ("softplus", "tanh")])
def test_jacobian_against_central_differences(names):
    rng = np.random.default_rng(3)
    layers, params = stack(rng, names=names)
    x = rng.normal(size=(2, 4))
    J = network.jacobian(params, network.forward(layers, params, x))
    assert J.shape == (2, 2, 4)
    for j in range(4):
        step = np.zeros(4)
        step[j] = 1e-6
        high, low = (network.forward(layers, params, x + sign * step)[-1].y for sign in (1, -1))
        np.testing.assert_allclose(J[:, :, j], (high - low) / 2e-6, atol=1e-8)


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_activations_are_safe_far_out_and_keep_their_dtype(name, dtype):
    activation = ACTIVATIONS[name]
    a = np.array([[-1e4, -1000, -30, -1e-30, 0, 1e-30, 30, 1000, 1e4]], dtype=dtype)
    y = activation.forward(a)
    for array in (y, activation.derivative(y), activation.second_derivative(y), activation.backward(a, y)):
        assert array.dtype == dtype and np.isfinite(array).all() and array.shape == a.shape
    assert y.min() >= activation.low and y.max() <= activation.high


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_second_derivatives_against_the_complex_step_of_the_first(name):
    activation = ACTIVATIONS[name]
    a = np.linspace(-6, 6, 40)      # no point at the corner of relu
    y = activation.forward(a + 1e-30j)
    np.testing.assert_allclose(y.imag / 1e-30, activation.derivative(y.real), atol=1e-14)
    np.testing.assert_allclose(activation.derivative(y).imag / 1e-30, activation.second_derivative(y.real), atol=1e-14)


def test_far_values_of_sigmoid_and_softplus_keep_relative_accuracy():
    assert ACTIVATIONS["sigmoid"].forward(np.array(-700.0)) == pytest.approx(np.exp(-700), rel=1e-13)
    assert ACTIVATIONS["softplus"].forward(np.array(-700.0)) == pytest.approx(np.exp(-700), rel=1e-13)
    assert ACTIVATIONS["softplus"].forward(np.array(1000.0)) == 1000


@pytest.mark.parametrize("scheme, variance", [("glorot", 2 / 500), ("he", 2 / 300)])
def test_initial_weights_have_the_variance_that_the_derivation_asks_for(scheme, variance):
    W = draw_weights(np.random.default_rng(0), (300, 200), ACTIVATIONS["tanh"], scheme)
    assert W.shape == (300, 200)
    assert np.var(W) == pytest.approx(variance, rel=4 * np.sqrt(2 / W.size))     # four standard errors
    assert abs(W.mean()) < 4 * np.sqrt(variance / W.size)


def test_auto_is_he_after_a_rectifier_and_glorot_otherwise():
    draws = {(name, scheme): draw_weights(np.random.default_rng(5), (4, 3), ACTIVATIONS[name], scheme)
             for name in ("relu", "tanh") for scheme in ("auto", "he", "glorot")}
    np.testing.assert_array_equal(draws["relu", "auto"], draws["relu", "he"])
    np.testing.assert_array_equal(draws["tanh", "auto"], draws["tanh", "glorot"])
