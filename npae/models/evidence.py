r"""What a trained variational autoencoder can be asked: codes, bounds, likelihoods, samples.

Importance weighting. With z_1..z_K from q(z|x), w = p(x|z) p(z) / q(z|x) has E_q[w] = p(x), so log 1/K sum w estimates log
p(x). Its expectation is a lower bound for every K, grows with K (K = 1 is the ELBO) and converges to log p(x). The largest
log w is taken out before exponentiating; the standard error follows from that of the mean of w: sd(w) / (mean(w) sqrt K).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .. import network
from ..distributions import Distribution
from ..likelihoods import LIKELIHOODS
from ..penalties import sampled_kl_entries
from ..rows import CHUNK, Rows, by_chunks, checked
from ..validation import Seed, check_integer, check_matrix, check_random_state
from .variational_networks import VariationalNetworks

SCORE_SAMPLES = 16      # fixed noise vectors for score_samples, the same for every row
ROWS = 4096             # decoder rows (examples times samples) at a time
WATCHED = 1000          # examples on which the posterior is looked at after every epoch
ACTIVE = 0.01           # a unit is active if Var(mu) over the examples is larger (Burda et al. 2016)


class Evidence(VariationalNetworks):
    """Methods of VariationalAutoencoder that use the model and do not train it."""

    def encoder_distribution(self, X: ArrayLike) -> Distribution:
        """Return q(z|x) for X (m, n): an object with mean, sample and log_prob."""
        x = self._check_input(X)
        return self._posterior.distribution(self._encode(self._params, x)[2])

    def decoder_distribution(self, Z: ArrayLike) -> Distribution:
        """Return p(x|z) for Z (m, k): an object with mean, sample and log_prob."""
        self._check_fitted()
        z = check_matrix(Z, "Z", self.latent_dim, self._real_dtype())
        _, o, logvar = self._decode(self._params, z)
        return LIKELIHOODS[self.likelihood].distribution(o, logvar)

    def _transform(self, X: ArrayLike) -> np.ndarray:
        """Return the posterior means (m, k) of X (m, n): deterministic codes."""
        return by_chunks(lambda x: self._encode(self._params, x)[2]["mu"], self._check_rows(X))

    def inverse_transform(self, Z: ArrayLike) -> np.ndarray:
        """Return the means (m, n) of the decoder's distributions at the codes Z (m, k)."""
        self._check_fitted()
        return by_chunks(lambda z: self.decoder_distribution(z).mean, check_matrix(Z, "Z", self.latent_dim, self._real_dtype()))

    def jacobian(self, X: ArrayLike) -> np.ndarray:
        """Return dmu/dx of each example, (m, k, n)."""
        x = self._check_input(X)
        encoded, heads, _ = self._encode(self._params, x)
        return network.jacobian(self._params, [*encoded, *heads["mu"]])

    # ---- bounds and likelihoods -----------------------------------------------------------------------------------

    def elbo(self, X: ArrayLike, n_samples: int = 1, random_state: Seed = None) -> np.ndarray:
        """Return the evidence lower bound (beta = 1) of each example (m,), nats, averaged over n_samples draws."""
        check_integer(n_samples, "n_samples", 1)
        rng = check_random_state(random_state)
        return self._elbo(X, lambda m: rng.standard_normal((m, n_samples, self.latent_dim)))

    def score_samples(self, X: ArrayLike) -> np.ndarray:
        """Return the ELBO of each example (m,), nats, with the same fixed noise for every row and every call."""
        fixed = np.random.default_rng(0).standard_normal((1, SCORE_SAMPLES, self.latent_dim))
        return self._elbo(X, lambda m: np.broadcast_to(fixed, (m, *fixed.shape[1:])))

    def _elbo(self, X: ArrayLike, draw) -> np.ndarray:
        x = self._check_rows(X)
        self._check_data(x, "X")
        return checked(lambda: np.concatenate([self._bounds(rows, eps) for rows, eps in self._chunks(x, draw)]))

    def _bounds(self, x: np.ndarray, eps: np.ndarray) -> np.ndarray:
        q, nll = self._negative_log_likelihoods(x, eps)
        return -nll.mean(axis=1) - self._posterior.kl_entries(q).sum(axis=1)

    def log_likelihood(self, X: ArrayLike, n_samples: int = 100, random_state: Seed = None) -> tuple[np.ndarray, np.ndarray]:
        """Return the importance-weighted estimate of log p(x) for each example and its standard error, (m,) and (m,), nats.

        A lower bound in expectation, tighter with n_samples. Memory does not grow with the number of examples or samples.
        The noise comes example by example, so that neither the size of the pieces nor later rows change an estimate.
        """
        check_integer(n_samples, "n_samples", 1)
        rng = check_random_state(random_state)
        x = self._check_rows(X)
        self._check_data(x, "X")
        estimates, errors = [], []
        size = max(1, ROWS // n_samples)        # several examples with all their samples, or one example in several blocks
        for start in range(0, len(x), size):
            rows = x[start:start + size]
            state = _LogMean(len(rows))
            for first in range(0, n_samples, ROWS):
                eps = rng.standard_normal((len(rows), min(ROWS, n_samples - first), self.latent_dim)).astype(x.dtype)
                state.add(checked(partial(self._importance_weights, rows, eps)))
            estimates.append(state.value())
            errors.append(state.standard_error())
        return np.concatenate(estimates), np.concatenate(errors)

    def _log_weights(self, q, z, eps, o, targets, logvar) -> np.ndarray:
        """Return log p(x|z) + log p(z) - log q(z|x) of every sample, (m, S)."""
        nll = LIKELIHOODS[self.likelihood].entries(o, targets, logvar).sum(axis=1)
        divergence = sampled_kl_entries(z, q["logvar"][:, None], eps, *self._posterior.prior(z))
        return -nll.reshape(z.shape[:2]) - divergence.sum(axis=2)

    def _importance_weights(self, x: np.ndarray, eps: np.ndarray) -> np.ndarray:
        """Return log w (m, S)."""
        m, S, k = eps.shape
        _, _, q = self._encode(self._params, x)
        z = self._posterior.sample(q, eps)
        _, o, logvar = self._decode(self._params, z.reshape(m * S, k))
        return self._log_weights(q, z, eps, o, np.repeat(x, S, axis=0), logvar)

    def _negative_log_likelihoods(self, x: np.ndarray, eps: np.ndarray):
        m, S, k = eps.shape
        _, _, q = self._encode(self._params, x)
        z = self._posterior.sample(q, eps)
        _, o, logvar = self._decode(self._params, z.reshape(m * S, k))
        entries = LIKELIHOODS[self.likelihood].entries(o, np.repeat(x, S, axis=0), logvar)
        return q, entries.sum(axis=1).reshape(m, S)

    def _chunks(self, x: Rows, draw):
        """Cut x into pieces of a bounded number of decoder rows, with the noise for each."""
        size = max(1, ROWS // draw(1).shape[1])
        for start in range(0, len(x), size):
            rows = x[start:start + size]
            yield rows, draw(len(rows)).astype(x.dtype)

    # ---- generation -----------------------------------------------------------------------------------------------

    def sample_prior(self, n: int, random_state: Seed = None) -> np.ndarray:
        """Return n draws (n, k) from the prior."""
        self._check_fitted()
        check_integer(n, "n", 1)
        std = np.exp(0.5 * self._posterior.prior_logvar)
        draws = check_random_state(random_state).standard_normal((n, self.latent_dim))
        return (self._posterior.prior_mean + std * draws).astype(self._real_dtype())

    def sample(self, n: int, random_state: Seed = None, mean: bool = False) -> np.ndarray:
        """Return n generated examples (n, n_features): z from the prior, then x from p(x|z), or its mean."""
        rng = check_random_state(random_state)
        z = self.sample_prior(n, rng)
        return by_chunks(lambda rows: _draw(self.decoder_distribution(rows), rng, mean), z)

    # ---- diagnostics ----------------------------------------------------------------------------------------------

    def _extras(self) -> dict[str, Any]:
        if not hasattr(self, "kl_per_unit_"):
            return {}
        return {"kl_per_unit": self.kl_per_unit_.tolist(), "active_units": self.active_units_}

    def _adopt_extras(self, extras: Mapping[str, Any]) -> None:
        if "kl_per_unit" in extras:
            self.kl_per_unit_ = np.asarray(extras["kl_per_unit"], dtype=self.dtype).reshape(self.latent_dim)
            self.active_units_ = int(extras["active_units"])

    def _look_at_posterior(self, x: Rows) -> None:
        some = range(0, min(len(x), WATCHED), CHUNK)
        heads = [self._encode(self._params, x[start:min(start + CHUNK, WATCHED)])[2] for start in some]
        q = {name: np.concatenate([each[name] for each in heads]) for name in heads[0]}
        self.kl_per_unit_ = self._posterior.kl_entries(q).mean(axis=0)
        self.active_units_ = int(np.sum(np.var(q["mu"], axis=0) > ACTIVE))

    def _diagnostics(self) -> list[str]:
        if not hasattr(self, "kl_per_unit_"):
            return []
        units = ", ".join(f"{value:.2f}" for value in self.kl_per_unit_)
        lines = [f"  KL per latent unit, nats: {units}", f"  active units: {self.active_units_} of {self.latent_dim}"]
        if LIKELIHOODS[self.likelihood].has_scale and not isinstance(self.sigma2, str) and self.likelihood == "gaussian":
            lines.append(f"  effective beta: {self.beta:g}; beside a plain squared error the KL has the weight "
                         f"{2 * self.sigma2 * self.beta:g}, beside its mean over features "
                         f"{2 * self.sigma2 * self.beta / self.n_features_in_:.3g}")
        else:
            lines.append(f"  effective beta: {self.beta:g} (1 is the evidence lower bound)")
        return lines


def _draw(decoder: Distribution, rng: np.random.Generator, mean: bool) -> np.ndarray:
    return decoder.mean if mean else decoder.sample(rng)


class _LogMean:
    """log of the mean of exp(values), and its standard error, in one pass over blocks (m, S): nothing is kept."""

    def __init__(self, m: int):
        self.largest = np.full(m, -np.inf)
        self.first, self.second, self.count = np.zeros(m), np.zeros(m), 0

    def add(self, log_w: np.ndarray) -> None:
        """Take in a block of logarithms (m, S)."""
        log_w = log_w.astype(np.float64)
        largest = np.maximum(self.largest, log_w.max(axis=1))
        shrink = np.exp(self.largest - largest)
        w = np.exp(log_w - largest[:, None])
        self.first = self.first * shrink + w.sum(axis=1)
        self.second = self.second * shrink ** 2 + np.sum(w ** 2, axis=1)
        self.largest, self.count = largest, self.count + log_w.shape[1]

    def value(self) -> np.ndarray:
        """Return log of the mean (m,)."""
        return self.largest + np.log(self.first / self.count)

    def standard_error(self) -> np.ndarray:
        """Return sd(w) / (mean(w) sqrt(K)) (m,); infinite for a single sample."""
        if self.count < 2:
            return np.full(self.first.shape, np.inf)
        mean = self.first / self.count
        variance = np.maximum(self.second / self.count - mean ** 2, 0) * self.count / (self.count - 1)
        return np.sqrt(variance / self.count) / mean
