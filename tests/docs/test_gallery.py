"""The README's figures: all of them, and only them, come from the one command that it names."""

import re
import struct

import pytest

from tests import figures
from tests.docs.markdown import ROOT, text_of

LARGEST = 150_000
SHOWN = re.findall(r"!\[([^\]]+)\]\(notebooks/figures/(\w+)\.png\)", text_of("README.md"))


def size(path):
    """Return width and height of a PNG file in pixels."""
    data = path.read_bytes()
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    return struct.unpack(">II", data[16:24])


def test_the_readme_shows_what_the_command_draws():
    assert sorted(name for _, name in SHOWN) == sorted(figures.FIGURES)
    assert {path.stem for path in figures.FOLDER.iterdir()} == set(figures.FIGURES)
    assert all(len(text) > 15 for text, _ in SHOWN)       # what a screen reader says instead
    assert figures.FOLDER == ROOT / "notebooks" / "figures" and "`python -m tests.figures`" in text_of("README.md")


@pytest.mark.parametrize("name", figures.FIGURES)
def test_it_is_small_and_readable(name):
    path = figures.FOLDER / f"{name}.png"
    width, height = size(path)
    assert path.stat().st_size < LARGEST and 900 <= width <= 1500 and 300 <= height <= 1200


@pytest.mark.dev
def test_the_command_draws_them(tmp_path, capsys):
    figures.main(["--quick", "--out", str(tmp_path / "figures")])
    drawn = {path.stem: size(path) for path in (tmp_path / "figures").iterdir()}
    assert drawn == {name: size(figures.FOLDER / f"{name}.png") for name in figures.FIGURES}
    assert capsys.readouterr().out.count(".png: ") == len(figures.FIGURES)
