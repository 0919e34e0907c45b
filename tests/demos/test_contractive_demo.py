"""`npae demo contractive`, the quick version, run once: its numbers against what the sources and their errata claim."""

import contextlib
import io

import numpy as np
import pytest

from npae.demos import contractive
from npae.demos.contractive_staircase import COUNTS, SD, best_denoiser, four_places
from npae.demos.contractive_tradeoff import robustness
from npae.models import ContractiveAutoencoder
from npae.plots import LinePanel, direction_images, line_panels
from npae.plots.tiles import pitch

FIGURES = {"trade-off", "staircase", "spectrum", "tangents"}


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    out, text = tmp_path_factory.mktemp("contractive") / "new", io.StringIO()
    with contextlib.redirect_stdout(text):
        found = contractive.run(out, quick=True)
    return found, out, text.getvalue()


@pytest.fixture(scope="module")
def found(demo):
    return demo[0]


def test_it_draws_its_figures_and_tells_its_story(demo):
    found, out, text = demo
    assert {path.stem for path in out.iterdir()} == FIGURES
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in out.iterdir())
    assert all(isinstance(value, float) and np.isfinite(value) for value in found.values())
    for words in ("lambda = 10 on the code has collapsed", "259 of them distinct", "v / (v + lambda)", "64-64-32"):
        assert words in text


def test_robustness_is_traded_for_reconstruction(found):
    assert found["largest_rise_jacobian"] < 1 and found["largest_rise_noise"] < 1
    assert found["smallest_rise_reconstruction"] > 0
    assert found["collapsed_at"] == 10 and found["codes_first"] == 360 and found["codes_last"] < 18


def test_contractive_units_depend_on_the_data_and_resist_noise(found):
    """E004-07: more than 90% of the distinct inputs keep distinct codes; steadier than sparse and plain; worse images."""
    for weight in ("0.1", "1"):
        assert found[f"contractive_{weight}_codes"] > 0.9
        assert found[f"contractive_{weight}_noise"] < 0.8 * min(found["sparse_noise"], found["plain_noise"])
    assert found["contractive_1_noise"] < found["contractive_0.1_noise"]
    assert found["plain_nats"] < found["contractive_0.1_nats"] < found["contractive_1_nats"] < found["contractive_10_nats"]
    assert found["contractive_10_codes"] < 0.05


def test_the_staircase(found):
    """002: flat at the training points, |r'| < 0.3; steeper than one between them; without penalty the identity."""
    assert found["slope_at_0"] == pytest.approx(1, abs=0.02) and found["slope_between_0"] < 1.1
    for weight in (0.03, 0.1):
        assert found[f"slope_at_{weight}"] < 0.3 and found[f"slope_between_{weight}"] > 2
    for weight in (0.003, 0.03, 0.1):
        assert found[f"slope_at_{weight}"] == pytest.approx(found[f"slope_theory_{weight}"], abs=0.03)


def test_contraction_is_local(found):
    assert found["L-BFGS_at"] < 0.1 and found["L-BFGS_beside"] > 100 * found["L-BFGS_at"]
    assert found["L-BFGS_nats"] < found["Adam_nats"]


def test_few_directions_are_left_and_they_lead_to_neighbours(found):
    assert found["number_0.3"] < 0.6 * found["number_0"]
    assert found["tenth_over_first_0.3"] < 0.6 * found["tenth_over_first_0"]
    assert found["neighbours_0.3"] > found["neighbours_0"] + 0.05 > 10 / 64
    assert found["blank_0.3"] < 0.5 * found["blank_0"]


def test_the_last_layer_alone_is_another_number(found):
    assert found["shallow_0.1_last"] == pytest.approx(found["shallow_0.1_jacobian"], rel=1e-5)
    assert found["deep_0_jacobian"] > 3 * found["deep_0_last"]
    for name in ("shallow", "deep"):
        assert found[f"{name}_0.1_jacobian"] < 0.9 * found[f"{name}_0_jacobian"]


# ---- the measures themselves -------------------------------------------------------------------------------------------

def test_the_groups_have_the_variance_that_the_theory_uses():
    groups = np.split(four_places(), np.cumsum(COUNTS)[:-1])
    np.testing.assert_allclose([group.var() for group in groups], 0.01, rtol=1e-12)
    np.testing.assert_allclose([group.mean() for group in groups], [-1.5, -0.5, 0.3, 1.4], rtol=1e-12)


def test_the_best_denoiser_by_hand():
    training = np.array([-1.0, 1.0, 1.0])
    likelihood = np.exp(-(0.1 - training) ** 2 / (2 * SD ** 2))
    expected = np.dot(likelihood, training) / likelihood.sum()
    assert best_denoiser(np.array([0.1]), training)[0] == pytest.approx(expected, rel=1e-12)
    np.testing.assert_allclose(best_denoiser(np.array([-40.0, 40.0]), training), [-1, 1])


def test_robustness_of_a_linear_code_is_known():
    """z = x W moves by e W: |J|^2 = sum W^2, and E |e W|^2 = sd^2 sum W^2."""
    model = ContractiveAutoencoder(hidden_dims=(), latent_dim=3, latent_activation="identity", dtype="float64",
                                   random_state=0).initialize(6)
    x = np.random.default_rng(0).random((4000, 6))
    item, size = robustness(model, x, sd=0.5), np.sum(model.params["encoder.0.W"] ** 2)
    assert item.jacobian == pytest.approx(size, rel=1e-12) and item.noise == pytest.approx(0.25 * size, rel=0.03)
    assert item.reconstruction == pytest.approx(-model.score(x)) and item.binary <= 8 < item.codes
    assert item.variance == pytest.approx(model.transform(x).var(axis=0).mean())


# ---- its figures -------------------------------------------------------------------------------------------------------

def test_lines_keep_their_looks_from_panel_to_panel():
    x = np.linspace(0, 1, 20)
    panels = [LinePanel("one", x, {"a": x, "b": 2 * x}, "x", "y", references={"identity": x}, verticals={"here": 0.5},
                        horizontals={"there": 0.2}, points={"data": ([0.1], [0.3])}, bands={"a": (x - 1, x + 1)},
                        y_limits=(0, 3), x_limits=(0, 1)),
              LinePanel("two", x, {"b": x, "c": x}, "x", "y", legend="")]
    first, second = line_panels(panels).axes
    drawn = [{line.get_label(): line for line in ax.lines} for ax in (first, second)]
    assert set(drawn[0]) == {"a", "b", "identity", "here", "there", "data"} and set(drawn[1]) == {"b", "c"}
    assert drawn[0]["b"].get_color() == drawn[1]["b"].get_color()
    assert len({drawn[0]["a"].get_color(), drawn[0]["b"].get_color(), drawn[1]["c"].get_color()}) == 3
    np.testing.assert_array_equal(drawn[0]["b"].get_ydata(), 2 * x)
    assert first.get_ylim() == (0, 3) and len(first.collections) == 1
    assert {text.get_text() for text in first.get_legend().get_texts()} == set(drawn[0]) and second.get_legend() is None


def test_a_sweep_stands_at_equal_distances_and_may_be_logarithmic():
    ax, = line_panels([LinePanel("sweep", ["0", "0.1", "10"], {"a": [100.0, 1.0, 0.01]}, "weight", "value", log=True)]).axes
    assert [label.get_text() for label in ax.get_xticklabels()] == ["0", "0.1", "10"]
    np.testing.assert_array_equal(ax.lines[0].get_xdata(), [0, 1, 2])
    assert ax.get_yscale() == "log" and ax.lines[0].get_marker() == "o" and ax.get_legend() is None
    with pytest.raises(ValueError, match="panels is empty"):
        line_panels([])


def test_directions_stand_beside_their_image():
    images, directions = np.eye(2, 6), np.zeros((2, 3, 6))
    directions[1, 2] = [0, 0, 0, 0, 0, -7.0]                # the last direction of the second image: its last pixel is blue
    figure = direction_images(images, (3, 2), {"plain": directions, "contracted": directions})
    ax, = figure.axes
    assert [label.get_text() for label in ax.get_xticklabels()] == ["image", "plain", "contracted"]
    canvas, (tile_y, tile_x) = ax.images[0].get_array(), pitch(3, 2)
    right, bottom = canvas.shape[1] - 10, canvas.shape[0] - 10
    red, _, blue, _ = canvas[bottom, right]
    above, before = canvas[bottom - tile_y, right, :3], canvas[bottom, right - tile_x, :3]
    assert blue > red + 0.2 and np.ptp(above) < 0.02 and np.ptp(before) < 0.02
    assert canvas[10, 10, 0] < 0.1 < canvas[tile_y + 10, 10, 0]         # pixel 0 of the first image is ink
    with pytest.raises(ValueError, match=r"directions\['plain'\] is for 1 images, there are 2"):
        direction_images(images, (3, 2), {"plain": directions[:1]})
