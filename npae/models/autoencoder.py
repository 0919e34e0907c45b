r"""The autoencoder: an encoder and a decoder that learn to reproduce their input through a code.

Key: m examples, n features, k code units; x (m, n), z (m, k), o (m, n).

    x~ = corrupt(x)         the input itself unless a corruption is given
    z  = encoder(x~)        layers n - hidden - k
    o  = decoder(z)         layers k - hidden, mirrored - n, optionally with the encoder's weights transposed (tied)
    L  = 1/m sum_i l(x_i, o_i)  +  lambda sum W^2  +  penalties

The target is always the clean x. The gradient is one backward pass: dL/do from the loss, through the decoder to dL/dz,
through the encoder to the weights.

What keeps it from copying. With k >= n and linear layers the identity is a perfect solution and nothing is learnt
(001 slide "identity"); k < n forces a summary, which for linear layers and squared error is the PCA subspace. A
nonlinear pair with enough capacity can still memorise: one code unit suffices to number the examples.

Source: 000 section 1, equation (1) (there "min L = grad L": erratum E000-02); 001 objective slides; 002; 003 sections
I to IV with encoder g and decoder f; 004 with the letters swapped.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from .. import network
from ..layers import ACTIVATIONS
from ..losses import LOSSES, bernoulli_entropy
from ..network import Layer
from ..parameters import Parameters
from ..penalties import WeightDecay
from ..validation import check_matrix, check_range
from .base import Model, Noise, Terms


@dataclass(kw_only=True, repr=False, eq=False)
class Autoencoder(Model):
    __doc__ = f"""Autoencoder, shallow or deep, undercomplete or overcomplete, symmetric by construction.

    {Model.__doc__}
    Fitted attributes: params, theta, n_features_in_, history_ (per epoch: loss, its terms, val_..., seconds) and
    metrics_ (excess: how far the "bce" loss lies above the entropy of the data, nats per example).
    """

    # ---- architecture ---------------------------------------------------------------------------------------------

    def _build(self, n: int):
        widths = [n, *(int(width) for width in self.hidden_dims), self.latent_dim]
        if self.require_decreasing and any(after >= before for before, after in zip(widths, widths[1:])):
            raise ValueError(f"require_decreasing asks for widths that fall from layer to layer, got {widths}")
        self._encoder, self._decoder = self._encoder_layers(), self._decoder_layers()
        shapes: dict[str, tuple[int, ...]] = {}
        for layer, pair in zip(self._encoder, zip(widths, widths[1:])):
            shapes[layer.weight], shapes[layer.bias] = pair, pair[1:]
        mirrored = widths[::-1]
        for layer, pair in zip(self._decoder, zip(mirrored, mirrored[1:])):
            if not layer.transposed:
                shapes[layer.weight] = pair
            shapes[layer.bias] = pair[1:]
        return [layer for layer in self._encoder + self._decoder if not layer.transposed], shapes

    def _encoder_layers(self) -> list[Layer]:
        names = [self.activation] * len(self.hidden_dims) + [self.latent_activation]
        return [Layer(f"encoder.{i}", f"encoder.{i}.W", f"encoder.{i}.b", ACTIVATIONS[name])
                for i, name in enumerate(names)]

    def _decoder_layers(self) -> list[Layer]:
        depth = len(self.hidden_dims) + 1
        names = [self.activation] * (depth - 1) + [self._output_activation()]
        return [Layer(f"decoder.{i}", f"encoder.{depth - 1 - i}.W" if self.tied else f"decoder.{i}.W",
                      f"decoder.{i}.b", ACTIVATIONS[name], transposed=self.tied)
                for i, name in enumerate(names)]

    def _output_activation(self) -> str:
        if LOSSES[self.loss].on_logits:
            return "identity"
        return self.output_activation or LOSSES[self.loss].link

    # ---- objective ------------------------------------------------------------------------------------------------

    @property
    def _is_noisy(self) -> bool:
        return self.corruption is not None

    def _draw_noise(self, x: np.ndarray, rng: np.random.Generator) -> dict[str, np.ndarray]:
        return {} if self.corruption is None else {"corruption": self.corruption.draw(x, rng)}

    def _loss_and_gradients(self, params: Parameters, x: np.ndarray, noise: Noise) -> tuple[Terms, Parameters]:
        corrupted = x if self.corruption is None else self.corruption(x, noise["corruption"])
        encoded = network.forward(self._encoder, params, corrupted)
        z = encoded[-1].y                                           # (m, k)
        decoded = network.forward(self._decoder, params, z)
        o = decoded[-1].y                                           # (m, n)

        loss = LOSSES[self.loss]
        terms = {"reconstruction": loss.value(o, x)}
        do = loss.backward(o, x)
        injected = self._add_penalties(terms, params, encoded + decoded, noise)

        grads = params.zeros_like()
        dz = network.backward(do, params, decoded, grads, injected, need_dx=True)
        network.backward(dz, params, encoded, grads, injected)
        for name in grads.keys() & injected.keys():
            grads[name] += injected[name]                           # two paths: through the loss, and the penalty's own
        return {"loss": sum(terms.values()), **terms}, grads

    def _add_penalties(self, terms: Terms, params: Parameters, trace: network.Trace, noise: Noise) -> Noise:
        """Write each penalty's value into terms and return the sum of their gradients by node."""
        penalties = list(self.penalties)
        if self.weight_decay:
            penalties.append(WeightDecay(self.weight_decay, self.decay_kind, self.decay_biases))
        injected: dict[str, np.ndarray] = {}
        for penalty in penalties:
            value, gradients = penalty(params, trace, noise)
            terms[_fresh_name(penalty.name, terms)] = value
            for node, gradient in gradients.items():
                injected[node] = injected[node] + gradient if node in injected else gradient
        return injected

    # ---- data -----------------------------------------------------------------------------------------------------

    def _check_data(self, x: np.ndarray, name: str) -> None:
        if self.loss == "bce":
            check_range(x, name, 0, 1, "loss='bce'", "scale the data to [0, 1], or use loss='mse'")
            return
        output = ACTIVATIONS[self._output_activation()]
        reachable = np.clip(x, output.low, output.high)
        if not np.array_equal(reachable, x):
            floor = LOSSES[self.loss].value(reachable, x)
            warnings.warn(f"{name} has values from {x.min():.4g} to {x.max():.4g}, which output_activation="
                          f"{output.name!r} cannot produce: the loss has a floor of {floor:.4g} per example; use "
                          f"'identity' or rescale", UserWarning, stacklevel=4)

    def _metrics(self, terms: Mapping[str, float], x: np.ndarray) -> dict[str, float]:
        if self.loss != "bce":
            return {}
        return {"excess": terms["reconstruction"] - float(bernoulli_entropy(x).sum(dtype=np.float64)) / len(x)}

    # ---- using ----------------------------------------------------------------------------------------------------

    def transform(self, X: ArrayLike) -> np.ndarray:
        """Return the codes (m, k) of X (m, n), uncorrupted."""
        x = self._check_input(X)
        return network.forward(self._encoder, self._params, x)[-1].y

    def inverse_transform(self, Z: ArrayLike) -> np.ndarray:
        """Return the reconstructions (m, n) that the codes Z (m, k) stand for; for "bce" the sigmoid is applied."""
        self._check_fitted()
        z = check_matrix(Z, "Z", self.latent_dim, self._real_dtype())
        o = network.forward(self._decoder, self._params, z)[-1].y
        loss = LOSSES[self.loss]
        return ACTIVATIONS[loss.link].forward(o) if loss.on_logits else o

    def score_samples(self, X: ArrayLike) -> np.ndarray:
        """Return minus the reconstruction loss of each example (m,), in the units of the loss."""
        x = self._check_input(X)
        self._check_data(x, "X")
        o = network.forward(self._encoder + self._decoder, self._params, x)[-1].y
        return -LOSSES[self.loss].entries(o, x).sum(axis=1)

    def jacobian(self, X: ArrayLike) -> np.ndarray:
        """Return dz/dx of each example, (m, k, n), at the uncorrupted X (m, n)."""
        x = self._check_input(X)
        return network.jacobian(self._params, network.forward(self._encoder, self._params, x))


def _fresh_name(name: str, taken: Mapping[str, object]) -> str:
    """Return name, or name_2, name_3, ... where it is taken."""
    number, fresh = 1, name
    while fresh in taken:
        number += 1
        fresh = f"{name}_{number}"
    return fresh
