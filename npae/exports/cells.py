"""What a test cell of an exported notebook calls."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..exercises import EXERCISES, NamespaceSubmission, PartResult, examine
from ..exercises.display import finding_lines
from ..exercises.faults import FLAGS


class NotPassed(AssertionError):
    """A part does not pass; the text is the finding."""

    def _render_traceback_(self) -> list[str]:
        """Return what a notebook shows: the finding alone, without the lines of this package that raised it."""
        return str(self).splitlines()


def check_part(exercise: str, part: str, names: Mapping[str, Any], seed: int = 0) -> None:
    """Examine one part on `names`, a notebook's globals(); NotPassed, an AssertionError, when it does not pass.

    Returns None, so that a test cell has no value: nbgrader then gives all marks or none, whatever a teacher changes them
    to. What the student's code writes to stderr goes to stdout, because nbgrader takes stderr for a failure.
    """
    chosen = EXERCISES.get(exercise)
    step = next((step for step in chosen.steps if part in [one.name for one in step.parts]), None) if chosen else None
    if chosen is None or step is None:
        raise ValueError(f"this version of npae has no part {part!r} of an exercise {exercise!r}")
    with contextlib.redirect_stderr(sys.stdout):
        examination = examine(replace(chosen, steps=(step,)), NamespaceSubmission(names), seed)
    outcome = next(one for one in examination.parts if one.name == part)
    if not outcome.passed:
        raise NotPassed(failure(outcome, seed))
    print(f"{part}: passed" + (f", with seed {seed} too" if seed else ""))


def failure(outcome: PartResult, seed: int) -> str:
    """Return what is said of a part that did not pass: its first finding."""
    found = next(finding for finding in outcome.findings if not finding.code.startswith(FLAGS))
    hidden = [f"found with the inputs of seed {seed}"] if seed else []
    return "\n".join([f"{outcome.name} is not passed", *finding_lines(found), *hidden])
