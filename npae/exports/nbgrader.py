"""A course directory for nbgrader: source/NN_name/NN_name.ipynb for each exercise, and nbgrader_config.py.

Each exercise is an assignment of its own. An assignment is what nbgrader releases, collects, marks and reports as one, with
one due date: so a teacher can give out as many exercises a week as the course needs, and the gradebook has a column for
each. Who wants several in one assignment moves the notebooks into one folder; no two of them have the same name.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..exercises import Exercise
from .notebooks import notebook_text

CONFIG = '''\
# The course directory that `npae export nbgrader` wrote: one assignment for each exercise, in source/.
#
# nbgrader runs a student's code in the same process as the tests. That tells right from wrong; it does not stop a
# submission that changes the tests' own functions. `npae grade` does: it runs submissions in processes of their own.

c = get_config()  # noqa: F821

c.CourseDirectory.course_id = "npae"

# Takes the place of each solution. nbgrader's own stub also raises an error; here the code to work on stands above it.
c.ClearSolutions.code_stub = {"python": "# YOUR CODE HERE"}
'''


def course_files(exercises: Sequence[Exercise], seed: int) -> dict[str, str]:
    """Return the texts of a course directory by path."""
    notebooks = {f"source/{name}/{name}.ipynb": notebook_text(exercise, seed)
                 for exercise in exercises for name in [exercise.file_name.removesuffix(".py")]}
    return {**notebooks, "nbgrader_config.py": CONFIG}


def next_steps(exercises: Sequence[Exercise]) -> list[str]:
    """Return what is said after the export."""
    name = exercises[0].file_name.removesuffix(".py")
    return ["next, in that folder, with nbgrader and npae installed:",
            f"  nbgrader generate_assignment {name}    the students' version, in release/ (\"*\" for all assignments)",
            f"  nbgrader autograde {name}              marks submitted/STUDENT/{name}/{name}.ipynb",
            "the students' code runs beside the tests there: nbgrader_config.py says what that means"]
