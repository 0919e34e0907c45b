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

LAYERS = (AFFINE,)
