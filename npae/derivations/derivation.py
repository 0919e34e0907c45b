"""A derivation: steps in a common set of names, drawn at random, and what they lead to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from .render import markdown
from .step import Residual, Step, residual
from .vocabulary import VOCABULARY

POINTS = 3


@dataclass(frozen=True)
class Derivation:
    """See the fields.

    name        as `npae derive` knows it, "gaussian-kl"
    title       what is derived, in a few words
    key         the names of the expressions and what they mean, with shapes
    draw        draw(rng) -> values for the names, at a random point of random shape; functions are values too
    steps       in order; a step with the relation "" begins a new chain
    leads_to    the objects of the package that the last steps are, "npae.penalties.gaussian_kl"
    sources     the equations of the source documents that this proves or corrects, "000-(41)"
    """

    name: str
    title: str
    key: str
    draw: Callable[[np.random.Generator], Mapping[str, Any]]
    steps: Sequence[Step]
    leads_to: Sequence[str] = ()
    sources: Sequence[str] = ()
    seed: int = 0

    def values(self, point: Mapping[str, Any], codes: Mapping[int, str] | None = None) -> list[Any]:
        """Return the value of every step at a point; `codes` replaces the expressions of some steps."""
        names = {**VOCABULARY, **point}
        with np.errstate(all="ignore"):         # what is not finite does not hold, which is all that matters here
            return [eval(compile((codes or {}).get(i, step.code).strip(), f"<{self.name}, step {i + 1}>", "eval"), names)
                    for i, step in enumerate(self.steps)]

    def check(self, codes: Mapping[int, str] | None = None, points: int = POINTS) -> list[Residual]:
        """Return the residual of every step, the worst of several random points."""
        found = []
        for i in range(points):
            values = self.values(self.draw(np.random.default_rng([self.seed, i])), codes)
            found.append([residual(before, after, step) for before, after, step in zip([None, *values], values, self.steps)])
        return [max(of_step, key=_margin) for of_step in zip(*found)]

    def chains(self, first: int, last: int, title: str = "", key: str = "") -> Derivation:
        """Return the part from chain `first` to chain `last`, counted from 1, for a page that goes through it piece by piece."""
        starts = [i for i, step in enumerate(self.steps) if not step.relation] + [len(self.steps)]
        return replace(self, title=title or self.title, key=key, steps=self.steps[starts[first - 1]:starts[last]], leads_to=())

    @property
    def holds(self) -> bool:
        """Whether every step holds at every point tried."""
        return all(found.holds for found in self.check())

    def __repr__(self) -> str:
        return f"Derivation({self.name!r}, {len(self.steps)} steps: {self.title})"

    def _repr_markdown_(self) -> str:
        return markdown(self)


def _margin(found: Residual) -> float:
    return found.value - found.allowed if np.isfinite(found.value) else np.inf
