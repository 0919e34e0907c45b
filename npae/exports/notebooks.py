"""An exercise as the instructor's notebook of nbgrader (nbformat 4.5, nbgrader's metadata version 3).

    task        Markdown, locked
    work        the start file, unchanged; then, between BEGIN SOLUTION and END SOLUTION, those of its functions that
                the solution writes anew. nbgrader removes the region, and what is left is the start file: the planted
                bugs and the placeholders of each line stay, which a stub in the place of each line would not allow
    test_PART   one cell for each part, with its marks, locked. Between BEGIN HIDDEN TESTS and END HIDDEN TESTS the part
                is examined again with a seed that students have not seen

nbgrader itself writes the checksums and the types of the cells, into the students' version.
"""

from __future__ import annotations

import ast
import json
import re
from typing import Any

from ..exercises.exercise import Exercise, Part
from ..exercises.source import split_docstring

SCHEMA = 3
BELOW = "# Work in the lines above, or write your version of them below."
CHECK = re.compile(r"^ *Check +npae exercise check .*$\n?", re.MULTILINE)
NEEDS = "The cells below examine one part each. They need `pip install npae`; run them as often as you like."


def notebook_text(exercise: Exercise, seed: int) -> str:
    """Return the instructor's notebook as JSON; the hidden tests use `seed`."""
    cells = [_cell("markdown", "task", _task(exercise), locked=True),
             _cell("code", "work", _work(exercise), solution=True),
             *(_cell("code", cell_id(part), _test(exercise, part, seed), grade=True, locked=True, points=part.marks)
               for part in exercise.parts)]
    content = {"cells": cells, "metadata": {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
                                            "language_info": {"name": "python"}}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def cell_id(part: Part) -> str:
    """Return the name of a part's test cell: the same as long as the part has its name."""
    return "test_" + re.sub(r"[^A-Za-z0-9]+", "_", part.name).strip("_")


def _task(exercise: Exercise) -> str:
    heading, _, rest = exercise.task_text().partition("\n")
    return f"# {heading}\n{CHECK.sub('', rest).rstrip()}\n\n{NEEDS}"


def _work(exercise: Exercise) -> str:
    start, solution = (split_docstring(text)[1] for text in (exercise.start_text(), exercise.solution_text()))
    given = set(_statements(start))
    written = [statement for statement in _statements(solution) if statement not in given]
    return "\n".join([start.rstrip(), "", "", BELOW, "### BEGIN SOLUTION", "\n\n\n".join(written), "### END SOLUTION"])


def _statements(code: str) -> list[str]:
    """Return the lines of each statement at the top level, decorators and comments at its end included."""
    lines = code.splitlines()
    return ["\n".join(lines[min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", []))]) - 1:node.end_lineno])
            for node in ast.parse(code).body]


def _test(exercise: Exercise, part: Part, seed: int) -> str:
    call = f"check_part({json.dumps(exercise.name)}, {json.dumps(part.name)}, globals()"
    return "\n".join([f"# {part.name}, {part.marks} mark{'s' * (part.marks != 1)}: {part.title}",
                      "from npae.exports import check_part", "", f"{call})",
                      "### BEGIN HIDDEN TESTS", f"{call}, seed={seed})", "### END HIDDEN TESTS"])


def _cell(kind: str, name: str, text: str, **metadata: Any) -> dict[str, Any]:
    marks = {"grade": False, "solution": False, "locked": False, "task": False, "grade_id": name, "schema_version": SCHEMA}
    cell: dict[str, Any] = {"cell_type": kind, "id": name, "metadata": {"nbgrader": {**marks, **metadata}},
                            "source": text.splitlines(keepends=True)}
    if kind == "code":
        cell.update(execution_count=None, outputs=[])
    return cell
