"""One submission, marked as a grader does it, in a worker process of its own."""

from __future__ import annotations

from npae.exercises import EXERCISES
from npae.grading.limits import Limits
from npae.grading.marking import mark
from npae.grading.submission import Host

QUICK = Limits(call_seconds=1.0, exercise_seconds=2.0)


def marked(source, exercise="affine", seed=7, limits=QUICK):
    """Return the examination of a source."""
    with Host(limits) as host:
        return mark(EXERCISES[exercise] if isinstance(exercise, str) else exercise, source, host, seed)


def codes(examination):
    """Return the codes of all findings."""
    return {finding.code for part in examination.parts for finding in part.findings}


def messages(examination):
    """Return the messages of all findings, one text."""
    return "\n".join(line for part in examination.parts for finding in part.findings for line in finding.lines())
