"""The quick anomaly demonstration: what it promises of thresholds, what it finds, and that losses are told."""

import contextlib
import io

import numpy as np
import pytest

from npae.demos import DEMOS, anomaly
from npae.demos.anomaly_arc import BEST, DEEP, LINE, arc_points
from npae.demos.anomaly_digits import NEAR, PCA_ERROR, Scores
from npae.demos.anomaly_recipes import RECIPES, Neighbours, detections_at
from npae.demos.anomaly_threshold import at_threshold, mixed

pytestmark = pytest.mark.dev

FIGURES = {"arc_roc", "arc_autoencoder", "arc_pca", "digits_auc", "digits_roc", "digits_scores"}


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """The numbers, what was printed, and the folder of the figures."""
    out, printed = tmp_path_factory.mktemp("demo") / "new", io.StringIO()
    with contextlib.redirect_stdout(printed):
        numbers = anomaly.run(out, quick=True)
    return numbers, printed.getvalue(), out


def test_it_is_listed_and_writes_its_figures(demo):
    numbers, printed, out = demo
    assert "anomaly" in DEMOS
    assert {path.stem for path in out.iterdir()} == FIGURES
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in out.glob("*.png"))
    assert all(type(value) is float and np.isfinite(value) for value in numbers.values())
    assert f"{numbers[f'arc {DEEP}']:.3f}" in printed and f"{numbers[NEAR]:.3f}" in printed


def test_on_an_arc_a_deep_autoencoder_detects_what_pca_does_not(demo):
    numbers = demo[0]
    assert numbers[f"arc {DEEP}"] >= 0.98 > 0.75 > numbers[f"arc {LINE}"]
    assert numbers[f"arc {DEEP}"] < numbers[f"arc {BEST}"] < 1
    assert numbers["arc detections"] > 0.9 > 0.5 > numbers["arc detections, PCA"]


def test_every_score_is_better_than_chance_and_the_neighbours_win(demo):
    numbers = demo[0]
    names = [f"{recipe.name}: {kind}" for recipe in RECIPES for kind in recipe.kinds]
    assert len(names) == 10
    assert all(0.6 < numbers[name] < 1 for name in names)
    assert numbers[NEAR] == max(numbers[name] for name in names)


def test_false_alarms(demo):
    numbers = demo[0]
    for recipe in RECIPES:
        for kind in recipe.kinds:
            name = f"{recipe.name}: {kind}"
            assert 0.01 < numbers[f"expected, {name}"] < 0.05
            assert numbers[f"false alarms mixed, {name}"] == pytest.approx(numbers[f"expected, {name}"], abs=0.012)
            assert numbers[f"false alarms, {name}"] < 0.1
            assert numbers[f"detections, {name}"] > numbers[f"false alarms, {name}"]


def test_verdicts_hold_losses_too(demo):
    rows = anomaly.verdicts(demo[0])
    assert len(rows) == 2 + 8 + 1
    outcomes = {(row.ours, row.baseline): row.outcome for row in rows}
    assert outcomes[DEEP, LINE] == "wins"
    assert outcomes["plain: error (best on validation)", NEAR] == "loses"
    assert sum(row.baseline == PCA_ERROR for row in rows) == 8


# ---- the parts -------------------------------------------------------------------------------------------------------

def test_neighbours_give_the_distance_to_the_kth():
    known, new = np.array([[0.0, 0], [3, 4], [0, 1]]), np.array([[0.0, 0], [0, 2]])
    np.testing.assert_allclose(Neighbours(1).fit(known).score_samples(new), [0, -1])
    np.testing.assert_allclose(Neighbours(3).fit(known).score_samples(new), [-5, -np.sqrt(13)])


def test_detections_at_given_false_alarms():
    normal, strange = np.array([1.0, 2, 3, 4]), np.array([2.5, 3.5, 5])
    np.testing.assert_allclose(detections_at(normal, strange, np.array([0, 0.2, 0.25, 0.5, 1])), [1 / 3, 1 / 3, 2 / 3, 1, 1])


def test_rates_at_a_threshold_and_mixed_images():
    one = Scores(np.arange(100.0), np.array([98.5, 0, 99.5, 1]), np.array([200.0, 0.5]))
    rates = at_threshold(one)                           # k = 1: the threshold is 98
    assert rates == (0.5, 0.5, 2 / 101)
    shuffled = mixed(one, np.random.default_rng(0))
    assert (len(shuffled.validation), len(shuffled.normal)) == (100, 4) and shuffled.anomalous is one.anomalous
    assert sorted([*shuffled.validation, *shuffled.normal]) == sorted([*one.validation, *one.normal])


def test_points_on_the_arc():
    points = arc_points(50)
    np.testing.assert_allclose(np.linalg.norm(points, axis=1), 1)
    assert np.ptp(np.linalg.norm(np.diff(points, axis=0), axis=1)) < 1e-12
    assert np.arctan2(points[0, 1], points[0, 0]) == pytest.approx(4 * np.pi / 3 / 100)


@pytest.mark.slow
def test_the_full_demonstration(tmp_path):
    with contextlib.redirect_stdout(io.StringIO()):
        numbers = anomaly.run(tmp_path)
    assert numbers[f"arc {DEEP}"] >= 0.98 > 0.75 > numbers[f"arc {LINE}"]
    for name in ("plain: error", "denoising: error", "contractive: code", "variational: ELBO", "quantized: error"):
        assert numbers[PCA_ERROR] + 0.03 < numbers[name] < numbers[NEAR]
    for name in ("plain: error", "contractive: code"):
        assert numbers[f"kept mixed, {name}"] > 0.9
