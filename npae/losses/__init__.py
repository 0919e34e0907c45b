"""Reconstruction losses: scalar batch losses and their gradients, side by side.

All are summed over features and averaged over examples. Nothing else in the package divides by the batch size, the
activation penalties excepted, which follow the same rule.

Far out (logits of +-1e4, log-variances of +-1e3) they are exact, and inf where no number of the dtype is; overflow.py says how.
"""

from .absolute_error import absolute_error, absolute_error_backward, absolute_error_entries
from .bernoulli_nll import (
    bernoulli_entropy,
    bernoulli_nll,
    bernoulli_nll_and_gradient,
    bernoulli_nll_backward,
    bernoulli_nll_entries,
    mean_bernoulli_entropy,
)
from .continuous_bernoulli_nll import (
    continuous_bernoulli_mean,
    continuous_bernoulli_nll,
    continuous_bernoulli_nll_backward,
    continuous_bernoulli_nll_entries,
)
from .gaussian_nll import gaussian_nll, gaussian_nll_backward, gaussian_nll_entries
from .laplace_nll import laplace_nll, laplace_nll_backward, laplace_nll_entries
from .softmax_nll import softmax, softmax_nll, softmax_nll_backward
from .squared_error import squared_error, squared_error_and_gradient, squared_error_backward, squared_error_entries
from .table import LOSSES, Loss

__all__ = [
    "LOSSES", "Loss", "absolute_error", "absolute_error_backward", "absolute_error_entries",
    "bernoulli_entropy", "bernoulli_nll", "bernoulli_nll_and_gradient", "bernoulli_nll_backward", "bernoulli_nll_entries",
    "continuous_bernoulli_mean", "continuous_bernoulli_nll", "continuous_bernoulli_nll_backward",
    "continuous_bernoulli_nll_entries",
    "gaussian_nll", "gaussian_nll_backward", "gaussian_nll_entries",
    "laplace_nll", "laplace_nll_backward", "laplace_nll_entries", "mean_bernoulli_entropy",
    "softmax", "softmax_nll", "softmax_nll_backward",
    "squared_error", "squared_error_and_gradient", "squared_error_backward", "squared_error_entries",
]


def __dir__() -> list[str]:
    return sorted(__all__)
