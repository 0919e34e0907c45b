r"""Vector quantization on two levels: a small grid of codes for what an image is, a finer one for how it is drawn.

Key: m images; bottom grid of S_b places, top grid of S_t < S_b; C channels on the bottom grid; codes of length k = latent_dim.

    h   = encoder.bottom(x~)            (m, C S_b)      strided convolutions
    s_t = encoder.top(h)                (m, k S_t)      more of them,                      quantized: q_t
    t   = decoder.top(q_t)              (m, C S_b)      back on the bottom grid
    s_b = encoder.joint([h, t])         (m, k S_b)      what the top does not say,         quantized: q_b
    o   = decoder.bottom([t, q_b])      (m, n)
    L   = reconstruction + for each level: codebook term + beta commitment       (vector_quantized.py)

The top sees the whole image and is quantized first. The bottom knows what the top has said, through t, and its codes need not
say it again. That is the point of two levels, and why the prior of the bottom is conditioned on the top.

Backward. Two joints, each with two paths: t reaches the loss through the decoder and through s_b, and h through s_t and s_b. At
each quantization the gradient is copied straight through and the commitment adds its own.

It pays where bits are few: on the embedded digits two levels have a lower error than one at 48 and 64 bits, and not at 96, where
sixteen codes of 64 already say everything. Failure mode: a bottom that can carry the image alone, so that nothing is left for
the top to say; keep its codebook small.
Source: 001 VQ-VAE-2 slides; Razavi et al. 2019 (there with residual blocks, and a transposed convolution of its own for the
decoder's view of the top; here both use t).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .. import network
from ..losses import LOSSES
from ..network import Layer, Trace
from ..parameters import Gradients, Parameters
from ..validation import check_size
from .base import Model, Noise, Terms, with_total
from .code_prior import PriorOverCodes
from .convolutional import convolution_maps, image_side, validate_convolutions
from .maps import ConvolutionMap, Map, decoder_stack, encoder_stack
from .quantized import QuantizedAutoencoder


@dataclass(kw_only=True, repr=False, eq=False)
class HierarchicalVectorQuantizedAutoencoder(PriorOverCodes):
    __doc__ = f"""Autoencoder of square images with two codebooks. Terms: reconstruction, and codebook.top, codebook.bottom,
    commitment.top, commitment.bottom.

    n_codes_top, n_codes_bottom     sizes of the two codebooks, at least 2
    channels                of the strided convolutions from the image to the bottom grid
    top_channels            of those from the bottom grid to the top grid
    kernel_size, stride     of all of them; image_shape as in ConvolutionalAutoencoder
    {(QuantizedAutoencoder.__doc__ or "").partition(chr(10) * 2)[2].rstrip()}

    {Model.__doc__}
    latent_dim is the length of a code. hidden_dims, tied and penalties are not for this model. codes gives the numbers of the
    top slots first, then those of the bottom. metrics_ has perplexity and usage for each level.
    """

    hidden_dims: Sequence[int] = ()
    n_codes_top: int = 64
    n_codes_bottom: int = 64
    image_shape: Any = None
    channels: Sequence[int] = (32,)
    top_channels: Sequence[int] = (32,)
    kernel_size: int = 3
    stride: int = 2

    def _row_kind(self) -> str:
        return "images"

    def _validate(self) -> None:
        super()._validate()
        check_size(self.n_codes_top, "n_codes_top", 2)
        check_size(self.n_codes_bottom, "n_codes_bottom", 2)
        validate_convolutions(self, "channels", "top_channels")
        for name in ("channels", "top_channels"):
            if not len(getattr(self, name)):
                raise ValueError(f"{name} must hold the channels of at least one convolution, such as (32,), got none")
        for name in ("hidden_dims", "penalties"):
            if len(getattr(self, name)):
                raise ValueError(f"{type(self).__name__} does not take {name}={getattr(self, name)!r}: its layers are "
                                 f"convolutions on two grids, given by channels and top_channels")
        if self.tied:
            raise ValueError(f"{type(self).__name__} does not take tied=True: its decoder does not mirror its encoder")

    # ---- architecture ---------------------------------------------------------------------------------------------

    def _build(self, n: int):
        down, further, joint, back = self._level_maps(n)
        relu, code = self.activation, self._latent_activation()
        link = LOSSES[self.loss].link if LOSSES[self.loss].on_logits else None
        stacks = {
            "encoder.bottom": encoder_stack("encoder.bottom", down, [relu] * len(down)),
            "encoder.top": encoder_stack("encoder.top", further, [relu] * (len(further) - 1) + [code]),
            "decoder.top": decoder_stack("decoder.top", further, [relu] * len(further)),
            "encoder.joint": encoder_stack("encoder.joint", [joint], [code]),
            "decoder.bottom": decoder_stack("decoder.bottom", [*down, back],
                                            [relu] * len(down) + [self._output_activation()], link=link)}
        self._stacks: dict[str, list[Layer]] = {name: layers for name, (layers, _) in stacks.items()}
        places = [each.h // self.latent_dim for each in (further[-1], joint)]
        self._set_quantizers([self._quantizer("top", self.n_codes_top, places[0], True),
                              self._quantizer("bottom", self.n_codes_bottom, places[1], True)])
        shapes = {name: shape for _, part in stacks.values() for name, shape in part.items()}
        shapes |= {"codebook.top": (self.n_codes_top, self.latent_dim), "codebook.bottom": (self.n_codes_bottom, self.latent_dim)}
        return [layer for layers in self._stacks.values() for layer in layers], shapes

    def _level_maps(self, n: int) -> tuple[list[Map], list[Map], Map, Map]:
        """Return the maps to the bottom grid, from there to the top's codes, to the bottom's codes, and of its way back."""
        k, kernel = self.latent_dim, self.kernel_size
        down = convolution_maps(1, image_side(n, self.image_shape), self.channels, kernel, self.stride)
        C, side = down[-1].o, down[-1].side // self.stride
        up = convolution_maps(C, side, self.top_channels, kernel, self.stride)
        to_codes = ConvolutionMap(up[-1].o, up[-1].side // self.stride, k, kernel, 1)
        return [*down], [*up, to_codes], ConvolutionMap(2 * C, side, k, kernel, 1), ConvolutionMap(C, side, C + k, kernel, 1)

    # ---- objective ------------------------------------------------------------------------------------------------

    def _loss_and_gradients(self, params: Parameters, x: np.ndarray, noise: Noise) -> tuple[Terms, Parameters]:
        top, bottom = self._quantizers
        run, grads = _Runs(self._stacks, params), params.gradients()
        h = run.forward("encoder.bottom", self._corrupted(x, noise))            # (m, C S_b)
        seen_top = top.forward(params, run.forward("encoder.top", h), noise)
        t = run.forward("decoder.top", seen_top.q)                              # (m, C S_b)
        seen_bottom = bottom.forward(params, run.forward("encoder.joint", np.hstack([h, t])), noise)
        o = run.forward("decoder.bottom", np.hstack([t, seen_bottom.q]))        # (m, n)

        terms: Terms = {}
        terms["reconstruction"], do = LOSSES[self.loss].value_and_gradient(o, x)
        top.add_terms(terms, params, seen_top)
        bottom.add_terms(terms, params, seen_bottom)
        injected = self._add_penalties(terms, params, [], noise)

        dt_decoder, dq = _halves(run.backward("decoder.bottom", do, grads), t.shape[1])
        ds = bottom.backward(dq, params, seen_bottom, grads)
        dh_joint, dt_joint = _halves(run.backward("encoder.joint", ds, grads), h.shape[1])
        dt = dt_decoder + dt_joint                                              # two paths
        ds = top.backward(run.backward("decoder.top", dt, grads), params, seen_top, grads)
        dh = dh_joint + run.backward("encoder.top", ds, grads)                  # two paths
        run.backward("encoder.bottom", dh, grads, need_dx=False)
        for name, gradient in injected.items():
            grads[name] += gradient                                             # two paths: weight decay
        return with_total(terms, params.dtype), grads

    def _encodings(self, params: Parameters, x: np.ndarray) -> list[np.ndarray]:
        run = _Runs(self._stacks, params)
        h = run.forward("encoder.bottom", x)
        s = run.forward("encoder.top", h)
        t = run.forward("decoder.top", self._quantizers[0].forward(params, s, {}).q)
        return [s, run.forward("encoder.joint", np.hstack([h, t]))]

    def _decode(self, rows: list[np.ndarray]) -> np.ndarray:
        run = _Runs(self._stacks, self._params)
        t = run.forward("decoder.top", rows[0])
        return run.forward("decoder.bottom", np.hstack([t, rows[1]]))

    def jacobian(self, X: ArrayLike) -> np.ndarray:
        """Not for this model: the bottom's encodings depend on the quantized top, which has no derivative."""
        raise NotImplementedError("the encodings of the bottom level depend on the quantized top level, which has no derivative "
                                  "in x: VectorQuantizedAutoencoder and ConvolutionalAutoencoder have a jacobian")


class _Runs:
    """The stacks at some parameters, with the traces of their forward passes for the way back."""

    def __init__(self, stacks: Mapping[str, list[Layer]], params: Parameters):
        self.stacks, self.params = stacks, params
        self.traces: dict[str, Trace] = {}

    def forward(self, name: str, x: np.ndarray) -> np.ndarray:
        self.traces[name] = network.forward(self.stacks[name], self.params, x)
        return self.traces[name][-1].y

    def backward(self, name: str, dy: np.ndarray, grads: Gradients, need_dx: bool = True) -> Any:
        return network.backward(dy, self.params, self.traces[name], grads, need_dx=need_dx)


def _halves(columns: np.ndarray, width: int) -> tuple[np.ndarray, np.ndarray]:
    return columns[:, :width], columns[:, width:]
