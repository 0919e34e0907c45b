"""The table that is drawn is the table that was given."""

import numpy as np
import pytest

from npae import plots
from npae.plots import style

TABLE = np.array([[9, 1, 0], [0, 0, 4]])


def test_every_count_is_written_where_it_belongs_and_shaded_by_its_row():
    figure = plots.count_tables({"one": TABLE, "two": TABLE[:, ::-1]}, ["a", "b"], {"two": "a note"}, "kind", "part")
    ax, other = figure.axes
    written = {(int(text.get_position()[1]), int(text.get_position()[0])): text.get_text() for text in ax.texts}
    assert written == {(0, 0): "9", (0, 1): "1", (1, 2): "4"}           # rows go down, zeros stay blank
    np.testing.assert_allclose(ax.images[0].get_array(), [[0.9, 0.1, 0], [0, 0, 1]])
    colours = {text.get_text(): text.get_color() for text in ax.texts}
    assert colours == {"9": style.PAPER, "1": style.INK, "4": style.PAPER}
    assert [label.get_text() for label in ax.get_yticklabels()] == ["a", "b"]
    assert (ax.get_xlabel(), ax.get_ylabel(), ax.get_title(loc="left")) == ("part", "kind", "one")
    assert "a note" in [text.get_text() for text in other.texts]
    assert plots.png_bytes(figure, dpi=40).startswith(b"\x89PNG")


def test_an_empty_row_is_white():
    ax = plots.count_tables({"one": np.array([[0, 0], [1, 2]])}, "ab").axes[0]
    assert ax.images[0].get_array()[0].tolist() == [0, 0]


@pytest.mark.parametrize("tables, message", [
    ({}, "tables is empty"), ({"x": TABLE[:1]}, r"tables\['x'\] must have 2 rows"), ({"x": TABLE[0]}, "must have 2 rows")])
def test_bad_input(tables, message):
    with pytest.raises(ValueError, match=message):
        plots.count_tables(tables, ["a", "b"])
