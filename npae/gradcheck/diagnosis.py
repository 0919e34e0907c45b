"""Steps 6 to 8 together: from rows that failed to findings that say why.

A known misconception of the exercise explains everything that backward returned at once, so it is tried first. Then, where
backward returned the gradients of intermediate lines, the first wrong one in backward order is the line that is wrong; what
comes after it inherits its error and is not accused. Otherwise every wrong tensor is named by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace

import numpy as np

from .claims import Claim
from .findings import Finding, TensorRow
from .naming import Elsewhere, recognize_bug, recognize_misconception
from .reference import Reference
from .scene import Scene, other_scenes
from .stages import Misconception
from .trial import Subject
from .words import claim_finding, gradient_name, misconception_finding, unknown_finding

RandomUpstream = Callable[[np.ndarray, int], np.ndarray]
UNNAMED = ("G108", "G111")      # not linear: perhaps it is known what is used instead


class Diagnosis:
    """See the module; `references` are the derivatives that were measured for the rows."""

    def __init__(self, subject: Subject, upstream: np.ndarray | None, seed: int, rows: Sequence[TensorRow],
                 references: dict[str, Reference], random_upstream: RandomUpstream):
        self.scene = Scene(subject, upstream, seed)
        self.elsewhere = Elsewhere(other_scenes(subject, seed, random_upstream))
        self.rows = {row.name: row for row in rows}
        for name, reference in references.items():
            if reference.proven:
                self.scene.adopt(name, reference)

    def findings(self, found: Sequence[Finding], misconceptions: Sequence[Misconception]) -> tuple[list[Finding], list[Claim]]:
        """Return the findings with names, the most telling first, and the claims behind them."""
        failed = [row for row in self.rows.values() if row.verdict == "fail"]
        known = recognize_misconception(self.scene, self.elsewhere, misconceptions)
        if known:
            return [misconception_finding(known, self.scene, next(iter(failed), None)),
                    *(finding for finding in found if finding.code[0] != "G")], []
        results = [self._named(finding) for finding in found]
        accused = {finding.tensor for finding in found}
        wrong = [row for row in failed if row.name not in accused]
        results += self._localized(wrong) or [self._value(row) for row in wrong]
        return [finding for finding, _ in results], [claim for _, claim in results if claim]

    def _localized(self, wrong: Sequence[TensorRow]) -> list[tuple[Finding, Claim | None]]:
        """Return one finding for the first wrong line, where backward returned gradients of lines."""
        stages = getattr(self.scene.subject, "stages", [])
        if not wrong or not any(name in stages for name in self.rows):
            return []
        order = [*stages[::-1], *(name for name in self.rows if name not in stages)]
        first, *others = sorted(wrong, key=lambda row: order.index(row.name))
        right = [gradient_name(name) for name in order[:order.index(first.name)] if name in self.rows]
        place = "First wrong one in backward order" + (f"; {', '.join(right)} before it agree." if right else ".")
        if others:
            place += f" {', '.join(f'd{row.name}' for row in others)} differ too, and may follow from it."
        finding, claim = self._value(first)
        return [(replace(finding, evidence=(place, *finding.evidence)), claim)]

    def _value(self, row: TensorRow) -> tuple[Finding, Claim | None]:
        claim = recognize_bug(self.scene, self.elsewhere, row.name)
        return (claim_finding(claim, self.scene, row), claim) if claim else (unknown_finding(self.scene, row), None)

    def _named(self, finding: Finding) -> tuple[Finding, Claim | None]:
        """Return a finding of the contract, with more to say where it is known what is used instead of dy."""
        if finding.code in UNNAMED:
            with suppress(KeyError, TypeError):
                claim = recognize_bug(self.scene, self.elsewhere, finding.tensor, linear=False)
                if claim and (finding.code == "G108" or claim.code == "G111"):
                    named = claim_finding(claim, self.scene, self.rows.get(finding.tensor))
                    fact = finding.evidence[0] if finding.evidence else finding.message
                    return replace(named, evidence=(*named.evidence[:1], fact, *named.evidence[1:])), claim
        return finding, None
