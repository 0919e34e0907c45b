r"""Initial weights: random enough to break the symmetry, small enough to keep the signal's size through the layers.

Key: n inputs, h outputs of a layer, W (n, h).

With independent entries, Var(a) = n Var(W) E[x^2] forward and Var(dx) = h Var(W) Var(da) backward. Keeping both near one
asks for Var(W) = 1/n and 1/h; Glorot and Bengio (2010) take the mean, Var(W) = 2 / (n + h). A ReLU zeroes half of its
units, so E[y^2] = Var(a) / 2, and He et al. (2015) double the forward rule: Var(W) = 2 / n. All-equal weights would
give all units of a layer the same gradient for ever.
"""

from __future__ import annotations

import numpy as np

from .layers import Activation

SCHEMES = ("auto", "glorot", "he")


def draw_weights(rng: np.random.Generator, shape: tuple[int, ...], activation: Activation, scheme: str = "auto",
                 fans: tuple[float, ...] | None = None) -> np.ndarray:
    """Return W of this shape, float64. "auto" is He's rule after a rectifier and Glorot's for every other activation.

    fans is (n, h), the shape itself by default: a convolution has more connections than weights.
    """
    n, h = shape if fans is None else fans
    if scheme == "he" or (scheme == "auto" and activation.gain > 1):
        return rng.normal(0.0, np.sqrt(2 / n), shape)
    limit = np.sqrt(6 / (n + h))        # uniform on (-limit, limit) has variance limit^2 / 3 = 2 / (n + h)
    return rng.uniform(-limit, limit, shape)
