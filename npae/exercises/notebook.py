"""An exercise as a Jupyter notebook: the task as text, the start code, and a cell that checks what the notebook defines."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from .catalogue import EXERCISES
from .display import outcome
from .examination import Examination, examine
from .exercise import Exercise
from .source import split_docstring
from .submission import NamespaceSubmission


def notebook_text(exercise: Exercise) -> str:
    """Return the start file as a notebook (nbformat 4.5)."""
    task, code = split_docstring(exercise.start_text())
    task = task.replace(f"npae exercise check {exercise.name}", "run the last cell of this notebook")
    check = f'from npae.exercises import check_namespace\n\ncheck_namespace("{exercise.name}", globals());'
    cells = [_cell("markdown", "task", _markdown(task)), _cell("code", "work", code.rstrip()), _cell("code", "check", check)]
    content = {"cells": cells, "metadata": {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
                                            "language_info": {"name": "python"}}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def check_namespace(name: str, names: Mapping[str, Any], seed: int = 0) -> Examination:
    """Check the functions and answers among `names` (a notebook's globals()), print the outcome, and return it."""
    examination = examine(EXERCISES[name], NamespaceSubmission(names), seed)
    print(outcome(examination))
    print("\nall public checks passed" if examination.passed else f"\n{examination.marks} of {examination.out_of} marks")
    return examination


def _markdown(task: str) -> str:
    """Return a docstring as Markdown: its first line becomes a heading, indented lines stay code."""
    heading, _, rest = task.partition("\n")
    return f"# {heading}\n{rest}"


def _cell(kind: str, name: str, text: str) -> dict[str, Any]:
    cell: dict[str, Any] = {"cell_type": kind, "id": name, "metadata": {}, "source": text.splitlines(keepends=True)}
    if kind == "code":
        cell.update(execution_count=None, outputs=[])
    return cell
