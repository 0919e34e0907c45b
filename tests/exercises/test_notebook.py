"""The exercises as notebooks: well-formed, without the solution, and checked by their own last cell."""

import ast
import json

import pytest

from npae.exercises import EXERCISES, check_namespace
from npae.exercises.notebook import notebook_text
from npae.exercises.selftest import namespace


@pytest.mark.parametrize("exercise", EXERCISES.values(), ids=list(EXERCISES))
def test_a_valid_notebook(exercise):
    content = json.loads(notebook_text(exercise))
    assert (content["nbformat"], content["nbformat_minor"]) == (4, 5) and set(content) == {
        "cells", "metadata", "nbformat", "nbformat_minor"}
    task, work, check = content["cells"]
    assert task["cell_type"] == "markdown" and task["source"][0].startswith(f"# Exercise {exercise.number:02d}, {exercise.name}")
    assert "npae exercise check" not in "".join(task["source"])
    assert len({cell["id"] for cell in content["cells"]}) == 3
    for cell in (work, check):
        assert cell["cell_type"] == "code" and cell["execution_count"] is None and cell["outputs"] == []
        ast.parse("".join(cell["source"]))
    assert "check_namespace(" in check["source"][-1]


def test_its_cells_run(capsys):
    cells = json.loads(notebook_text(EXERCISES["affine"]))["cells"]
    names = {}
    exec("".join(cells[1]["source"]), names)
    exec("".join(cells[2]["source"]), names)
    printed = capsys.readouterr().out
    assert "open    dx" in printed and printed.endswith("0 of 3 marks\n")
    outcome = check_namespace("affine", namespace(EXERCISES["affine"].solution_text()))
    assert outcome.passed and repr(outcome) == "Examination(affine: 3 of 3 marks)"
    assert capsys.readouterr().out.endswith("all public checks passed\n")
