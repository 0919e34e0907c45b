"""Colours that most eyes tell apart: contrast on white paper, and distances as seen without one kind of cones.

Dichromats are simulated by the matrices of Machado, Oliveira and Fernandes, "A physiologically-based model for simulation
of color vision deficiency", IEEE TVCG 15 (2009), severity 1, on linear RGB. Distances are those of CIELAB (CIE 1976, D65).
"""

import ast
import re
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from matplotlib.colors import to_rgb

import npae
from npae.gradcheck.html import ACCENTS
from npae.plots import style
from npae.plots.lines import LOOKS
from npae.tour import style as page

VISION = {
    "ordinary": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
TO_XYZ = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]])
LINES = {name: getattr(style, name) for name in ("INK", "MUTED", "BLUE", "VERMILLION", "GREEN", "PURPLE", "BROWN")}
ROOM = Path(npae.__file__).parent
each_vision = pytest.mark.parametrize("vision", VISION)


def linear(colour):
    """Return linear RGB (3,) of a colour in sRGB."""
    c = np.array(to_rgb(colour))
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def contrast(colour, paper="white"):
    """Return the contrast of WCAG 2, from 1 to 21."""
    dark, light = sorted(TO_XYZ[1] @ linear(each) for each in (colour, paper))
    return (light + 0.05) / (dark + 0.05)


def lab(colour, vision="ordinary"):
    """Return CIELAB (3,) of a colour as it is seen."""
    t = TO_XYZ @ np.clip(np.asarray(VISION[vision]) @ linear(colour), 0, 1) / TO_XYZ.sum(axis=1)
    f = np.where(t > (6 / 29) ** 3, np.cbrt(t), t / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def distances(colours, vision):
    """Return the distances of all pairs, in rising order."""
    return sorted(np.linalg.norm(lab(one, vision) - lab(other, vision)) for one, other in combinations(colours, 2))


def test_the_measures_know_known_colours():
    assert contrast("black") == pytest.approx(21) and contrast("white") == 1
    np.testing.assert_allclose(lab("white"), [100, 0, 0], atol=1e-3)
    np.testing.assert_allclose(lab("red"), [53.24, 80.09, 67.20], atol=0.02)
    for vision, matrix in VISION.items():
        np.testing.assert_allclose(np.sum(matrix, axis=1), 1, atol=1e-5, err_msg=vision)       # gray stays gray
    confused = ("#d55e00", "#9a6b00")       # red and green to most eyes, one colour without red cones
    assert distances(confused, "ordinary")[0] > 30 > 5 > distances(confused, "protanopia")[0]


@each_vision
def test_lines_are_told_apart(vision):
    assert distances(LINES.values(), vision)[0] > 15


@pytest.mark.parametrize("name", LINES)
def test_lines_stand_out_from_paper(name):
    assert contrast(LINES[name]) > 3


def test_lines_need_no_colour_at_all():
    for part in range(3):                   # colour, stroke and marker each tell the curves apart
        assert len({str(look[part]) for look in LOOKS}) == len(LOOKS)
    assert {look[0] for look in LOOKS} <= set(LINES.values())


def test_class_colours():
    """Apart for most, dark enough for all; not all of them apart for dichromats, which is why signs and labels are drawn."""
    assert min(contrast(colour) for colour in style.CLASS_COLOURS) > 3
    nearest = {vision: distances(style.CLASS_COLOURS, vision) for vision in VISION}
    assert nearest["ordinary"][0] > 15 and nearest["tritanopia"][0] > 12 and nearest["protanopia"][0] > 7
    assert [distance > 5 for distance in nearest["deuteranopia"][:3]] == [False, False, True]


def test_writing_on_pale_faces():
    for name in ("PALE_BLUE", "PALER_BLUE", "PALE_VERMILLION", "PALE_BROWN", "PALE_GRAY", "FAN"):
        assert contrast(style.INK, getattr(style, name)) > 7 and contrast(style.MUTED, getattr(style, name)) > 4.5


def test_reports_in_pages_light_and_dark():
    assert all(contrast(colour, paper) > 3 for colour in ACCENTS.values() for paper in ("white", "#111111"))


@pytest.mark.parametrize("room", ["plots", "diagrams", "demos", "gradcheck", "tour"])
def test_colours_are_decided_in_one_place(room):
    """Pages of HTML name colours themselves; of those, what is drawn beside figures is the figures' colour."""
    pages = {ROOM / "gradcheck" / "html.py", ROOM / "tour" / "style.py"}
    given = {}
    for path in sorted((ROOM / room).rglob("*.py")):
        if path.name != "style.py" and path not in pages:
            given[path.name] = [keyword.value.value for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
                                if isinstance(node, ast.Call) for keyword in node.keywords
                                if re.search("color|cmap", keyword.arg or "") and isinstance(keyword.value, ast.Constant)]
            given[path.name] += re.findall(r"[\"'](#[0-9a-fA-F]{6})[\"']", path.read_text(encoding="utf-8"))
    assert {name: colours for name, colours in given.items() if set(colours) - {"none", None}} == {}


def test_the_page_of_the_tour_has_the_colours_of_its_figures():
    named = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", page.STYLE))
    assert {"ink": style.INK, "muted": style.MUTED, "accent": style.BLUE, "code": style.VERMILLION}.items() <= named.items()
