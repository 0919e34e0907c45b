"""The autograder for Gradescope, run as Gradescope runs it, in a folder that stands for its machine."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import npae
from npae.exercises import EXERCISES
from npae.exports.folder import write_folder
from npae.exports.gradescope import EXECUTABLE, autograder_files
from npae.grading import obstacle

pytestmark = pytest.mark.skipif(bool(obstacle()), reason=obstacle())
SOLUTION = EXERCISES["affine"].solution_text()


def machine(root, names, submission):
    """Lay the machine out: the zip file's content, a Python, and a student's files."""
    write_folder(root / "source", autograder_files([EXERCISES[name] for name in names]), EXECUTABLE)
    shutil.copy(root / "source" / "run_autograder", root)
    (root / "env" / "bin").mkdir(parents=True)
    (root / "env" / "bin" / "python").write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    (root / "env" / "bin" / "python").chmod(0o755)
    (root / "submission").mkdir()
    for name, text in submission.items():
        (root / "submission" / EXERCISES[name].file_name).write_text(text)
    return root


def start(root):
    """Start run_autograder there."""
    environment = {"AUTOGRADER_ROOT": str(root), "PATH": "/usr/bin:/bin", "PYTHONPATH": str(Path(npae.__file__).parent.parent)}
    return subprocess.Popen([str(root / "run_autograder")], env=environment, cwd=root, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True)


def finish(process, root, names):
    """Wait, and return the tests of results.json by name, after a look at its form, and what was printed."""
    printed = process.communicate(timeout=60)[0]
    assert process.returncode == 0, printed
    content = json.loads((root / "results" / "results.json").read_text())
    assert [path.name for path in (root / "results").iterdir()] == ["results.json"]
    assert content.keys() <= {"score", "execution_time", "output", "visibility", "stdout_visibility", "extra_data", "tests"}
    assert content["stdout_visibility"] == "hidden" and content["visibility"] == "visible"
    tests = [test for test in content["tests"] if test.get("visibility") != "hidden"]
    for test in content["tests"]:
        assert {type(test[key]) for key in ("score", "max_score")} == {int} and 0 <= test["score"] <= test["max_score"]
        assert {type(test[key]) for key in ("name", "output")} == {str} and test["output_format"] == "text"
    assert all(test["status"] == ("passed" if test["score"] else "failed") for test in tests)
    parts = [(EXERCISES[name], part) for name in names for part in EXERCISES[name].parts]
    assert [test["name"] for test in tests] == [f"{one.number:02d} {one.name}: {part.name}" for one, part in parts]
    assert [test["max_score"] for test in tests] == [part.marks for _, part in parts]
    assert content["score"] == sum(test["score"] for test in tests)
    return content, printed


def outcome(content, name):
    """Return the marks of an exercise and the text of its tests."""
    tests = [test for test in content["tests"] if f" {name}: " in test["name"]]
    return sum(test["score"] for test in tests), "\n".join(test["output"] for test in tests)


def broken(name, body):
    """Return a file whose first backward function has another body."""
    text = EXERCISES[name].solution_text()
    line = next(line for line in text.splitlines() if line.startswith("def ") and "_backward" in line)
    return f"{text}\n\n{line}\n    {body}\n"


def test_every_kind_of_submission_costs_its_own_marks_alone(tmp_path):
    names = ["affine", "sigmoid", "relu", "squared_error", "bernoulli_nll", "weight_decay", "find_the_bug"]
    forged = json.dumps({"score": 100, "tests": []})
    hostile = (f"import os, sys\nopen({str(tmp_path / 'results' / 'results.json')!r}, 'w').write({forged!r})\n"
               f"{EXERCISES['squared_error'].solution_text()}")
    root = machine(tmp_path, names, {
        "affine": SOLUTION, "sigmoid": broken("sigmoid", "while True: pass"), "relu": broken("relu", "import os; os.abort()"),
        "squared_error": hostile, "weight_decay": EXERCISES["weight_decay"].start_text(),
        "find_the_bug": EXERCISES["find_the_bug"].solution_text().replace('"line": 10', '"line": 11')})
    content, _ = finish(start(root), root, names)
    expected = {"affine": (3, ""), "sigmoid": (1, "E003"), "relu": (1, "E004"), "squared_error": (0, "E007"),
                "bernoulli_nll": (0, "E006"), "weight_decay": (0, "E001"), "find_the_bug": (2, "E009")}
    for name, (marks, code) in expected.items():
        got, text = outcome(content, name)
        assert got == marks and code in text, (name, got, text)
    assert outcome(content, "affine")[1].strip() == ""
    assert "05_bernoulli_nll.py is missing" in outcome(content, "bernoulli_nll")[1]
    assert type(content["extra_data"]["seed"]) is int and f"seed {content['extra_data']['seed']}" in content["output"]


def test_what_was_marked_is_kept_when_the_grader_runs_out_of_time(tmp_path):
    names = ["affine", "sigmoid"]
    root = machine(tmp_path, names, {"affine": SOLUTION, "sigmoid": EXERCISES["sigmoid"].solution_text()})
    path = root / "source" / "grade.py"
    path.write_text("import os, signal\n"
                    "from npae.exports import results\n\n"
                    "def mark(exercise, *rest, mark=results.mark):\n"
                    "    if exercise.name == 'sigmoid':\n"
                    "        print('seconds left:', signal.alarm(0), flush=True)\n"
                    "        os.kill(os.getpid(), signal.SIGALRM)\n"
                    "    return mark(exercise, *rest)\n\n"
                    "results.mark = mark\n" + path.read_text())
    content, printed = finish(start(root), root, names)
    assert content["score"] == EXERCISES["affine"].out_of == outcome(content, "affine")[0]
    assert "E000" in outcome(content, "sigmoid")[1] and "before this exercise was marked" in outcome(content, "sigmoid")[1]
    left = int(printed.partition("seconds left: ")[2].split()[0])
    assert 60 < left <= 9 * 60 and "grade.py ended early" in printed


def test_there_are_results_when_the_grader_does_not_start(tmp_path):
    root = machine(tmp_path, ["affine"], {"affine": SOLUTION})
    (root / "source" / "grade.py").write_text("import nothing_of_this_name")
    content, printed = finish(start(root), root, ["affine"])
    assert content["score"] == 0 and "before this exercise was marked" in outcome(content, "affine")[1]
    assert "grade.py ended early, with exit code 1" in printed


def test_a_suspicion_is_for_teachers_alone(tmp_path):
    numerical = ("eps, y0 = 1e-6, affine(x, W, 0); fd = lambda f, X: np.array([np.sum(dy * (f(X + eps * E) - f(X - eps * E))) "
                 "/ (2 * eps) for E in np.eye(X.size).reshape(-1, *X.shape)]).reshape(X.shape); "
                 "return fd(lambda X: affine(X, W, 0), x), fd(lambda V: affine(x, V, 0), W), dy.sum(axis=0)")
    root = machine(tmp_path, ["affine"], {"affine": broken("affine", numerical)})
    content, _ = finish(start(root), root, ["affine"])
    hidden = [test for test in content["tests"] if test.get("visibility") == "hidden"]
    assert content["score"] == 3 and hidden and all("E008" in test["output"] and test["max_score"] == 0 for test in hidden)
    assert all("E008" not in test["output"] for test in content["tests"] if test not in hidden)


@pytest.mark.parametrize("name", EXECUTABLE)
def test_the_scripts_are_valid(name, tmp_path):
    text = autograder_files([EXERCISES["affine"]])[name]
    assert text.startswith("#!/usr/bin/env bash\n") and "\r" not in text
    subprocess.run(["bash", "-n"], input=text, text=True, check=True)
