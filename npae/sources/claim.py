"""A claim about numbers that a displayed equation makes: two or more expressions that agree at random points.

It is evaluated as a derivation is, with the same words and the same residuals. Where the document is wrong, `printed` is
what it says instead of the last expression: that one must *not* agree.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..derivations import Derivation, Residual, Step
from ..derivations.derivation import POINTS

Draw = Callable[[np.random.Generator], Mapping[str, Any]]
CANNOT_BE_EVALUATED = (ValueError, TypeError, IndexError)


@dataclass(frozen=True)
class Claim:
    """See the fields; `claim` is the shorter way to write one.

    draw        draw(rng) -> values for the names of the expressions; its docstring says what they mean
    sides       expressions; all agree
    printed     what the document has in place of the last one, where it is wrong
    tolerance   relative; 1e-10 for what is exact, looser where an expression is an integral or a numerical derivative
    relation    between the last two sides
    """

    draw: Draw
    sides: tuple[str, ...]
    printed: str = ""
    tolerance: float = 1e-10
    relation: str = "="

    def check(self, points: int = POINTS, codes: Mapping[int, str] | None = None) -> list[Residual]:
        """Return the residual of every side but the first, the worst of several random points."""
        return self._derivation(self.sides).check(codes, points)[1:]

    @property
    def holds(self) -> bool:
        """Whether all sides agree at every point tried."""
        return all(found.holds for found in self.check())

    def check_printed(self) -> Residual | str:
        """Return the residual of what is printed against the first side, or why it cannot be evaluated."""
        try:
            return self._derivation((self.sides[0], self.printed)).check()[-1]
        except CANNOT_BE_EVALUATED as error:
            return str(error).splitlines()[0]

    @property
    def refutes(self) -> bool:
        """Whether what is printed does not hold."""
        found = self.check_printed()
        return isinstance(found, str) or not found.holds

    def _derivation(self, sides: tuple[str, ...]) -> Derivation:
        relations = ["", *["="] * (len(sides) - 2), self.relation]
        return Derivation("claim", "", "", self.draw, [Step("", side, "", relation, self.tolerance)
                                                       for side, relation in zip(sides, relations)])


def claim(draw: Draw, *sides: str, printed: str = "", tolerance: float = 1e-10, relation: str = "=") -> Claim:
    """Return the claim that all sides agree, at points that `draw` draws."""
    return Claim(draw, sides, printed, tolerance, relation)
