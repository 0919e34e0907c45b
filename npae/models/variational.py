r"""The variational autoencoder: encode to a distribution, sample, decode to a distribution; maximize a bound on log p(x).

Key: m examples, S samples each, k latent units. x (m, n); q(z|x) = N(mu, diag exp(logvar)), mu and logvar (m, k);
eps ~ N(0, 1) (m, S, k); o the decoder's output, one row for every sample.

    h          = encoder(x),    mu, logvar = two linear heads of h
    z          = mu + exp(logvar / 2) eps                                           (latents/reparameterization.py)
    o          = decoder(z)
    L = 1/m sum_i [ 1/S sum_s -log p(x_i|z_is)  +  beta KL(q(z|x_i) || p(z)) ]      minus the evidence lower bound

Why a bound. For any q, log p(x) = E_q[log p(x|z)] - KL(q || p(z)) + KL(q || p(z|x)), and the last term is not negative; it
vanishes where q is the true posterior. The first two are the ELBO. (000-(25) and (27) print its negative as if it were
equal: errata E000-15, E000-16; a step of 001's derivation lost a q: E001-04.)

Backward. The decoder returns dz; the reparameterization turns it into dmu and dlogvar, summed over the samples; the KL adds
its own; from the two heads the gradients meet in h and go down the encoder. "Two paths" marks each sum.

    objective="iwae"   with S = n_samples: -1/m sum_i log 1/S sum_s w_is,  log w = log p(x|z) + log p(z) - log q(z|x)
                       (Burda et al. 2016). Its gradient is the softmax of log w over the samples times -d log w: the same
                       pass with these weights in place of 1/S. S = 1 is the ELBO with the sampled KL.
    free_bits          a unit's KL, averaged over the batch, counts as no less than so many nats: below, no pull to the prior
    beta_warmup        beta grows linearly from 0 over so many epochs
    kl="sampled"       log q(z|x) - log p(z) at the samples instead of the closed form: same mean, more variance
    covariance="full"  L L^T from a third head

Failure modes: collapse (a unit's KL is 0 and the decoder ignores it); a decoder variance that is too large does the same to
all units. For linear models exactly: a direction of variance s is dropped if s <= beta sigma2 (fact E001-18).
Source: 000 section 4; 001 slides from "latent variable models" on; 004 VAE slides (E004-11: mean and sd of the latent).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import network
from ..likelihoods import LIKELIHOODS
from ..losses import mean_bernoulli_entropy
from ..parameters import Parameters
from ..penalties import WeightDecay, sampled_kl, sampled_kl_backward
from ..rows import Rows
from ..validation import check_range
from .base import Model, Noise, Terms, with_total
from .evidence import Evidence
from .variational_checks import check_support, validate_variational, warn_of_collapse
from .variational_networks import LOG_VARIANCE_FLOOR


@dataclass(kw_only=True, repr=False, eq=False)
class VariationalAutoencoder(Evidence):
    __doc__ = f"""Variational autoencoder. Terms: reconstruction, kl (both nats per example), importance for "iwae".

    beta                    weight of the KL; 1 is the evidence lower bound
    likelihood              "gaussian", "laplace", "bernoulli" (binary data), "continuous_bernoulli" (gray in [0, 1])
    sigma2                  variance of the Gaussian and Laplace likelihoods: a number, or learned: "shared", "per_feature",
                            "per_example" (from the decoder, for every example and feature)
    n_samples               S, samples per example and step
    covariance              of the posterior: "diagonal" or "full"
    kl                      "exact" or "sampled"
    objective               "elbo" or "iwae" (importance-weighted, n_samples > 1, beta = 1)
    free_bits               nats per latent unit below which the KL is not reduced further
    beta_warmup             epochs over which beta grows to its value
    prior_mean, prior_logvar  of the diagonal Gaussian prior: numbers or k of them

    {Model.__doc__}
    loss, output_activation, latent_activation, tied, corruption and penalties are not for this model: the likelihood and
    the posterior take their place. metrics_ has active_units and raw_kl; kl_per_unit_ the final KL of every unit.
    """

    beta: float = 1.0
    likelihood: str = "gaussian"
    sigma2: Any = 1.0
    n_samples: int = 1
    covariance: str = "diagonal"
    kl: str = "exact"
    objective: str = "elbo"
    free_bits: float = 0.0
    beta_warmup: int = 0
    prior_mean: Any = 0.0
    prior_logvar: Any = 0.0

    def _validate(self) -> None:
        super()._validate()
        validate_variational(self)

    # ---- objective ------------------------------------------------------------------------------------------------

    @property
    def _is_noisy(self) -> bool:
        return True

    def _draw_noise(self, x: np.ndarray, rng: np.random.Generator) -> dict[str, np.ndarray]:
        return {"eps": rng.standard_normal((len(x), self.n_samples, self.latent_dim)).astype(x.dtype)}

    def _loss_and_gradients(self, params: Parameters, x: np.ndarray, noise: Noise) -> tuple[Terms, Parameters]:
        likelihood, eps = LIKELIHOODS[self.likelihood], noise["eps"]
        m, S, k = eps.shape
        encoded, heads, q = self._encode(params, x)
        z = self._posterior.sample(q, eps)                                  # (m, S, k)
        decoded, o, logvar = self._decode(params, z.reshape(m * S, k))
        targets = x if S == 1 else np.repeat(x, S, axis=0)                  # (m S, n)
        w, log_share = self._sample_weights(q, z, eps, o, targets, logvar)  # (m, S), each row of w sums to 1/m
        rows = w.reshape(m * S, 1) if np.ndim(w) else w

        terms: Terms = {}
        place = network.place_for_gradient(params, decoded[0])
        terms["reconstruction"], do, dlogvar = likelihood.value_and_gradient(o, targets, logvar, rows, place)
        grads = params.gradients()
        dz = self._decode_backward(params, decoded, do, dlogvar, grads).reshape(m, S, k)
        value, dz_kl, dq_kl = self._kl_term(q, z, eps, w)
        terms["kl"] = value
        if self.objective == "iwae":
            terms["importance"] = np.sum(w * log_share)                     # what -log 1/S sum w has besides the two terms
        if dz_kl is not None:
            dz = dz + dz_kl                                                 # two paths: decoder and sampled KL
        dq = self._posterior.sample_backward(dz, q, eps)
        for name in dq_kl:
            dq[name] = dq[name] + dq_kl[name]                               # two paths: the sample and the KL itself
        self._encode_backward(params, encoded, heads, dq, grads)
        if self.weight_decay:
            decay = WeightDecay(self.weight_decay, self.decay_kind, self.decay_biases)
            terms["weight_decay"], injected = decay(params)
            for name, gradient in injected.items():
                grads[name] += gradient                                     # two paths
        return with_total(terms, params.dtype), grads

    def _sample_weights(self, q, z, eps, o, targets, logvar):
        """Return the weight of every sample, and the logarithm of m S times it: (m, S), or one number for all.

        For "elbo" 1/(m S). For "iwae" w_s / sum w over m: with v = w / sum w, -log 1/S sum_s w_s is the v-mean of -log w_s
        plus that of log(S v_s). The logarithm is formed before the exponential, so that a weight of 0 costs 0 log 0 = 0.
        """
        m, S, _ = z.shape
        if self.objective == "elbo":
            return 1 / (m * S), 0.0
        log_w = self._log_weights(q, z, eps, o, targets, logvar)
        shifted = log_w - log_w.real.max(axis=1, keepdims=True)
        log_v = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        return np.exp(log_v) / m, log_v + math.log(S)

    def _kl_term(self, q, z, eps, w):
        """Return beta times the KL, its gradient in z (None but for the sampled form) and in q (both forms)."""
        beta = self.beta * float(self._state.get("beta_share", 1.0))
        if self.kl == "sampled" or self.objective == "iwae":
            prior, weight = self._posterior.prior(z), beta * (w[:, :, None] if np.ndim(w) else w)
            dz, dlogvar = sampled_kl_backward(z, *prior, weight)
            return sampled_kl(z, q["logvar"][:, None], eps, *prior, weight), dz, {"logvar": dlogvar.sum(axis=1)}
        per_unit = self._posterior.kl_entries(q).mean(axis=0)               # (k,)
        if not self.free_bits:
            return beta * per_unit.sum(), None, self._posterior.kl_backward(q, beta / len(z))
        counted = (per_unit.real > self.free_bits).astype(z.real.dtype)     # free bits: the others have no gradient
        value = beta * np.sum(counted * per_unit + (1 - counted) * float(self.free_bits))
        return value, None, self._posterior.kl_backward(q, np.broadcast_to(beta * counted / len(z), q["mu"].shape))

    # ---- training -------------------------------------------------------------------------------------------------

    def _before_run(self, x: Rows) -> None:
        self._target_entropy = mean_bernoulli_entropy(x) if self.likelihood == "bernoulli" else 0.0

    def _before_fit(self, x: Rows) -> None:
        self._shrink_log_variance_head(x)

    def _before_epoch(self, epoch: int, x: Rows) -> None:
        if self.beta_warmup:
            share = min(1.0, (epoch + 1) / (self.beta_warmup + 1))
            self._state["beta_share"] = np.asarray(share, self._real_dtype())

    def _adopt_state(self, state: dict[str, np.ndarray]) -> None:
        share = state.get("beta_share", np.zeros(()))
        if share.shape != () or not 0 <= share <= 1:
            raise ValueError(f"the state beta_share must be a number from 0 to 1, got {share!r}")
        super()._adopt_state(state)

    def _after_step(self, x: np.ndarray, noise: Noise) -> None:
        if "log_sigma2" in self._params:
            np.maximum(self._params["log_sigma2"], LOG_VARIANCE_FLOOR, out=self._params["log_sigma2"])

    def _metrics(self, terms: Mapping[str, float], x: Rows) -> dict[str, float]:
        self._look_at_posterior(x)
        metrics = {"raw_kl": float(self.kl_per_unit_.sum()), "active_units": float(self.active_units_)}
        if self.likelihood == "bernoulli":
            metrics["excess"] = terms["reconstruction"] - self._target_entropy
        return metrics

    def _after_fit(self, x: Rows) -> None:
        warn_of_collapse(self, LOG_VARIANCE_FLOOR)

    def _check_data(self, x: Rows, name: str) -> None:
        if LIKELIHOODS[self.likelihood].unit_interval:
            check_range(x, name, 0, 1, f"likelihood={self.likelihood!r}", "scale the data to [0, 1], or use 'gaussian'")
            check_support(self.likelihood, x, name)
