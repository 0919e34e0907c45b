"""The course directory in the hands of the real nbgrader: generate_assignment, validate, autograde, and the gradebook.

Runs where nbgrader is installed. nbgrader runs in processes of its own, so that its warnings are not ours.
"""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from npae.exercises import EXERCISES
from npae.exports.folder import write_folder
from npae.exports.nbgrader import course_files

pytestmark = [pytest.mark.dev, pytest.mark.skipif(importlib.util.find_spec("nbgrader") is None, reason="needs nbgrader")]

SCORES = """
import json, sys
from nbgrader.api import Gradebook
with Gradebook("sqlite:///gradebook.db", "npae") as book:
    print(json.dumps([
        [one.assignment.name, one.student.id, one.score, one.max_score, one.needs_manual_grade,
         {grade.cell.name: grade.auto_score for notebook in one.notebooks for grade in notebook.grades}]
        for assignment in book.assignments for one in assignment.submissions]))
"""


class Course:
    """A course directory, and nbgrader's commands in it."""

    def __init__(self, root, names):
        self.root, self.exercises = root, [EXERCISES[name] for name in names]
        write_folder(root / "course", course_files(self.exercises, 271828))
        self.folder = root / "course"

    def run(self, *command):
        """Run a Python in the course directory, with a home of its own; return what it prints."""
        environment = {**os.environ, "HOME": str(self.root), "IPYTHONDIR": str(self.root / "ipython"),
                       "JUPYTER_RUNTIME_DIR": str(self.root / "runtime"), "JUPYTER_CONFIG_DIR": str(self.root / "config"),
                       "JUPYTER_DATA_DIR": str(self.root / "data"), "PYTHONWARNINGS": "ignore",
                       "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])}      # it runs alembic
        done = subprocess.run([sys.executable, *command], cwd=self.folder, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def nbgrader(self, *command):
        """Run one of nbgrader's commands."""
        return self.run("-m", "nbgrader", *command)

    def notebook(self, step, exercise):
        """Return a notebook of one of nbgrader's folders."""
        name = exercise.file_name.removesuffix(".py")
        return json.loads((self.folder / step / name / f"{name}.ipynb").read_text())

    def submit(self, student, exercise, content):
        """Put a notebook where nbgrader collects submissions."""
        name = exercise.file_name.removesuffix(".py")
        folder = self.folder / "submitted" / student / name
        folder.mkdir(parents=True)
        (folder / f"{name}.ipynb").write_text(json.dumps(content))

    def scores(self):
        """Return (score, marks by test cell) by assignment and student, from gradebook.db."""
        rows = json.loads(self.run("-c", SCORES))
        out_of = {exercise.file_name.removesuffix(".py"): exercise.out_of for exercise in self.exercises}
        assert all(row[3] == out_of[row[0]] and row[4] is False for row in rows)
        return {(row[0], row[1]): (row[2], row[5]) for row in rows}


def with_work(content, change):
    """Return a notebook whose work is changed."""
    cells = [{**cell, "source": change("".join(cell["source"]))} if cell["metadata"]["nbgrader"]["grade_id"] == "work" else cell
             for cell in content["cells"]]
    return {**content, "cells": cells}


def solved(exercise):
    """Return a change of the work to the solution's file."""
    return lambda work: exercise.solution_text()


def untrue(content):
    """Return a notebook whose tests are worth more and test nothing."""
    for cell in content["cells"]:
        metadata = cell["metadata"]["nbgrader"]
        if metadata["grade"]:
            cell["source"], metadata["points"] = "1000.0", 1000
    return content


def test_the_steps_of_a_course(tmp_path):
    course = Course(tmp_path, ["affine", "find_the_bug"])
    affine, find = course.exercises
    course.nbgrader("generate_assignment", "*")
    assert "Success" in course.nbgrader("validate", "source/01_affine/01_affine.ipynb")
    for exercise in course.exercises:
        text = "\n".join("".join(cell["source"]) for cell in course.notebook("release", exercise)["cells"])
        secret = set(exercise.texts.secret_lines) - set(exercise.start_text().splitlines())
        assert not secret & set(text.splitlines()) and "271828" not in text
        metadata = [cell["metadata"]["nbgrader"] for cell in course.notebook("release", exercise)["cells"]]
        assert all(len(one["checksum"]) == 32 and one["schema_version"] == 3 for one in metadata)
    start = course.notebook("release", affine)
    half = ("import sys\n\ndef affine_backward(dy, x, W):\n    print('noise', file=sys.stderr)\n"
            "    return None, x.T @ dy, dy.sum(0)\n")
    course.submit("solution", affine, with_work(start, solved(affine)))
    course.submit("start", affine, start)
    course.submit("partial", affine, with_work(start, lambda work: f"{work}\n{half}"))
    course.submit("tampers", affine, untrue(course.notebook("release", affine)))
    course.submit("partial", find, with_work(course.notebook("release", find), lambda work: work.replace(
        '"line": None', '"line": 10')))
    course.nbgrader("autograde", "*")
    assert course.scores() == {
        ("01_affine", "solution"): (3, {"test_dx": 1, "test_dW": 1, "test_db": 1}),
        ("01_affine", "start"): (0, {"test_dx": 0, "test_dW": 0, "test_db": 0}),
        ("01_affine", "partial"): (2, {"test_dx": 0, "test_dW": 1, "test_db": 1}),
        ("01_affine", "tampers"): (0, {"test_dx": 0, "test_dW": 0, "test_db": 0}),
        ("19_find_the_bug", "partial"): (1, {"test_line": 1, "test_mended": 0}),
    }


@pytest.mark.slow
def test_every_exercise_with_nbgrader(tmp_path):
    course = Course(tmp_path, list(EXERCISES))
    course.nbgrader("generate_assignment", "*")
    for exercise in course.exercises:
        start = course.notebook("release", exercise)
        course.submit("solution", exercise, with_work(start, solved(exercise)))
        course.submit("start", exercise, start)
    course.nbgrader("autograde", "*")
    scores = course.scores()
    for exercise in course.exercises:
        name = exercise.file_name.removesuffix(".py")
        assert scores[name, "solution"][0] == exercise.out_of and scores[name, "start"][0] == 0, name
