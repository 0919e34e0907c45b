r"""The divergence of the posterior from the prior, estimated from the samples that the decoder sees.

Key: m examples, S samples, k latent units. z = mu + L eps (m, S, k), eps (m, S, k), logvar (m, 1, k) with log det Sigma its
sum; prior N(prior_mean, diag exp(prior_logvar)); w weight (1/(m S) unless given), P scalar.

Forward. log q(z) = -1/2 sum (log 2 pi + logvar + eps^2), in which z does not occur: with z = mu + L eps the density at
the sample depends on the noise alone. Minus log p(z), entry by entry:
    r = z - prior_mean                                  (1)
    v = np.exp(-prior_logvar)                           (2)
    l = 0.5 * (prior_logvar - logvar - eps ** 2 + r ** 2 * v)    (3)
    P = np.sum(w * l)                                   (4)

Backward, z and logvar being taken as independent here; the path from z to mu and logvar is the reparameterization's:
    dz = w * r * v                                      (5)
    dlogvar = -0.5 * w * np.ones_like(z)                (6)

Its expectation is the closed form and its gradient's too, but for unit noise the gradient in mu is mu + eps, of variance
one, where the closed form gives mu with variance zero (fact E001-17). Prefer the closed form; the sampled one is needed
for importance weights, and for priors without a closed form.
Source: 001 reparameterization slide, second equation; 000-(18) with the expectation under its first argument, here q (E000-13).
"""

from __future__ import annotations

import numpy as np

from ..losses.overflow import exp, square_times_exp, times
from ..losses.weight import Weight


def sampled_kl_entries(z: np.ndarray, logvar: np.ndarray, eps: np.ndarray, prior_mean: Weight = 0.0,
                       prior_logvar: Weight = 0.0) -> np.ndarray:
    """Return l (m, S, k), log q(z|x) - log p(z) of each entry."""
    c = np.asarray(prior_logvar, z.real.dtype)
    return 0.5 * (prior_logvar - logvar - eps ** 2 + square_times_exp(z - prior_mean, -c))    # (3)


def sampled_kl(z: np.ndarray, logvar: np.ndarray, eps: np.ndarray, prior_mean: Weight = 0.0, prior_logvar: Weight = 0.0,
               weight: Weight = None) -> np.floating:
    """Return P for samples z, noise eps (m, S, k) and logvar (m, 1, k); weight broadcasts over (m, S, k)."""
    w = 1 / (z.shape[0] * z.shape[1]) if weight is None else weight
    return np.sum(w * sampled_kl_entries(z, logvar, eps, prior_mean, prior_logvar))    # (4)


def sampled_kl_backward(z: np.ndarray, prior_mean: Weight = 0.0, prior_logvar: Weight = 0.0, weight: Weight = None):
    """Return dz and dlogvar, both (m, S, k), the gradients of sampled_kl; dlogvar for every sample."""
    w = 1 / (z.shape[0] * z.shape[1]) if weight is None else weight
    r = z - prior_mean                                  # (1)
    v = exp(-np.asarray(prior_logvar, z.real.dtype))    # (2)
    dz = times(w * r, v)                                # (5)
    dlogvar = -0.5 * w * np.ones_like(z)                # (6)
    return dz, dlogvar
