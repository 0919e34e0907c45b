"""Exports: the exercises for other people's grading systems, made from the same single source.

    npae export nbgrader DIR            a course directory: nbgrader.py, notebooks.py; its test cells call cells.py
    npae export gradescope DIR          an autograder: gradescope.py; results.py marks there and writes results.json

Nothing that is given out holds a solution, hidden tests included: a test draws random inputs, and what a student reads is
the finding itself.
"""

from .cells import check_part

__all__ = ["check_part"]


def __dir__() -> list[str]:
    return sorted(__all__)
