"""The masks of a masked autoencoder: which connections are left, and so what each unit can see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure

from ..models import MaskedAutoencoder
from ..models.masked_network import MaskedNetwork
from ..plots import Arrow, GraphPanel, Node, graph_panels
from .initialized import initialized

MOST_COLUMNS = 5
PITCH, ROW, EDGE = 2.4, 0.85, 0.35       # inches


class Group(NamedTuple):
    """Units of one layer that are drawn as one box; members are their places in the layer."""

    text: str
    kind: str
    members: np.ndarray


def masks(model: MaskedAutoencoder, n_features: int | None = None) -> Figure:
    """Return the graph of a masked autoencoder, units that see the same columns in one box.

    Raises ValueError for more than 5 columns: nobody could follow their connections. TypeError for another model.
    """
    if not isinstance(model, MaskedAutoencoder):
        raise TypeError(f"masks draws a MaskedAutoencoder, got {type(model).__name__}")
    network = initialized(model, n_features)._network
    n = len(network.K)
    if n > MOST_COLUMNS:
        raise ValueError(f"masks draws at most {MOST_COLUMNS} columns of codes, this model has {n}: draw a smaller one")
    layers = _layers(network)
    height = ROW * max(map(len, layers))
    nodes = {f"{i} {j}": Node(group.text, 0.9 + PITCH * i, EDGE + (height + ROW * (len(groups) - 2 * j - 1)) / 2, group.kind,
                              1.35, 0.56)
             for i, groups in enumerate(layers) for j, group in enumerate(groups)}
    direct = "the direct connection obeys the same rule" if network.direct else "there is no direct connection"
    return graph_panels([GraphPanel("What the masks leave", nodes, _arrows(network, layers), 1.8 + PITCH * (len(layers) - 1),
                                    2 * EDGE + height, f"each slot is predicted from those before it; {direct}")])


def _arrows(network: MaskedNetwork, layers: Sequence[Sequence[Group]]) -> list[Arrow]:
    """Return an arrow wherever a mask lets any unit of one group reach any unit of another."""
    return [Arrow(f"{i} {j}", f"{i + 1} {k}")
            for i, (layer, before, after) in enumerate(zip(network.stack, layers, layers[1:]))
            for j, a in enumerate(before) for k, b in enumerate(after) if layer.mask[np.ix_(a.members, b.members)].any()]


def _layers(network: MaskedNetwork) -> list[list[Group]]:
    """Return the groups of the input, of every hidden layer, and of the output."""
    G, n = len(network.K) - len(network.slot_K), len(network.K)
    names = [f"g_{j}" for j in range(G)] + [f"c_{j}" for j in range(n - G)]
    of_input, of_output = np.repeat(np.arange(n), network.K), np.repeat(np.arange(n - G), network.slot_K)
    layers = [[Group(f"${name}$", "plain", np.flatnonzero(of_input == j)) for j, name in enumerate(names)]]
    seen = np.eye(n)[of_input]                                          # (units, n): which columns reach a unit
    for layer in network.stack[:-1]:
        seen = (layer.mask.T @ seen > 0) * 1.0
        kinds = sorted({tuple(row) for row in seen}, key=sum)
        layers.append([Group(f"{_sees(_listed(names, kind))}\n{len(found)} units", "network", found)
                       for kind in kinds for found in [np.flatnonzero((seen == kind).all(axis=1))]])
    seen = network.stack[-1].mask.T @ seen
    return [*layers, [Group(_conditional(f"c_{s}", _listed(names, seen[of_output == s][0])), "computed",
                            np.flatnonzero(of_output == s)) for s in range(n - G)]]


def _listed(names: Sequence[str], seen: Sequence[float]) -> str:
    shown = [name for name, reached in zip(names, seen) if reached]
    shown = shown if len(shown) < 4 else [shown[0], "\\ldots", shown[-1]]
    return "\\, ".join(shown)


def _sees(columns: str) -> str:
    return f"sees ${columns}$" if columns else "sees nothing"


def _conditional(name: str, given: str) -> str:
    return f"$p({name}\\,|\\,{given})$" if given else f"$p({name})$"
