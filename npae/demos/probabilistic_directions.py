"""The linear probabilistic autoencoder drops the directions that are not worth their price (fact E001-14).

Key: s_j eigenvalues of the data's covariance, largest first; lambda the price, code_weight. At the optimum the code has
the variance max(sqrt(s_j / lambda) - 1, 0) in direction j: as many directions are active as there are s_j > lambda.

The loss is minimized to the end, with L-BFGS on the exact expectation over the noise. The model is linear, so nothing but
the covariance matters: twenty points with the ten largest eigenvalues of the digits stand for the digits.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..checks.probabilistic_oracles_exact import gaussian_data, minimize_exactly
from ..datasets import ImageData
from ..models import ProbabilisticAutoencoder
from ..plots import LinePanel, line_panels
from .variational_common import save

UNITS = 10
ACTIVE = 1e-4           # a direction is active where the code's variance is larger


def active_directions(out: Path, data: ImageData, quick: bool) -> dict[str, float]:
    """Train at prices between the eigenvalues, count the active directions, and draw them beside the closed form."""
    s = eigenvalues(data.X_train, UNITS)
    prices = prices_between(s, 1 if quick else 3)
    x, _ = gaussian_data(np.random.default_rng(0), s)
    variances = np.array([code_variances(x, UNITS, price) for price in prices])         # (prices, UNITS)
    exact = np.maximum(np.sqrt(s / prices[:, None]) - 1, 0)
    measured, expected = (np.sum(values > ACTIVE, axis=1) for values in (variances, exact))
    wrong, error = int(np.sum(measured != expected)), float(np.abs(variances - exact).max())
    print(f"Linear probabilistic autoencoder, {UNITS} units, the {UNITS} largest eigenvalues of the digits: active directions\n"
          "  code_weight    " + "".join(f"{price:7.3f}" for price in prices) + "\n"
          "  measured       " + "".join(f"{count:7d}" for count in measured) + "\n"
          "  #{s_j > lambda}" + "".join(f"{count:7d}" for count in expected) + "\n"
          f"  Variances of the code: off the closed form by at most {error:.1e}.\n")
    save(_figure(s, prices, measured, variances.sum(axis=1)), out, "active_directions")
    return {"directions_wrong": wrong, "directions_error": error, "directions_most": int(measured.max()),
            "directions_fewest": int(measured.min())}


def eigenvalues(X: np.ndarray, count: int) -> np.ndarray:
    """Return the largest eigenvalues (count,) of the covariance (1/m) of X (m, n)."""
    centred = np.asarray(X, np.float64) - np.mean(X, axis=0, dtype=np.float64)
    return np.linalg.svd(centred, compute_uv=False)[:count] ** 2 / len(centred)


def prices_between(s: np.ndarray, count: int) -> np.ndarray:
    """Return `count` prices inside every gap of the eigenvalues s, below the last and above the first, growing."""
    ends = np.concatenate([[0.5 * s[-1]], s[::-1], [1.25 * s[0]]])
    shares = np.arange(1, count + 1) / (count + 1)
    return (ends[:-1, None] + shares * np.diff(ends)[:, None]).ravel()


def code_variances(x: np.ndarray, units: int, price: float) -> np.ndarray:
    """Return the variances (units,) of the trained code in its principal directions, largest first."""
    model = ProbabilisticAutoencoder(latent_dim=units, hidden_dims=(), code_weight=float(price), dtype="float64",
                                     random_state=0).initialize(x.shape[1])
    minimize_exactly(model, x)
    return np.linalg.eigvalsh(np.cov(model.transform(x).T, bias=True))[::-1]


def _figure(s: np.ndarray, prices: np.ndarray, measured: np.ndarray, totals: np.ndarray):
    x = np.linspace(0.5 * s[-1], 1.25 * s[0], 600)
    worth = np.sum(s > x[:, None], axis=1)
    exact = np.sum(np.maximum(np.sqrt(s / x[:, None]) - 1, 0), axis=1)
    note = "linear model, eigenvalues of the digits"
    return line_panels([
        LinePanel("Directions worth their price", x, {"closed form": worth}, "code_weight λ",
                  "active directions", "the number of eigenvalues above λ", points={"trained": (prices, measured)},
                  y_limits=(-0.3, UNITS + 0.5)),
        LinePanel("What is left of the code", x, {"closed form": exact}, "code_weight λ", "variance of the code, all units",
                  note, points={"trained": (prices, totals)}, y_limits=(-0.3, None))], height=3.2)
