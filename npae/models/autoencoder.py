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
nonlinear pair with enough capacity can still memorize: one code unit suffices to number the examples.

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
from ..losses import LOSSES, mean_bernoulli_entropy
from ..parameters import Parameters
from ..penalties import Penalty, WeightDecay
from ..rows import Rows, by_chunks, chunks
from ..validation import check_matrix, check_range
from .base import Model, Noise, Terms, with_total
from .maps import Map, affine_maps, decoder_stack, encoder_stack


@dataclass(kw_only=True, repr=False, eq=False)
class Autoencoder(Model):
    __doc__ = f"""Autoencoder, shallow or deep, undercomplete or overcomplete, symmetric by construction.

    {Model.__doc__}
    Fitted attributes: params, theta, n_features_in_, history_ (per epoch: loss, its terms, val_..., seconds) and
    metrics_ (excess: how far the "bce" loss lies above the entropy of the data, nats per example).
    """

    # ---- architecture ---------------------------------------------------------------------------------------------

    def _build(self, n: int):
        maps = self._maps(n)
        encoder, shapes = encoder_stack("encoder", maps, [self.activation] * (len(maps) - 1) + [self._latent_activation()])
        loss = LOSSES[self.loss]
        decoder, more = decoder_stack("decoder", maps, [self.activation] * (len(maps) - 1) + [self._output_activation()],
                                      link=loss.link if loss.on_logits else None, tied_to="encoder" if self.tied else None)
        for penalty in self._named_penalties().values():
            penalty.check_layers(encoder, decoder)
        self._encoder, self._decoder = encoder, decoder
        return [layer for layer in encoder + decoder if layer.owns_weight], {**shapes, **more}

    def _maps(self, n: int) -> list[Map]:
        """Return what the encoder's layers map between, from n features to the code."""
        widths = [n, *self.hidden_dims, self.latent_dim]
        if self.require_decreasing and any(after >= before for before, after in zip(widths, widths[1:])):
            raise ValueError(f"require_decreasing asks for widths that fall from layer to layer, got {widths}")
        return affine_maps(widths)

    def _output_activation(self) -> str:
        if LOSSES[self.loss].on_logits:
            return "identity"
        return self.output_activation or LOSSES[self.loss].link

    # ---- objective ------------------------------------------------------------------------------------------------

    def _own_penalties(self) -> list[tuple[str, Penalty]]:
        """Return what the model itself adds to the loss, by the name of its term."""
        return []

    def _named_penalties(self) -> dict[str, Penalty]:
        """Return all penalties by the name of their term; a name that comes again gets a number."""
        penalties = self._own_penalties() + [(penalty.name, penalty) for penalty in self.penalties]
        if self.weight_decay:
            penalties.append(("weight_decay", WeightDecay(self.weight_decay, self.decay_kind, self.decay_biases)))
        named: dict[str, Penalty] = {}
        for name, penalty in penalties:
            count = sum(taken == name or taken.startswith(f"{name}_") for taken in named)
            named[f"{name}_{count + 1}" if count else name] = penalty
        return named

    @property
    def _is_noisy(self) -> bool:
        return self._corruption() is not None or any(penalty.is_noisy for penalty in self._named_penalties().values())

    def _draw_noise(self, x: np.ndarray, rng: np.random.Generator) -> dict[str, np.ndarray]:
        corruption, noise = self._corruption(), {}
        if corruption is not None:
            noise["corruption"] = corruption.draw(x, rng)
        for name, penalty in self._named_penalties().items():
            if penalty.is_noisy:
                noise[name] = penalty.draw(x, (x.shape[1], *(each.h for each in self._maps(x.shape[1]))), rng)
        return noise

    def _loss_and_gradients(self, params: Parameters, x: np.ndarray, noise: Noise) -> tuple[Terms, Parameters]:
        corruption, weight = self._corruption(), self._pixel_weight(noise)
        corrupted = x if corruption is None else corruption(x, noise["corruption"])
        encoded = network.forward(self._encoder, params, corrupted)
        z = encoded[-1].y                                           # (m, k)
        decoded = network.forward(self._decoder, params, z)
        o = decoded[-1].y                                           # (m, n)

        terms: Terms = {"reconstruction": 0}
        injected = self._add_penalties(terms, params, encoded + decoded, noise)
        place = network.place_for_gradient(params, decoded)
        terms["reconstruction"], do = LOSSES[self.loss].value_and_gradient(o, x, weight, place)

        grads = params.gradients()
        from_code = self._code_terms(params, z, noise, terms, grads)
        dz = network.backward(do, params, decoded, grads, injected, need_dx=True)
        if from_code is not None:
            dz = dz + from_code                                     # two paths: through the decoder, and from the code
        network.backward(dz, params, encoded, grads, injected)
        for name in injected:
            if name in grads:
                grads.add(name, injected[name])                     # two paths: through the loss, and the penalty's own
        return with_total(terms, params.dtype), grads

    def _code_terms(self, params: Parameters, z: np.ndarray, noise: Noise, terms: Terms, grads: Parameters):
        """Add further terms that depend on the code z, and their gradients; return the sum of their gradients in z."""
        return None

    def _pixel_weight(self, noise: Noise) -> np.ndarray | None:
        """Return the weight of every entry in the reconstruction loss, None for 1/m."""
        return None

    def _add_penalties(self, terms: Terms, params: Parameters, trace: network.Trace, noise: Noise) -> Noise:
        """Write each penalty's value into terms and return the sum of their gradients by node."""
        injected: dict[str, np.ndarray] = {}
        for name, penalty in self._named_penalties().items():
            given = noise[name] if penalty.is_noisy else self._state.get(name)
            terms[name], gradients = penalty(params, trace, given)
            for node, gradient in gradients.items():
                injected[node] = injected[node] + gradient if node in injected else gradient     # two paths
        return injected

    def _after_step(self, x: np.ndarray, noise: Noise) -> None:
        remembering = {name: penalty for name, penalty in self._named_penalties().items() if penalty.has_state}
        if remembering:
            corruption = self._corruption()
            trace = network.forward(self._encoder, self._params, x if corruption is None else corruption(x, noise["corruption"]))
            for name, penalty in remembering.items():
                self._state[name] = penalty.new_state(trace, self._state.get(name))

    # ---- data -----------------------------------------------------------------------------------------------------

    def _check_data(self, x: Rows, name: str) -> None:
        if self.loss == "bce":
            check_range(x, name, 0, 1, "loss='bce'", "scale the data to [0, 1], or use loss='mse'")
            return
        output = ACTIVATIONS[self._output_activation()]
        if x.min() < output.low or x.max() > output.high:
            loss = LOSSES[self.loss]
            floor = sum(float(loss.value(np.clip(rows, output.low, output.high), rows, 1 / len(x))) for rows in chunks(x))
            warnings.warn(f"{name} has values from {x.min():.4g} to {x.max():.4g}, which output_activation="
                          f"{output.name!r} cannot produce: the loss has a floor of {floor:.4g} per example; use "
                          f"'identity' or rescale", UserWarning, stacklevel=4)

    def _before_run(self, x: Rows) -> None:
        self._target_entropy = mean_bernoulli_entropy(x) if self.loss == "bce" else 0.0

    def _metrics(self, terms: Mapping[str, float], x: Rows) -> dict[str, float]:
        return {"excess": terms["reconstruction"] - self._target_entropy} if self.loss == "bce" else {}

    # ---- using ----------------------------------------------------------------------------------------------------

    def _transform(self, X: ArrayLike) -> np.ndarray:
        """Return the codes (m, k) of X (m, n), uncorrupted."""
        return by_chunks(self._encoded, self._check_rows(X))

    def _encoded(self, x: np.ndarray) -> np.ndarray:
        """Return the codes of x."""
        return network.forward(self._encoder, self._params, x)[-1].y

    def inverse_transform(self, Z: ArrayLike) -> np.ndarray:
        """Return the reconstructions (m, n) that the codes Z (m, k) stand for; for "bce" the sigmoid is applied."""
        self._check_fitted()
        return by_chunks(self._reconstructed, check_matrix(Z, "Z", self._code_size(), self._real_dtype()))

    def _reconstructed(self, z: np.ndarray) -> np.ndarray:
        """Return the reconstructions for codes z."""
        return self._finished(self._decoded(z))

    def _decoded(self, z: np.ndarray) -> np.ndarray:
        """Return the output (m, n) of the decoder for codes z as `transform` gives them."""
        return network.forward(self._decoder, self._params, z)[-1].y

    def _finished(self, o: np.ndarray) -> np.ndarray:
        """Return the reconstructions that the decoder's output o (m, n) stands for."""
        loss = LOSSES[self.loss]
        return ACTIVATIONS[loss.link].forward(o) if loss.on_logits else o

    def score_samples(self, X: ArrayLike) -> np.ndarray:
        """Return minus the reconstruction loss of each example (m,), in the units of the loss."""
        x = self._check_rows(X)
        self._check_data(x, "X")
        return by_chunks(lambda rows: -LOSSES[self.loss].entries(self._decoded(self._transform(rows)), rows).sum(axis=1), x)

    def jacobian(self, X: ArrayLike) -> np.ndarray:
        """Return dz/dx of each example, (m, k, n), at the uncorrupted X (m, n)."""
        x = self._check_input(X)
        return network.jacobian(self._params, network.forward(self._encoder, self._params, x))
