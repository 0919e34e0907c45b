"""The layers: the affine map and the elementwise functions after it."""

from __future__ import annotations

from typing import Any

import numpy as np

from ... import layers
from ..derivation import Derivation
from ..step import Step


def _affine_point(rng: np.random.Generator) -> dict[str, Any]:
    m, n, h = rng.integers(2, 6, 3)
    return {"x": rng.normal(size=(m, n)), "W": rng.normal(size=(n, h)), "b": rng.normal(size=h), "dy": rng.normal(size=(m, h)),
            "m": m, "n": n, "h": h, "affine": layers.affine, "affine_backward": layers.affine_backward}


AFFINE = Derivation(
    name="affine", title="The backward pass of an affine map",
    key="m examples, n inputs, h outputs: x (m, n), W (n, h), b (h,), dy = dL/dy (m, h). To first order the loss moves by "
        "sum(dy * change of y), so the gradient of that sum is dL by whatever moves y.",
    draw=_affine_point,
    steps=(
        Step(r"\frac{\partial L}{\partial x_{ik}}", "gradient(lambda x: np.sum(dy * affine(x, W, b)), x)",
             "by definition, y = x W + b", ""),
        Step(r"\sum_j dy_{ij}\, W_{kj}",
             "np.array([[sum(dy[i, j] * W[k, j] for j in range(h)) for k in range(n)] for i in range(m)])",
             "x_ik occurs in y_ij for every j, with the factor W_kj"),
        Step(r"(dy\, W^T)_{ik}", "dy @ W.T", "a sum over the second index of both is a product with the transpose"),
        Step(r"dx", "affine_backward(dy, x, W)[0]", "the code"),
        Step(r"\frac{\partial L}{\partial W_{kj}}", "gradient(lambda W: np.sum(dy * affine(x, W, b)), W)", "by definition", ""),
        Step(r"\sum_i x_{ik}\, dy_{ij}",
             "np.array([[sum(x[i, k] * dy[i, j] for i in range(m)) for j in range(h)] for k in range(n)])",
             "W_kj occurs in y_ij for every example i, with the factor x_ik"),
        Step(r"(x^T dy)_{kj}", "x.T @ dy", "a sum over the first index of both"),
        Step(r"dW", "affine_backward(dy, x, W)[1]", "the code"),
        Step(r"\frac{\partial L}{\partial b_j}", "gradient(lambda b: np.sum(dy * affine(x, W, b)), b)", "by definition", ""),
        Step(r"\sum_i dy_{ij}", "np.ones(m) @ dy", "b_j is added to y_ij for every example i"),
        Step(r"db", "affine_backward(dy, x, W)[2]", "the code"),
    ),
    leads_to=("npae.layers.affine_backward",))


def _sigmoid_point(rng: np.random.Generator) -> dict[str, Any]:
    m, h = rng.integers(2, 5, 2)
    a = 2 * rng.normal(size=(m, h))
    return {"a": a, "y": layers.sigmoid(a), "dy": rng.normal(size=(m, h)), "sigmoid": layers.sigmoid,
            "sigmoid_derivative": layers.sigmoid_derivative, "sigmoid_second_derivative": layers.sigmoid_second_derivative,
            "sigmoid_backward": layers.sigmoid_backward}


SIGMOID = Derivation(
    name="sigmoid", title="The sigmoid without overflow, and its derivatives from its output",
    key="m examples, h units: a (m, h) pre-activations, y = sigmoid(a), dy = dL/dy (m, h). Everything is elementwise.",
    draw=_sigmoid_point,
    steps=(
        Step(r"y = \frac{1}{1 + e^{-a}}", "1 / (1 + np.exp(-a))",
             "the definition; taken literally, e^-a overflows for a < -709", ""),
        Step(r"\frac{e^{\min(a, 0)}}{e^{\min(a, 0)} + e^{\min(a, 0) - a}}",
             "np.exp(np.minimum(a, 0)) / (np.exp(np.minimum(a, 0)) + np.exp(np.minimum(a, 0) - a))",
             "numerator and denominator times e^min(a, 0)"),
        Step(r"\frac{e^{\min(a, 0)}}{1 + e^{-\lvert a\rvert}}", "np.exp(np.minimum(a, 0)) / (1 + np.exp(-np.abs(a)))",
             "below, one exponent is 0 and the other is the negative one of a and -a: nothing overflows"),
        Step(r"\mathrm{sigmoid}(a)", "sigmoid(a)", "the code; it writes 2 min(a, 0) - a, which is minus the absolute value of a"),
        Step(r"da = \frac{\partial L}{\partial a}", "gradient(lambda a: np.sum(dy * sigmoid(a)), a)",
             "by definition: to first order the loss moves by sum(dy * change of y)", ""),
        Step(r"dy\, \frac{d}{da} \frac{1}{1 + e^{-a}}", "dy * gradient(lambda a: np.sum(1 / (1 + np.exp(-a))), a)",
             "y_ij depends on a_ij alone"),
        Step(r"dy\, \frac{e^{-a}}{(1 + e^{-a})^2}", "dy * np.exp(-a) / (1 + np.exp(-a))**2",
             "the derivative of 1/v is -v'/v^2; here v = 1 + e^-a and v' = -e^-a"),
        Step(r"dy\, \frac{1}{1 + e^{-a}} \left(1 - \frac{1}{1 + e^{-a}}\right)",
             "dy * (1 / (1 + np.exp(-a))) * (1 - 1 / (1 + np.exp(-a)))", "e^-a is (1 + e^-a) - 1, divided by 1 + e^-a"),
        Step(r"dy\, y (1 - y)", "dy * y * (1 - y)", "the definition of y: the output knows the slope"),
        Step(r"da", "sigmoid_backward(dy, y)", "the code"),
        Step(r"\frac{d^2 y}{da^2} = \frac{d}{da}\, y (1 - y)", "gradient(lambda a: np.sum(sigmoid(a) * (1 - sigmoid(a))), a)",
             "the slope y (1 - y), differentiated once more", ""),
        Step(r"y (1 - y) \cdot (1 - y) - y \cdot y (1 - y)", "y * (1 - y) * (1 - y) - y * (y * (1 - y))",
             "product rule; y has the slope y (1 - y), and 1 - y has minus that"),
        Step(r"y (1 - y) (1 - 2 y)", "y * (1 - y) * (1 - 2 * y)", "factor out y (1 - y)"),
        Step(r"\frac{d^2 y}{da^2}", "sigmoid_second_derivative(y)", "the code"),
        Step(r"\frac{dy}{da}", "sigmoid_derivative(y)", "how steep can it be?", ""),
        Step(r"\tfrac14 - \left(y - \tfrac12\right)^2", "1 / 4 - (y - 1 / 2)**2", "completing the square of y - y^2"),
        Step(r"\tfrac14 = \mathrm{sigmoid}'(0)", "np.full(y.shape, sigmoid_derivative(sigmoid(0.0)))",
             "a square is taken away. sigmoid'(0) = 1/4: each sigmoid layer shrinks the gradient at least fourfold", "<="),
    ),
    leads_to=("npae.layers.sigmoid", "npae.layers.sigmoid_backward", "npae.layers.sigmoid_second_derivative"),
    sources=("003-sig-1",))


def _relu_point(rng: np.random.Generator) -> dict[str, Any]:
    m, h = rng.integers(2, 5, 2)
    a = rng.uniform(0.2, 2, (m, h)) * rng.choice([-1, 1], (m, h))
    a[0, :2] = rng.uniform(0.2, 2, 2) * [1, -1]             # both sides of the corner, whatever the draw
    return {"a": a, "y": layers.relu(a), "dy": rng.normal(size=(m, h)), "t": rng.uniform(0.1, 1), "u": a.ravel(),
            "g": rng.uniform(0.1, 0.9), "relu": layers.relu, "relu_derivative": layers.relu_derivative,
            "relu_backward": layers.relu_backward,
            "quotient": lambda f, at, step: (f(at + step) - f(at)) / step}


RELU = Derivation(
    name="relu", title="The rectifier: its slope on both sides, and what is done at the corner",
    key="m examples, h units: a (m, h) pre-activations, none of them 0, y = relu(a), dy = dL/dy (m, h). At the corner: t > 0 a "
        "step, u steps of either sign, g in (0, 1) a slope; quotient(f, a, t) = (f(a + t) - f(a)) / t.",
    draw=_relu_point,
    steps=(
        Step(r"y = a \text{ if } a > 0 \text{ else } 0", "np.where(a > 0, a, 0)", "the definition, by cases", ""),
        Step(r"\frac{a + \lvert a\rvert}{2}", "(a + np.abs(a)) / 2", "a and its absolute value agree above 0 and cancel below"),
        Step(r"\max(a, 0)", "relu(a)", "the code"),
        Step(r"da = \frac{\partial L}{\partial a}", "gradient(lambda a: np.sum(dy * relu(a)), a)", "by definition", ""),
        Step(r"dy \cdot (1 \text{ if } a > 0 \text{ else } 0)", "dy * np.where(a > 0, 1, 0)",
             "above 0 the function is a, of slope 1; below it is constant"),
        Step(r"dy \cdot [y > 0]", "dy * (y > 0)", "y > 0 exactly where a > 0: the output knows whether the unit is on"),
        Step(r"da", "relu_backward(dy, y)", "the code"),
        Step(r"\left(\frac{y(-t) - y(0)}{-t},\ \frac{y(t) - y(0)}{t}\right)",
             "np.array([quotient(relu, 0.0, -t), quotient(relu, 0.0, t)])",
             "at the corner a = 0, from the left and from the right", ""),
        Step(r"(0, 1)", "np.array([0.0, 1.0])",
             "y is 0 at -t and t at t, for every t: the one-sided derivatives differ, so there is no derivative"),
        Step(r"\left(\mathrm{relu}'(-t),\ \mathrm{relu}'(t)\right)", "relu_derivative(relu(np.array([-t, t])))",
             "the code, on either side"),
        Step(r"g\, u", "g * u", "a line through the corner with a slope between the two", ""),
        Step(r"\mathrm{relu}(u)", "relu(u)",
             "it lies below on both sides, by g <= 1 and by g >= 0: every such g is a subgradient", "<="),
        Step(r"(0, 0, 1)", "np.array([0.0, 0.0, 1.0])", "the subgradient 0 is taken: left, at the corner, right", ""),
        Step(r"\mathrm{relu}'(-t, 0, t)", "relu_derivative(relu(np.array([-t, 0.0, t])))",
             "the code: y = 0 at the corner, and such a unit counts as off"),
    ),
    leads_to=("npae.layers.relu", "npae.layers.relu_backward", "npae.layers.relu_derivative"),
    sources=("003-relu-1", "003-relu-2"))

LAYERS = (AFFINE, SIGMOID, RELU)
