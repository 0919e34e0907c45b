"""`npae demo sparse`, the quick version, run once: its numbers against what the sources and their errata claim."""

import contextlib
import io

import numpy as np
import pytest

from npae import plots
from npae.demos import sparse
from npae.demos.sparse_bars import best_matches, single_bars
from npae.demos.sparse_digits import jaccard
from npae.demos.sparse_patches import BINS, SIZE, orientations

FIGURES = {"kl-curve", "penalties", "l1-sweep", "kl-means", "kl-batches", "bars-l1", "bars-plain", "opacity", "sensitivity",
           "patches-plain", "patches-collapsed", "patches-whitened"}


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    out, text = tmp_path_factory.mktemp("sparse") / "new", io.StringIO()
    with contextlib.redirect_stdout(text):
        found = sparse.run(out, quick=True)
    return found, out, text.getvalue()


@pytest.fixture(scope="module")
def found(demo):
    return demo[0]


def test_it_draws_its_figures_and_tells_its_story(demo):
    found, out, text = demo
    assert {path.stem for path in out.iterdir()} == FIGURES
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in out.iterdir())
    assert all(isinstance(value, float) and np.isfinite(value) for value in found.values())
    for words in ("6.2500", "Stanford", "sparsity_weight 6", "Jaccard", "rho-hat", "One pixel of eight"):
        assert words in text


def test_the_kl_curve(found):
    assert found["kl_table_error"] < 1e-6
    assert found["kl_curvature"] == pytest.approx(6.25, abs=1e-3)


def test_three_penalties_on_one_code(found):
    """E000-09: y = 6 shrinks to 5.200, 3.333, 5.729; only L1 makes zeros."""
    assert found["shrunk_l1"] == pytest.approx(5.2, abs=1e-9)
    assert found["shrunk_gaussian"] == pytest.approx(10 / 3, abs=1e-9)
    assert found["shrunk_student_t"] == pytest.approx(5.729, abs=5e-4)
    assert found["zeros_l1"] == pytest.approx(0.8 / 6, abs=0.01) and found["zeros_gaussian"] == found["zeros_student_t"] == 0


def test_l1_makes_zeros_and_the_reconstruction_pays(found):
    assert found["l1_zeros_smallest_rise"] > 0 and found["l1_error_smallest_rise"] > 0
    assert found["l1_zeros_none"] < 0.7 and found["l1_zeros_most"] > 0.99


def test_weight_decay_makes_no_zeros(found):
    """E003-07: no zeros at any decay, a falling rank."""
    assert [found[f"decay_{decay:g}_zeros"] for decay in (0, 0.01, 0.1, 0.5)] == [0, 0, 0, 0]
    ranks = [found[f"decay_{decay:g}_rank"] for decay in (0, 0.01, 0.1, 0.5)]
    assert ranks[0] == 16 and ranks == sorted(ranks, reverse=True) and ranks[-1] < 6
    assert found["l1_codes_zeros"] > 0.5


def test_mean_activations_reach_rho_and_say_nothing_of_sparseness(found):
    assert found["kl_deviation_0"] > 0.3
    assert found["kl_deviation_10"] < 0.03 and found["kl_deviation_100"] < 0.03
    assert found["kl_lifetime_100"] < found["kl_lifetime_10"] < found["kl_lifetime_1"]


def test_small_batches_bias_the_penalty(found):
    assert found["bias_over_theory_100"] == pytest.approx(1, abs=0.15)
    assert 0 < found["bias_running_10"] < found["bias_batch_10"] / 10
    assert found["seen_minus_real_running"] < 0.2 * found["seen_minus_real_batch"]


def test_every_bar_has_its_unit(found):
    assert found["bars_found_fewest"] == 16 and found["bars_worst_match"] > 0.9
    assert found["bars_without_penalty"] < 8


def test_images_of_one_class_share_units(found):
    assert found["jaccard_within"] > 2 * found["jaccard_between"] > 0


def test_contraction_steadies_the_code_against_noise_and_not_against_shifts(found):
    assert found["noise_contractive"] < 0.9 * min(found["noise_plain"], found["noise_sparse"])
    assert min(found[f"shift_{name}"] for name in ("plain", "sparse", "contractive")) > 0.3


def test_the_stanford_exercise(found):
    assert found["plain_mean_off"] < 0.005 and found["plain_lifetime"] > 0.6 and found["plain_error_left"] < 0.6
    assert found["plain_oriented"] >= 8 and found["plain_orientations"] >= 4
    assert found["collapsed_error_left"] > 0.99 and found["collapsed_lifetime"] < 0.01
    assert found["whitened_error_left"] < 0.8 and found["whitened_lifetime"] > 0.6


# ---- the measures themselves -------------------------------------------------------------------------------------------

def test_bars_match_themselves_only():
    bars = single_bars()
    np.testing.assert_allclose(np.sum(bars ** 2, axis=1), 1)
    np.testing.assert_allclose(best_matches(-3 * bars.T), 1)
    np.testing.assert_allclose(best_matches(bars[:1].T), [1] + [0] * 7 + [1 / 8] * 8, atol=1e-15)
    assert best_matches(np.zeros((64, 2))).max() == 0


def test_jaccard_by_hand():
    active = np.array([[1, 1, 0], [1, 0, 0], [0, 1, 1], [0, 0, 0]], dtype=bool)
    within, between = jaccard(active, np.array([0, 0, 1, 1]))
    assert within == pytest.approx((1 / 2 + 0) / 2)
    assert between == pytest.approx((1 / 3 + 0 + 0 + 0) / 4)


@pytest.mark.parametrize("degrees", [0, 30, 45, 90, 135])
def test_orientation_of_a_grating(degrees):
    angle = np.radians(degrees)
    row, column = np.mgrid[:SIZE, :SIZE]
    grating = np.sin(2 * np.pi * 0.2 * (column * np.cos(angle) + row * np.sin(angle)) + 0.3)
    found, strength = orientations(np.stack([grating.ravel(), 5 * grating.ravel() + 1], axis=1))
    off = (found - angle + np.pi / 2) % np.pi - np.pi / 2
    assert np.abs(off).max() < np.pi / BINS / 2 and strength.min() > 0.7
    np.testing.assert_allclose(found[0], found[1])              # neither contrast nor mean matters


def test_noise_and_blobs_have_no_orientation():
    row, column = np.mgrid[:SIZE, :SIZE] - (SIZE - 1) / 2
    blob = np.exp(-(row ** 2 + column ** 2) / 4).ravel()
    noise = np.random.default_rng(0).normal(size=(SIZE * SIZE, 200))
    assert orientations(blob[:, None])[1].max() < 1e-10
    assert np.mean(orientations(noise)[1] > 0.5) < 0.02


# ---- its figures -------------------------------------------------------------------------------------------------------

def test_units_are_as_opaque_as_they_are_active():
    images, codes = np.zeros((2, 6)), np.array([[0.0, 0.5, 2.0, -1.0, 1.0], [0.25, 0, 0, 0, 0]])
    figure = plots.unit_opacity(images, (3, 2), codes, ["a", "b"], limit=1.0, note="five units")
    discs = [ax.collections[0] for ax in figure.axes if ax.collections]
    np.testing.assert_allclose([disc.get_facecolors()[:, 3] for disc in discs], [[0, 0.5, 1, 0, 1], [0.25, 0, 0, 0, 0]])
    np.testing.assert_allclose(discs[0].get_offsets(), [[0, 0], [1, 0], [2, 0], [0, 1], [1, 1]])       # reading order
    assert [ax.get_title() for ax in figure.axes if ax.images] == ["a", "b"] and figure.texts[0].get_text() == "five units"
    by_largest = plots.unit_opacity(images, (3, 2), codes)
    assert by_largest.axes[1].collections[0].get_facecolors()[1, 3] == pytest.approx(0.25)
    with pytest.raises(ValueError, match="activations has 1 rows, there are 2 images"):
        plots.unit_opacity(images, (3, 2), codes[:1])


def test_histograms_share_their_bins():
    figure = plots.histograms({"a": [0.1, 0.1, 0.4], "b": [0.2]}, "mean", {"a": "three"}, target=("rho", 0.1), bins=4)
    left, right = figure.axes
    edges = [[patch.get_x() for patch in ax.patches] for ax in (left, right)]
    assert edges[0] == edges[1] and len(edges[0]) == 4
    assert [patch.get_height() for patch in left.patches] == [2, 0, 0, 1] and left.get_xlim() == right.get_xlim()
    assert left.lines[0].get_xdata()[0] == 0.1 and (left.get_ylabel(), right.get_ylabel()) == ("units", "")
    with pytest.raises(ValueError, match="values is empty"):
        plots.histograms({}, "mean")


def test_bars_start_at_zero_and_carry_their_numbers():
    figure = plots.bar_groups({"speed": {"a": 2.0, "b": 0.5}}, {"speed": "m/s"})
    ax, = figure.axes
    assert [bar.get_width() for bar in ax.patches] == [2.0, 0.5] and ax.get_xlim()[0] == 0 and ax.get_xlabel() == "m/s"
    assert [text.get_text() for text in ax.texts] == ["2", "0.5"] and ax.yaxis_inverted()
    assert [label.get_text() for label in ax.get_yticklabels()] == ["a", "b"]
    with pytest.raises(ValueError, match="quantities is empty"):
        plots.bar_groups({})
