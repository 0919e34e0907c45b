"""Weight decay as a prior on the weights."""

from __future__ import annotations

from typing import Any

import numpy as np

from ... import losses, penalties
from ..derivation import Derivation
from ..step import Step


def _weight_decay_point(rng: np.random.Generator) -> dict[str, Any]:
    m, n, h = rng.integers(2, 5, 3)
    W = rng.uniform(0.2, 2, (n, h)) * rng.choice([-1, 1], (n, h))
    W[0, :2] = rng.uniform(0.2, 2, 2) * [1, -1]             # both signs, whatever the draw
    x, t, v, r = rng.normal(size=(m, n)), rng.normal(size=(m, h)), rng.uniform(0.3, 2), rng.uniform(0.5, 1.5)
    best = np.linalg.solve(x.T @ x + np.eye(n) / v, x.T @ t)
    return {"x": x, "t": t, "W": W, "best": best, "v": v, "r": r, "lam": 1 / (2 * v * m), "mu": r / m, "m": m, "n": n, "h": h,
            "gaussian_nll": losses.gaussian_nll, "laplace_log_prior": penalties.laplace_log_prior,
            "l2_decay": penalties.l2_decay, "l2_decay_backward": penalties.l2_decay_backward,
            "l1_decay": penalties.l1_decay, "l1_decay_backward": penalties.l1_decay_backward}


WEIGHT_DECAY = Derivation(
    name="weight-decay", title="Weight decay as the most probable weights under a prior: L2 and Gauss, L1 and Laplace",
    key="m examples: x (m, n), targets t (m, h) that are x W plus noise of variance 1, W (n, h). Prior of a weight: N(0, v), or "
        "Laplace (r/2) e^(-r abs(w)). lam = 1/(2 v m) and mu = r/m are what v and r become beside a loss that averages over "
        "examples.",
    draw=_weight_decay_point,
    steps=(
        Step(r"-\frac1m \left[\log p(t \mid x, W) + \log p(W)\right]",
             "-(np.sum(normal_log_density(t, x @ W, 1)) + np.sum(normal_log_density(W, 0, v))) / m",
             "minus the log-posterior of the weights per example; log p(t), the same for all W, is left out", ""),
        Step(r"\mathrm{nll} + \frac1m \sum_{kj} \left[\frac{W_{kj}^2}{2 v} + \tfrac12 \log 2 \pi v\right]",
             "gaussian_nll(x @ W, t, 0.0) + np.sum(W**2 / (2 * v) + np.log(2 * np.pi * v) / 2) / m",
             "the data loss is an average over examples; the prior is there once, so its share falls like 1/m"),
        Step(r"\mathrm{nll} + \lambda \sum_{kj} W_{kj}^2 + \frac{n h}{2 m} \log 2 \pi v",
             "gaussian_nll(x @ W, t, 0.0) + lam * np.sum(W**2) + n * h / (2 * m) * np.log(2 * np.pi * v)",
             "lam = 1 / (2 v m), and the constant occurs n h times"),
        Step(r"\mathrm{nll} + \lambda\, P(W) + \frac{n h}{2 m} \log 2 \pi v",
             "gaussian_nll(x @ W, t, 0.0) + lam * l2_decay(W) + n * h / (2 * m) * np.log(2 * np.pi * v)",
             "the code: least loss with L2 decay is the greatest posterior; the constant does not move it"),
        Step(r"-\frac1m \frac{\partial}{\partial W} \log p(W)", "gradient(lambda W: -np.sum(normal_log_density(W, 0, v)) / m, W)",
             "what the prior adds to the gradient", ""),
        Step(r"\frac{W}{v m}", "W / (v * m)", "w^2 / 2v has the derivative w / v"),
        Step(r"2 \lambda W", "2 * lam * W", "1 / (v m) = 2 lam"),
        Step(r"\lambda\, dW", "lam * l2_decay_backward(W)", "the code"),
        Step(r"\frac{\partial\, \mathrm{nll}}{\partial W} \text{ at } W^*",
             "gradient(lambda W: gaussian_nll(x @ W, t, 0.0), best)",
             "best = W* solves (x^T x + I/v) W* = x^T t; the pull of the data there", ""),
        Step(r"\frac1m x^T (x W^* - t)", "x.T @ (x @ best - t) / m", "half the squared error, through y = x W"),
        Step(r"-\frac{W^*}{v m}", "-best / (v * m)", "the equation that W* solves"),
        Step(r"-\lambda\, dW^*", "-lam * l2_decay_backward(best)",
             "the code: at the most probable weights the pulls of data and prior cancel"),
        Step(r"-\frac1m \sum_{kj} \log \left[\frac r2 e^{-r \lvert W_{kj}\rvert}\right]",
             "-np.sum(np.log(r / 2 * np.exp(-r * np.abs(W)))) / m", "the same with Laplace densities of rate r", ""),
        Step(r"\frac1m \sum_{kj} \left[r \lvert W_{kj}\rvert - \log \frac r2\right]",
             "np.sum(r * np.abs(W) - np.log(r / 2)) / m", "the logarithm of each density"),
        Step(r"\mu \sum_{kj} \mathrm{sign}(W_{kj}) W_{kj} - \frac{n h}{m} \log \frac r2",
             "mu * np.sum(np.sign(W) * W) - n * h / m * np.log(r / 2)",
             "mu = r / m; a number times its sign is its absolute value"),
        Step(r"\mu\, P(W) - \frac{n h}{m} \log \frac r2", "mu * l1_decay(W) - n * h / m * np.log(r / 2)", "the code: L1 decay"),
        Step(r"-\frac1m \log p(W)", "-np.sum(laplace_log_prior(W, r)) / m", "the code of the prior itself"),
        Step(r"\frac{\partial}{\partial W}\, \mu \sum_{kj} \sqrt{W_{kj}^2}", "gradient(lambda W: mu * np.sum(np.sqrt(W**2)), W)",
             "the absolute value is the root of the square, smooth away from 0", ""),
        Step(r"\mu \frac{W}{\lvert W\rvert}", "mu * W / np.abs(W)", "the root of w^2 has the derivative 2 w / (2 root)"),
        Step(r"\mu\, dW", "mu * l1_decay_backward(W)",
             "the code: the same pull however small the weight, so some reach 0"),
    ),
    leads_to=("npae.penalties.l2_decay", "npae.penalties.l2_decay_backward", "npae.penalties.l1_decay",
              "npae.penalties.l1_decay_backward"),
    sources=("000-(7)", "000-(8)", "003-reg-1", "003-reg-2"))

DECAY = (WEIGHT_DECAY,)
