"""Exercises: what students fill in, how it is examined, and how their mistakes are recognized.

    from npae.exercises import EXERCISES, LocalSubmission, examine
    examine(EXERCISES["affine"], LocalSubmission("01_affine.py")).passed

Read in this order: source.py (one file from which everything is made), exercise.py, examination.py, then the steps:
gradients.py, values.py, answers.py. submission.py says what a submission is; folder.py and runner.py are for the student's
own folder.
"""

from .catalogue import EXERCISES
from .examination import Examination, PartResult, examine
from .exercise import Exercise, Part
from .local import LocalSubmission
from .notebook import check_namespace
from .submission import MissingName, NamespaceSubmission, Submission, SubmissionError

__all__ = ["EXERCISES", "Examination", "Exercise", "LocalSubmission", "MissingName", "NamespaceSubmission", "Part",
           "PartResult", "Submission", "SubmissionError", "check_namespace", "examine"]


def __dir__() -> list[str]:
    return sorted(__all__)
