r"""Classification on codes: how many labels do codes spare?

The encoder learns from all examples without labels; then a simple classifier learns from the few that have one. Two classifiers
that ask different questions: the linear probe, a softmax regression, whether classes can be parted by planes; the k nearest
neighbours, whether what is near is alike. Both get the codes on one scale (code_scale.py).

What has to be chosen, the decay of the probe and the number of neighbours, is chosen for every set of codes by its accuracy on
validation examples; the test examples are looked at once. Both baselines go through the same function: PCA of as many
components, and the examples themselves (None in place of a model).

What to expect. A code adds nothing to what the pixels say, it only says it in fewer numbers and, with luck, more openly. With few
labels that can be the difference between learning and not; with many, a classifier finds its own way through the pixels, and
whatever the code has left out can only be missed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ..validation import (
    Seed,
    as_array,
    check_integer,
    check_mapping,
    check_matrix,
    check_model,
    check_random_state,
    check_sequence,
)
from .code_scale import codes_of, on_one_scale
from .neighbours import majority, nearest
from .softmax_regression import SoftmaxRegression

DECAYS = (1e-3, 1e-2, 1e-1)
NEIGHBOURS = (1, 3, 5, 9)
ITERATIONS = 150        # of the probe: what is left to gain then changes no prediction


class Examples(NamedTuple):
    """Labelled examples: X (m, n), y (m,)."""

    X: Any
    y: Any


class Accuracy(NamedTuple):
    """Share of examples that a classifier names rightly, and its choice, the best on the validation examples."""

    test: float
    validation: float
    choice: float           # the decay, or the number of neighbours


class CodeAccuracy(NamedTuple):
    """What two classifiers make of the same codes."""

    linear: Accuracy
    neighbours: Accuracy


def classify_codes(models: Mapping[str, Any], train: Examples, validation: Examples, test: Examples,
                   n_labels: Sequence[int], random_state: Seed = None) -> dict[str, dict[int, CodeAccuracy]]:
    """Return the accuracies of both classifiers by model and by number of labels.

    models    fitted, by name: anything with `transform`; None for X itself
    n_labels  how many labels of `train` are known, as many of each class as can be (`label_order`). One random_state is one draw:
              all models get the same labels, and more labels include the fewer. Means over several draws say more
    """
    parts = [_checked(part, name) for part, name in zip((train, validation, test), ("train", "validation", "test"))]
    check_mapping(models, "models", "fitted models by name")
    for name, model in models.items():
        if model is not None:
            check_model(model, "transform", name=f"models[{name!r}]")
    check_sequence(n_labels, "n_labels", "numbers such as (50, 100)")
    rows = label_order(parts[0].y, random_state)
    for index, n in enumerate(n_labels):
        check_integer(n, f"n_labels[{index}]", 2, len(rows))
    found: dict[str, dict[int, CodeAccuracy]] = {}
    for name, model in models.items():
        codes = on_one_scale(*(codes_of(model, part.X) for part in parts))
        coded = [Examples(z, part.y) for z, part in zip(codes, parts)]
        found[name] = {int(n): _accuracies(Examples(codes[0][rows[:n]], parts[0].y[rows[:n]]), *coded[1:]) for n in n_labels}
    return found


def label_order(y: ArrayLike, random_state: Seed = None) -> np.ndarray:
    """Return the rows of the labels y (m,) in an order in which the classes take turns, each at random within itself, (m,)."""
    labels, rng = as_array(y, "y"), check_random_state(random_state)
    if labels.ndim != 1 or not len(labels):
        raise ValueError(f"y must hold one label for each example, got shape {labels.shape}")
    shuffled = rng.permutation(len(labels))
    turn = np.empty(len(labels), dtype=np.intp)         # the how many-th of its class a row is, in the shuffled order
    for label in np.unique(labels):
        own = shuffled[labels[shuffled] == label]
        turn[own] = np.arange(len(own))
    return shuffled[np.argsort(turn[shuffled], kind="stable")]


def _accuracies(known: Examples, validation: Examples, test: Examples) -> CodeAccuracy:
    probes = [SoftmaxRegression(decay=decay, max_iterations=ITERATIONS).fit(*known) for decay in DECAYS]
    linear = [Accuracy(probe.score(*test), probe.score(*validation), probe.decay) for probe in probes]
    numbers = [k for k in NEIGHBOURS if k <= len(known.y)]
    votes = [known.y[nearest(known.X, part.X, numbers[-1])] for part in (test, validation)]
    shares = [[float(np.mean(majority(vote[:, :k]) == part.y)) for k in numbers] for vote, part in zip(votes, (test, validation))]
    neighbours = [Accuracy(*triple) for triple in zip(*shares, numbers)]
    return CodeAccuracy(*(max(tried, key=lambda accuracy: accuracy.validation) for tried in (linear, neighbours)))


def _checked(part: Examples, name: str) -> Examples:
    if not (isinstance(part, tuple) and len(part) == 2):
        raise TypeError(f"{name} must be Examples(X, y), got {part!r}")
    X, labels = check_matrix(part[0], f"{name}.X"), as_array(part[1], f"{name}.y")
    if labels.shape != (len(X),):
        raise ValueError(f"{name} must hold one label for each of its {len(X)} examples, got shape {labels.shape}")
    return Examples(X, labels)
