"""A row of the index: one displayed equation of a source document, what is right, where the package has it, and the proof."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from .claim import Claim

VERDICTS = ("right", "wrong", "typo")


@dataclass(frozen=True)
class Equation:
    """See the fields.

    id              "000-(41)": the document and the number or place of the equation in it
    says            the formula as it stands there, and what it is about
    verdict         "right", "wrong" (false with the meaning that the document gives its symbols), "typo" (what is meant is
                    right)
    correct         the right form, where it is another
    objects         the objects of the package that implement it
    missing         what the package does not have of it, and why
    derivations     the names of the derivations that lead to it
    claims          what is evaluated: the proof of this very row
    errata          the errata that belong to it
    """

    id: str
    says: str
    verdict: str
    claims: Sequence[Claim]
    correct: str = ""
    objects: Sequence[str] = ()
    missing: str = ""
    derivations: Sequence[str] = ()
    errata: Sequence[str] = ()

    def __post_init__(self) -> None:
        if self.verdict not in VERDICTS:
            raise ValueError(f"verdict must be one of {VERDICTS}, got {self.verdict!r}")

    def __repr__(self) -> str:
        return f"Equation({self.id!r}, {self.verdict}: {self.says})"

    @property
    def document(self) -> str:
        """The number of the document, "000"."""
        return self.id[:3]

    @property
    def worst(self) -> float:
        """The largest residual of its claims; infinite where one fails, or where what is printed wrongly holds."""
        found = [residual for claim in self.claims for residual in claim.check()]
        proven = all(residual.holds for residual in found) and all(claim.refutes for claim in self.claims if claim.printed)
        return max(residual.value for residual in found) if proven else math.inf

    @property
    def holds(self) -> bool:
        """Whether every claim holds, and what is printed wrongly does not."""
        return self.worst < math.inf

    def _repr_markdown_(self) -> str:
        lines = [f"**{self.id}**: `{self.says}` ({self.verdict})"]
        lines += ["", f"Correct: `{self.correct}`"] if self.correct else []
        lines += ["", "In the package: " + ", ".join(f"`{name}`" for name in self.objects)] if self.objects else []
        lines += ["", "Errata: " + ", ".join(self.errata)] if self.errata else []
        return "\n".join(lines)
