"""What makes no sense for a variational autoencoder, and what deserves a warning."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from ..likelihoods import LIKELIHOODS
from ..rows import Rows, chunks
from ..validation import check_choice, check_integer, check_real, check_weight

NOT_FOR_US = {
    "loss": ("mse", "the reconstruction is a log-likelihood: choose it with likelihood=..."),
    "output_activation": (None, "the likelihood says how the decoder's output is read"),
    "latent_activation": ("identity", "mean and log-variance of a Gaussian have no activation"),
    "tied": (False, "the encoder ends in two heads, so its transpose is no decoder"),
    "corruption": (None, "the noise of this model is in the latent; use DenoisingAutoencoder"),
    "penalties": ((), "the code is a distribution and its penalty the KL; use Autoencoder(penalties=...)"),
}


def validate_variational(model: Any) -> None:
    """Raise for hyperparameters of VariationalAutoencoder that make no sense, alone or together."""
    for name, (neutral, reason) in NOT_FOR_US.items():
        value = getattr(model, name)
        if value != neutral and not (name == "penalties" and len(value) == 0):
            raise ValueError(f"{type(model).__name__} does not take {name}={value!r}: {reason}")
    check_choice(model.likelihood, "likelihood", LIKELIHOODS)
    check_choice(model.covariance, "covariance", ("diagonal", "full"))
    check_choice(model.kl, "kl", ("exact", "sampled"))
    check_choice(model.objective, "objective", ("elbo", "iwae"))
    check_weight(model.beta, "beta")
    check_weight(model.free_bits, "free_bits")
    check_integer(model.n_samples, "n_samples", 1)
    check_integer(model.beta_warmup, "beta_warmup", 0)
    _validate_variance(model)
    _validate_combinations(model)
    for name in ("prior_mean", "prior_logvar"):
        _validate_prior(getattr(model, name), name, model.latent_dim)


def _validate_prior(given: Any, name: str, k: int) -> None:
    try:
        value = np.asarray(given, dtype=float)
        sound = value.shape in ((), (k,)) and bool(np.isfinite(value).all())
    except (TypeError, ValueError):
        sound = False
    if not sound:
        raise ValueError(f"{name} must be a finite number or {k} of them, got {given!r}")


def _validate_variance(model: Any) -> None:
    if isinstance(model.sigma2, str):
        check_choice(model.sigma2, "sigma2 (learned)", ("shared", "per_feature", "per_example"))
        if not LIKELIHOODS[model.likelihood].has_scale:
            raise ValueError(f"sigma2={model.sigma2!r}: the likelihood {model.likelihood!r} has no variance to learn")
    else:
        check_real(model.sigma2, "sigma2", 0, open_low=True)


def _validate_combinations(model: Any) -> None:
    if model.objective == "iwae" and (model.beta != 1 or model.free_bits or model.beta_warmup):
        raise ValueError("objective='iwae' is a bound on log p(x): it needs beta=1, free_bits=0 and beta_warmup=0")
    if model.free_bits and model.kl == "sampled":
        raise ValueError("free_bits needs the closed form per unit: kl='exact'")


def check_support(likelihood: str, x: Rows, name: str) -> None:
    """Warn when a Bernoulli likelihood meets gray values."""
    gray = sum(np.count_nonzero((rows > 0) & (rows < 1)) for rows in chunks(x)) if likelihood == "bernoulli" else 0
    if gray:
        share = gray / (x.shape[0] * x.shape[1])
        warnings.warn(f"{share:.0%} of {name} lies strictly between 0 and 1: likelihood='bernoulli' is then no likelihood and "
                      f"its ELBO no bound; likelihood='continuous_bernoulli' is a density for gray values",
                      UserWarning, stacklevel=4)


def warn_of_collapse(model: Any, log_variance_floor: float) -> None:
    """Warn when the decoder ignores the code, or a learned variance has run to its floor."""
    if getattr(model, "active_units_", 1) == 0:
        warnings.warn("the posterior has collapsed: no latent unit is active, every code is the prior. Try a smaller beta or "
                      "sigma2, beta_warmup, or free_bits", UserWarning, stacklevel=4)
    if "log_sigma2" in model.params and np.any(model.params["log_sigma2"] <= log_variance_floor):
        warnings.warn("the learned decoder variance has reached its floor of 1e-6: the likelihood of a perfect fit has no "
                      "bound. Fix sigma2 at the noise of the data", UserWarning, stacklevel=4)
