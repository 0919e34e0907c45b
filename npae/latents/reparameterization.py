r"""Reparameterization: a Gaussian sample as a smooth function of its mean and log-variance.

Key: m examples, S samples, k latent units. mu, logvar = log sigma^2 (m, 1, k) or (m, k); eps ~ N(0, 1) of z's shape (m, S, k)
or (m, k); z sample; dz = dL/dz.

Forward. The randomness is drawn first and does not depend on any parameter:
    std = np.exp(0.5 * logvar)                          (1)
    z = mu + std * eps                                  (2)

Backward. dz/dmu = 1, and dz/dlogvar = eps dstd/dlogvar = eps std / 2:
    dmu = dz                                            (3)
    dlogvar = dz * eps * std / 2                        (4)
With several samples of one example, (3) and (4) are summed over the sample axis by the caller.

Why not sample and differentiate: the gradient of E_q[f(z)] cannot be moved inside an expectation whose measure depends on
the parameters (erratum E000-17: for f = z^2, q = N(phi, 1) that gives 0 instead of 2 phi). Through (2) it can, because
the expectation is then over eps. The score-function estimator f(z) dlog q/dphi is unbiased too, and noisier: 5.5 times the
variance in that example.

Failure mode: exp(logvar) where (1) stands, the variance as a standard deviation. The gradient check passes; the KL term,
which reads logvar as a log-variance, no longer belongs to the sampler. Only moments of the samples show it.
Source: 000-(30), figures before and after; 001 reparameterization slides. Elementwise only for a diagonal covariance.
"""

from __future__ import annotations

import numpy as np

from ..losses.overflow import exp, times


def reparameterize(mu: np.ndarray, logvar: np.ndarray, eps: np.ndarray) -> np.ndarray:
    """Return z = mu + exp(logvar / 2) * eps, of eps's shape."""
    std = exp(0.5 * logvar)                             # (1)
    return mu + times(eps, std)                         # (2)


def reparameterize_backward(dz: np.ndarray, logvar: np.ndarray, eps: np.ndarray):
    """Return dmu and dlogvar for dz, both of dz's shape (one gradient for every sample)."""
    std = exp(0.5 * logvar)                             # (1)
    dmu = +dz                                           # (3)
    dlogvar = times(dz * eps, std) / 2                  # (4)
    return dmu, dlogvar
