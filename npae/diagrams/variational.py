"""The reparameterization before and after, and the variational autoencoder in training and in inference."""

from __future__ import annotations

from matplotlib.figure import Figure

from ..plots import Arrow, GraphPanel, Node, graph_panels

EPS, MU, SIGMA, HAT = "$\\varepsilon$", "$\\mu$", "$\\sigma$", "$\\hat{x}$"


def reparameterization() -> Figure:
    """Return the graph before and after the trick of 000-(30), z = mu + sigma * eps (not in 000-(28): erratum E000-18)."""
    return graph_panels([_before(), _after()])


def training_and_inference() -> Figure:
    """Return the variational autoencoder in training and in inference."""
    return graph_panels([_training(), _inference()], beside=False)


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
