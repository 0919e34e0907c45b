"""Adam: why its averages are corrected, and why its step has fewer passes than the textbook's."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np

from ... import optimizers
from ..derivation import Derivation
from ..step import Step


def _average(g: np.ndarray, beta: float) -> np.ndarray:
    m = np.zeros(g.shape[1:])
    for gradient in g:
        m = beta * m + (1 - beta) * gradient
    return m


def _point(rng: np.random.Generator) -> dict[str, Any]:
    p, T = (int(size) for size in rng.integers(2, 5, 2))
    b1, b2, eps, eta = rng.uniform(0.5, 0.9), rng.uniform(0.6, 0.95), rng.uniform(0.1, 0.5), rng.uniform(0.05, 0.5)
    g, start = rng.normal(size=(T, p)), rng.normal(size=p)

    def run(gradients: np.ndarray, eps: float = eps) -> tuple[np.ndarray, dict[str, Any]]:
        adam, theta = optimizers.Adam(beta1=b1, beta2=b2, eps=eps), start.copy()
        adam.start(theta)
        for gradient in gradients:
            adam.step(theta, gradient, eta)
        return theta, adam.state()

    return {"g": g, "g1": g[0], "b1": b1, "b2": b2, "eps": eps, "eta": eta, "T": T, "p": p, "start": start,
            "theta": run(g[:T - 1])[0], "average": _average,
            "M": _average(g, b1) / (1 - b1), "V": _average(g**2, b2) / (1 - b2),
            "a": (1 - b1) / (1 - b1**T), "c": np.sqrt((1 - b2) / (1 - b2**T)),
            "G": rng.normal(size=(2, p)), "choices": np.array(list(product((0, 1), repeat=T))),
            "code": lambda g, eps=eps: run(g, eps)[0], "code_M": lambda g: run(g)[1]["M"]}


ADAM = Derivation(
    name="adam", title="Adam: the bias of averages that start at zero, and the step in fewer passes",
    key="p parameters; g (T, p) the gradients of T steps, g1 the first; b1 and b2 the decays, eta the learning rate. "
        "average(g, b) runs m = b m + (1 - b) g from m = 0. M = average(g, b1)/(1 - b1), V = average(g^2, b2)/(1 - b2), "
        "a = (1 - b1)/(1 - b1^T), c = sqrt((1 - b2)/(1 - b2^T)). code(g) is where Adam's theta has gone from start after the "
        "gradients g, theta where it was before the last of them, code_M(g) the M that it keeps. G (2, p): the gradients of two "
        "minibatches; choices: all 2^T orders in which T steps can draw them.",
    draw=_point,
    steps=(
        Step(r"m_T,\ m_t = \beta_1 m_{t - 1} + (1 - \beta_1)\, g_t,\ m_0 = 0", "average(g, b1)", "the definition", ""),
        Step(r"(1 - \beta_1) \sum_{j = 0}^{T - 1} \beta_1^j\, g_{T - j}",
             "(1 - b1) * sum(b1**j * g[T - 1 - j] for j in range(T))",
             "unrolled: a gradient that is j steps old has been multiplied by b1 j times"),
        Step(r"(1 - \beta_1)\, M_T", "(1 - b1) * code_M(g)", "the code keeps the bare sum M: one multiplication less per step"),
        Step(r"(1 - \beta_1) \sum_{j = 0}^{T - 1} \beta_1^j", "(1 - b1) * sum(b1**j for j in range(T))",
             "what do these weights add up to?", ""),
        Step(r"\sum_{j = 0}^{T - 1} \beta_1^j - \sum_{j = 0}^{T - 1} \beta_1^{j + 1}",
             "sum(b1**j for j in range(T)) - sum(b1**(j + 1) for j in range(T))", "multiply out"),
        Step(r"1 - \beta_1^T", "1 - b1**T",
             "the geometric sum: all powers but the first and the last cancel. Less than 1, for the start at 0 has the rest"),
        Step(r"(1 - \beta_1)\, M_T \text{ for } g_t = 1", "(1 - b1) * code_M(np.ones((T, p)))[0]", "the code, fed with ones"),
        Step(r"\frac{m_T}{1 - \beta_1^T} \text{ for } g_t = g_1", "average(np.tile(g1, (T, 1)), b1) / (1 - b1**T)",
             "so divide by it: the corrected average, of gradients that are all equal", ""),
        Step(r"g_1", "g1", "a weighted mean, its weights add up to 1"),
        Step(r"a\, M_T", "a * code_M(np.tile(g1, (T, 1)))",
             "the code: a = (1 - b1)/(1 - b1^T) turns the bare sum into that mean"),
        Step(r"\mathrm E[m_T]", "np.mean([average(G[choice], b1) for choice in choices], axis=0)",
             "gradients of minibatches: the exact mean over all orders in which they can be drawn", ""),
        Step(r"(1 - \beta_1) \sum_{j = 0}^{T - 1} \beta_1^j\, \mathrm E[g_{T - j}]",
             "(1 - b1) * sum(b1**j * np.mean(G[choices[:, T - 1 - j]], axis=0) for j in range(T))",
             "the expectation of a sum, unrolled as above"),
        Step(r"(1 - \beta_1^T)\, \mathrm E[g]", "(1 - b1**T) * np.mean(G, axis=0)",
             "every step draws either as often: a gradient that is constant in expectation comes out of the sum"),
        Step(r"\mathrm E[(1 - \beta_1)\, M_T]", "np.mean([(1 - b1) * code_M(G[choice]) for choice in choices], axis=0)",
             "the code: (1 - b1) M falls short of the gradient by 1 - b1^T, and (1 - b2) V of its square by 1 - b2^T"),
        Step(r"\theta - \eta\, \frac{m / (1 - \beta_1^T)}{\sqrt{v / (1 - \beta_2^T)} + \epsilon}",
             "theta - eta * average(g, b1) / (1 - b1**T) / (np.sqrt(average(g**2, b2) / (1 - b2**T)) + eps)",
             "the step of the textbook: both averages corrected", ""),
        Step(r"\theta - \eta\, \frac{a M}{c \sqrt V + \epsilon}", "theta - eta * a * M / (c * np.sqrt(V) + eps)",
             "m = (1 - b1) M and v = (1 - b2) V; a and c hold all the scalars"),
        Step(r"\theta - \frac{\eta a}c \cdot \frac{M}{\sqrt V + \epsilon / c}",
             "theta - eta * a / c * M / (np.sqrt(V) + eps / c)",
             "numerator and denominator divided by c: one vector is still multiplied by a scalar, not three"),
        Step(r"\theta_T", "code(g)", "the code"),
        Step(r"\eta\, \frac{(1 - \beta_1)\, g_1 / (1 - \beta_1)}{\sqrt{(1 - \beta_2)\, g_1^2 / (1 - \beta_2)}}",
             "eta * ((1 - b1) * g1 / (1 - b1)) / np.sqrt((1 - b2) * g1**2 / (1 - b2))",
             "how long is the first step? T = 1, and eps next to nothing", ""),
        Step(r"\eta\, \frac{g_1}{\lvert g_1\rvert}", "eta * g1 / np.abs(g1)",
             "the corrections cancel. Without them it would be longer by (1 - b1)/sqrt(1 - b2): 3.2 for 0.9 and 0.999"),
        Step(r"\eta\, \mathrm{sign}(g_1)", "eta * np.sign(g1)", "of length eta in every parameter, however small its gradient"),
        Step(r"\theta_0 - \theta_1", "start - code(g[:1], eps=1e-300)", "the code"),
    ),
    leads_to=("npae.optimizers.Adam",))

OPTIMIZERS = (ADAM,)
