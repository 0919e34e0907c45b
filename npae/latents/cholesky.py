r"""Reparameterization with a full covariance Sigma = L L^T, by its Cholesky factor.

Key: m examples, S samples, k latent units. mu, logvar (m, k); lower (m, k, k), of which the strictly lower triangle
counts; eps, z (m, S, k); dz = dL/dz.

The diagonal of L is exp(logvar / 2), so that it is positive whatever the network says; below it stands `lower`.
    std = np.exp(0.5 * logvar)                          (1)
    L = np.tril(lower, -1) + std[:, :, None] * np.eye(std.shape[1])    (2)
Forward, for every sample a matrix product (not the elementwise product that 000-(30) prints):
    z = mu[:, None, :] + eps @ np.swapaxes(L, 1, 2)     (3)

Backward. z_isj = mu_ij + sum_l L_ijl eps_isl, so each entry of L collects dz_j eps_l over the samples:
    dmu = np.sum(dz, axis=1)                            (4)
    dL = np.swapaxes(dz, 1, 2) @ eps                    (5)
    dlogvar = np.einsum("ijj->ij", dL) * std / 2        (6)
    dlower = np.tril(dL, -1)                            (7)

With lower = 0 this is the diagonal case. log det Sigma = sum_j logvar_j in both.
Source: 000-(28), (30).
"""

from __future__ import annotations

import numpy as np

from ..losses.overflow import exp, times


def cholesky_factor(logvar: np.ndarray, lower: np.ndarray) -> np.ndarray:
    """Return L (m, k, k), lower triangular with a positive diagonal."""
    std = exp(0.5 * logvar)                             # (1)
    diagonal = np.eye(std.shape[1], dtype=bool)         # to choose by: inf * 0 would be NaN beside the diagonal
    return np.where(diagonal, std[:, :, None], np.tril(lower, -1))    # (2)


def reparameterize_cholesky(mu: np.ndarray, logvar: np.ndarray, lower: np.ndarray, eps: np.ndarray) -> np.ndarray:
    """Return z (m, S, k) for mu, logvar (m, k), lower (m, k, k), eps (m, S, k)."""
    L = cholesky_factor(logvar, lower)
    return mu[:, None, :] + eps @ np.swapaxes(L, 1, 2)    # (3)


def reparameterize_cholesky_backward(dz: np.ndarray, logvar: np.ndarray, eps: np.ndarray):
    """Return dmu (m, k), dlogvar (m, k), dlower (m, k, k) for dz (m, S, k), summed over the samples."""
    std = exp(0.5 * logvar)                             # (1)
    dmu = np.sum(dz, axis=1)                            # (4)
    dL = np.swapaxes(dz, 1, 2) @ eps                    # (5)
    dlogvar = times(np.einsum("ijj->ij", dL), std) / 2  # (6)
    dlower = np.tril(dL, -1)                            # (7)
    return dmu, dlogvar, dlower
