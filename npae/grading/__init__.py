"""Grading a class: other people's code, run where it can do no harm and earn nothing by tricks.

    npae grade SUBMISSIONS/ --out results/          SUBMISSIONS/STUDENT/NN_name.py
    npae grade --threats                            what this stops, and what needs a container

A chain of processes, each of which may die without the one above it:

    run.py          one: what is left to do, and all files that are written
    pool.py         a thread for each core, feeding
    grader.py       a grader process, which marks one student after the other: marking.py, flags.py, submission.py
    worker.py       a worker process for each student, where the submission runs; process.py holds its leash

The checks run in the grader, with the package's own forward functions. The worker only ever computes what the student's
functions return for random inputs; it has no access to this package, to the results or to other submissions. So there is
nothing to forge but the answer itself. threats.py is the threat model in full; students.py reads submissions, book.py and
class_report.py write what teachers and students read.
"""

from .limits import Limits, obstacle
from .run import Outcome, Run, grade, plan
from .threats import THREATS

__all__ = ["THREATS", "Limits", "Outcome", "Run", "grade", "obstacle", "plan"]


def __dir__() -> list[str]:
    return sorted(__all__)
