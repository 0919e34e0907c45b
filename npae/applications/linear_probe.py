r"""Linear probes for numbers: how much of a quantity can be read off a code by a weighted sum.

Key: m examples, codes Z (m, k) with a column of ones, targets T (m, t).

    W = (Z^T Z + ridge I)^-1 Z^T T              least squares; the column of ones is not shrunk
    R^2 = 1 - sum (T - Z W)^2 / sum (T - mean T)^2,      per target, on examples that the probe has not seen

R^2 is 1 for a perfect reading, 0 for the mean of the test targets, and below 0 for worse than that. A probe is linear on
purpose: a code that holds the angle in a knot that a large network can untie holds it for nobody else.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ..validation import check_matrix, check_real


def linear_probe(codes: ArrayLike, targets: ArrayLike, new_codes: ArrayLike, ridge: float = 1e-3) -> np.ndarray:
    """Return what least squares on codes (m, k) and targets (m, t) says for new codes (q, k): (q, t).

    Codes are brought to mean 0 and variance 1 first; ridge is per example.
    """
    check_real(ridge, "ridge", 0)
    Z, T = check_matrix(codes, "codes"), check_matrix(targets, "targets")
    Q = check_matrix(new_codes, "new_codes", Z.shape[1])
    if len(T) != len(Z):
        raise ValueError(f"targets must have a row for each of the {len(Z)} codes, got {len(T)}")
    mean, sd = Z.mean(axis=0), Z.std(axis=0)
    sd = np.where(sd > 0, sd, 1)
    Z, Q, centre = (Z - mean) / sd, (Q - mean) / sd, T.mean(axis=0)
    W = np.linalg.solve(Z.T @ Z + ridge * len(Z) * np.eye(Z.shape[1]), Z.T @ (T - centre))
    return centre + Q @ W


def r_squared(targets: ArrayLike, predicted: ArrayLike) -> np.ndarray:
    """Return R^2 of each target (t,) for targets and predictions (q, t)."""
    T = check_matrix(targets, "targets")
    P = check_matrix(predicted, "predicted", T.shape[1])
    if len(P) != len(T):
        raise ValueError(f"predicted must have a row for each of the {len(T)} targets, got {len(P)}")
    around = np.sum((T - T.mean(axis=0)) ** 2, axis=0)
    if not around.all():
        raise ValueError("targets must vary: R^2 compares with their mean, and one of them is constant")
    return 1 - np.sum((T - P) ** 2, axis=0) / around
