"""The single source: what becomes the start file, what the solution, what nobody is given."""

import ast

import pytest

from npae.exercises import EXERCISES
from npae.exercises.source import AUTHOR, bare, planted_numbers, read_source, split_docstring

TEXT = f'''"""Task."""

def f(x):
    """Return twice x."""
    # <solution>
    y = x + x
    return y
    # </solution>


def g(x):
    # <solution z = None    # (2)>
    z = 3 * x                   # (2)
    # </solution>
    # <solution nothing>
    z = z + 0
    # </solution>
    # <start>
    # z = z + 1                 # (3)
    # </start>
    return z

{AUTHOR}
SECRET = 1
'''


def test_start_and_solution():
    source = read_source(TEXT)
    assert 'def f(x):\n    """Return twice x."""\n    raise NotImplementedError("write this")\n' in source.start
    assert "def g(x):\n    z = None    # (2)\n    z = z + 1                 # (3)\n    return z\n" in source.start
    assert "def g(x):\n    z = 3 * x                   # (2)\n    z = z + 0\n    return z\n" in source.solution
    for text in (source.start, source.solution):
        assert "SECRET" not in text and AUTHOR not in text and "<" not in text and text.endswith("return z\n")
    assert source.secret_lines == ("    y = x + x", "    return y", "    z = 3 * x                   # (2)", "    z = z + 0")
    assert planted_numbers(TEXT) == (3,)


@pytest.mark.parametrize("text, complaint", [
    (TEXT.replace(AUTHOR, ""), "must occur once"),
    (TEXT.replace("    # </solution>\n\n\ndef g", "def g"), "marker out of place: # <solution z = None    # (2)>"),
    (TEXT.replace("# </start>", "# </solution>"), "marker out of place: # </solution>"),
    (TEXT.replace("    # </start>\n", ""), "<start> is never closed"),
])
def test_markers_that_do_not_match(text, complaint):
    with pytest.raises(ValueError, match=complaint.replace("(", r"\(").replace(")", r"\)")):
        read_source(text)


def test_bare_lines_are_compared_without_spaces_and_comments():
    assert bare("    dW = x.T @ dy    # (3)") == bare("dW=x.T@dy") == "dW=x.T@dy"


@pytest.mark.parametrize("exercise", EXERCISES.values(), ids=list(EXERCISES))
def test_what_is_given_out_stands_alone(exercise):
    for text in (exercise.start_text(), exercise.solution_text()):
        imports = [node for node in ast.walk(ast.parse(text)) if isinstance(node, (ast.Import, ast.ImportFrom))]
        assert [ast.unparse(node) for node in imports] == ["import numpy as np"]
    task, code = split_docstring(exercise.start_text())
    assert task.startswith(f"Exercise {exercise.number:02d}, {exercise.name}: ")
    assert f"npae exercise check {exercise.name}" in task and "Derivation" in task and "Derivation" not in code
    assert exercise.task_text() == task
