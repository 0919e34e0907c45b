"""An erratum of a source document, or a fact that belongs to it, with a numerical proof that is run here.

A proof is a function without arguments. It returns comparisons: a quantity, its true value found in an independent way (an
integral, an explicit Jacobian, brute force, a fixed-seed simulation), what the corrected statement gives, and what the
printed one gives. The corrected one agrees with the truth; the printed one does not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ..derivations import Step
from ..derivations.step import residual
from .show import show

VISIBLE = 1e-3      # what is called different differs by more, relative to its size

SEVERITIES = {
    "W": "wrong mathematics", "M": "misleading or false as prose", "T": "typo or notation",
    "verified": "verified", "fact": "a fact to know", "convention": "a convention to know"}


@dataclass(frozen=True)
class Comparison:
    """See the fields.

    quantity    what is compared
    by          how the truth was found
    truth       a number, an array or an Estimate
    correct     what the corrected statement gives
    printed     what the printed statement gives; a string says why it gives nothing; None where none is printed
    tolerance   of the corrected against the truth, relative
    relation    "=": the truth is `correct`; "<=", ">=": it is at most, or at least, `correct`
    """

    quantity: str
    by: str
    truth: Any
    correct: Any
    printed: Any = None
    tolerance: float = 1e-9
    relation: str = "="

    @property
    def residual(self) -> float:
        """How far the corrected statement is from the truth, relative."""
        return residual(self.truth, self.correct, self._step).value

    @property
    def holds(self) -> bool:
        """Whether the corrected statement agrees with the truth."""
        return residual(self.truth, self.correct, self._step).holds

    @property
    def refutes(self) -> bool:
        """Whether the printed statement disagrees with the truth."""
        if self.printed is None:
            return False
        return isinstance(self.printed, str) or not residual(self.truth, self.printed, Step("", "", "", "=", VISIBLE)).holds

    def markdown_row(self) -> str:
        """Return the comparison as a row of a table: quantity, truth, by, corrected, printed."""
        relation = "" if self.relation == "=" else self.relation + " "
        printed = "" if self.printed is None else show(self.printed)
        cells = (self.quantity, show(self.truth), self.by, relation + show(self.correct), printed)
        return "| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |"

    @property
    def _step(self) -> Step:
        return Step("", "", "", self.relation, self.tolerance)


Proof = Callable[[], Sequence[Comparison]]


@dataclass(frozen=True)
class Erratum:
    """See the fields.

    id          "E000-21"
    where       the equation or the place in the document
    printed     what stands there, in short
    correct     what should
    severity    a key of SEVERITIES
    proof       the numbers; None where there is nothing to compute
    why         the reason, or what the numbers show
    """

    id: str
    where: str
    printed: str
    correct: str
    severity: str
    proof: Proof | None = None
    why: str = ""

    def __post_init__(self) -> None:
        if self.severity not in SEVERITIES:
            raise ValueError(f"severity must be one of {', '.join(SEVERITIES)}, got {self.severity!r}")

    def __repr__(self) -> str:
        return f"Erratum({self.id!r}, printed: {self.printed}; correct: {self.correct})"

    @property
    def document(self) -> str:
        """The number of the document, "000"."""
        return self.id[1:4]

    @property
    def holds(self) -> bool:
        """Whether the corrected statement agrees with the truth in every comparison, and the printed one in none."""
        return self.proof is None or all(
            comparison.holds and (comparison.printed is None or comparison.refutes) for comparison in self.proof())

    def _repr_markdown_(self) -> str:
        head = f"**{self.id}** (document {self.document}, {self.where}; {SEVERITIES[self.severity]})."
        printed = [f"Printed: `{self.printed}`  "] if self.printed else []
        lines = [head, "", *printed, f"Correct: `{self.correct}`", "", self.why]
        if self.proof:
            lines += ["", "| quantity | truth | by | corrected | printed |", "|:---|---:|:---|---:|---:|"]
            lines += [comparison.markdown_row() for comparison in self.proof()]
        return "\n".join(lines)


def refusal(function: Callable[[], Any]) -> str:
    """Return why a printed form cannot be evaluated; what can be is no refusal and raises."""
    try:
        value = function()
    except (ValueError, TypeError, IndexError) as error:
        return f"{type(error).__name__}: {str(error).splitlines()[0]}"
    raise AssertionError(f"this can be evaluated, it gives {value!r}")
