"""A model as text: architecture, objective, training."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..image_layers import ConvolutionalLayer
from ..network import Layer


def architecture(model: Any) -> str:
    """Return the sizes of a fitted (or initialized) model's layers from input to output, and its parameters, as one line.

    "64-32-8-32-64, 4,744 parameters"; images are channels x height x width, "1x8x8-32x4x4-8-32x4x4-1x8x8"; codes that are chosen
    from a codebook are counted, "4 codes of 64". Raises NotFittedError before there are layers.
    """
    size = model.theta.size
    chosen = [f"{each.S} {each.level} codes of {each.K}".replace("  ", " ") for each in getattr(model, "_quantizers", ())]
    return ", ".join(["-".join(_sizes(model)), *chosen, f"{size:,} parameters"])


def _sizes(model: Any) -> list[str]:
    """Return the size of the input and of every layer's output; of a model on two levels, from the input to the upper codes."""
    if hasattr(model, "_network"):          # of masked layers
        masks = [layer.mask for layer in model._network.stack]
        return [str(size) for size in (masks[0].shape[0], *(mask.shape[1] for mask in masks))]
    if hasattr(model, "_stacks"):
        layers = [*model._stacks["encoder.bottom"], *model._stacks["encoder.top"]]
        return [_input(model, layers), *_outputs(model, layers)]
    code = [str(model.latent_dim)] if hasattr(model, "_heads") else []
    return [_input(model, model._encoder), *_outputs(model, model._encoder), *code, *_outputs(model, model._decoder)]


def _input(model: Any, layers: Sequence[Layer]) -> str:
    """Return the size of the input of a model that begins with these layers."""
    if layers and isinstance(layers[0], ConvolutionalLayer):
        return "x".join(map(str, layers[0].shape))
    return str(model.n_features_in_)


def _outputs(model: Any, layers: Sequence[Layer]) -> list[str]:
    return [_output(layer, layer.bias_size(model.params)) for layer in layers]


def _output(layer: Layer, units: int) -> str:
    if not isinstance(layer, ConvolutionalLayer):
        return str(units)
    _, height, width = layer.shape
    sides = (height * layer.stride, width * layer.stride) if layer.transposed else (height // layer.stride, width // layer.stride)
    return "x".join(map(str, (units, *sides)))


def summarize(model: Any) -> str:
    """Return a few lines that say what the model is, how large, and how far it has been trained."""
    lines = [repr(model)]
    if not hasattr(model, "n_features_in_"):
        return lines[0] + "\n  not fitted"
    shapes = model.params.shapes
    widest = max(map(len, shapes))
    lines += [f"  {name:<{widest}}  {' x '.join(map(str, shape)):>12}" for name, shape in shapes.items()]
    lines.append(f"  {model.theta.size:,} parameters in {model.params.dtype}")
    epochs = len(model.history_.get("loss", []))
    if epochs:
        last = ", ".join(f"{name} {values[-1]:.6g}" for name, values in {**model.history_, **model.metrics_}.items()
                         if name != "seconds")
        lines.append(f"  {epochs} epochs in {sum(model.history_['seconds']):.2f} s: {last}")
    return "\n".join(lines + model._diagnostics())
