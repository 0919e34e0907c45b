"""Checking in a process of its own: loops, crashes and noise of the student's code end in findings."""

import pytest

from npae.exercises import EXERCISES
from npae.exercises.runner import KEPT, check_file

SIGMOID = EXERCISES["sigmoid"]


def run(tmp_path, text, seconds=20.0):
    path = tmp_path / SIGMOID.file_name
    path.write_text(text)
    return check_file(SIGMOID, path, seconds)


def first(checked):
    return [(part.findings[0].code, part.findings[0].message) for part in checked.examination.parts if part.findings]


def test_the_solution_passes_and_what_it_prints_is_kept(tmp_path):
    checked = run(tmp_path, SIGMOID.solution_text() + "print('hello')\n")
    assert checked.examination.passed and checked.examination.marks == 2 and checked.printed == "hello\n"


def test_an_endless_loop_costs_the_parts_from_there_on(tmp_path):
    loop = SIGMOID.solution_text().replace("    return dy * (y * (1 - y))", "    while True:\n        print('x' * 1000)")
    checked = run(tmp_path, loop, seconds=1)
    assert [part.passed for part in checked.examination.parts] == [True, False]
    assert first(checked) == [("E003", "closed form: da: its check took longer than 1 s.")]
    assert 0 < len(checked.printed) <= KEPT


def test_dying_is_named(tmp_path):
    die = "import os\n" + SIGMOID.solution_text().replace("    u = np.exp(-a)", "    os._exit(3)")
    assert first(run(tmp_path, die)) == [
        ("E004", "chain rule: da: its check ended the process (exit code 3)."),
        ("E004", "closed form: da was not reached: the check of chain rule: da ended the process (exit code 3).")]
    assert first(run(tmp_path, "import os\nos.kill(os.getpid(), 11)\n"))[0] == (
        "E004", "chain rule: da: importing the file ended the process (signal 11).")


@pytest.mark.parametrize("text, message", [
    ("def f(:\n", "02_sigmoid.py is not valid Python: invalid syntax."),
    ("x = 1\n1 / 0\n", "02_sigmoid.py stops on import: ZeroDivisionError: division by zero"),
    ("import sys\nsys.exit()\n", "02_sigmoid.py stops on import: SystemExit"),
])
def test_a_file_that_does_not_import(tmp_path, text, message):
    checked = run(tmp_path, text)
    assert first(checked) == [("E006", message)] * 2
    assert checked.examination.parts[0].findings[0].evidence != () or text.startswith("import sys")
