"""What a gradient check has to say: rows (one for each tensor), findings (facts with stable codes), one verdict.

Every code is listed, with its title, in codes.py. A finding is a numerical fact that was tested. G means fail, M too (a
known misconception of an exercise, simulated), U means that nothing can be said, K is for information.

The same content in four forms: `table()` for a terminal, `_repr_html_` (html.py) for a notebook, `to_json()` for
programs, and two figures (figures.py).
"""

from __future__ import annotations

import json
import math
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from .codes import title

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from .claims import Claim

WIDTH, MOST_LINES, INDENT = 100, 8, " " * 6         # of one finding in a terminal
HEADER = ("tensor", "error", "tolerance", "worst entry", "got", "expected", "reference", "kinks", "verdict")
VERDICTS = {"G": "fail", "M": "fail", "U": "untrusted", "K": "kink"}       # the first letter that occurs decides


@dataclass(frozen=True)
class Finding:
    """A fact about one tensor or argument (tensor is its name), with a stable code.

    message    the fact, in one line
    evidence   further facts, each a line: the identity with its numbers, the worst entry
    question   what to think about; never the solution
    factor     where the fact is a factor, its value
    worst      index of the entry that differs most, () where there is none
    equation   the numbered equation that the line belongs to, "affine (3)", "" where unknown
    """

    code: str
    tensor: str
    message: str
    evidence: tuple[str, ...] = ()
    question: str = ""
    factor: float | None = None
    worst: tuple[int, ...] = ()
    equation: str = ""

    @property
    def kind(self) -> str:
        """What sort of fact it is: the title of its code (codes.py)."""
        return title(self.code)

    @property
    def think(self) -> str:
        """The question and the equation as one line, "" where there is neither."""
        parts = [f"Think: {self.question}" if self.question else "", f"[{self.equation}]" if self.equation else ""]
        return "   ".join(filter(None, parts))

    def lines(self) -> list[str]:
        """Return at most eight lines for a terminal, the fact before the question.

        Where there is no room for everything, the last evidence goes first: `evidence` has all of it.
        """
        tail = _wrapped(INDENT + self.think)[:MOST_LINES - 1] if self.think else []
        lines = _wrapped(f"{self.code}  {self.message}")
        room = MOST_LINES - len(tail)
        if len(lines) > room:
            lines = [*lines[:room - 1], lines[room - 1] + " ..."]
        for fact in self.evidence:
            more = _wrapped(INDENT + fact)
            if len(lines) + len(more) > room:
                break
            lines += more
        return lines + tail


@dataclass(frozen=True)
class TensorRow:
    """The comparison of one tensor; `worst` is the index of the entry that differs most."""

    name: str
    error: float
    tolerance: float
    worst: tuple[int, ...]
    got: float
    expected: float
    method: str
    kinks: int
    verdict: str


class Probe(Protocol):
    """How far f is from its tangent, along one random unit direction v for each tensor: what `taylor` draws.

    It may have an attribute `rounding`, eps sum |u f(x)|, what float64 loses in f itself.
    """

    def __call__(self, name: str, t: np.ndarray) -> np.ndarray:
        """Return |f(x + t v) - f(x) - t <g, v>| for every step in t, g being the gradient under test."""


@dataclass(repr=False)
class Report:
    """The result of `check_gradients`.

    comparisons    by tensor: the gradient under test and its numerical value, two arrays of the tensor's shape
    probe          see Probe
    claims         the identities behind the findings, claims.py
    """

    rows: list[TensorRow] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    comparisons: Mapping[str, tuple[np.ndarray, np.ndarray]] = field(default_factory=dict, compare=False)
    probe: Probe | None = field(default=None, compare=False)
    claims: Sequence[Claim] = field(default=(), compare=False)

    @property
    def verdict(self) -> str:
        """One of "pass", "fail", "kink" (passes, with entries on a corner) and "untrusted" (nothing was proven)."""
        letters = {finding.code[0] for finding in self.findings}
        return next((verdict for letter, verdict in VERDICTS.items() if letter in letters), "pass")

    @property
    def passed(self) -> bool:
        """Whether every gradient was compared and agrees."""
        return self.verdict in ("pass", "kink")

    def raise_if_failed(self) -> None:
        """Raise GradientCheckError, with the table, unless passed."""
        if not self.passed:
            raise GradientCheckError(self)

    def table(self) -> str:
        """Return the report as aligned text, the worst entry of every tensor shown, the findings below."""
        lines = [f"gradient check: {self.verdict}"]
        if self.rows:
            lines += _aligned([HEADER, *map(cells, self.rows)])
        lines += [line for finding in self.findings for line in finding.lines()]
        return "\n".join(lines)

    def heatmap(self) -> Figure:
        """Return a figure with the error of every entry of every tensor, on one logarithmic scale of colours."""
        from .figures import heatmap  # matplotlib is imported when something is drawn
        return heatmap(self)

    def taylor(self) -> Figure:
        """Return a figure of the remainder |f(x + t v) - f(x) - t <g, v>|: slope 2 when g is right, 1 when it is wrong."""
        from .figures import taylor
        return taylor(self)

    def to_json(self) -> str:
        """Return the report as JSON; numbers that are not finite become the strings "nan", "inf" and "-inf"."""
        content = {"verdict": self.verdict, "passed": self.passed, "rows": [asdict(row) for row in self.rows],
                   "findings": [{**asdict(finding), "kind": finding.kind} for finding in self.findings]}
        return json.dumps(_plain(content), allow_nan=False)

    def _repr_html_(self) -> str:
        from .html import report_html
        return report_html(self)

    def __repr__(self) -> str:
        return self.table()


class GradientCheckError(AssertionError):
    """Raised by `Report.raise_if_failed`; the report is in `report`."""

    def __init__(self, report: Report):
        super().__init__(report.table())
        self.report = report


def index_text(index: Sequence[int]) -> str:
    """Return "[3,1]", and nothing for a scalar."""
    return f"[{','.join(map(str, index))}]" if index else ""


def cells(row: TensorRow) -> tuple[str, ...]:
    """Return the row as texts, in the order of HEADER."""
    return (row.name, f"{row.error:.1e}", f"{row.tolerance:.1e}", index_text(row.worst), f"{row.got:.5g}",
            f"{row.expected:.5g}", row.method, str(row.kinks), row.verdict)


def _aligned(table: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*table)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in table]


def _wrapped(line: str) -> list[str]:
    """Return the line broken at spaces; what follows stands below the text, not below the code."""
    return textwrap.wrap(line, WIDTH, subsequent_indent=INDENT, break_long_words=False, break_on_hyphens=False)


def _plain(value: Any) -> Any:
    """Return the value made of what JSON has: NumPy's numbers as Python's, numbers that are not finite as text."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    value = value.item() if isinstance(value, np.generic) else value
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value
