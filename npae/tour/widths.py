"""The widths of a model's layers, in the order of computation: what the drawings on the cards show."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ..models import HierarchicalVectorQuantizedAutoencoder, Model, VectorQuantizedAutoencoder


def layer_widths(model: Model, pixels: int) -> tuple[list[int], list[int]]:
    """Return the number of units in every layer, from the pixels to the code and back, and which of them are codes."""
    side = math.isqrt(pixels)
    if isinstance(model, HierarchicalVectorQuantizedAutoencoder):
        return _two_levels(model, pixels, side)
    convolved = convolution_widths(getattr(model, "channels", ()), side, getattr(model, "stride", 1))
    hidden, code = [*convolved, *model.hidden_dims], model.latent_dim
    if isinstance(model, VectorQuantizedAutoencoder):
        hidden = convolved or hidden
        code *= (side // model.stride ** len(convolved)) ** 2 if convolved else int(model.n_slots or 0)
    return [pixels, *hidden, code, *hidden[::-1], pixels], [len(hidden) + 1]


def convolution_widths(channels: Sequence[int], side: int, stride: int) -> list[int]:
    """Return the number of outputs of each strided convolution, the first one from images of side x side."""
    return [c * (side // stride ** number) ** 2 for number, c in enumerate(channels, start=1)]


def _two_levels(model: HierarchicalVectorQuantizedAutoencoder, pixels: int, side: int) -> tuple[list[int], list[int]]:
    """The top is quantized first and decoded onto the bottom grid, where the bottom is encoded with it, and both decoded."""
    grid = side // model.stride ** len(model.channels)
    top_grid = grid // model.stride ** len(model.top_channels)
    down = convolution_widths(model.channels, side, model.stride)
    further = convolution_widths(model.top_channels, grid, model.stride)
    top, bottom = model.latent_dim * top_grid ** 2, model.latent_dim * grid ** 2
    widths = [pixels, *down, *further, top, *further[::-1], down[-1], bottom, *down[::-1], pixels]
    first = len(down) + len(further) + 1
    return widths, [first, first + len(further) + 2]
