"""What a gradient check has to say: rows (one for each tensor), findings (facts with stable codes), one verdict.

    G101  wrong shape                        G105  an argument was written into
    G102  gradients missing or too many      G106  two equal calls give different gradients
    G103  not finite                         G107  a view of an argument is returned
    G104  not float64                        G108  not linear in the upstream gradient
    G200  wrong values
    U001  the forward function is random     U003  the reference could not be proven
    U002  the forward value is not finite    K001  entries on a corner, accepted

A finding is a numerical fact that was tested. G means fail, U means that nothing can be said, K is for information.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

VERDICTS = {"G": "fail", "U": "untrusted", "K": "kink"}       # the first letter that occurs decides


@dataclass(frozen=True)
class Finding:
    """A fact about one tensor or argument (tensor is its name), with a stable code."""

    code: str
    tensor: str
    message: str


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


@dataclass(repr=False)
class Report:
    """The result of `check_gradients`."""

    rows: list[TensorRow] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

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
        header = ("tensor", "error", "tolerance", "worst entry", "got", "expected", "reference", "kinks", "verdict")
        lines = [f"gradient check: {self.verdict}"]
        if self.rows:
            lines += _aligned([header, *map(_cells, self.rows)])
        lines += [f"{finding.code}  {finding.message}" for finding in self.findings]
        return "\n".join(lines)

    def to_json(self) -> str:
        """Return the report as JSON; numbers that are not finite become the strings "nan", "inf" and "-inf"."""
        content = {"verdict": self.verdict, "passed": self.passed, "rows": [asdict(row) for row in self.rows],
                   "findings": [asdict(finding) for finding in self.findings]}
        return json.dumps(_finite_or_text(content), allow_nan=False)

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


def _cells(row: TensorRow) -> tuple[str, ...]:
    return (row.name, f"{row.error:.1e}", f"{row.tolerance:.1e}", index_text(row.worst), f"{row.got:.5g}",
            f"{row.expected:.5g}", row.method, str(row.kinks), row.verdict)


def _aligned(table: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*table)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in table]


def _finite_or_text(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite_or_text(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite_or_text(item) for item in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value
