"""The notebooks for nbgrader: what is in them, what students get of it, and what the test cells say."""

import json
import re
import sys

import pytest

from npae.exercises import EXERCISES
from npae.exercises.source import bare, split_docstring
from npae.exports import check_part
from npae.exports.cells import NotPassed
from npae.exports.nbgrader import CONFIG, course_files
from npae.exports.notebooks import BELOW, notebook_text

from .course import NBGRADER_STUB, STUB, autograded, cells_of, points, released, replaced, run_cells

SEED = 90125
KEYS = {"grade", "solution", "locked", "task", "grade_id", "schema_version"}      # and points; v3.json of nbgrader 0.9
every_exercise = pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES)


@every_exercise
def test_the_notebook_is_complete(exercise):
    content = json.loads(notebook_text(exercise, SEED))
    assert (content["nbformat"], content["nbformat_minor"]) == (4, 5)
    assert content["metadata"]["kernelspec"]["language"] == "python"
    cells = content["cells"]
    names = [cell["id"] for cell in cells]
    assert names[:2] == ["task", "work"] and len(set(names)) == len(names) == 2 + len(exercise.parts)
    for cell in cells:
        assert re.fullmatch("[a-zA-Z0-9_-]{1,64}", cell["id"])
        metadata = cell["metadata"]["nbgrader"]
        grade, solution, locked = (metadata[key] for key in ("grade", "solution", "locked"))
        assert metadata.keys() == (KEYS | {"points"} if grade else KEYS)
        assert metadata["schema_version"] == 3 and metadata["grade_id"] == cell["id"] and not metadata["task"]
        assert (cell["cell_type"] == "markdown") == (cell["id"] == "task")
        assert (grade, solution, locked) == {"task": (False, False, True), "work": (False, True, False)}.get(
            cell["id"], (True, False, True))
        assert cell["cell_type"] == "markdown" or (cell["execution_count"] is None and cell["outputs"] == [])
        assert all(line.endswith("\n") for line in cell["source"][:-1])
    assert [cell["metadata"]["nbgrader"]["points"] for cell in cells[2:]] == [part.marks for part in exercise.parts]
    assert "".join(cells[0]["source"]).startswith("# Exercise") and "npae exercise check" not in "".join(cells[0]["source"])


@every_exercise
def test_the_solution_earns_all_points(exercise):
    cells = cells_of(notebook_text(exercise, SEED))
    errors, printed = run_cells(cells)
    assert errors == {} and points(cells, errors) == exercise.out_of
    for part in exercise.parts:
        assert f"{part.name}: passed\n" in printed and f"{part.name}: passed, with seed {SEED} too\n" in printed


@every_exercise
def test_what_students_get_fails_every_part_and_holds_no_solution(exercise):
    instructors = cells_of(notebook_text(exercise, SEED))
    students = released(instructors)
    errors, _ = run_cells(students)
    assert list(errors) == [cell["id"] for cell in students[2:]]
    assert all(isinstance(error, NotPassed) for error in errors.values()), errors
    work = next(cell["source"] for cell in students if cell["id"] == "work")
    assert work == f"{split_docstring(exercise.start_text())[1].rstrip()}\n\n\n{BELOW}\n{STUB}"
    given = {bare(line) for line in exercise.start_text().splitlines()}
    secret = {bare(line) for line in exercise.texts.secret_lines} - given - {""}
    text = "\n".join(cell["source"] for cell in students)
    assert not secret & {bare(line) for line in text.splitlines()}
    assert str(SEED) not in json.dumps(students) and "SOLUTION" not in text and "HIDDEN" not in text


@pytest.mark.parametrize("stub", [STUB, NBGRADER_STUB])
def test_half_a_solution_earns_its_parts(stub):
    instructors = cells_of(notebook_text(EXERCISES["affine"], SEED))
    half = replaced(released(instructors, stub), "work", lambda text: text.replace("db = None", "db = dy.sum(axis=0)").replace(
        "dW = None", "dW = x.T @ dy / len(x)"))
    cells = autograded(half, instructors)
    errors, printed = run_cells(cells)
    assert set(errors) - {"work"} == {"test_dx", "test_dW"} and points(cells, errors) == 1
    assert ("work" in errors) == (stub == NBGRADER_STUB)
    assert "E001  dx is not written yet" in str(errors["test_dx"]) and "M012" in str(errors["test_dW"])
    assert "db: passed\n" in printed


def test_a_hidden_test_uses_inputs_that_students_have_not_seen():
    _, work, part = cells_of(notebook_text(EXERCISES["affine"], SEED))[:3]
    calls = ("\nright, seen = affine_backward, []\n"
             "def affine_backward(dy, x, W):\n"
             "    seen.append(dy)\n"
             "    return tuple((len(seen) <= limit) * gradient for gradient in right(dy, x, W))\n")
    names = {}
    exec(f"{work['source']}{calls}limit = 10 ** 9", names)
    check_part("affine", "dx", names)
    learnt = {**work, "source": f"{work['source']}{calls}limit = {len(names['seen'])}"}
    assert run_cells([learnt, *released([part])])[0] == {}
    errors, printed = run_cells([learnt, part])
    assert list(errors) == ["test_dx"] and f"found with the inputs of seed {SEED}" in str(errors["test_dx"])
    assert printed == "dx: passed\n"


def test_what_a_student_writes_to_stderr_costs_nothing(capsys):
    def affine_backward(dy, x, W):
        print("here", file=sys.stderr)
        return dy @ W.T, x.T @ dy, dy.sum(axis=0)
    check_part("affine", "dW", {"affine_backward": affine_backward})
    captured = capsys.readouterr()
    assert captured.err == "" and "here\n" in captured.out and captured.out.endswith("dW: passed\n")


def test_what_a_notebook_shows_of_a_failure_is_the_finding():
    with pytest.raises(AssertionError) as caught:
        check_part("affine", "dW", {"affine_backward": lambda dy, x, W: 1 / 0})
    shown = caught.value._render_traceback_()
    assert shown[0] == "dW is not passed" and "ZeroDivisionError" in shown[1] and not any("cells.py" in line for line in shown)


@pytest.mark.parametrize("exercise, part", [("affine", "dQ"), ("afine", "dW")])
def test_a_part_that_this_version_does_not_have_is_named(exercise, part):
    with pytest.raises(ValueError, match=f"no part '{part}' of an exercise '{exercise}'"):
        check_part(exercise, part, {})


def test_the_course_directory():
    files = course_files([EXERCISES["affine"], EXERCISES["adam"]], SEED)
    assert list(files) == ["source/01_affine/01_affine.ipynb", "source/18_adam/18_adam.ipynb", "nbgrader_config.py"]
    config = type("Section", (), {"__getattr__": lambda self, name: self.__dict__.setdefault(name, type(self)())})()
    exec(CONFIG, {"get_config": lambda: config})
    assert config.ClearSolutions.code_stub == {"python": STUB}
