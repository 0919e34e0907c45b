"""The two figures of a report hold what they claim to hold, and leave matplotlib as it was."""

import subprocess
import sys

import matplotlib
import numpy as np
import pytest
from matplotlib.figure import Figure

from npae.gradcheck import Report, TensorRow, check_gradients
from npae.gradcheck.figures import CELLS, STEPS, straight_slope
from npae.plots import png_bytes

from .toys import affine, affine_backward, affine_inputs, dense, dense_backward, tied, tied_backward, tied_inputs

RNG = np.random.default_rng(0)


def tied_wrong(do, x, W, b):
    dx, dW, db, dc = tied_backward(do, x, W, b)
    dW[2, 1] *= 1.3
    return dx, dW, 1.0001 * db, dc


@pytest.fixture(scope="module")
def report():
    return check_gradients(tied, tied_wrong, tied_inputs(np.random.default_rng(0)))


def row(name, verdict="pass", error=0.0, kinks=0):
    return TensorRow(name, error, 1e-9, (), 0.0, 0.0, "complex", kinks, verdict)


def panels(figure):
    return {ax.get_title(loc="left"): ax for ax in figure.axes if ax.images}


def legend(figure):
    return dict(text.get_text().split(": ", 1) for text in figure.legends[0].get_texts())


def remainders(**powers):
    """A probe with remainders of given powers of t, over rounding at 1e-16."""
    noise = np.random.default_rng(1)
    return lambda name, t: np.abs(sum(c * t**p for c, p in powers[name]) + 1e-16 * noise.normal(size=t.shape))


def drawn(probe_powers, rows=()):
    comparisons = {name: (np.ones(3), np.ones(3)) for name in probe_powers}
    return legend(Report(list(rows), [], comparisons, remainders(**probe_powers)).taylor())


# ---- both -----------------------------------------------------------------------------------------------------------

def test_figures_render_and_leave_rcparams_alone(report):
    before = dict(matplotlib.rcParams)
    for figure in (report.heatmap(), report.taylor()):
        assert isinstance(figure, Figure) and png_bytes(figure, dpi=40).startswith(b"\x89PNG")
    assert dict(matplotlib.rcParams) == before


def test_a_report_needs_no_matplotlib_until_it_draws():
    code = ("import sys; from npae.gradcheck import Report; repr(Report()); Report()._repr_html_(); "
            "assert 'matplotlib' not in sys.modules")
    subprocess.run([sys.executable, "-c", code], check=True)


def test_nothing_to_draw_is_an_error_that_says_why():
    random = check_gradients(lambda x: RNG.normal(size=x.shape), lambda dy: dy, {"x": np.ones(3)})
    for draw in (random.heatmap, random.taylor):
        with pytest.raises(ValueError, match="nothing to draw.*two different values"):
            draw()
    with pytest.raises(ValueError, match="no gradient"):
        Report().heatmap()
    with pytest.raises(ValueError, match="no remainder"):
        Report([], [], {"x": (np.ones(2), np.ones(2))}).taylor()


# ---- heat map -------------------------------------------------------------------------------------------------------

def test_heatmap_shows_every_error_and_marks_the_worst(report):
    axes = panels(report.heatmap())
    assert list(axes) == ["x", "W", "b", "c"]
    got, expected = report.comparisons["W"]
    shown = axes["W"].images[0].get_array()
    assert shown.shape == (5, 3) and np.argmax(shown) == 2 * 3 + 1
    assert shown.max() == pytest.approx(np.abs(got - expected).max() / np.abs(got).max())
    assert [tuple(line.get_xydata()[0]) for line in axes["W"].lines] == [(1, 2)] * 2        # (column, row)
    assert (axes["W"].get_xlabel(), axes["W"].get_ylabel(), axes["b"].get_xlabel()) == ("column", "row", "entry")
    assert "worst [2,1]" in axes["W"].texts[0].get_text()
    assert len({ax.images[0].norm for ax in axes.values()}) == 1        # one scale


def test_heatmap_of_large_tensors_keeps_the_worst_entry():
    expected = RNG.normal(size=(1000, 70))
    got = expected.copy()
    got[777, 33] += 50
    ax = panels(Report([], [], {"W": (got, expected)}).heatmap())["W"]
    shown = ax.images[0].get_array()
    assert max(shown.shape) <= CELLS and shown.max() == pytest.approx(50 / np.abs(got).max())
    assert np.unravel_index(np.argmax(shown), shown.shape) == (777 // 11, 33)
    assert "blocks of 11" in ax.get_ylabel()


@pytest.mark.parametrize("shape, cells", [((), (1, 1)), ((4,), (1, 4)), ((2, 3, 4, 5), (2, 60)), ((1, 7), (1, 7)),
                                          ((3, 1), (3, 1))])
def test_heatmap_of_every_shape(shape, cells):
    figure = Report([], [], {"W": (np.ones(shape), np.zeros(shape))}).heatmap()
    ax = panels(figure)["W"]
    assert ax.images[0].get_array().shape == cells
    assert png_bytes(figure, dpi=40)
    assert len(shape) < 3 or "folded" in ax.get_xlabel()


@pytest.mark.parametrize("shape", [(0, 4), (0,), (4, 0), (0, 2, 3), (2, 0, 3)])
def test_heatmap_of_nothing(shape):
    figure = Report([], [], {"W": (np.ones(shape), np.ones(shape)), "b": (np.ones(2), np.ones(2))}).heatmap()
    assert figure.axes[0].texts[0].get_text().startswith("empty") and list(panels(figure)) == ["b"]


def test_heatmap_of_numbers_that_are_not_finite_or_huge():
    figure = Report([], [], {"W": (np.array([1.0, np.nan, np.inf]), np.ones(3)), "V": (np.full(2, 1e308), np.full(2, -1e308)),
                             "zero": (np.zeros(2), np.zeros(2))}).heatmap()
    axes = panels(figure)
    assert png_bytes(figure, dpi=40) and "worst [1] inf" in axes["W"].texts[0].get_text()
    assert "2.0e+00" in axes["V"].texts[0].get_text() and "0.0e+00" in axes["zero"].texts[0].get_text()


# ---- Taylor remainder -----------------------------------------------------------------------------------------------

def test_taylor_of_a_real_report(report):
    said = legend(report.taylor())
    assert said["x"] == "slope 2.0, right" and said["W"] == said["b"] == "slope 1.0, wrong"
    assert "linear" in said["c"] and "slope" not in said["c"]


@pytest.mark.parametrize("powers, words", [
    ([(0.5, 2)], "slope 2.0, right"), ([(3.0, 1)], "slope 1.0, wrong"), ([(2.0, 3)], "slope 3.0, right"),
    ([(1e-4, 1), (1.0, 2)], "slope 1.0, wrong"),        # slightly wrong: slope 2 first, slope 1 below
    ([(-1e-4, 1), (1.0, 2)], "slope 1.0, wrong"), ([(1e-6, 1), (1.0, 2)], "slope 1.0, wrong"),
    ([(1e-12, 1), (1.0, 2)], "slope 2.0, right"),       # below what can be seen
    ([(1.0, 2), (5.0, 3), (20.0, 4)], "slope 2.0, right"), ([(1e6, 2)], "slope 2.0, right"), ([(1e-7, 1)], "slope 1.0, wrong"),
    ([], "rounding only: f is linear along v, and g is right"), ([(1.0, 1.5)], "slope 1.5, neither 1 nor 2")])
def test_taylor_slopes(powers, words):
    assert drawn({"W": powers})["W"] == words


def test_taylor_agrees_with_the_table_or_says_why_it_cannot():
    wrong, kink = row("W", "fail", 1e-12), row("W", "kink", kinks=3)
    assert drawn({"W": [(1.0, 2)]}, [wrong])["W"] == "slope 2.0: its error, 1e-12, is too small to be seen here"
    assert drawn({"W": []}, [wrong])["W"] == "too little above rounding for a slope"
    assert drawn({"W": [(1.0, 0)]}, [row("W", "untrusted")])["W"] == "too little above rounding for a slope"      # a jump
    assert drawn({"W": [(1.0, 1)]}, [row("W")])["W"] == "slope 1.0, from rounding: the gradient passes"
    assert drawn({"W": [(1.0, 1)]}, [kink])["W"] == "slope 1.0, on a corner of f, where it says nothing"


def test_taylor_ignores_steps_that_leave_the_domain():
    def probe(name, t):
        return np.where(t > 1e-3, np.nan, t**2)
    assert legend(Report([], [], {"W": (np.ones(2), np.ones(2))}, probe).taylor())["W"] == "slope 2.0, right"


def test_taylor_of_corners_and_of_linear_functions():
    inputs = affine_inputs(np.random.default_rng(3))
    inputs["x"][2], inputs["b"][:] = 0, 0
    said = legend(check_gradients(dense, dense_backward, inputs).taylor())
    assert "on a corner" in said["b"]
    figure = check_gradients(affine, affine_backward, inputs).taylor()
    assert all("linear" in words for words in legend(figure).values())
    assert any("no remainder rises above rounding" in text.get_text() for text in figure.axes[0].texts)


@pytest.mark.parametrize("shift", [0.0, 1e6, -1e9])
def test_taylor_of_a_shifted_loss(shift):
    """A constant in the loss raises the rounding, not the verdict."""
    def loss(x):
        return shift + np.sum(np.sin(x))
    inputs = {"x": np.random.default_rng(4).normal(size=6)}
    right = check_gradients(loss, lambda x: np.cos(x), inputs)
    wrong = check_gradients(loss, lambda x: 2 * np.cos(x), inputs)
    assert "right" in legend(right.taylor())["x"] and "wrong" in legend(wrong.taylor())["x"]


def test_straight_slope():
    assert straight_slope(STEPS, STEPS**2) == pytest.approx(2)
    assert np.isnan(straight_slope(STEPS[:3], STEPS[:3])) and np.isnan(straight_slope(STEPS[:0], STEPS[:0]))
    assert np.isnan(straight_slope(STEPS, np.exp(np.random.default_rng(5).normal(size=STEPS.size))))
