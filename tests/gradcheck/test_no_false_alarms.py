"""Correct gradients pass: random shapes with 1s, saturation, corners, constants, zero gradients."""

import numpy as np
import pytest

from npae.gradcheck import check_gradients

from . import toys

SEEDS = range(12)


def matrix(rng, m, n, h):
    return {"x": rng.normal(size=(m, n))}


def layer(rng, m, n, h):
    return toys.affine_inputs(rng, m, n, h)


def blank(rng, m, n, h):
    inputs = toys.affine_inputs(rng, m, n, h)
    inputs["x"][0], inputs["b"][:] = 0, 0
    return inputs


def scaled(factor):
    return lambda rng, m, n, h: {"x": factor * rng.normal(size=(m, n))}


def pair_of(rng, m, n, h):
    return {"o": rng.normal(size=(m, n)), "x": rng.normal(size=(m, n))}


def softmax(x):
    p = np.exp(x - x.max(axis=1, keepdims=True))
    return p / p.sum(axis=1, keepdims=True)


def softmax_backward(dy, y):
    return y * (dy - (dy * y).sum(axis=1, keepdims=True))


def standardize(x):
    return (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + 1e-2)


def standardize_backward(dy, x):
    s, y = np.sqrt(x.var(axis=0) + 1e-2), standardize(x)
    return (dy - dy.mean(axis=0) - y * (dy * y).mean(axis=0)) / s


def standardized_affine_backward(dy, x, W, b):
    return toys.affine_backward(standardize_backward(dy, x @ W + b), x, W)      # db is zero up to rounding


def column_max(x):
    return x.max(axis=0)


def column_max_backward(dy, x):
    dx = np.zeros_like(x)
    dx[x.argmax(axis=0), np.arange(x.shape[1])] = dy
    return dx


def two_layers(x, W, b):
    return np.sum(toys.relu(toys.relu(x @ W + b) @ W.T) ** 2) / len(x)


def two_layers_backward(x, W, b):
    h = toys.relu(x @ W + b)
    o = toys.relu(h @ W.T)
    do = 2 * o / len(x)                             # o is 0 where the unit is off
    da = do @ W * (h > 0)
    return {"W": x.T @ da + do.T @ h, "b": da.sum(axis=0), "dx": da @ W.T}


def abs_loss(shift, scale):
    return (lambda o, x: scale * (np.sum(np.abs(o - x)) + shift), lambda o, x: scale * np.sign(o - x))


def square_loss(shift, scale):
    return (lambda o, x: scale * (toys.squared_error(o, x) + shift), lambda o, x: scale * (o - x) / len(x))


CORRECT = {
    "affine": (toys.affine, toys.affine_backward, layer),
    "dense": (toys.dense, toys.dense_backward, layer),
    "dense on a blank input": (toys.dense, toys.dense_backward, blank),
    "two ReLU layers": (two_layers, two_layers_backward, layer),
    "two ReLU layers on a blank input": (two_layers, two_layers_backward, blank),
    "tied": (toys.tied, toys.tied_backward, lambda rng, m, n, h: toys.tied_inputs(rng, m, n, h)),
    "sigmoid": (lambda x: toys.sigmoid(x), lambda dy, y: toys.sigmoid_backward(dy, y), matrix),
    "saturated sigmoid": (lambda x: toys.sigmoid(x), lambda dy, y: toys.sigmoid_backward(dy, y), scaled(30)),
    "saturated tanh": (lambda x: np.tanh(x), lambda dy, y: dy * (1 - y**2), scaled(30)),
    "ReLU": (lambda x: toys.relu(x), lambda dy, x: dy * (x > 0), matrix),
    "ReLU that branches on the real part": (lambda x: np.where(x.real > 0, x, 0), lambda dy, x: dy * (x > 0), matrix),
    "softplus by logaddexp": (lambda x: np.logaddexp(0, x), lambda dy, x: dy * toys.sigmoid(x), scaled(5)),
    "abs": (lambda x: np.abs(x), lambda dy, x: dy * np.sign(x), matrix),
    "abs near zero": (lambda x: np.abs(x), lambda dy, x: dy * np.sign(x), scaled(1e-4)),
    "tiny inputs": (lambda x: np.tanh(x), lambda dy, y: dy * (1 - y**2), scaled(1e-8)),
    "large inputs": (lambda x: x**2, lambda dy, x: 2 * dy * x, scaled(1e6)),
    "softmax": (softmax, softmax_backward, scaled(3)),
    "sum of softmax": (lambda x: np.sum(softmax(x)), lambda x: np.zeros_like(x), matrix),
    "standardize": (standardize, standardize_backward, matrix),
    "standardized affine": (lambda x, W, b: standardize(x @ W + b), standardized_affine_backward, layer),
    "column maximum": (column_max, column_max_backward, matrix),
    "squared error": (*square_loss(0, 1), pair_of),
    "squared error + 1e6": (*square_loss(1e6, 1), pair_of),
    "squared error * 1e-10": (*square_loss(0, 1e-10), pair_of),
    "(squared error + 1e6) * 1e-10": (*square_loss(1e6, 1e-10), pair_of),
    "absolute error + 1e6": (*abs_loss(1e6, 1), pair_of),
    "absolute error * 1e-10": (*abs_loss(0, 1e-10), pair_of),
    "Gaussian KL": (toys.gaussian_kl, toys.gaussian_kl_backward,
                    lambda rng, m, n, h: {"mu": rng.normal(size=(m, n)), "logvar": 3 * rng.normal(size=(m, n))}),
    "cross-entropy of probabilities": (
        lambda o, x: -np.sum(x * np.log(o) + (1 - x) * np.log(1 - o)), lambda o, x: (o - x) / (o * (1 - o)),
        lambda rng, m, n, h: {"o": toys.sigmoid(4 * rng.normal(size=(m, n))), "x": rng.uniform(size=(m, n))}),
    "does not depend on b": (lambda x, b: 2 * x, lambda dy, x, b: (2 * dy, np.zeros_like(b)),
                             lambda rng, m, n, h: {"x": rng.normal(size=(m, n)), "b": rng.normal(size=n)}),
    "zero": (lambda x: 0 * x, lambda dy, x: 0 * dy, matrix),
    "constant": (lambda x: 3.0, lambda x: np.zeros_like(x), matrix),
    "nothing": (toys.affine, toys.affine_backward, lambda rng, m, n, h: toys.affine_inputs(rng, m, 0, h)),
    "scalar input": (lambda x, s: s * x, lambda dy, x, s: (s * dy, np.sum(dy * x)),
                     lambda rng, m, n, h: {"x": rng.normal(size=(m, n)), "s": float(rng.normal())}),
}


@pytest.mark.parametrize("name", CORRECT)
def test_correct_gradients_pass(name):
    forward, backward, draw = CORRECT[name]
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        m, n, h = toys.SHAPES[seed] if seed < len(toys.SHAPES) else rng.integers(1, 7, 3)
        report = check_gradients(forward, backward, draw(rng, m, n, h), seed=seed)
        assert report.passed, (seed, report)


def test_at_least_300_configurations():
    assert len(CORRECT) * len(SEEDS) >= 300


@pytest.mark.parametrize("method", ["auto", "complex", "richardson", "central"])
def test_blank_input_and_zero_bias_is_a_kink_and_passes(method):
    inputs = blank(np.random.default_rng(0), 7, 5, 3)
    report = check_gradients(toys.dense, toys.dense_backward, inputs, method=method)
    assert report.verdict == "kink" and report.passed, report
    assert {row.name: row.kinks for row in report.rows} == {"x": 5, "W": 0, "b": 3}
    assert {finding.code for finding in report.findings} == {"K001"}


@pytest.mark.parametrize("relu", [lambda x: np.maximum(x, 0), lambda x: x * (x > 0),
                                  lambda x: np.where(x.real > 0, x, 0), lambda x: (x + np.abs(x)) / 2,
                                  lambda x: np.clip(x, 0, None)])
@pytest.mark.parametrize("at_zero, verdict", [(0, "kink"), (1, "kink"), (0.5, "kink"), (-0.1, "fail"), (1.1, "fail")])
def test_any_value_between_the_one_sided_derivatives_is_accepted(relu, at_zero, verdict):
    x = np.array([[0.0, 1.0], [-1.0, 0.0]])
    report = check_gradients(relu, lambda dy, x: dy * np.where(x == 0, at_zero, x > 0), {"x": x})
    assert report.verdict == verdict and report.rows[0].kinks == 2, report


@pytest.mark.parametrize("forward", [lambda x: np.abs(x), lambda x: np.sqrt(x**2), lambda x: np.maximum(x, -x)])
@pytest.mark.parametrize("at_zero", [-1, 0, 1])
def test_the_absolute_value_at_zero(forward, at_zero):
    x = np.array([0.0, 2.0, -1.0])
    report = check_gradients(forward, lambda dy, x: dy * np.where(x == 0, at_zero, np.sign(x)), {"x": x})
    assert report.verdict == "kink", report


@pytest.mark.parametrize("slope, at_zero", [(0, 0), (0, 1), (0.1, 0.1), (0.1, 1)])
def test_corners_behind_corners_convict_nobody(slope, at_zero):
    def leaky(a):
        return np.where(a > 0, a, slope * a)

    def leaky_slope(a):
        return np.where(a == 0, at_zero, np.where(a > 0, 1, slope))

    def loss(x, W, b):
        return np.sum((leaky(leaky(x @ W + b) @ W.T) - 1) ** 2)

    def loss_backward(x, W, b):
        a = x @ W + b
        h, c = leaky(a), leaky(a) @ W.T
        dc = 2 * (leaky(c) - 1) * leaky_slope(c)
        da = dc @ W * leaky_slope(a)
        return da @ W.T, x.T @ da + dc.T @ h, da.sum(axis=0)

    for seed in range(10):
        inputs = blank(np.random.default_rng(seed), 7, 5, 3)
        inputs["W"][:2] = np.abs(inputs["W"][:2]) * [[1], [-1]]     # every hidden unit feeds outputs of both signs
        report = check_gradients(loss, loss_backward, inputs)
        assert report.verdict in ("kink", "untrusted"), report
        assert report.verdict == "kink" or (slope, at_zero) != (0, 0)
        assert report.rows[1].verdict == "pass"


def test_corners_do_not_excuse_the_other_entries():
    inputs = blank(np.random.default_rng(0), 7, 5, 3)
    report = check_gradients(
        toys.dense, lambda dy, x, W, y: [1.001 * g for g in toys.dense_backward(dy, x, W, y)], inputs)
    assert [row.verdict for row in report.rows] == ["fail"] * 3


def test_float32_inputs_are_checked_in_float64():
    inputs = {name: value.astype(np.float32) for name, value in layer(np.random.default_rng(0), 7, 5, 3).items()}
    assert check_gradients(toys.affine, toys.affine_backward, inputs).verdict == "pass"


def test_central_differences_stay_below_1e_7():
    for seed in range(20):
        report = check_gradients(toys.tied, toys.tied_backward, toys.tied_inputs(np.random.default_rng(seed)),
                                 method="central")
        assert report.passed and max(row.error for row in report.rows) < 1e-7
