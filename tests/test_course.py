"""What the notebooks need."""

import inspect

from npae.course import key, picture, source, task
from npae.diagrams import feed_forward
from npae.layers import affine, affine_backward


def test_the_source_is_the_source():
    shown = source(affine, affine_backward)._repr_markdown_()
    assert inspect.getsource(affine).rstrip() in shown and "`npae/layers/affine.py`" in shown


def test_a_key_figure_is_printed_with_what_is_allowed(capsys):
    key("angle", 1.25, within=0.5)
    key("ratio", -200, relative=0.01)
    assert capsys.readouterr().out == "key figure | angle | 1.25 | 0.5\nkey figure | ratio | -200 | 2\n"


def test_a_picture_and_a_task():
    assert picture(feed_forward([4, 2, 4]))._repr_png_().startswith(b"\x89PNG")
    assert "npae exercise start affine" in task("affine")._repr_markdown_()
