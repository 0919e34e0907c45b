"""What a gradient check has to say: rows (one for each tensor), findings (facts with stable codes), one verdict.

The same content in four forms: `table()` for a terminal, `_repr_html_` (html.py) for a notebook, `to_json()` for
programs, and two figures (figures.py).
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from .findings import HEADER, Finding, Probe, TensorRow, cells
from .html import report_html

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from .claims import Claim

VERDICTS = {"G": "fail", "M": "fail", "U": "untrusted", "K": "kink"}       # the first letter that occurs decides


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
        return heatmap(self.rows, self.findings, self.comparisons)

    def taylor(self) -> Figure:
        """Return a figure of the remainder |f(x + t v) - f(x) - t <g, v>|: slope 2 when g is right, 1 when it is wrong."""
        from .figures import taylor
        return taylor(self.rows, self.findings, self.comparisons, self.probe)

    def to_json(self) -> str:
        """Return the report as JSON; numbers that are not finite become the strings "nan", "inf" and "-inf"."""
        content = {"verdict": self.verdict, "passed": self.passed, "rows": [asdict(row) for row in self.rows],
                   "findings": [{**asdict(finding), "kind": finding.kind} for finding in self.findings]}
        return json.dumps(_plain(content), allow_nan=False)

    def _repr_html_(self) -> str:
        return report_html(self.verdict, self.rows, self.findings)

    def __repr__(self) -> str:
        return self.table()


class GradientCheckError(AssertionError):
    """Raised by `Report.raise_if_failed`; the report is in `report`."""

    def __init__(self, report: Report):
        super().__init__(report.table())
        self.report = report


def _aligned(table: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*table)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in table]


def _plain(value: Any) -> Any:
    """Return the value made of what JSON has: NumPy's numbers as Python's, numbers that are not finite as text."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    value = value.item() if isinstance(value, np.generic) else value
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value
