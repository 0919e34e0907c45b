r"""The two networks of the variational autoencoder: how they are built, run forwards and backwards.

Encoder: layers n - hidden, then linear heads for "mu", "logvar" (and "lower") side by side on the last hidden layer.
Decoder: layers k - hidden, mirrored - n; with a variance for every example a second head on its last hidden layer.
Where heads stand side by side, their gradients add up in the layer below them: two paths.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .. import network
from ..layers import ACTIVATIONS
from ..likelihoods import LIKELIHOODS
from ..network import Layer
from ..parameters import Parameters
from ..rows import CHUNK, Rows
from .base import Model
from .posterior import DiagonalPosterior, FullPosterior

LARGEST_LOG_VARIANCE = 20.0             # at the first step: exp of it is the variance of a code, and enters the loss
LOG_VARIANCE_FLOOR = math.log(1e-6)     # of a learned decoder variance: the likelihood of a perfect fit has no bound


class VariationalNetworks(Model):
    """The architecture of VariationalAutoencoder, which holds the hyperparameters and the objective."""

    beta: float
    likelihood: str
    sigma2: Any
    covariance: str
    prior_mean: Any
    prior_logvar: Any
    _posterior: DiagonalPosterior
    _variance_head: Layer | None

    def _build(self, n: int):
        k, hidden = self.latent_dim, [int(width) for width in self.hidden_dims]
        posterior = FullPosterior if self.covariance == "full" else DiagonalPosterior
        self._posterior = posterior(k, np.asarray(self.prior_mean, float), np.asarray(self.prior_logvar, float))
        shapes: dict[str, tuple[int, ...]] = {}

        def stack(part: str, widths: list[int], last: str | None = None) -> list[Layer]:
            names = [self.activation] * (len(widths) - 1)
            if last is not None:
                names[-1] = last
            for i, pair in enumerate(zip(widths, widths[1:])):
                shapes[f"{part}.{i}.W"], shapes[f"{part}.{i}.b"] = pair, pair[1:]
            return [Layer(f"{part}.{i}", f"{part}.{i}.W", f"{part}.{i}.b", ACTIVATIONS[name]) for i, name in enumerate(names)]

        def head(name: str, widths: tuple[int, int], activation: str = "identity") -> Layer:
            shapes[f"{name}.W"], shapes[f"{name}.b"] = widths, widths[1:]
            return Layer(name, f"{name}.W", f"{name}.b", ACTIVATIONS[activation])

        self._encoder = stack("encoder", [n, *hidden])
        top = hidden[-1] if hidden else n
        self._heads = {name: head(f"encoder.{name}", (top, width)) for name, width in self._posterior.widths.items()}
        self._decoder = stack("decoder", [k, *hidden[::-1], n], last="identity")
        owners = [*self._encoder, *self._heads.values(), *self._decoder]
        self._variance_head = None
        if self.sigma2 == "per_example":
            self._variance_head = head("decoder.logvar", (hidden[0] if hidden else k, n), "softplus")
            owners.append(self._variance_head)
        elif self._learns_variance:
            shapes["log_sigma2"] = () if self.sigma2 == "shared" else (n,)
        return owners, shapes

    def _start(self, n_features: int, rng: np.random.Generator) -> None:
        super()._start(n_features, rng)
        if self._variance_head is not None:     # start at variance one, whatever the floor
            self._params["decoder.logvar.b"] = np.full(n_features, -LOG_VARIANCE_FLOOR)

    def _shrink_log_variance_head(self, x: Rows) -> None:
        """Divide the drawn weights of the head where x, large or far from the origin, begins with log-variances out of bounds."""
        largest = float(np.abs(self._encode(self._params, x[:CHUNK])[2]["logvar"]).max())
        if largest > LARGEST_LOG_VARIANCE:
            self._params["encoder.logvar.W"] /= largest

    @property
    def _learns_variance(self) -> bool:
        return LIKELIHOODS[self.likelihood].has_scale and isinstance(self.sigma2, str)

    def _encode(self, params: Parameters, x: np.ndarray):
        """Return the encoder's trace, the traces of its heads and their outputs q."""
        encoded = network.forward(self._encoder, params, x)
        h = encoded[-1].y if encoded else x
        heads = {name: network.forward([layer], params, h) for name, layer in self._heads.items()}
        return encoded, heads, {name: trace[-1].y for name, trace in heads.items()}

    def _encode_backward(self, params, encoded, heads, dq, grads) -> None:
        dh = sum(network.backward(dq[name], params, heads[name], grads, need_dx=True) for name in heads)   # the heads meet
        network.backward(dh, params, encoded, grads)

    def _decode(self, params: Parameters, z: np.ndarray):
        """Return the decoder's traces, its output o (p, n) and the log-variance of the likelihood."""
        decoded = network.forward(self._decoder, params, z)
        o = decoded[-1].y
        if self._variance_head is None:
            if "log_sigma2" in params:
                return (decoded, None), o, params["log_sigma2"]
            fixed = 0.0 if isinstance(self.sigma2, str) else math.log(self.sigma2)
            return (decoded, None), o, np.asarray(fixed, z.real.dtype)
        variance = network.forward([self._variance_head], params, decoded[-1].x)
        return (decoded, variance), o, LOG_VARIANCE_FLOOR + variance[-1].y

    def _decode_backward(self, params, traces, do, dlogvar, grads) -> np.ndarray:
        """Add the decoder's gradients to grads and return dz (p, k)."""
        decoded, variance = traces
        if variance is None:
            if "log_sigma2" in grads:
                grads["log_sigma2"] += dlogvar
            return network.backward(do, params, decoded, grads, need_dx=True)
        below = network.backward(do, params, decoded[-1:], grads, need_dx=True)
        below = below + network.backward(dlogvar, params, variance, grads, need_dx=True)     # two paths: mean, variance
        return network.backward(below, params, decoded[:-1], grads, need_dx=True)
