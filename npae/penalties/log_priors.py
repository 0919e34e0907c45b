r"""The sparsity penalties read as log-priors of the code: MAP instead of regularization.

Key: m examples, k code units. z code (m, k). Each function returns the log-density of a code, (m,), in nats, with its
normalizing constant.

MAP estimation of the code maximizes log p(x | z) + sum_j log p(z_j). With a squared error as log-likelihood this is the
regularized objective, the penalty being minus the log-prior up to a constant in z:

    lambda l1            Laplace of rate lambda:    log(lambda/2) - lambda |z|          000-(11), (12)
    lambda gaussian      N(0, 1/lambda):            1/2 log(lambda / 2 pi) - lambda/2 z^2
    student_t            Student-t with nu degrees: log C(nu) - (nu + 1)/2 log(1 + z^2/nu)

The likelihood is counted once, not once for every unit (erratum E000-08: it would divide lambda by k), and the constant
may be dropped only while lambda is fixed (E000-07: with it, the best rate is k / sum |z|; without it, zero).
"""

from __future__ import annotations

import math

import numpy as np


def laplace_log_prior(z: np.ndarray, rate: float) -> np.ndarray:
    """Return sum_j log Laplace(z_j; 0, scale 1/rate), (m,)."""
    return np.sum(math.log(rate / 2) - rate * np.abs(z), axis=1)


def gaussian_log_prior(z: np.ndarray, precision: float = 1.0) -> np.ndarray:
    """Return sum_j log N(z_j; 0, 1/precision), (m,)."""
    return np.sum(0.5 * math.log(precision / (2 * math.pi)) - precision / 2 * z ** 2, axis=1)


def student_t_log_prior(z: np.ndarray, nu: float = 1.0) -> np.ndarray:
    """Return sum_j log t_nu(z_j), (m,)."""
    constant = math.lgamma((nu + 1) / 2) - math.lgamma(nu / 2) - 0.5 * math.log(nu * math.pi)
    return np.sum(constant - (nu + 1) / 2 * np.log1p(z ** 2 / nu), axis=1)
