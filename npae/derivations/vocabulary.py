"""The words that expressions of derivations may use besides the names that are drawn: derivatives, integrals, expectations.

These are numerical and independent of the formulas that they prove: a derivative is a complex step or Richardson's
extrapolation, an integral a Gauss-Legendre rule on a wide interval, an expectation a mean over samples with its error.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..gradcheck import complex_step, richardson
from .step import Estimate

NODES, WEIGHTS = np.polynomial.legendre.leggauss(400)


def gradient(f: Callable[[np.ndarray], Any], x: Any) -> np.ndarray:
    """Return the derivative of a scalar f by every entry of x, by the complex step (f must be analytic)."""
    return complex_step(f, x).value


def slope(f: Callable[[np.ndarray], Any], x: Any) -> np.ndarray:
    """Return the derivative of sum(f(x)) by every entry of x, by Richardson extrapolation: for any smooth f."""
    return richardson(f, x).value


def integral(f: Callable[[np.ndarray], Any], low: float, high: float) -> Any:
    """Return the integral of f over [low, high]; f takes 400 points along the first axis and may return further axes."""
    middle, half = (low + high) / 2, (high - low) / 2
    values = np.asarray(f(middle + half * NODES))
    return half * np.tensordot(WEIGHTS, values, axes=(0, 0))


def expectation(samples: np.ndarray) -> Estimate:
    """Return the mean over the first axis and its standard error."""
    return Estimate(np.mean(samples, axis=0), np.std(samples, axis=0, ddof=1) / np.sqrt(len(samples)))


def normal_density(z: np.ndarray, mu: Any = 0.0, variance: Any = 1.0) -> np.ndarray:
    """Return the density of N(mu, variance) at z, entry by entry."""
    return np.exp(-(z - mu)**2 / (2 * variance)) / np.sqrt(2 * np.pi * variance)


def normal_log_density(z: np.ndarray, mu: Any = 0.0, variance: Any = 1.0) -> np.ndarray:
    """Return the logarithm of the density of N(mu, variance) at z, entry by entry."""
    return -(z - mu)**2 / (2 * variance) - 0.5 * np.log(2 * np.pi * variance)


VOCABULARY: dict[str, Any] = {
    "np": np, "gradient": gradient, "slope": slope, "integral": integral, "expectation": expectation,
    "Estimate": Estimate, "normal_density": normal_density, "normal_log_density": normal_log_density}
