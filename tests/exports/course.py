"""What nbgrader does with a notebook, as far as the tests need it, and a way to run the cells without Jupyter."""

import ast
import contextlib
import io
import json

STUB = "# YOUR CODE HERE"
NBGRADER_STUB = "# YOUR CODE HERE\nraise NotImplementedError()"


def cells_of(text):
    """Return the cells of a notebook, their source as one text."""
    return [{**cell, "source": "".join(cell["source"])} for cell in json.loads(text)["cells"]]


def released(cells, stub=STUB):
    """Return the students' version, as `nbgrader generate_assignment` makes it."""
    return [{**cell, "source": _without(_without(cell["source"], "SOLUTION", stub), "HIDDEN TESTS", None)} for cell in cells]


def _without(text, kind, stub):
    kept, inside = [], False
    for line in text.split("\n"):
        if f"BEGIN {kind}" in line:
            inside = True
            kept += [] if stub is None else stub.split("\n")
        elif f"END {kind}" in line:
            inside = False
        elif not inside:
            kept.append(line)
    assert not inside
    return "\n".join(kept)


def replaced(cells, name, change):
    """Return the cells with the source of one of them changed."""
    return [{**cell, "source": change(cell["source"])} if cell["id"] == name else cell for cell in cells]


def autograded(submitted, instructors):
    """Return the cells that nbgrader runs: the student's, with the instructor's in the place of those that are locked."""
    locked = {cell["id"]: cell for cell in instructors if cell["metadata"]["nbgrader"]["locked"]}
    return [locked.get(cell["id"], cell) for cell in submitted]


def run_cells(cells):
    """Run the code cells in one namespace, as a kernel does; return the errors by cell, and the text on stdout.

    A cell that writes to stderr, or has a value, is an error too: nbgrader would read a mark from either.
    """
    names, errors, printed = {"__name__": "__main__"}, {}, io.StringIO()
    for cell in cells:
        if cell["cell_type"] != "code":
            continue
        complaints = io.StringIO()
        try:
            with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(complaints):
                value = _run(cell["source"], names)
            if value is not None or complaints.getvalue():
                errors[cell["id"]] = AssertionError(f"value {value!r}, stderr {complaints.getvalue()!r}")
        except Exception as error:
            errors[cell["id"]] = error
    return errors, printed.getvalue()


def _run(source, names):
    body = ast.parse(source).body
    last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
    exec(compile(ast.Module(body, []), "cell", "exec"), names)
    return None if last is None else eval(compile(ast.Expression(last.value), "cell", "eval"), names)


def points(cells, errors):
    """Return the marks of the grade cells that raised nothing."""
    marks = {cell["id"]: cell["metadata"]["nbgrader"]["points"] for cell in cells if cell["metadata"]["nbgrader"]["grade"]}
    return sum(mark for name, mark in marks.items() if name not in errors)
