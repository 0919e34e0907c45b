r"""The vector-quantized autoencoder: a code of whole numbers, each the number of one of K learned vectors.

Key: m examples of S slots, K codes of length k = latent_dim. Encoder output s (m, S k), as slots z (m S, k); codebook E (K, k).

    z  = encoder(x~),  S slots of length k
    j  = number of the code nearest to each slot,   e = E[j]
    o  = decoder(e)
    L  = 1/m sum_i [ l(x_i, o_i)  +  sum_slots |sg(z) - e|^2  +  beta sum_slots |z - sg(e)|^2 ]  +  penalties
         reconstruction,             codebook,                  commitment          (sg: stop gradient, a constant backwards)

Who moves whom. The reconstruction teaches the decoder, and through the gradient that is copied from e to z, the encoder. It
does not reach the codebook. The codebook term pulls codes to the encodings that chose them (or running averages do it, "ema",
and the term is 0). The commitment keeps encodings near their codes, so that the two do not run after each other.

Rate. An example is S numbers of log2 K bits: S log2 K bits at most, log2 perplexity a slot if the slots are independent,
and fewer under a prior that knows how they go together (`fit_prior`, masked.py). With a uniform prior over codes the KL of a VAE
would be the constant S log K: that is why no KL stands in L, and why nothing can collapse to the prior.

With channels the slots are the places of a grid that strided convolutions leave; without, parts of one dense layer's output.
Failure modes: a codebook of which few codes are used (watch metrics_["perplexity"]): bad initial codes, beta too small, codes
that died; beta on the wrong term. `repeat the batch` finds terms that are summed over examples instead of averaged.
Source: 001 VQ-VAE slides; van den Oord et al. 2017.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import network
from ..losses import LOSSES
from ..parameters import Parameters
from ..validation import check_size
from .base import Model, Noise, Terms, with_total
from .code_prior import PriorOverCodes
from .convolutional import convolution_maps, image_side, validate_convolutions
from .maps import ConvolutionMap, Map, affine_maps
from .quantized import QuantizedAutoencoder


@dataclass(kw_only=True, repr=False, eq=False)
class VectorQuantizedAutoencoder(PriorOverCodes):
    __doc__ = f"""Autoencoder with a codebook. Terms: reconstruction, codebook, commitment.

    n_codes                 K, at least 2
    n_slots                 S; with channels it must be the number of places that the strides leave (None: whatever that is)
    channels                of strided convolutions for square images, in place of hidden_dims; () for dense layers
    kernel_size, stride     of the convolutions; image_shape as in ConvolutionalAutoencoder
    {(QuantizedAutoencoder.__doc__ or "").partition(chr(10) * 2)[2].rstrip()}

    {Model.__doc__}
    latent_dim is the length of a code. Penalties act on the encoding before it is quantized.
    transform gives the chosen vectors of all slots side by side (m, S k), codes their numbers (m, S). metrics_ has
    perplexity (1 to K) and usage (share of codes chosen), over each epoch.
    """

    n_codes: int = 64
    n_slots: int | None = 4
    image_shape: Any = None
    channels: Sequence[int] = ()
    kernel_size: int = 3
    stride: int = 2

    def _row_kind(self) -> str:
        return "images" if len(self.channels) else "numbers"

    def _validate(self) -> None:
        super()._validate()
        check_size(self.n_codes, "n_codes", 2)
        validate_convolutions(self, "channels")
        if self.n_slots is not None:
            check_size(self.n_slots, "n_slots")
        elif not len(self.channels):
            raise ValueError("n_slots=None takes the places that convolutions leave; without channels it must be a number")
        if self.tied and len(self.channels):
            raise ValueError("tied is for dense layers here: set tied=False with channels")

    # ---- architecture ---------------------------------------------------------------------------------------------

    def _build(self, n: int):
        layers, shapes = super()._build(n)
        slots = self._maps(n)[-1].h // self.latent_dim
        self._set_quantizers([self._quantizer("", self.n_codes, slots, bool(len(self.channels)))])
        return layers, {**shapes, "codebook": (self.n_codes, self.latent_dim)}

    def _maps(self, n: int) -> list[Map]:
        if not len(self.channels):
            return affine_maps([n, *self.hidden_dims, int(self.n_slots or 0) * self.latent_dim])
        windows = convolution_maps(1, image_side(n, self.image_shape), self.channels, self.kernel_size, self.stride)
        places = windows[-1].side // self.stride
        if self.n_slots not in (None, places ** 2):
            raise ValueError(f"n_slots={self.n_slots}, but {n} pixels and {len(windows)} convolutions with stride={self.stride} "
                             f"leave {places} x {places} = {places ** 2} places: set n_slots={places ** 2} or None")
        return [*windows, ConvolutionMap(windows[-1].o, places, self.latent_dim, self.kernel_size, 1)]

    # ---- objective ------------------------------------------------------------------------------------------------

    def _loss_and_gradients(self, params: Parameters, x: np.ndarray, noise: Noise) -> tuple[Terms, Parameters]:
        quantizer, loss = self._quantizers[0], LOSSES[self.loss]
        encoded = network.forward(self._encoder, params, self._corrupted(x, noise))
        seen = quantizer.forward(params, encoded[-1].y, noise)
        decoded = network.forward(self._decoder, params, seen.q)
        o = decoded[-1].y                                           # (m, n)

        terms: Terms = {"reconstruction": 0}
        quantizer.add_terms(terms, params, seen)
        injected = self._add_penalties(terms, params, encoded + decoded, noise)
        terms["reconstruction"], do = loss.value_and_gradient(o, x, out=network.place_for_gradient(params, decoded))

        grads = params.gradients()
        dq = network.backward(do, params, decoded, grads, injected, need_dx=True)
        ds = quantizer.backward(dq, params, seen, grads)            # copied past the quantization, and the commitment's own
        network.backward(ds, params, encoded, grads, injected)
        for name in injected:
            if name in grads:
                grads.add(name, injected[name])                     # two paths: through the loss, and the penalty's own
        return with_total(terms, params.dtype), grads

    def _encodings(self, params: Parameters, x: np.ndarray) -> list[np.ndarray]:
        return [network.forward(self._encoder, params, x)[-1].y]

    def _decode(self, rows: list[np.ndarray]) -> np.ndarray:
        return network.forward(self._decoder, self._params, rows[0])[-1].y
