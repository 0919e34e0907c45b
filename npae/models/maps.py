"""What the layers of a network map between, and the stacks that are built of them: an encoder, and a decoder that mirrors it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Union

from ..image_layers import ConvolutionalLayer
from ..layers import ACTIVATIONS
from ..network import Layer

Shapes = dict[str, tuple[int, ...]]


class AffineMap(NamedTuple):
    """From n inputs to h outputs."""

    n: int
    h: int

    def layer(self, name: str, activation: str, weight: str, back: bool, link: str | None) -> Layer:
        """Return the layer, or the one from h to n where `back`; it is the transposed one if another layer owns the weight."""
        shared = weight != f"{name}.W"
        return Layer(name, weight, f"{name}.b", ACTIVATIONS[activation], back and shared, ACTIVATIONS[link] if link else None)

    def weight_shape(self, back: bool) -> tuple[int, ...]:
        """Return the shape of the weights that the layer owns."""
        return (self.h, self.n) if back else (self.n, self.h)

    def bias_size(self, back: bool) -> int:
        """Return the number of biases."""
        return self.n if back else self.h


class ConvolutionMap(NamedTuple):
    """From images (c, side, side) to o channels of side / stride, with windows of side `kernel`."""

    c: int
    side: int
    o: int
    kernel: int
    stride: int

    @property
    def n(self) -> int:
        """The number of inputs."""
        return self.c * self.side ** 2

    @property
    def h(self) -> int:
        """The number of outputs."""
        return self.o * (self.side // self.stride) ** 2

    def layer(self, name: str, activation: str, weight: str, back: bool, link: str | None) -> Layer:
        """Return the layer, or the transposed convolution where `back`."""
        small = self.side // self.stride
        shape = (self.o, small, small) if back else (self.c, self.side, self.side)
        return ConvolutionalLayer(name, weight, f"{name}.b", ACTIVATIONS[activation], back,
                                  ACTIVATIONS[link] if link else None, shape, self.stride)

    def weight_shape(self, back: bool) -> tuple[int, ...]:
        """Return the shape of the kernels, the same in both directions."""
        return self.o, self.c, self.kernel, self.kernel

    def bias_size(self, back: bool) -> int:
        """Return the number of biases, one for each channel."""
        return self.c if back else self.o


Map = Union[AffineMap, ConvolutionMap]


def affine_maps(widths: Sequence[int]) -> list[Map]:
    """Return the maps between layers of these widths."""
    return [AffineMap(int(n), int(h)) for n, h in zip(widths, widths[1:])]


def encoder_stack(part: str, maps: Sequence[Map], activations: Sequence[str]) -> tuple[list[Layer], Shapes]:
    """Return the layers "part.0", "part.1", ... of these maps, in their order, and the shapes of their parameters."""
    layers, shapes = [], {}
    for i, (each, activation) in enumerate(zip(maps, activations)):
        name = f"{part}.{i}"
        layers.append(each.layer(name, activation, f"{name}.W", back=False, link=None))
        shapes[f"{name}.W"], shapes[f"{name}.b"] = each.weight_shape(False), (each.bias_size(False),)
    return layers, shapes


def decoder_stack(part: str, maps: Sequence[Map], activations: Sequence[str], link: str | None = None,
                  tied_to: str | None = None) -> tuple[list[Layer], Shapes]:
    """Return the stack that leads back: the maps in the opposite order, each the other way round.

    link: of the last layer. tied_to: the part whose layers' weights are used, "encoder".
    """
    layers: list[Layer] = []
    shapes: Shapes = {}
    for i, (each, activation) in enumerate(zip(reversed(maps), activations)):
        name, mirrored = f"{part}.{i}", len(maps) - 1 - i
        weight = f"{name}.W" if tied_to is None else f"{tied_to}.{mirrored}.W"
        layers.append(each.layer(name, activation, weight, back=True, link=link if mirrored == 0 else None))
        if tied_to is None:
            shapes[weight] = each.weight_shape(True)
        shapes[f"{name}.b"] = (each.bias_size(True),)
    return layers, shapes
