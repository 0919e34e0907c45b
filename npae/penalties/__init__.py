"""Penalties: what is added to the reconstruction loss, each a pair of functions and a small object for the models.

A penalty object maps (params, trace, given) to its value and a dictionary of gradients at named nodes: a parameter
("encoder.0.W"), a pre-activation ("encoder.0.a") or an output ("encoder.0.y"). The backward pass adds them there.
"""

from .activation_penalty import ActivationPenalty
from .base import Penalty
from .contraction import contraction, contraction_backward
from .contractive import Contraction
from .deep_contraction import deep_contraction, deep_contraction_and_gradients, deep_contraction_backward
from .gaussian_kl import (
    covariance_kl,
    covariance_kl_backward,
    gaussian_kl,
    gaussian_kl_backward,
    gaussian_kl_entries,
)
from .gaussian_prior import GaussianPrior, gaussian_prior, gaussian_prior_backward
from .jacobian_step import gram, gram_backward, row_length, row_length_backward, row_step, row_step_backward
from .kl_sparsity import (
    KLSparsity,
    bernoulli_kl,
    bernoulli_kl_backward,
    kl_sparsity,
    kl_sparsity_backward,
    mean_activation,
)
from .l1_sparsity import L1Sparsity, l1_sparsity, l1_sparsity_backward
from .log_priors import gaussian_log_prior, laplace_log_prior, student_t_log_prior
from .sampled_kl import sampled_kl, sampled_kl_backward, sampled_kl_entries
from .student_t_sparsity import StudentTSparsity, student_t_sparsity, student_t_sparsity_backward
from .weight_decay import WeightDecay, l1_decay, l1_decay_backward, l2_decay, l2_decay_backward

__all__ = [
    "ActivationPenalty", "Contraction", "GaussianPrior", "KLSparsity", "L1Sparsity", "Penalty", "StudentTSparsity",
    "WeightDecay",
    "bernoulli_kl", "bernoulli_kl_backward", "contraction", "contraction_backward",
    "covariance_kl", "covariance_kl_backward", "gaussian_kl", "gaussian_kl_backward", "gaussian_kl_entries",
    "sampled_kl", "sampled_kl_backward", "sampled_kl_entries",
    "deep_contraction", "deep_contraction_and_gradients", "deep_contraction_backward",
    "gaussian_log_prior", "gaussian_prior", "gaussian_prior_backward", "gram", "gram_backward",
    "kl_sparsity", "kl_sparsity_backward",
    "l1_decay", "l1_decay_backward", "l1_sparsity", "l1_sparsity_backward", "l2_decay", "l2_decay_backward",
    "laplace_log_prior", "mean_activation", "row_length", "row_length_backward", "row_step", "row_step_backward",
    "student_t_log_prior", "student_t_sparsity", "student_t_sparsity_backward",
]


def __dir__() -> list[str]:
    return sorted(__all__)
