r"""The convolutional autoencoder: an autoencoder of images whose first layers look at small windows.

Key: m square images of n = side^2 pixels, c channels of each layer; k code units.

    x -> channels[0] x (side / stride)^2 -> channels[1] x (side / stride^2)^2 -> ... -> hidden_dims -> z

and back the same way, with transposed convolutions. Objective, corruptions and penalties are those of the autoencoder
(autoencoder.py): only the maps between the layers are other ones (layers/convolution.py), and the pass through the stack does
not see the difference.

Why: a stroke is a stroke wherever it stands. A kernel of k x k weights is trained by every window of every image, and a layer
needs o c k^2 weights whatever the size of the image. On the embedded digits of 8 x 8, at equal code size and no more weights than
the dense autoencoder, its held-out error is some percent lower (`npae tour` prints both, and what is left of it when the pixels
are shuffled); the gain grows with the image.
What it cannot: see the whole image before the last layers; each output of layer l sees a window of about kernel_size stride^(l-1)
pixels. And the pixels must be an image: on shuffled columns it loses its advantage.

Tied, the decoder runs the encoder's own kernels backwards, as the dense one does with its matrices.
Source: 004 introduction (a CNN as encoder, with pooling; strides do here what pooling does there).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..validation import check_integer, check_sequence, check_size
from .autoencoder import Autoencoder
from .base import Model
from .maps import ConvolutionMap, Map, affine_maps


@dataclass(kw_only=True, repr=False, eq=False)
class ConvolutionalAutoencoder(Autoencoder):
    __doc__ = f"""Autoencoder of square images with strided convolutions. Its rows are images, flattened row by row.

    image_shape             (height, width); None for the square that n_features makes. Only squares are taken
    channels                of the convolutions, the first one nearest to the image
    kernel_size, stride     side of the windows, and the step between them, by which every layer divides the image's sides
    hidden_dims             widths of dense layers between the convolutions and the code

    {Model.__doc__}
    Raises ValueError for images that are not square or whose sides the strides do not divide.
    """

    hidden_dims: Sequence[int] = ()
    image_shape: Any = None
    channels: Sequence[int] = (16, 32)
    kernel_size: int = 3
    stride: int = 2

    def _validate(self) -> None:
        super()._validate()
        validate_convolutions(self, "channels")
        if not len(self.channels):
            raise ValueError("channels must hold the channels of at least one convolution, such as (16, 32), got none")

    def _row_kind(self) -> str:
        return "images"

    def _maps(self, n: int) -> list[Map]:
        side = image_side(n, self.image_shape)
        windows = convolution_maps(1, side, self.channels, self.kernel_size, self.stride)
        dense = affine_maps([windows[-1].h, *self.hidden_dims, self.latent_dim])
        widths = [n, *(each.h for each in [*windows, *dense])]
        if self.require_decreasing and any(after >= before for before, after in zip(widths, widths[1:])):
            raise ValueError(f"require_decreasing asks for widths that fall from layer to layer, got {widths}")
        return [*windows, *dense]


def validate_convolutions(model: Any, *names: str) -> None:
    """Raise unless the named sequences of channels, kernel_size, stride and image_shape make sense."""
    for name in names:
        channels = getattr(model, name)
        check_sequence(channels, name, "numbers of channels such as (16, 32)")
        for index, channel in enumerate(channels):
            check_size(channel, f"{name}[{index}]")
    check_integer(model.stride, "stride", 1)
    check_integer(model.kernel_size, "kernel_size", 1)
    if model.kernel_size < model.stride:
        raise ValueError(f"kernel_size={model.kernel_size} must not be below stride={model.stride}: between the windows would be "
                         f"pixels that nothing looks at")
    if model.image_shape is not None:
        if not isinstance(model.image_shape, Sequence) or len(model.image_shape) != 2:
            raise TypeError(f"image_shape must be (height, width) or None, got {model.image_shape!r}")
        if model.image_shape[0] != model.image_shape[1]:
            raise ValueError(f"image_shape must be square, got {tuple(model.image_shape)}: crop the images or pad them")


def image_side(n: int, image_shape: Sequence[int] | None) -> int:
    """Return the side of the square that n pixels make, or raise."""
    side = math.isqrt(n)
    if image_shape is not None and image_shape[0] * image_shape[1] != n:
        raise ValueError(f"X has {n} features, which are not the pixels of image_shape={tuple(image_shape)}")
    if side * side != n:
        raise ValueError(f"X has {n} features, which make no square image: convolutions need side x side pixels, flattened")
    return side


def convolution_maps(c: int, side: int, channels: Sequence[int], kernel: int, stride: int) -> list[ConvolutionMap]:
    """Return strided convolutions from images (c, side, side) on, or raise where a side cannot be divided."""
    maps = []
    for index, o in enumerate(channels):
        if side % stride:
            raise ValueError(f"convolution number {index + 1} with stride={stride} does not fit its input of {side} x {side}: "
                             f"the side of the images in X must be divisible by the stride, once for each of the channels "
                             f"{tuple(channels)}")
        if kernel > 2 * side + stride:
            raise ValueError(f"kernel_size={kernel} is too large for convolution number {index + 1}, whose input is "
                             f"{side} x {side}: twice the side sees everything from everywhere")
        maps.append(ConvolutionMap(c, side, int(o), kernel, stride))
        c, side = int(o), side // stride
    return maps
