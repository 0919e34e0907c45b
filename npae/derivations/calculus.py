r"""Further words that some derivations put among their names: Jacobians, Laplacians, and expectations as finite sums.

Key: k dimensions, N nodes in each, p = N^k points.

The Gauss-Hermite rule with N nodes is exact for polynomials of degree 2 N - 1 under N(0, 1); its product over k dimensions
is exact for such a polynomial in each coordinate, and converges quickly for smooth functions. Nothing is sampled.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from .vocabulary import gradient

STEP = 1e-3


def jacobian(f: Callable[[np.ndarray], Any], x: np.ndarray) -> np.ndarray:
    """Return df_i/dx_j for a vector-valued f, analytic in the vector x."""
    return np.array([gradient(lambda t: f(t)[i], x) for i in range(len(f(x)))])     # noqa: B023 (used at once)


def laplacian(f: Callable[[np.ndarray], Any], x: np.ndarray) -> Any:
    """Return sum_j d^2 f / dx_j^2 for f, scalar or vector, analytic in the vector x; accurate to about 1e-11.

    The first derivative along a coordinate is a complex step, the second a central difference of it, extrapolated twice.
    """
    def second(e: np.ndarray) -> Any:
        slopes = {s: np.imag(f(x + (s * STEP + 1e-20j) * e)) / 1e-20 for s in (-4, -2, -1, 1, 2, 4)}
        D1, D2, D4 = ((slopes[s] - slopes[-s]) / (2 * s * STEP) for s in (1, 2, 4))
        return (64 * D1 - 20 * D2 + D4) / 45

    return sum(second(e) for e in np.eye(len(x)))


@lru_cache
def gauss_hermite(k: int, n_nodes: int = 20) -> tuple[np.ndarray, np.ndarray]:
    """Return points (p, k) and weights (p,) of sum 1: the mean of f(eps), eps ~ N(0, I), is weights @ f(points)."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(n_nodes)
    points = np.stack(np.meshgrid(*[nodes] * k, indexing="ij"), axis=-1).reshape(-1, k)
    products = np.stack(np.meshgrid(*[weights / weights.sum()] * k, indexing="ij"), axis=-1).reshape(-1, k).prod(axis=1)
    return points, products
