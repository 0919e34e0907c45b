"""The architectures of the sources as drawings, made from the model itself where there is one.

    architecture(model)             any model, fitted or not yet initialized for n_features
    feed_forward(widths)            a feed-forward autoencoder drawn from its widths alone
    reparameterization()            the graph before and after, with the gradient that stops and the one that passes
    training_and_inference()        the variational autoencoder in training and in inference
    vector_quantization()           the nearest code, and the copy of the gradient past it
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.figure import Figure

from .plots import Arrow, Column, GraphPanel, Node, StackPanel, graph_panels, stack_panels

EPS, MU, SIGMA, HAT = "$\\varepsilon$", "$\\mu$", "$\\sigma$", "$\\hat{x}$"


def architecture(model: Any, n_features: int | None = None) -> Figure:
    """Return the drawing of a model: its layers with their sizes and activations, noise, tied weights, the loss's terms."""
    if not hasattr(model, "n_features_in_"):
        if n_features is None:
            raise ValueError("architecture needs n_features for a model that has not been initialized")
        model = type(model)(**model.get_params(deep=False)).initialize(n_features)
    columns = [*_input(model), *_encoder(model), *_decoder(model)]
    first, last = 0, len(columns) - 1
    links = [(first, last, f"{model.loss if hasattr(model, 'loss') else 'loss'}: the output is compared with the clean x")]
    if getattr(model, "tied", False):
        owners = [i for i, column in enumerate(columns) if column.weights]
        links.insert(0, (owners[0], owners[-1], "tied: the decoder uses the same weights, transposed"))
    terms = [name for name in _terms(model) if name not in ("loss", "reconstruction")]
    note = f"{model.theta.size:,} parameters" + (f"; further terms of the loss: {', '.join(terms)}" if terms else "")
    return stack_panels([StackPanel(type(model).__name__, columns, note, links)])


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


def _input(model: Any) -> list[Column]:
    n, corruption = model.n_features_in_, model._corruption() if hasattr(model, "_corruption") else None
    clean = Column("$x$", n, "data", "input")
    return [clean] if corruption is None else [clean, Column("$\\tilde{x}$", n, "data", "corrupted", noise=_short(corruption))]


def _encoder(model: Any) -> list[Column]:
    shapes, columns = model.params.shapes, []
    for i, layer in enumerate(model._encoder):
        is_code = i == len(model._encoder) - 1 and not hasattr(model, "_heads")
        columns.append(Column("$z$" if is_code else "", shapes[layer.bias][0], "code" if is_code else "hidden",
                              layer.activation.name, f"$W_{{{i + 1}}}$"))
    if hasattr(model, "_heads"):
        heads = [{"mu": MU, "logvar": "$\\log\\,\\sigma^2$"}.get(name, name) for name in model._heads]
        columns += [Column("q", model.latent_dim, "hidden", "two heads" if len(heads) == 2 else "heads", "$W$", heads),
                    Column("$z$", model.latent_dim, "code", f"{MU}+{SIGMA}{EPS}", noise=f"{EPS}~$N(0,I)$")]
    elif type(model).__name__ == "ProbabilisticAutoencoder":
        columns[-1] = Column("$f$", columns[-1].size, "hidden", columns[-1].below, columns[-1].weights)
        columns.append(Column("$z$", model.latent_dim, "code", f"$f$+{EPS}", noise=f"{EPS}~$N(0,I)$"))
    return columns


def _decoder(model: Any) -> list[Column]:
    columns, shapes, depth = [], model.params.shapes, len(model._encoder)
    for i, layer in enumerate(model._decoder):
        last = i == len(model._decoder) - 1
        weights = f"$W_{{{depth - i}}}^T$" if layer.transposed else f"$V_{{{i + 1}}}$"
        link = "" if layer.link is None else f", then {layer.link.name}"
        columns.append(Column(HAT if last else "", shapes[layer.bias][0], "data" if last else "hidden",
                              layer.activation.name + link.replace(", then ", "\n+ "), weights))
    return columns


def _terms(model: Any) -> list[str]:
    """Return the names of the terms of the loss."""
    named = list(model._named_penalties()) if hasattr(model, "_named_penalties") else []
    return named + (["kl"] if hasattr(model, "_heads") else ["code"] if hasattr(model, "code_weight") else [])


def _short(corruption: Any) -> str:
    return {"GaussianNoise": "Gaussian", "MaskingNoise": "masking", "SaltAndPepperNoise": "salt, pepper"}.get(
        type(corruption).__name__, "noise")


def reparameterization() -> Figure:
    """Return the graph before and after the trick of 000-(30), z = mu + sigma * eps (not in 000-(28): erratum E000-18)."""
    return graph_panels([_before(), _after()])


def training_and_inference() -> Figure:
    """Return the variational autoencoder in training and in inference."""
    return graph_panels([_training(), _inference()], beside=False)


def vector_quantization() -> Figure:
    """Return the vector-quantized autoencoder: forwards through the nearest code, backwards past it."""
    nodes = {"x": Node("$x$", 0.5, 1.5, "plain", 0.55), "encoder": Node("encoder", 1.65, 1.5, "network", 1.1, 0.5),
             "ze": Node("$z_e$", 2.95, 1.5, width=0.7), "zq": Node("$z_q=e_j$", 4.55, 1.5, width=1.05),
             "book": Node("codebook\n$e_1\\ldots e_K$", 4.55, 2.55, "plain", 1.25, 0.62),
             "decoder": Node("decoder", 6.0, 1.5, "network", 1.1, 0.5), "out": Node(HAT, 7.2, 1.5, "plain", 0.55),
             "nll": Node("$\\|x-\\hat{x}\\|^2$", 7.2, 0.45, "loss", 1.1),
             "pull": Node("$\\|sg[z_e]-z_q\\|^2$\n$+\\gamma\\|z_e-sg[z_q]\\|^2$", 3.75, 0.45, "loss", 1.9, 0.66)}
    arrows = [Arrow("x", "encoder"), Arrow("encoder", "ze"), Arrow("ze", "zq", "nearest", text_at=(3.68, 1.36)),
              Arrow("book", "zq"), Arrow("zq", "decoder"), Arrow("decoder", "out"), Arrow("out", "nll"), Arrow("ze", "pull"),
              Arrow("zq", "pull"),
              Arrow("decoder", "zq", gradient=True, bend=0.5), Arrow("zq", "ze", "copied", gradient=True, bend=0.55,
                                                                     text_at=(3.72, 2.12))]
    return graph_panels([GraphPanel("Vector quantization", nodes, arrows, 7.9, 3.1,
                                    "the nearest code has no derivative: the gradient of the decoder is copied past it")])


def _column(z: Node) -> dict[str, Node]:
    """The nodes that both forms share, from the input at the bottom to the loss at the top."""
    return {"x": Node("$x$", 2.4, 0.35, "plain", 0.6), "encoder": Node("encoder", 2.4, 1.3, "network"),
            "q": Node(f"{MU}$(x),\\;${SIGMA}$(x)$", 2.4, 2.25, width=1.3), "z": z,
            "decoder": Node("decoder", 2.4, 4.15, "network"), "nll": Node("$-\\log\\,p(x|z)$", 2.4, 5.1, "loss", 1.4),
            "kl": Node("KL$(q\\,||\\,p)$\nclosed form", 0.68, 2.25, "loss", 1.0, 0.62)}


FORWARD = [Arrow("x", "encoder"), Arrow("encoder", "q"), Arrow("q", "z"), Arrow("z", "decoder"), Arrow("decoder", "nll"),
           Arrow("q", "kl")]
BACK = [Arrow("nll", "decoder", gradient=True, bend=0.7), Arrow("decoder", "z", gradient=True, bend=0.7),
        Arrow("kl", "q", gradient=True, bend=0.32), Arrow("q", "encoder", gradient=True, bend=0.7)]


def _before() -> GraphPanel:
    z = Node(f"$z\\sim N(${MU}$,\\,${SIGMA}$^2)$", 2.4, 3.2, "random", 1.6, 0.54)
    stopped = Arrow("z", "q", gradient=True, blocked=True, bend=0.7)
    return GraphPanel("Before: a random node on the way", _column(z), [*FORWARD, *BACK, stopped], 4.3, 5.5,
                      "a draw has no derivative: the gradient stops at z", [(2.75, 1.78, "only from the KL")])


def _after() -> GraphPanel:
    z = Node(f"$z=${MU}$\\,+\\,${SIGMA}$\\,${EPS}", 2.4, 3.2, "computed", 1.4)
    nodes = {**_column(z), "eps": Node(f"{EPS}$\\sim N(0,I)$", 4.25, 3.2, "random", 1.25, 0.52)}
    passing = Arrow("z", "q", gradient=True, bend=0.7)
    return GraphPanel("After: the randomness is an input", nodes, [*FORWARD, *BACK, Arrow("eps", "z"), passing], 5.0, 5.5,
                      "z is computed: the gradient reaches the encoder",
                      [(2.62, 2.72, f"$dz/d${MU}$\\,=\\,1,\\;\\;dz/d${SIGMA}$\\,=\\,${EPS}"),
                       (2.75, 1.78, "from the KL and from the decoder")])


def _training() -> GraphPanel:
    nodes = {"x": Node("$x$", 0.5, 1.5, "plain", 0.55), "encoder": Node("encoder\n$q(z|x)$", 1.7, 1.5, "network", 1.1, 0.62),
             "q": Node(f"{MU}$,\\;${SIGMA}", 2.95, 1.5, width=0.75),
             "z": Node(f"$z=${MU}$\\,+\\,${SIGMA}$\\,${EPS}", 4.3, 1.5, width=1.25),
             "eps": Node(f"{EPS}$\\sim N(0,I)$", 4.3, 2.4, "random", 1.25, 0.5),
             "decoder": Node("decoder\n$p(x|z)$", 5.85, 1.5, "network", 1.1, 0.62),
             "out": Node(HAT, 7.15, 1.5, "plain", 0.55),
             "kl": Node(f"KL$(\\,N(${MU}$,\\,${SIGMA}$^2)\\,||\\,N(0,I)\\,)$", 2.95, 0.45, "loss", 2.2),
             "nll": Node("$-\\log\\,p(x|z)$", 5.5, 0.45, "loss", 1.5), "target": Node("$x$", 7.15, 0.45, "plain", 0.55)}
    arrows = [Arrow("x", "encoder"), Arrow("encoder", "q"), Arrow("q", "z"), Arrow("eps", "z"), Arrow("z", "decoder"),
              Arrow("decoder", "out"), Arrow("q", "kl"), Arrow("out", "nll"), Arrow("target", "nll")]
    return GraphPanel("Training", nodes, arrows, 7.8, 2.8, "the loss, minus the ELBO, is the sum of the two gray boxes",
                      [(4.35, 0.45, "+")])


def _inference() -> GraphPanel:
    nodes = {"z": Node("$z\\sim N(0,I)$", 4.3, 0.5, "random", 1.25, 0.5),
             "decoder": Node("decoder\n$p(x|z)$", 5.9, 0.5, "network", 1.1, 0.62),
             "out": Node("new $x$", 7.15, 0.5, "plain", 0.7)}
    return GraphPanel("Inference: sampling", nodes, [Arrow("z", "decoder"), Arrow("decoder", "out")], 7.8, 1.0,
                      "the encoder is left out: the prior takes the place of q(z|x)")
