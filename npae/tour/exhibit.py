"""What an exhibit of the tour is: a model, and what to say, measure and draw about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from ..models import Model
from ..models.stacked import UNLABELLED

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Plate:
    """One numbered figure of the page: its pictures, its caption, and a description for those who cannot see it."""

    title: str
    caption: str
    alt: str
    pictures: tuple[Figure, ...]
    wide: bool = False              # over the whole page, with the caption below instead of beside it


def nothing(model: Model, data: Any, quick: bool) -> dict[str, Any]:
    """The measurement of an exhibit that has no figure of its own."""
    return {}


def square(side: int) -> str:
    """Return "side × side", which no line breaks apart."""
    return f"{side}\u00a0×\u00a0{side}"


def some_labels(y: np.ndarray, count: int, seed: int) -> np.ndarray:
    """Return the labels with `count` of them kept, drawn at random, and -1 for none in the place of the others."""
    kept = np.random.default_rng(seed).permutation(len(y))[:count]
    labels = np.full(len(y), UNLABELLED)
    labels[kept] = y[kept]
    return labels


@dataclass(frozen=True)
class Exhibit:
    """A model, and what to say about it.

    title       its name in tables and figures, short
    idea        one paragraph of plain text
    equation    its loss, HTML (equations.py)
    build       returns the model, untrained; seed and progress are the tour's business
    remark      says one more thing that was measured, given the Result
    twin        hyperparameters of the small copy whose gradients are checked, besides narrow layers and a code of 3
    labels      how many of the training images have a label, for a model that learns from labels too
    measure     what else is found out, given the trained model, the data and whether the tour is quick; in `Result.found`
    plate       a figure of its own, given the Result and the data; without one the model is in the figures of all
    """

    title: str
    idea: str
    equation: str
    build: Callable[[], Model]
    remark: Callable[[Any], str]
    twin: Mapping[str, Any] = field(default_factory=dict)
    labels: int = 0
    measure: Callable[[Any, Any, bool], Mapping[str, Any]] = nothing
    plate: Callable[[Any, Any], Plate] | None = None
