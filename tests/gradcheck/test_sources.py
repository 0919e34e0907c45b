"""The checker quotes numbered lines of the source, where there is one: files that have changed or are no Python do no harm."""

import numpy as np
import pytest

from npae.gradcheck import check_gradients

FUNCTION = "def doubled_backward(dy, x):\n    dx = -2 * dy    # (3)\n    return dx\n"


@pytest.mark.parametrize("text, quoted", [
    (FUNCTION, True),
    ("def another():\n    pass\n", False),
    ('x = """never closed\n', False),
    ("def doubled_backward(dy, x):\n        dx = (1,\n  ]\n\"\n", False),
    ("def doubled_backward(dy, x):\n    word = 'not closed\n  return\n", False),
    ("No Python at all: it's prose.\n", False),
    (None, False),
])
def test_a_source_that_is_no_longer_there(text, quoted, tmp_path):
    path = tmp_path / "student.py"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    names = {}
    exec(compile(FUNCTION, str(path), "exec"), names)
    report = check_gradients(lambda x: 2 * x, names["doubled_backward"], {"x": np.arange(1.0, 4.0)})
    assert report.findings[0].code == "G203"
    assert ("(3)" in report.findings[0].equation) == quoted
