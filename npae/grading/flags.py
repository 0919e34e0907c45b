"""Suspicions: findings E008 for a person to look at. A flag costs no marks.

Two facts are looked for behind a backward function that passed.

1. It called its forward function more than once in one call. Once is how a value is computed again, which is honest;
   differences need it twice for every entry.
2. Its gradient is right to a relative error between 1e-12 and 1e-8 only. An analytic formula agrees with the package's to
   about 1e-15, and central differences to no better than 2e-12. Larger differences that passed are corners, where more
   than one value is right.

Who copies the forward function and takes a complex step inside backward is caught by neither: the numbers are as good as
those of a formula. A look at the file settles that.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..exercises.calling import by_key
from ..exercises.examination import PartResult
from ..exercises.exercise import Step
from ..exercises.gradients import Gradients
from ..exercises.submission import SubmissionError
from ..gradcheck import Finding, relative_error
from .submission import Call, RemoteSubmission

SUSPECT, CORNER = 1e-12, 1e-8
LOOK = "For a person to look at; it costs no marks."


def with_flags(step: Step, results: list[PartResult], submission: RemoteSubmission) -> list[PartResult]:
    """Return the results of a step, flags added to the parts that passed."""
    if not isinstance(step, Gradients):
        return results
    name = step.solution.__name__
    errors = accuracy(step, submission.calls.get(name, []))
    often = _called_often(name, submission.forward_calls.get(name, 0))
    flagged: list[PartResult] = []
    for result in results:
        keys = step.keys if step.together else [result.name.split()[-1]]
        found = [_inaccurate(key, errors[key]) for key in keys if SUSPECT < errors.get(key, 0) < CORNER]
        if result.passed:
            found, often = found + often, []            # once for the function
            result = replace(result, findings=(*result.findings, *found))
        flagged.append(result)
    return flagged


def accuracy(step: Gradients, calls: list[Call]) -> dict[str, float]:
    """Return the largest relative difference from the package's own gradient in all calls, by what was returned."""
    worst = dict.fromkeys(step.keys, 0.0)
    for call in calls:
        with np.errstate(all="ignore"):
            ours = by_key(step.solution(*call.arguments, **call.keywords), step.keys, "")
        try:
            theirs = by_key(call.value, step.keys, "")
        except SubmissionError:         # not what was asked for: it has its own finding already
            continue
        for key, got in theirs.items():
            want = ours[key]
            if got is not None and want is not None and got.shape == want.shape:
                worst[key] = max(worst[key], relative_error(got, want))
    return worst


def _inaccurate(key: str, error: float) -> Finding:
    return Finding("E008", key, f"{key} is right, but only to a relative error of {error:.1e}: finite differences are "
                                f"suspected.",
                   ("A formula agrees with the reference to about 1e-15, central differences to no better than 2e-12.", LOOK))


def _called_often(name: str, count: int) -> list[Finding]:
    if count < 2:
        return []
    forward = name.split("_backward")[0]
    return [Finding("E008", name, f"{name} called {forward} {count} times in one call: finite differences are suspected.",
                    ("Calling it once, to compute a value again, is not flagged.", LOOK))]
