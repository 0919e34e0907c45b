r"""Segmentation: which class does each pixel belong to? An encoder-decoder of convolutions, trained on labelled pixels.

Key: m square images of P = side^2 pixels, C classes, K levels; x (m, P), labels y (m, P) with entries 0 .. C - 1, logits o
(m, C P); e_l and d_l have channels[l - 1] channels, their sides are those of x divided l times by the stride.

    e_1 = act(conv(x)),   e_(l+1) = act(conv(e_l))                          encoder, up to e_K
    d_(K-1) = act(conv^T(e_K)),   d_(l-1) = act(conv^T([d_l, e_l]))         decoder, down to d_1
    o = conv^T([d_1, e_1]) + conv(x)                                        one logit for each class and pixel
    L = 1/m sum over images and pixels of -log softmax(o at the pixel)[y at the pixel]          (nats per image)

[d, e] are the channels of both, one after the other; with K = 1 there is no d and o = conv^T(e_1) + conv(x). Without skip
connections [d_l, e_l] is d_l and the last conv(x) is left out: an autoencoder's network, with labels for a target.

What the skips are for: the deep layers know what a thing is and have forgotten where exactly its border runs; the early ones
know where borders run, and not of what. A linear layer on [d, e] is the sum of one on d and one on e. The outermost skip is
written as such a sum, because d_1 and x have different sizes. Its conv(x), alone, is softmax regression on the window around each
pixel: the obvious baseline is a part of this network.

The loss is the softmax cross-entropy of losses/softmax_nll.py, which takes rows of C logits. A pixel is an example, so
    O = channels_as_rows(o as (m, C, side, side)).T,   (P m, C)             one row for each pixel of each image
with the weight w_y / m (w the class weights, 1 unless given): a sum over pixels and a mean over images. Reading an array in
another order is a permutation of its entries; its adjoint, by which dO becomes do, is the way back: rows_as_channels(dO.T).

Backward, where paths meet: e_l goes to the next encoder layer and, over the skip, to the decoder. The gradient of [d_l, e_l]
is cut where they were joined; the part of e_l is added to what comes back from the next encoder layer ("two paths").

Failure modes. Rows (m, C P) reshaped to (m P, C) without the transposition: shapes agree, each "pixel" mixes C places, and the
gradient check passes. A class that has few pixels is ignored at little cost: class_weights, or more images of it; pixel accuracy
does not show it and mean IoU does (segmentation_measures.py).
Source: 004 l.41 (semantic segmentation by an encoder-decoder); Ronneberger, Fischer and Brox 2015 (skip connections, U-Net).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .. import network
from ..layers.windows import channels_as_rows, rows_as_channels
from ..losses import softmax, softmax_nll, softmax_nll_backward
from ..models.base import Model, Noise, Terms, with_total
from ..models.convolutional import convolution_maps, image_side, validate_convolutions
from ..models.maps import ConvolutionMap, decoder_stack, encoder_stack
from ..parameters import Parameters
from ..penalties import WeightDecay
from ..training import TrainingDiverged
from .segmentation_checks import check_labels, validate_segmentation
from .segmentation_measures import mean_iou

ROWS = 256              # images at a time where only predictions are wanted: every layer makes matrices of all windows


@dataclass(kw_only=True, repr=False, eq=False)
class SegmentationNetwork(Model):
    __doc__ = f"""Encoder-decoder of convolutions that names the class of every pixel. Term: classification, nats per image.

    n_classes               C; labels are whole numbers from 0 to C - 1
    channels                of the convolutions, the first one nearest to the image
    kernel_size, stride     side of the windows, and the step between them, by which every layer divides the image's sides
    skip_connections        give the decoder the encoder's outputs of the same size, and the image itself
    class_weights           None, or C positive numbers: how much a pixel of each class counts in the loss
    image_shape             (height, width); None for the square that n_features makes. Only squares are taken

    {Model.__doc__}
    latent_dim, hidden_dims, latent_activation, loss, output_activation, tied, require_decreasing, corruption and penalties are
    not for this model. fit(X, y) takes the labels y (m, n) of the pixels of X (m, n). A saved network is read back by
    load(path, classes=[SegmentationNetwork]).
    """

    n_classes: int = 2
    channels: Sequence[int] = (16, 32)
    kernel_size: int = 3
    stride: int = 2
    skip_connections: bool = True
    class_weights: Any = None
    image_shape: Any = None

    def _validate(self) -> None:
        super()._validate()
        validate_convolutions(self, "channels")
        validate_segmentation(self)

    # ---- architecture ---------------------------------------------------------------------------------------------

    def _build(self, n: int):
        side, depth = image_side(n, self.image_shape), len(self.channels)
        maps = convolution_maps(1, side, self.channels, self.kernel_size, self.stride)
        twice = 2 if self.skip_connections else 1           # the decoder's inputs, but for the deepest, are [d, e]
        joined = [each._replace(c=each.c if level else self.n_classes, o=each.o if level == depth - 1 else twice * each.o)
                  for level, each in enumerate(maps)]
        self._encoder, shapes = encoder_stack("encoder", maps, [self.activation] * depth)
        self._decoder, more = decoder_stack("decoder", joined, [self.activation] * (depth - 1) + ["identity"])
        window = [ConvolutionMap(1, side, self.n_classes, self.kernel_size, 1)] if self.skip_connections else []
        self._direct, last = encoder_stack("direct", window, ["identity"])
        self._side = side
        return [*self._encoder, *self._decoder, *self._direct], {**shapes, **more, **last}

    def _logits(self, params: Parameters, x: np.ndarray) -> tuple[np.ndarray, list[network.Trace]]:
        """Return o (m, C P) and the traces: of the encoder, of each decoder layer, of the direct connection if there is one."""
        encoded = network.forward(self._encoder, params, x)
        traces, y = [encoded], encoded[-1].y
        for i, layer in enumerate(self._decoder):
            if i and self.skip_connections:
                y = np.concatenate([y, encoded[-1 - i].y], axis=1)      # rows are channels one after the other
            traces.append(network.forward([layer], params, y))
            y = traces[-1][-1].y
        if self._direct:
            traces.append(network.forward(self._direct, params, x))
            y = y + traces[-1][-1].y
        return y, traces

    def _backward(self, do: np.ndarray, params: Parameters, traces: list[network.Trace]) -> Parameters:
        """Return the gradients for do (m, C P)."""
        grads, encoded, dy, skipped = params.gradients(), traces[0], do, {}
        if self._direct:
            network.backward(do, params, traces[-1], grads)             # o is a sum: both addends get do as it is
        for i in reversed(range(len(self._decoder))):
            dy = network.backward(dy, params, traces[1 + i], grads, need_dx=True)
            if i and self.skip_connections:
                dy, skipped[f"{encoded[-1 - i].name}.y"] = np.split(dy, 2, axis=1)
        network.backward(dy, params, encoded, grads, skipped)           # two paths: from the next layer, and over the skip
        return grads

    # ---- objective ------------------------------------------------------------------------------------------------

    @property
    def _is_noisy(self) -> bool:
        return False

    def _draw_noise(self, x: np.ndarray, rng: np.random.Generator) -> dict[str, np.ndarray]:
        return {}

    def _loss_and_gradients(self, params: Parameters, x: np.ndarray, noise: Noise) -> tuple[Terms, Parameters]:
        if "labels" not in noise:
            raise ValueError("the loss needs the label of every pixel: pass noise={'labels': y} with y (m, n) whole numbers")
        o, traces = self._logits(params, x)
        t, weight = self._targets(check_labels(noise["labels"], x.shape, self.n_classes, "noise['labels']"))
        rows = self._pixels(o)
        terms: Terms = {"classification": softmax_nll(rows, t, weight / len(x))}
        grads = self._backward(self._from_pixels(softmax_nll_backward(rows, t, weight / len(x))), params, traces)
        if self.weight_decay:
            terms["weight_decay"], injected = WeightDecay(self.weight_decay, self.decay_kind, self.decay_biases)(params)
            for name, gradient in injected.items():
                grads[name] += gradient                                 # two paths
        return with_total(terms, params.dtype), grads

    def _pixels(self, o: np.ndarray) -> np.ndarray:
        """Return the logits o (m, C P) as a row for each pixel, (P m, C), the m examples of one pixel together."""
        return channels_as_rows(o.reshape(len(o), self.n_classes, self._side, self._side)).T

    def _from_pixels(self, rows: np.ndarray) -> np.ndarray:
        """Return rows (P m, C) in the order of the logits, (m, C P): the way back, and the adjoint, of `_pixels`."""
        images = rows_as_channels(rows.T, self._side, self._side)
        return images.reshape(len(images), -1)

    def _targets(self, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return one-hot rows (P m, C) of the labels y (m, P), in the order of `_pixels`, and the weight (P m, 1) of each."""
        dtype, flat = self._real_dtype(), y.T.reshape(-1)
        weights = np.ones(self.n_classes) if self.class_weights is None else np.asarray(self.class_weights)
        return np.eye(self.n_classes, dtype=dtype)[flat], weights.astype(dtype)[flat, np.newaxis]

    # ---- fitting --------------------------------------------------------------------------------------------------

    def fit(self, X: ArrayLike, y: Any = None, X_val: ArrayLike | None = None, checkpoint: Any = None,
            resume: bool = False) -> SegmentationNetwork:
        """Train from fresh initial parameters on images X (m, n) and the labels y (m, n) of their pixels; return self.

        Raises ValueError or TypeError for bad input before anything changes. X_val is not taken: it has no labels. Nor is
        checkpoint: what it compares does not include the labels.
        """
        if checkpoint is not None or resume:
            raise ValueError("SegmentationNetwork writes no checkpoints: leave checkpoint=None")
        if X_val is not None:
            raise ValueError("X_val has no labels and says nothing of the loss: compare score(X_val, y_val) of fitted networks")
        return self._train(X, y, self.epochs, afresh=True)

    def partial_fit(self, X: ArrayLike, y: Any = None) -> SegmentationNetwork:
        """Go on for one epoch over X and y with the optimizer as it stands; the first call initializes. Returns self."""
        return self._train(X, y, 1, afresh=not hasattr(self, "n_features_in_"))

    def _train(self, X: ArrayLike, y: Any, epochs: int, afresh: bool) -> SegmentationNetwork:
        self._validate()
        x = self._training_data(X, "X", None if afresh else self.n_features_in_)
        labels = check_labels(y, x.shape, self.n_classes, "y")
        with self._unchanged_on_error(but=TrainingDiverged):
            if afresh:
                self._begin_fit(X, x)
            self._training.run(self, x, None, epochs, labels)
        return self

    # ---- using ----------------------------------------------------------------------------------------------------

    def predict_proba(self, X: ArrayLike) -> np.ndarray:
        """Return the probabilities (m, n, C) of the classes at every pixel of X (m, n)."""
        x = self._check_input(X)
        return np.concatenate([self._probabilities(x[start:start + ROWS]) for start in range(0, len(x), ROWS)])

    def _probabilities(self, x: np.ndarray) -> np.ndarray:
        p = softmax(self._pixels(self._logits(self._params, x)[0]))                 # (P m, C)
        return p.reshape(x.shape[1], len(x), -1).transpose(1, 0, 2)

    def predict(self, X: ArrayLike) -> np.ndarray:
        """Return the most probable class (m, n) of every pixel of X (m, n)."""
        return self.predict_proba(X).argmax(axis=2)

    def score(self, X: ArrayLike, y: Any = None) -> float:
        """Return the mean intersection over union of the predicted label maps with y (m, n)."""
        predicted = self.predict(X)
        return mean_iou(check_labels(y, predicted.shape, self.n_classes, "y"), predicted, self.n_classes)

    def score_samples(self, X: ArrayLike) -> np.ndarray:
        """Raise NotImplementedError: without labels there is nothing to score."""
        raise NotImplementedError("SegmentationNetwork has no score_samples: it takes labels to score; use score(X, y)")

    def _transform(self, X: ArrayLike) -> np.ndarray:
        """Return the outputs (m, k) of the deepest encoder layer, its channels one after the other."""
        x = self._check_input(X)
        return network.forward(self._encoder, self._params, x)[-1].y

    def inverse_transform(self, Z: ArrayLike) -> np.ndarray:
        """Raise NotImplementedError: the network makes label maps, and no images."""
        raise NotImplementedError("SegmentationNetwork has no inverse_transform: it makes label maps; use predict(X)")

    def _row_kind(self) -> str:
        return "images"

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.required = tags.target_tags.multi_output = True
        return tags

    def _code_size(self) -> int:
        return self._encoder[-1].bias_size(self._params) * (self._side // self.stride ** len(self.channels)) ** 2
