"""Vector quantization as a graph: one codebook, and the model with two of them."""

from __future__ import annotations

from matplotlib.figure import Figure

from ..models import HierarchicalVectorQuantizedAutoencoder
from ..plots import Arrow, GraphPanel, Node, graph_panels
from .variational import HAT


def vector_quantization() -> Figure:
    """Return the vector-quantized autoencoder: forwards through the nearest code, backwards past it."""
    nodes = {"x": Node("$x$", 0.5, 1.5, "plain", 0.55), "encoder": Node("encoder", 1.65, 1.5, "network", 1.1, 0.5),
             "z": Node("$z$", 2.95, 1.5, width=0.7), "q": Node("$q=e_j$", 4.55, 1.5, width=1.05),
             "book": Node("codebook\n$e_1\\ldots e_K$", 4.55, 2.55, "plain", 1.25, 0.62),
             "decoder": Node("decoder", 6.0, 1.5, "network", 1.1, 0.5), "out": Node(HAT, 7.2, 1.5, "plain", 0.55),
             "nll": Node("$\\|x-\\hat{x}\\|^2$", 7.2, 0.45, "loss", 1.1),
             "pull": Node("$\\|e_j-sg[z]\\|^2$\n$+\\beta\\,\\|z-sg[e_j]\\|^2$", 3.75, 0.45, "loss", 1.9, 0.66)}
    arrows = [Arrow("x", "encoder"), Arrow("encoder", "z"), Arrow("z", "q", "nearest", text_at=(3.68, 1.36)),
              Arrow("book", "q"), Arrow("q", "decoder"), Arrow("decoder", "out"), Arrow("out", "nll"), Arrow("z", "pull"),
              Arrow("q", "pull"), Arrow("decoder", "q", gradient=True, bend=0.5),
              Arrow("q", "z", "copied", gradient=True, bend=0.55, text_at=(3.72, 2.12))]
    return graph_panels([GraphPanel("Vector quantization", nodes, arrows, 7.9, 3.1,
                                    "the nearest code has no derivative: the gradient of the decoder is copied past it")])


def two_levels(model: HierarchicalVectorQuantizedAutoencoder, title: str, note: str) -> GraphPanel:
    """Return the model with a codebook on each of two grids; h and t have the shape of the bottom grid."""
    top, bottom = model._quantizers
    grid = f"{model.channels[-1]}\u00d7" + "\u00d7".join(2 * [str(round(bottom.S ** 0.5))])
    low, high = 0.95, 3.0
    nodes = {"x": Node("$x$", 0.5, low, "plain", 0.55), "down": Node("encoder.bottom", 1.75, low, "network", 1.4, 0.5),
             "h": Node(f"$h$\n{grid}", 3.3, low, width=0.95, height=0.62),
             "up": Node("encoder.top", 3.3, high, "network", 1.25, 0.5),
             "top": Node(f"{top.S} codes $q_t$", 5.3, high, width=1.25),
             "wide": Node("decoder.top", 7.3, high, "network", 1.25, 0.5),
             "t": Node(f"$t$\n{grid}", 7.3, 2.05, width=0.95, height=0.62),
             "joint": Node("encoder.joint", 5.05, low, "network", 1.3, 0.5),
             "bottom": Node(f"{bottom.S} codes $q_b$", 7.3, low, width=1.25),
             "back": Node("decoder.bottom", 9.2, low, "network", 1.4, 0.5), "out": Node(HAT, 10.45, low, "plain", 0.55),
             "loss": Node(model.loss, 10.45, 2.05, "loss", 0.7)}
    arrows = [Arrow(start, end) for start, end in (
        ("x", "down"), ("down", "h"), ("h", "up"), ("top", "wide"), ("wide", "t"), ("h", "joint"), ("t", "joint"), ("t", "back"),
        ("bottom", "back"), ("back", "out"), ("out", "loss"))]
    for start, end, quantizer, x, y, up in (("up", "top", top, 4.3, high, 1), ("joint", "bottom", bottom, 6.19, low, -1)):
        arrows += [Arrow(start, end, f"nearest\nof {quantizer.K}", text_at=(x, y - 0.22 * up)),
                   Arrow(end, start, "copied", gradient=True, bend=0.35 * up, text_at=(x, y + 0.47 * up))]
    return GraphPanel(title, nodes, arrows, 10.95, 3.6, note)
