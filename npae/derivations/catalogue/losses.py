"""The reconstruction losses as negative log-likelihoods, and their gradients."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ... import layers, losses, penalties
from ..derivation import Derivation
from ..step import Step


def _squared_error_point(rng: np.random.Generator) -> dict[str, Any]:
    m, n = rng.integers(2, 4, 2)
    return {"o": rng.normal(size=(m, n)), "x": rng.normal(size=(m, n)), "d": rng.normal(size=(m, n)),
            "v": rng.uniform(0.4, 2), "t": rng.uniform(0.3, 0.9), "one": np.ones((1, 1)), "m": m, "n": n,
            "hessian": _second_differences, "squared_error": losses.squared_error,
            "squared_error_backward": losses.squared_error_backward, "gaussian_nll": losses.gaussian_nll}


def _second_differences(f: Callable[[np.ndarray], Any], o: np.ndarray) -> np.ndarray:
    units = np.eye(o.size).reshape(-1, *o.shape)
    return np.array([[f(o + a + b) - f(o + a) - f(o + b) + f(o) for b in units] for a in units])


SQUARED_ERROR = Derivation(
    name="squared-error", title="The squared error as a Gaussian likelihood, its gradient, its Hessian",
    key="m examples, n features: o outputs, x targets, d a change of the outputs, all (m, n); v a variance. The loss is summed "
        "over features and averaged over examples. hessian(f, o) takes second differences with step 1, exact for a quadratic f. "
        "At the end t is one number in (0, 1), and one = [[1]].",
    draw=_squared_error_point,
    steps=(
        Step(r"-\frac1m \sum_{ij} \log \mathcal N(x_{ij};\, o_{ij}, v)", "-np.sum(normal_log_density(x, o, v)) / m",
             "minus the log-likelihood per example, if every x_ij is o_ij plus Gaussian noise of variance v", ""),
        Step(r"\frac1m \sum_{ij} \left[\frac{(x_{ij} - o_{ij})^2}{2 v} + \tfrac12 \log 2 \pi v\right]",
             "np.sum((x - o)**2 / (2 * v) + np.log(2 * np.pi * v) / 2) / m", "the logarithm of the density"),
        Step(r"\frac1{2 v} \cdot \frac1m \sum_{ij} (o_{ij} - x_{ij})^2 + \frac n2 \log 2 \pi v",
             "np.sum((o - x)**2) / m / (2 * v) + n / 2 * np.log(2 * np.pi * v)", "the constant: m n times, divided by m"),
        Step(r"\frac{1}{2 v} L(o, x) + \frac n2 \log 2 \pi v", "squared_error(o, x) / (2 * v) + n / 2 * np.log(2 * np.pi * v)",
             "the code: the likelihood is largest where the squared error is smallest, whatever v; v = 1/2 makes the factor 1"),
        Step(r"\mathrm{nll}(o, x;\, \log v)", "gaussian_nll(o, x, np.log(v))", "the code that keeps factor and constant"),
        Step(r"do = \frac{\partial L}{\partial o}", "gradient(lambda o: np.sum((o - x)**2) / m, o)", "by definition", ""),
        Step(r"\frac2m (o_{ij} - x_{ij})", "np.array([[2 * (o[i, j] - x[i, j]) / m for j in range(n)] for i in range(m)])",
             "o_ij occurs in one term only, and r^2 has the derivative 2 r"),
        Step(r"do", "squared_error_backward(o, x)", "the code"),
        Step(r"L(o + d, x) = \frac1m \sum_{ij} (o_{ij} + d_{ij} - x_{ij})^2", "np.sum((o + d - x)**2) / m",
             "the loss after any change d of the outputs, small or not", ""),
        Step(r"\frac1m \sum_{ij} \left[(o_{ij} - x_{ij})^2 + 2 (o_{ij} - x_{ij})\, d_{ij} + d_{ij}^2\right]",
             "np.sum((o - x)**2 + 2 * (o - x) * d + d**2) / m", "the square of (o - x) + d"),
        Step(r"L(o, x) + \sum_{ij} do_{ij}\, d_{ij} + \frac1m \sum_{ij} d_{ij}^2",
             "squared_error(o, x) + np.sum(squared_error_backward(o, x) * d) + np.sum(d**2) / m",
             "the code. Where do = 0 every d costs sum(d^2)/m more: o = x is the only minimum"),
        Step(r"\frac{\partial^2 L}{\partial o_{ij}\, \partial o_{kl}}", "hessian(lambda o: squared_error(o, x), o)",
             "the Hessian, one row and one column for every output", ""),
        Step(r"\frac2m\, \delta_{ik}\, \delta_{jl}", "2 / m * np.eye(m * n)",
             "do_ij = 2 (o_ij - x_ij)/m depends on o_ij alone: the same positive curvature in every direction"),
        Step(r"\frac{\partial\, do_{ij}}{\partial o_{kl}}",
             "np.array([gradient(lambda o: squared_error_backward(o, x)[i, j], o).ravel() for i in range(m) for j in range(n)])",
             "the code: do differentiated once more, entry by entry"),
        Step(r"L(a b, 1),\ a = b = t", "squared_error(np.array([[t * t]]), one)",
             "but the outputs have parameters: the linear autoencoder o = a b x of one number, at x = 1", ""),
        Step(r"(1 - t^2)^2", "(1 - t**2)**2", "along the diagonal a = b = t"),
        Step(r"1 = L(0, 1)", "squared_error(0 * one, one)", "downhill from a = b = 0", "<="),
        Step(r"(1 + t^2)^2", "(1 + t**2)**2", "and uphill", "<="),
        Step(r"L(a b, 1),\ a = t,\ b = -t", "squared_error(np.array([[t * -t]]), one)",
             "the code, along the other diagonal: a saddle. In the parameters the loss is not convex (E003-10)"),
    ),
    leads_to=("npae.losses.squared_error", "npae.losses.squared_error_backward", "npae.losses.gaussian_nll"),
    sources=("001-vanilla-4", "001-vanilla-5", "003-mse-1", "003-mse-4", "003-mse-6", "003-mse-7", "003-mse-8"))


def _bernoulli_point(rng: np.random.Generator) -> dict[str, Any]:
    m, n = rng.integers(2, 5, 2)
    o = 2 * rng.normal(size=(m, n))
    bits = rng.integers(0, 2, (m, n))
    bits[0, :2] = 0, 1                                      # both values, whatever the draw
    return {"o": o, "p": layers.sigmoid(o), "x": rng.uniform(0.05, 0.95, (m, n)), "bits": bits, "m": m,
            "softplus": layers.softplus, "sigmoid_derivative": layers.sigmoid_derivative,
            "bernoulli_nll": losses.bernoulli_nll, "bernoulli_nll_backward": losses.bernoulli_nll_backward,
            "bernoulli_entropy": losses.bernoulli_entropy, "bernoulli_kl": penalties.bernoulli_kl}


BERNOULLI_NLL = Derivation(
    name="bernoulli-nll", title="Binary cross-entropy on logits, its gradient p - x, and its floor for gray targets",
    key="m examples, n features: o logits, p = sigmoid(o) probabilities, bits targets in {0, 1}, x gray targets in (0, 1), all "
        "(m, n). softplus(a) = log(1 + e^a). Nats, summed over features and averaged over examples.",
    draw=_bernoulli_point,
    steps=(
        Step(r"\log p", "np.log(p)", "the log-probability of a 1", ""),
        Step(r"-\log(1 + e^{-o})", "-np.log(1 + np.exp(-o))", "p = 1 / (1 + e^-o)"),
        Step(r"o - \log(e^o + 1)", "o - np.log(np.exp(o) + 1)", "1 + e^-o is (e^o + 1) / e^o"),
        Step(r"o - \mathrm{softplus}(o)", "o - softplus(o)", "the code, which does not overflow"),
        Step(r"\log(1 - p)", "np.log(1 - p)", "the log-probability of a 0", ""),
        Step(r"-\log(1 + e^o)", "-np.log(1 + np.exp(o))", "1 - p = e^-o / (1 + e^-o) = 1 / (e^o + 1)"),
        Step(r"-\mathrm{softplus}(o)", "-softplus(o)", "the code"),
        Step(r"-\frac1m \sum_{ij} \log P(x_{ij}),\ x_{ij} \in \{0, 1\}", "-np.sum(np.log(np.where(bits == 1, p, 1 - p))) / m",
             "minus the log-likelihood per example of independent bits that are 1 with probability p", ""),
        Step(r"-\frac1m \sum_{ij} \left[x_{ij} \log p_{ij} + (1 - x_{ij}) \log(1 - p_{ij})\right]",
             "-np.sum(bits * np.log(p) + (1 - bits) * np.log(1 - p)) / m", "a bit keeps one of the two terms"),
        Step(r"-\frac1m \sum_{ij} \left[x_{ij} (o_{ij} - \mathrm{softplus}(o_{ij}))"
             r" - (1 - x_{ij})\, \mathrm{softplus}(o_{ij})\right]",
             "-np.sum(bits * (o - softplus(o)) - (1 - bits) * softplus(o)) / m", "both logarithms from above"),
        Step(r"\frac1m \sum_{ij} \left[\mathrm{softplus}(o_{ij}) - x_{ij}\, o_{ij}\right]", "np.sum(softplus(o) - bits * o) / m",
             "x softplus(o) occurs with either sign"),
        Step(r"L(o, x)", "bernoulli_nll(o, bits)", "the code"),
        Step(r"do = \frac{\partial L}{\partial o}", "gradient(lambda o: np.sum(np.log(1 + np.exp(o)) - x * o) / m, o)",
             "by definition; from here on the targets may be gray", ""),
        Step(r"\frac1m \left(\frac{e^{o_{ij}}}{1 + e^{o_{ij}}} - x_{ij}\right)", "(np.exp(o) / (1 + np.exp(o)) - x) / m",
             "o_ij occurs in one term only; log(1 + e^o) has the derivative e^o / (1 + e^o)"),
        Step(r"\frac1m (p_{ij} - x_{ij})", "(p - x) / m", "e^o / (1 + e^o) = 1 / (e^-o + 1)"),
        Step(r"do", "bernoulli_nll_backward(o, x)", "the code: prediction minus target"),
        Step(r"dp = \frac{\partial L}{\partial p}", "gradient(lambda p: -np.sum(x * np.log(p) + (1 - x) * np.log(1 - p)) / m, p)",
             "the same from the probabilities: where has the slope of the sigmoid gone?", ""),
        Step(r"\frac1m \left(-\frac{x_{ij}}{p_{ij}} + \frac{1 - x_{ij}}{1 - p_{ij}}\right)", "(-x / p + (1 - x) / (1 - p)) / m",
             "log p has the derivative 1/p, and log(1 - p) has -1/(1 - p)"),
        Step(r"\frac1m \frac{p_{ij} - x_{ij}}{p_{ij} (1 - p_{ij})}", "(p - x) / (p * (1 - p)) / m",
             "one denominator; above it -x (1 - p) + (1 - x) p = p - x"),
        Step(r"\frac{do}{\mathrm{sigmoid}'(o)}", "bernoulli_nll_backward(o, x) / sigmoid_derivative(p)",
             "the code: in do = dp p (1 - p) the slope cancels, so a saturated wrong unit still learns"),
        Step(r"L(o, x) - \frac1m \sum_{ij} H(x_{ij})", "bernoulli_nll(o, x) - np.sum(bernoulli_entropy(x)) / m",
             "the excess of the loss over the entropy H of the targets", ""),
        Step(r"\frac1m \sum_{ij} \left[x_{ij} \log x_{ij} + (1 - x_{ij}) \log(1 - x_{ij})"
             r" - x_{ij} \log p_{ij} - (1 - x_{ij}) \log(1 - p_{ij})\right]",
             "np.sum(x * np.log(x) + (1 - x) * np.log(1 - x) - x * np.log(p) - (1 - x) * np.log(1 - p)) / m",
             "the definitions of both; H(x) = -x log x - (1 - x) log(1 - x)"),
        Step(r"\frac1m \sum_{ij} \left[x_{ij} \log \frac{x_{ij}}{p_{ij}}"
             r" + (1 - x_{ij}) \log \frac{1 - x_{ij}}{1 - p_{ij}}\right]",
             "np.sum(x * np.log(x / p) + (1 - x) * np.log((1 - x) / (1 - p))) / m",
             "logarithms collected: a Kullback-Leibler divergence, what it costs to expect p where x is true"),
        Step(r"\frac1m \sum_{ij} \mathrm{KL}\left(x_{ij}\, \middle\Vert\, p_{ij}\right)", "bernoulli_kl(p, x) / m",
             "the code, the one of the KL sparsity"),
        Step(r"L(\mathrm{logit}(x), x)", "bernoulli_nll(np.log(x / (1 - x)), x)",
             "the loss of the perfect prediction p = x, whose logit is log(x / (1 - x))", ""),
        Step(r"-\frac1m \sum_{ij} \left[x_{ij} \log x_{ij} + (1 - x_{ij}) \log(1 - x_{ij})\right]",
             "-np.sum(x * np.log(x) + (1 - x) * np.log(1 - x)) / m", "put p = x: not 0 unless every x is 0 or 1 (E003-13)"),
        Step(r"\frac1m \sum_{ij} H(x_{ij})", "np.sum(bernoulli_entropy(x)) / m",
             "the code: the entropy floor, the same for every model"),
        Step(r"L(o, x)", "bernoulli_nll(o, x)",
             "no prediction gets below: log t <= t - 1, so the excess above is at least the sum of "
             "x (1 - p/x) + (1 - x) (1 - (1 - p)/(1 - x)), and that is 0", "<="),
    ),
    leads_to=("npae.losses.bernoulli_nll", "npae.losses.bernoulli_nll_backward", "npae.losses.bernoulli_entropy",
              "npae.penalties.bernoulli_kl"),
    sources=("003-bce-1", "003-bce-2", "003-bce-4", "003-bce-5"))

LOSSES = (SQUARED_ERROR, BERNOULLI_NLL)
