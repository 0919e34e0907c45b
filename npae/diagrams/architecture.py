"""A model as a row of columns, one for each layer; two levels of codes as a graph."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.figure import Figure

from ..image_layers import ConvolutionalLayer
from ..models import HierarchicalVectorQuantizedAutoencoder, MaskedAutoencoder, ProbabilisticAutoencoder
from ..network import Layer
from ..plots import Column, StackPanel, graph_panels, stack_panels
from .initialized import initialized
from .quantization import two_levels
from .variational import EPS, HAT, MU, SIGMA


def architecture(model: Any, n_features: int | None = None) -> Figure:
    """Return the drawing of a model: its layers with their sizes and activations, noise, tied weights, the loss's terms."""
    model = initialized(model, n_features)
    name, note = type(model).__name__, _note(model)
    if isinstance(model, HierarchicalVectorQuantizedAutoencoder):
        return graph_panels([two_levels(model, name, note)])
    if isinstance(model, MaskedAutoencoder):
        return stack_panels([StackPanel(name, _masked(model), note, _links_of_masked(model))])
    columns = [*_input(model), *_encoder(model), *_decoder(model)]
    first, last = 0, len(columns) - 1
    links = [(first, last, f"{model.loss if hasattr(model, 'loss') else 'loss'}: the output is compared with the clean x")]
    if getattr(model, "tied", False):
        owners = [i for i, column in enumerate(columns) if column.weights]
        links.insert(0, (owners[0], owners[-1], "tied: the decoder uses the same weights, transposed"))
    return stack_panels([StackPanel(name, columns, note, links)])


def feed_forward(widths: Sequence[int], activation: str = "") -> Figure:
    """Return the drawing of a feed-forward autoencoder with these widths, the narrowest one being the code."""
    if len(widths) < 3:
        raise ValueError(f"widths must hold at least input, code and output, got {list(widths)}")
    code = min(range(1, len(widths) - 1), key=lambda i: widths[i])
    names = {0: "$x$", code: "$z$", len(widths) - 1: HAT}
    kinds = {0: "data", code: "code", len(widths) - 1: "data"}
    columns = [Column(names.get(i, ""), n, kinds.get(i, "hidden"), activation if 0 < i < len(widths) - 1 else "",
                      f"$W_{{{i}}}$" if i else "") for i, n in enumerate(widths)]
    return stack_panels([StackPanel("Feed-forward autoencoder", columns, "the code is a bottleneck: narrower than the input"
                                    if widths[code] < widths[0] else
                                    "the code is no bottleneck: something else must keep it from copying")])


# ---- columns ----------------------------------------------------------------------------------------------------------------

def _input(model: Any) -> list[Column]:
    n, corruption = model.n_features_in_, model._corruption() if hasattr(model, "_corruption") else None
    first = next(iter(model._encoder), None)
    shape = _by_side(*first.shape[:2]) if isinstance(first, ConvolutionalLayer) else ""
    clean = Column("$x$", n, "data", _lines("input", shape))
    return [clean] if corruption is None else [clean, Column("$\\tilde{x}$", n, "data", "corrupted", noise=_short(corruption))]


def _encoder(model: Any) -> list[Column]:
    columns = [_column(model, layer, f"$W_{{{i + 1}}}$") for i, layer in enumerate(model._encoder)]
    if hasattr(model, "_heads"):
        heads = [{"mu": MU, "logvar": "$\\log\\,\\sigma^2$"}.get(name, name) for name in model._heads]
        return [*columns, Column("q", model.latent_dim, "hidden", "two heads" if len(heads) == 2 else "heads", "$W$", heads),
                Column("$z$", model.latent_dim, "code", f"{MU}+{SIGMA}{EPS}", noise=f"{EPS}~$N(0,I)$")]
    last = columns.pop()
    if isinstance(model, ProbabilisticAutoencoder):
        return [*columns, _named(last, "$f$", "hidden"),
                Column("$z$", model.latent_dim, "code", f"$f$+{EPS}", noise=f"{EPS}~$N(0,I)$")]
    if hasattr(model, "_quantizers"):
        quantizer, = model._quantizers
        below = f"{quantizer.S} codes\nof length {quantizer.k}"
        return [*columns, _named(last, "$z$", "hidden"),
                Column("$q$", last.size, "code", below, f"$E$\nnearest\nof {quantizer.K}")]
    return [*columns, _named(last, "$z$", "code")]


def _decoder(model: Any) -> list[Column]:
    columns, depth = [], len(model._encoder)
    for i, layer in enumerate(model._decoder):
        weights = f"$V_{{{i + 1}}}$" if layer.owns_weight else f"$W_{{{depth - i}}}^T$"
        columns.append(_column(model, layer, weights, "" if layer.link is None else f"+ {layer.link.name}"))
    return [*columns[:-1], _named(columns[-1], HAT, "data")]


def _masked(model: MaskedAutoencoder) -> list[Column]:
    network, (hidden, last) = model._network, (model._network.stack[:-1], model._network.stack[-1])
    columns = [Column("$v$", int(network.K.sum()), "data", f"{len(network.K)} codes,\none-hot")]
    columns += [Column("", layer.mask.shape[1], "hidden", layer.activation.name, f"$W_{{{i + 1}}}*M_{{{i + 1}}}$")
                for i, layer in enumerate(hidden)]
    return [*columns, Column("$o$", last.mask.shape[1], "data", f"{len(network.slot_K)} slots,\nsoftmax", "$V*M$")]


def _links_of_masked(model: MaskedAutoencoder) -> list[tuple[int, int, str]]:
    end = len(model._network.stack)
    direct = [(0, end, "direct connection, masked")] if model.direct else []
    return [*direct, (0, end, "loss: -log p of the codes")]


def _column(model: Any, layer: Layer, weights: str, link: str = "") -> Column:
    """Return a layer as a column; below a convolution stands the shape of its picture, on the way to it its kernel."""
    units = model.params.shapes[layer.bias][0]
    if not isinstance(layer, ConvolutionalLayer):
        return Column("", units, "hidden", _lines(layer.activation.name, link), weights)
    side = layer.shape[1] * layer.stride if layer.transposed else layer.shape[1] // layer.stride
    kernel = model.params.shapes[layer.weight][-1]
    return Column("", units * side ** 2, "hidden", _lines(layer.activation.name, link, _by_side(units, side)),
                  _lines(weights, f"{kernel}\u00d7{kernel}", f"step {layer.stride}" if layer.stride > 1 else ""))


def _named(column: Column, name: str, kind: str) -> Column:
    return Column(name, column.size, kind, column.below, column.weights)


# ---- words ------------------------------------------------------------------------------------------------------------------

def _note(model: Any) -> str:
    """Return the number of parameters and what else the loss contains."""
    terms = list(model._named_penalties())
    terms += ["weight_decay"] * bool(model.weight_decay and "weight_decay" not in terms)
    terms += ["kl"] if hasattr(model, "_heads") else ["code"] if hasattr(model, "code_weight") else []
    for quantizer in getattr(model, "_quantizers", []):
        terms += [quantizer.named("codebook")] * quantizer.by_gradient + [quantizer.named("commitment")]
    facts = [f"{model.theta.size:,} parameters", *([f"further terms of the loss: {', '.join(terms)}"] if terms else [])]
    if hasattr(model, "_quantizers"):
        facts.append("gradients are copied past the choice of a code")
    if isinstance(model, MaskedAutoencoder):
        facts.append("the output for a slot has seen the slots before it, and not the slot itself")
    return "; ".join(facts)


def _by_side(channels: int, side: int) -> str:
    return f"{channels}\u00d7{side}\u00d7{side}"


def _lines(*parts: str) -> str:
    return "\n".join(filter(None, parts))


def _short(corruption: Any) -> str:
    return {"GaussianNoise": "Gaussian", "MaskingNoise": "masking", "SaltAndPepperNoise": "salt, pepper"}.get(
        type(corruption).__name__, "noise")
