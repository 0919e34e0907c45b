"""The approximate posterior q(z|x) of the variational autoencoder: what its heads mean, how it is sampled, what it costs.

Two kinds with one face. q is a dictionary of the heads' outputs: "mu" and "logvar" (m, k), and for the full covariance
"lower" (m, k (k - 1)/2), the entries of the Cholesky factor below its diagonal, row by row. Gradients dq have the same keys.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..distributions import Distribution, FullGaussian, Gaussian
from ..latents import (
    cholesky_factor,
    reparameterize,
    reparameterize_backward,
    reparameterize_cholesky,
    reparameterize_cholesky_backward,
)
from ..penalties import covariance_kl_backward, gaussian_kl_backward, gaussian_kl_entries

Heads = Mapping[str, np.ndarray]


class DiagonalPosterior:
    """N(mu, diag exp(logvar)) against the prior N(prior_mean, diag exp(prior_logvar)), numbers or (k,)."""

    def __init__(self, k: int, prior_mean: np.ndarray, prior_logvar: np.ndarray):
        self.k, self.prior_mean, self.prior_logvar = k, prior_mean, prior_logvar

    def prior(self, like: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return prior_mean and prior_logvar in the real dtype of an array, so that float32 stays float32."""
        return self.prior_mean.astype(like.real.dtype), self.prior_logvar.astype(like.real.dtype)

    @property
    def widths(self) -> dict[str, int]:
        """The number of outputs of every head."""
        return {"mu": self.k, "logvar": self.k}

    def sample(self, q: Heads, eps: np.ndarray) -> np.ndarray:
        """Return z (m, S, k) for noise eps (m, S, k)."""
        return reparameterize(q["mu"][:, None], q["logvar"][:, None], eps)

    def sample_backward(self, dz: np.ndarray, q: Heads, eps: np.ndarray) -> dict[str, np.ndarray]:
        """Return dq for dz (m, S, k): the sum over the samples of an example."""
        dmu, dlogvar = reparameterize_backward(dz, q["logvar"][:, None], eps)
        return {"mu": _over_samples(dmu), "logvar": _over_samples(dlogvar)}

    def kl_entries(self, q: Heads) -> np.ndarray:
        """Return (m, k): what each latent unit of each example adds to KL(q || prior), nats."""
        return gaussian_kl_entries(q["mu"], q["logvar"], *self.prior(q["mu"]))

    def kl_backward(self, q: Heads, w: np.ndarray | float) -> dict[str, np.ndarray]:
        """Return dq, the gradient of the sum of w (a number or (m, k)) times kl_entries."""
        dmu, dlogvar = gaussian_kl_backward(q["mu"], q["logvar"], *self.prior(q["mu"]), w)
        return {"mu": dmu, "logvar": dlogvar}

    def distribution(self, q: Heads) -> Distribution:
        """Return q as an object with mean, sample and log_prob."""
        return Gaussian(q["mu"], q["logvar"])


def _over_samples(d: np.ndarray) -> np.ndarray:
    """Return the sum over the samples of an example, (m, k), of d (m, S, k)."""
    return d[:, 0] if d.shape[1] == 1 else d.sum(axis=1)


class FullPosterior(DiagonalPosterior):
    """N(mu, L L^T), L with diagonal exp(logvar / 2) and free entries below it."""

    @property
    def widths(self) -> dict[str, int]:
        """The number of outputs of every head."""
        return {**super().widths, "lower": self.k * (self.k - 1) // 2}

    def _square(self, rows: np.ndarray) -> np.ndarray:
        """Return (m, k, k) with the entries (m, k (k - 1)/2) below the diagonal."""
        matrix = np.zeros((len(rows), self.k, self.k), rows.dtype)
        row, column = np.tril_indices(self.k, -1)
        matrix[:, row, column] = rows
        return matrix

    def _flat(self, matrix: np.ndarray) -> np.ndarray:
        """Return the entries below the diagonal (m, k (k - 1)/2) of (m, k, k)."""
        row, column = np.tril_indices(self.k, -1)
        return matrix[:, row, column]

    def _precision(self, q: Heads) -> np.ndarray:
        return np.exp(-np.broadcast_to(self.prior(q["mu"])[1], (self.k,)))

    def sample(self, q: Heads, eps: np.ndarray) -> np.ndarray:
        """Return z (m, S, k) for noise eps (m, S, k)."""
        return reparameterize_cholesky(q["mu"], q["logvar"], self._square(q["lower"]), eps)

    def sample_backward(self, dz: np.ndarray, q: Heads, eps: np.ndarray) -> dict[str, np.ndarray]:
        """Return dq for dz (m, S, k)."""
        dmu, dlogvar, dlower = reparameterize_cholesky_backward(dz, q["logvar"], eps)
        return {"mu": dmu, "logvar": dlogvar, "lower": self._flat(dlower)}

    def kl_entries(self, q: Heads) -> np.ndarray:
        """Return (m, k): what each latent unit of each example adds to KL(q || prior), nats."""
        extra = np.sum(self._square(q["lower"]) ** 2, axis=2) * self._precision(q) / 2
        return super().kl_entries(q) + extra

    def kl_backward(self, q: Heads, w: np.ndarray | float) -> dict[str, np.ndarray]:
        """Return dq, the gradient of the sum of w (a number or (m, k)) times kl_entries."""
        each = np.broadcast_to(np.asarray(w, q["mu"].real.dtype), q["mu"].shape)
        dlower = covariance_kl_backward(self._square(q["lower"]), each, self._precision(q))
        return {**super().kl_backward(q, w), "lower": self._flat(dlower)}

    def distribution(self, q: Heads) -> Distribution:
        """Return q as an object with mean, sample and log_prob."""
        return FullGaussian(q["mu"], cholesky_factor(q["logvar"], self._square(q["lower"])))
