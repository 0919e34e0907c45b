"""The quick denoising demonstration: the numbers that it prints are those that the sources and the theory ask for."""

import contextlib
import io

import numpy as np
import pytest
from matplotlib.figure import Figure

from npae.demos import DEMOS, denoising
from npae.demos.denoising_jacobian import LEVELS as SMALL
from npae.plots import FieldPanel, landing_map, png_bytes, vector_fields
from npae.plots.fields import grid

FIGURES = {"circle_field", "mixture_field", "spiral_field", "spiral_landing", "spiral_distance", "memory", "small_noise",
           "digits", "code_distance"}
NOISES = ("gaussian", "masking", "salt_and_pepper")


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    """The numbers, what was printed, and the folder of the figures."""
    out, printed = tmp_path_factory.mktemp("demo") / "new" / "folder", io.StringIO()
    with contextlib.redirect_stdout(printed):
        numbers = denoising.run(out, quick=True)
    return numbers, printed.getvalue(), out


@pytest.fixture
def numbers(demo):
    return demo[0]


def test_it_is_listed_and_writes_its_figures(demo):
    numbers, printed, out = demo
    assert "denoising" in DEMOS
    assert {path.stem for path in out.iterdir()} == FIGURES
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in out.glob("*.png"))
    assert all(type(value) is float and np.isfinite(value) for value in numbers.values())
    for value in (numbers["circle_relative_squared_error"], numbers["mixture_median_cosine"]):
        assert f"{value:.5f}" in printed
    assert f"{numbers['gaussian_gain']:.2f}" in printed and f"{numbers['spiral_far']:.3f}" in printed


@pytest.mark.parametrize("data", ["circle", "mixture"])
def test_the_field_is_the_score_of_the_noised_density(numbers, data):
    assert 0 < numbers[f"{data}_relative_squared_error"] < 0.02
    assert 0.95 < numbers[f"{data}_median_cosine"] <= 1
    assert 0 < numbers[f"{data}_excess_over_sd2"] < 0.01


def test_from_far_it_still_finds_the_circle(numbers):
    assert numbers["circle_far_cosine"] > 0.99
    assert numbers["circle_far_miss"] < 0.5


def test_far_from_the_spiral_it_lands_beside_it(numbers):
    assert numbers["spiral_near"] < 0.02
    assert numbers["spiral_far_over_near"] >= 10
    assert numbers["spiral_wrong_between"] < 0.2
    assert numbers["spiral_wrong_far"] < 0.02


def test_the_best_denoiser_of_few_points_memorizes(numbers):
    assert numbers["memorizer_over_identity_0.1"] < 1e-9
    assert numbers["memorizer_over_identity_0.3"] < 1e-2
    assert 0.1 < numbers["memorizer_over_identity_1"] < 0.3
    assert numbers["memorizer_new_over_best_0.3"] > 5       # and knows nothing of other points


def test_noise_drawn_once_is_learnt_by_heart(numbers):
    assert numbers["once_training"] < 0.5 * numbers["afresh_training"]
    assert numbers["once_held_out"] > 1.5 * numbers["afresh_held_out"]


def test_little_noise_is_a_contraction_of_the_whole_map(numbers):
    assert SMALL[-1] == 0.01
    assert numbers["jacobian_linear"] < 1e-8                # exact for every sd
    assert numbers["jacobian_tanh"] < 1e-3                  # of the order of sd^2
    for alone in ("decoder", "encoder"):
        assert numbers[f"jacobian_tanh_{alone}_alone"] > 0.1
    assert numbers["jacobian_elsewhere_with_laplacian"] < 1e-3 < 0.05 < numbers["jacobian_elsewhere"]


@pytest.mark.parametrize("noise", NOISES)
def test_digits_are_cleaned(numbers, noise):
    assert numbers[f"{noise}_gain"] > 3
    assert numbers[f"{noise}_over_pca"] > 0


@pytest.mark.parametrize("noise", NOISES)
def test_noise_moves_the_codes_of_a_denoiser_less(numbers, noise):
    assert 0 < numbers[f"{noise}_code_denoising"] < numbers[f"{noise}_code_plain"]


# ---- the figures -------------------------------------------------------------------------------------------------------

WINDOW = (-1.0, 1.0, -2.0, 0.0)


def inward(x):
    return -x


def arrows_of(ax):
    return [item for item in ax.collections if hasattr(item, "U")]


def test_grid_fills_the_window():
    points = grid(WINDOW, 4)
    assert points.shape == (16, 2)
    np.testing.assert_allclose([points.min(axis=0), points.max(axis=0)], [[-0.75, -1.75], [0.75, -0.25]])
    assert len(np.unique(points, axis=0)) == 16


def test_vector_fields_draw_the_vectors_on_one_scale():
    panels = [FieldPanel("small", inward, WINDOW, arrows=5), FieldPanel("twice", lambda x: -2 * x, WINDOW, arrows=5)]
    figure = vector_fields(panels, data=[[0.0, 0.0]], curve=[[0.0, 0.0], [1.0, -1.0]])
    assert isinstance(figure, Figure) and [ax.get_title(loc="left") for ax in figure.axes] == ["small", "twice"]
    first, second = (arrows_of(ax)[0] for ax in figure.axes)
    np.testing.assert_allclose(second.U, 2 * first.U)
    np.testing.assert_allclose(first.U * first.XY[:, 1], first.V * first.XY[:, 0], atol=1e-12)      # along x
    assert np.all(first.V > 0)                                                                     # inwards
    assert np.hypot(second.U, second.V).max() < 2 * 2.0 / 5             # about one step of the grid
    assert all(ax.get_aspect() == 1 and ax.get_xlim() == (-1, 1) and ax.get_ylim() == (-2, 0) for ax in figure.axes)
    assert [ax.get_xlabel() for ax in figure.axes] == ["x₁", "x₁"]


def test_arrows_against_the_truth_stand_out():
    def half_wrong(x):
        return np.where(x[:, :1] > 0, x, -x)

    right, wrong = arrows_of(vector_fields([FieldPanel("f", half_wrong, WINDOW, truth=inward, arrows=4)]).axes[0])
    assert len(right.U) == len(wrong.U) == 8
    assert np.all(wrong.XY[:, 0] > 0) and wrong.width > right.width
    assert not np.array_equal(wrong.get_facecolor(), right.get_facecolor())


def test_equal_arrows_show_directions_only():
    (arrows,) = arrows_of(vector_fields([FieldPanel("f", lambda x: -x ** 3, WINDOW, arrows=4, equal=True)]).axes[0])
    lengths = np.hypot(arrows.U, arrows.V)
    np.testing.assert_allclose(lengths, lengths[0])
    still = vector_fields([FieldPanel("f", lambda x: 0 * x, WINDOW, arrows=4, equal=True)])
    assert png_bytes(still, dpi=30)                                     # nothing to scale by


def test_a_zoom_is_drawn_again_with_its_own_scale():
    ax = vector_fields([FieldPanel("f", inward, WINDOW, zoom=(-0.1, 0.1, -0.1, 0.1))]).axes[0]
    (inset,) = ax.child_axes
    assert inset.get_xlim() == (-0.1, 0.1) and inset.texts[0].get_text() == "×4.3"
    outside, inside = (arrows_of(item)[0] for item in (ax, inset))
    assert np.hypot(inside.U, inside.V).max() / 0.2 == pytest.approx(np.hypot(outside.U, outside.V).max() / 2, rel=1)
    assert np.abs(inside.XY).max() < 0.1


@pytest.mark.parametrize("panels, data, message", [
    ([], None, "panels is empty"),
    ([FieldPanel("f", lambda x: x[:3], WINDOW)], None, "gave 3 vectors for 441 points"),
    ([FieldPanel("f", lambda x: x[:, :1], WINDOW)], None, "the field's values has 1 features"),
    ([FieldPanel("f", lambda x: x / 0.0 if len(x) else x, WINDOW)], None, "the field's values has .* not finite"),
    ([FieldPanel("f", inward, WINDOW, arrows=1)], None, "count must be"),
    ([FieldPanel("f", inward, WINDOW)], np.zeros((2, 3)), "data has 3 features"),
])
def test_fields_refuse_what_does_not_fit(panels, data, message):
    with np.errstate(all="ignore"), pytest.raises(ValueError, match=message):
        vector_fields(panels, data)


def test_a_landing_map_holds_its_points():
    groups = {"far": [[0.0, 1.0], [2.0, 3.0]], "near": [[1.0, 1.0]]}
    ax = landing_map("t", groups, [[0.0, 0.0], [1.0, 1.0]], "n").axes[0]
    np.testing.assert_array_equal(ax.lines[0].get_xydata(), [[0, 0], [1, 1]])
    assert [item.get_offsets().tolist() for item in ax.collections] == list(groups.values())
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["the data", "far", "near"]
    assert ax.get_aspect() == 1
    for wrong, message in (({}, "one to three"), ({"a": np.zeros((2, 3))}, r"groups\['a'\] has 3 features")):
        with pytest.raises(ValueError, match=message):
            landing_map("t", wrong, [[0.0, 0.0], [1.0, 1.0]])
