r"""The probabilistic autoencoder: the step between the autoencoder and the variational one.

Key: m examples, S samples each, k code units. f(x) code, eps ~ N(0, 1), z = f(x) + eps, g(z) reconstruction.

    q(z|x) = N(f(x), I),   p(x|z) = N(g(z), I)
    L = 1/m sum_i [ 1/S sum_s |x_i - g(f(x_i) + eps_is)|^2  +  code_weight |f(x_i)|^2 ]

code_weight = 0 is the vanilla model: -2 E_q log p(x|z) up to a constant. It is not well posed: with f -> c f, g -> g(./c)
the noise becomes small beside the code, and the loss of a linear model is the plain autoencoder's plus |B|^2 / c^2, which
goes to nothing; the infimum is the plain autoencoder (fact E001-13). The price on |f|^2 stops that.

With it, the loss is exactly twice minus the evidence lower bound of a beta-VAE whose encoder variance is frozen at one, up
to n log 2 pi, with beta = code_weight (errata E001-06, E001-07: the halves cancel). Linear model, eigenvalues s_j of the
data's covariance: the optimum per direction is 2 sqrt(lambda s) - lambda where s > lambda, else s (the direction is
dropped); its code has the variance max(sqrt(s / lambda) - 1, 0) (fact E001-14).

Backward: dz comes from the decoder, one row for every sample; df is its sum over the samples plus the price's own.
Source: 001 slides "vanilla", "comparison", "regularized".
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from .. import network
from ..distributions import Gaussian
from ..latents import unit_noise, unit_noise_backward
from ..losses import squared_error, squared_error_backward, squared_error_entries
from ..parameters import Parameters
from ..penalties import gaussian_prior, gaussian_prior_backward
from ..rows import by_chunks
from ..validation import Seed, check_integer, check_random_state, check_weight
from .autoencoder import Autoencoder
from .base import Model, Noise, Terms, with_total

SCORE_SAMPLES = 16


@dataclass(kw_only=True, repr=False, eq=False)
class ProbabilisticAutoencoder(Autoencoder):
    __doc__ = f"""Autoencoder with unit Gaussian noise on its code. Terms: reconstruction, code.

    code_weight             price of the squared norm of the code; 0 is the vanilla model
    n_samples               S, samples per example and step

    {Model.__doc__}
    """

    code_weight: float = 1.0
    n_samples: int = 1

    def _validate(self) -> None:
        super()._validate()
        check_weight(self.code_weight, "code_weight")
        check_integer(self.n_samples, "n_samples", 1)
        for name, neutral in (("loss", "mse"), ("output_activation", None), ("corruption", None)):
            if getattr(self, name) not in (neutral, "identity"):
                raise ValueError(f"{type(self).__name__} does not take {name}={getattr(self, name)!r}: encoder and decoder are "
                                 f"Gaussian with variance one, so the loss is the squared error of a linear output")
        if len(self.penalties):
            raise ValueError(f"{type(self).__name__} does not take penalties: the price of the code is code_weight")

    @property
    def _is_noisy(self) -> bool:
        return True

    def _draw_noise(self, x: np.ndarray, rng: np.random.Generator) -> dict[str, np.ndarray]:
        return {"eps": rng.standard_normal((len(x), self.n_samples, self.latent_dim)).astype(x.dtype)}

    def _loss_and_gradients(self, params: Parameters, x: np.ndarray, noise: Noise) -> tuple[Terms, Parameters]:
        eps = noise["eps"]
        m, S, k = eps.shape
        encoded = network.forward(self._encoder, params, x)
        f = encoded[-1].y                                                   # (m, k)
        z = unit_noise(f[:, None], eps)                                     # (m, S, k)
        decoded = network.forward(self._decoder, params, z.reshape(m * S, k))
        o, targets = decoded[-1].y, np.repeat(x, S, axis=0)                 # (m S, n)

        terms: Terms = {"reconstruction": squared_error(o, targets)}
        do = squared_error_backward(o, targets)
        terms["code"] = 2.0 * self.code_weight * gaussian_prior(f)          # the pair has a half in it
        injected = self._add_penalties(terms, params, encoded + decoded, noise)

        grads = params.gradients()
        dz = network.backward(do, params, decoded, grads, need_dx=True).reshape(m, S, k)
        df = unit_noise_backward(dz).sum(axis=1) + 2.0 * self.code_weight * gaussian_prior_backward(f)    # two paths
        network.backward(df, params, encoded, grads)
        for name, gradient in injected.items():
            grads[name] += gradient                                         # two paths: weight decay
        return with_total(terms, params.dtype), grads

    # ---- using ----------------------------------------------------------------------------------------------------

    def encoder_distribution(self, X: ArrayLike) -> Gaussian:
        """Return q(z|x) = N(f(x), I) for X (m, n)."""
        return Gaussian(self._transform(X), np.zeros((), self._real_dtype()))

    def decoder_distribution(self, Z: ArrayLike) -> Gaussian:
        """Return p(x|z) = N(g(z), I) for Z (m, k)."""
        return Gaussian(self.inverse_transform(Z), np.zeros((), self._real_dtype()))

    def score_samples(self, X: ArrayLike) -> np.ndarray:
        """Return the ELBO with prior N(0, I) of each example (m,), nats, with the same fixed noise for every row."""
        return by_chunks(self._elbo, self._check_rows(X))

    def _elbo(self, x: np.ndarray) -> np.ndarray:
        f = self._transform(x)
        fixed = np.random.default_rng(0).standard_normal((SCORE_SAMPLES, self.latent_dim)).astype(x.dtype)
        error = np.mean([squared_error_entries(self.inverse_transform(f + eps), x).sum(axis=1) for eps in fixed], axis=0)
        return -0.5 * (error + x.shape[1] * math.log(2 * math.pi) + np.sum(f ** 2, axis=1))

    def sample(self, n: int, random_state: Seed = None, mean: bool = False) -> np.ndarray:
        """Return n generated examples (n, n_features): z ~ N(0, I), then x ~ N(g(z), I), or its mean."""
        check_integer(n, "n", 1)
        rng = check_random_state(random_state)
        decoder = self.decoder_distribution(rng.standard_normal((n, self.latent_dim)))
        return decoder.mean if mean else decoder.sample(rng)
