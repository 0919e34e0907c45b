"""Reconstruction losses and output units: cross-entropy of gray data, floors, saturation, normalization."""

from __future__ import annotations

import math

import numpy as np

from ...derivations.vocabulary import integral, normal_density
from ...gradcheck import richardson
from ...layers import relu, relu_backward, sigmoid, sigmoid_backward, sigmoid_derivative
from ...losses import (
    bernoulli_entropy,
    bernoulli_nll,
    bernoulli_nll_backward,
    bernoulli_nll_entries,
    continuous_bernoulli_nll_entries,
    squared_error,
    squared_error_backward,
)
from ..erratum import Comparison, refusal

GRID = np.linspace(0.001, 0.999, 999)


def _logit(p: np.ndarray) -> np.ndarray:
    return np.log(p / (1 - p))


def entropy_floor() -> list[Comparison]:
    """E003-13: gray targets. The best prediction is still x; the least loss is the entropy, not zero."""
    x = np.array([0.1, 0.3, 0.5])
    losses = bernoulli_nll_entries(_logit(GRID)[:, None], np.broadcast_to(x, (999, 3)))
    uniform = integral(lambda v: bernoulli_entropy(v), 0, 1)
    mass = integral(lambda v: np.exp(-bernoulli_nll_entries(_logit(np.full(400, 0.3)), v)), 0, 1)
    proper = integral(lambda v: np.exp(-continuous_bernoulli_nll_entries(_logit(np.full(400, 0.3)), v)), 0, 1)
    return [Comparison("best prediction for targets 0.1, 0.3, 0.5", "a grid of step 0.001", GRID[losses.argmin(axis=0)], x),
            Comparison("least cross-entropy for these targets", "a grid of step 0.001", losses.min(axis=0), bernoulli_entropy(x),
                       np.zeros(3)),
            Comparison("mean floor of uniform gray values, nats per pixel", "quadrature", uniform, 0.5, 0.0, tolerance=1e-4),
            Comparison("integral over x of p^x (1 - p)^(1 - x), p = 0.3", "quadrature", mass, 0.4 / math.log(7 / 3), 1.0),
            Comparison("the same with the constant of the continuous Bernoulli", "quadrature", proper, 1.0),
            Comparison("it is asymmetric: x = 0.2, loss at 0.1 minus loss at 0.3", "written out",
                       -0.2 * math.log(0.1 / 0.3) - 0.8 * math.log(0.9 / 0.7),
                       float(np.diff(-bernoulli_nll_entries(_logit(np.array([0.1, 0.3])), np.full(2, 0.2)))[0]), 0.0)]


def pixels_are_not_classes() -> list[Comparison]:
    """E003-14: the outputs are means of independent pixels; they do not add up to one."""
    x = np.array([[0.9, 0.8, 0.1, 0.7]])
    logits = np.zeros((1, 4))
    for _ in range(400):
        logits = logits - 4 * bernoulli_nll_backward(logits, x)
    return [Comparison("sum of the four best outputs for x = (0.9, 0.8, 0.1, 0.7)", "gradient descent on the logits",
                       sigmoid(logits).sum(), x.sum(), 1.0, tolerance=1e-6)]


def minus_is_a_likelihood() -> list[Comparison]:
    """E003-16: for binary x the cross-entropy is minus the log-likelihood."""
    x, p = np.array([[1.0, 0.0, 1.0]]), np.array([[0.8, 0.3, 0.6]])
    likelihood = 0.8 * 0.7 * 0.6
    return [Comparison("probability of x = (1, 0, 1) under p = (0.8, 0.3, 0.6)", "the product", likelihood,
                       np.exp(-bernoulli_nll(_logit(p), x)), np.exp(bernoulli_nll(_logit(p), x)))]


def open_ranges() -> list[Comparison]:
    """E003-08: no logit gives 1; in float64 the rounded value does from 37 on, and its logarithm is then lost."""
    return [Comparison("1 - sigma(40)", "e^-40 / (1 + e^-40)", math.exp(-40) / (1 + math.exp(-40)), sigmoid(np.array(-40.0)),
                       1 - sigmoid(np.array(40.0))),
            Comparison("-log(1 - sigma(40)), from the logit", "log(1 + e^40)", math.log1p(math.exp(40)),
                       bernoulli_nll(np.array([[40.0]]), np.zeros((1, 1))), math.inf)]


def _floor(reachable) -> float:
    """Return E (x - nearest reachable value)^2 of N(0, 1), by quadrature from corner to corner."""
    def error(x: np.ndarray) -> np.ndarray:
        return normal_density(x) * (x - reachable(x))**2

    return sum(integral(error, low, high) for low, high in ((-14, -1), (-1, 0), (0, 1), (1, 14)))


def sigmoid_outputs_have_a_floor() -> list[Comparison]:
    """E003-17: standardized data through a sigmoid, and cross-entropy outside [0, 1]."""
    Q, phi = 0.5 * math.erfc(1 / math.sqrt(2)), math.exp(-0.5) / math.sqrt(2 * math.pi)
    logits = np.array([10.0, 100.0, 1000.0])
    return [Comparison("least squared error per feature of N(0, 1) data in (0, 1)", "quadrature",
                       _floor(lambda x: np.clip(x, 0, 1)), 0.5 + 2 * Q - phi),
            Comparison("in (-1, 1), tanh", "quadrature", _floor(lambda x: np.clip(x, -1, 1)), 2 * (2 * Q - phi)),
            Comparison("cross-entropy of a target 1.5 at logits 10, 100, 1000", "log(1 + e^o) - 1.5 o, written out",
                       np.log1p(np.exp(-logits)) - 0.5 * logits, bernoulli_nll_entries(logits, np.full(3, 1.5)))]


def relu_outputs_have_a_floor() -> list[Comparison]:
    """E003-18: standardized data through a ReLU."""
    return [Comparison("least squared error per feature of N(0, 1) data in [0, inf)", "quadrature", _floor(relu), 0.5)]


def gradient_at_a_wrong_logit() -> list[Comparison]:
    """E003-19: target 1, logit -10."""
    o, x = np.full((1, 1), -10.0), np.ones((1, 1))
    p = sigmoid(o)
    return [Comparison("gradient of the squared error after a sigmoid", "finite differences",
                       richardson(lambda o: squared_error(sigmoid(o), x), o).value,
                       sigmoid_backward(squared_error_backward(p, x), p), tolerance=1e-6),
            Comparison("it is the gradient of the cross-entropy times 2 p (1 - p)", "npae.losses",
                       sigmoid_backward(squared_error_backward(p, x), p), 2 * p * (1 - p) * bernoulli_nll_backward(o, x)),
            Comparison("gradient of the cross-entropy", "finite differences", richardson(lambda o: bernoulli_nll(o, x), o).value,
                       bernoulli_nll_backward(o, x), tolerance=1e-8)]


def sum_and_mean() -> list[Comparison]:
    """E003-11: 784 features; a mean over all entries is 784 times smaller."""
    rng = np.random.default_rng(0)
    x, o = rng.random((20, 784)), rng.random((20, 784))
    return [Comparison("the document's MSE", "a loop over the examples", sum(np.sum((a - b)**2) for a, b in zip(x, o)) / 20,
                       squared_error(o, x), np.mean((x - o)**2))]


def order_of_indices() -> list[Comparison]:
    """E003-12: x_ji, with j a feature, on an array whose rows are examples."""
    rng = np.random.default_rng(0)
    x, p = rng.random((6, 10)), rng.random((6, 10))

    def literal() -> float:
        return sum(x[j, i] * np.log(p[j, i]) for i in range(6) for j in range(10))

    entries = -(x * np.log(p) + (1 - x) * np.log(1 - p))
    return [Comparison("cross-entropy of 6 examples, 10 features", "a loop over the examples",
                       sum(entries[i].sum() for i in range(6)) / 6, bernoulli_nll(_logit(p), x), refusal(literal)),
            Comparison("the same, divided by the rows of the transposed array", "a loop over the examples",
                       sum(entries[i].sum() for i in range(6)) / 6, bernoulli_nll(_logit(p), x),
                       entries.T.sum() / len(entries.T))]


def vanishing_gradients() -> list[Comparison]:
    """E003-09: twenty layers of 64 units; and ReLU units whose bias has killed them."""
    def gain(draw, slope, forward) -> float:
        rng = np.random.default_rng(0)
        y, J = rng.normal(size=64), np.eye(64)
        for _ in range(20):
            y = forward(draw(rng) @ y)
            J = slope(y)[:, None] * (draw(rng) @ J)
        return float(np.linalg.norm(J))

    by_sigmoid = gain(lambda rng: rng.normal(size=(64, 64)) / 8, sigmoid_derivative, sigmoid)
    by_relu = gain(lambda rng: rng.normal(size=(64, 64)) * math.sqrt(2 / 64), lambda y: (y > 0).astype(float), relu)
    a = np.random.default_rng(0).normal(size=(1000, 100)) - 6
    dead = relu_backward(np.ones_like(a), relu(a))
    return [Comparison("gradient through 20 layers, sigmoid over ReLU (He), at most", "products of Jacobians",
                       by_sigmoid / by_relu, 1e-9, 1.0, relation="<="),
            Comparison("largest gradient through ReLU units with bias -6, 1,000 inputs", "npae.layers.relu_backward",
                       np.abs(dead).max(), 0.0, 1.0)]
