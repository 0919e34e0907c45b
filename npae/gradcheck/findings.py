"""What is found about one tensor: a row of numbers, and facts with stable codes.

Every code is listed, with its title, in codes.py. A finding is a numerical fact that was tested. G means fail, M too (a
known misconception of an exercise, simulated), U means that nothing can be said, K is for information.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from .codes import title

WIDTH, MOST_LINES, INDENT = 100, 8, " " * 6         # of one finding in a terminal
HEADER = ("tensor", "error", "tolerance", "worst entry", "got", "expected", "reference", "kinks", "verdict")


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


def index_text(index: Sequence[int]) -> str:
    """Return "[3,1]", and nothing for a scalar."""
    return f"[{','.join(map(str, index))}]" if index else ""


def cells(row: TensorRow) -> tuple[str, ...]:
    """Return the row as texts, in the order of HEADER."""
    return (row.name, f"{row.error:.1e}", f"{row.tolerance:.1e}", index_text(row.worst), f"{row.got:.5g}",
            f"{row.expected:.5g}", row.method, str(row.kinks), row.verdict)


def _wrapped(line: str) -> list[str]:
    """Return the line broken at spaces; what follows stands below the text, not below the code."""
    return textwrap.wrap(line, WIDTH, subsequent_indent=INDENT, break_long_words=False, break_on_hyphens=False)
