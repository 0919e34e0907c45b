"""`npae demo reduction`: the quick version run once, what must hold in it, and what the choices may look at."""

import contextlib
import io

import numpy as np
import pytest

import npae
from npae.demos import DEMOS, reduction, reduction_maps, reduction_rates, reduction_recipes, reduction_search
from npae.demos.three_parts import Parts, cell, digits_in_three_parts, spread, table

pytestmark = pytest.mark.dev


@pytest.fixture(scope="module")
def quick(tmp_path_factory):
    """Numbers, text and folder of the quick demonstration."""
    out, text = tmp_path_factory.mktemp("reduction"), io.StringIO()
    with contextlib.redirect_stdout(text):
        numbers = reduction.run(out, quick=True)
    return numbers, text.getvalue(), out


def test_error_is_below_pca_at_small_codes(quick):
    numbers, text, _ = quick
    for k in (2, 4, 8):
        assert numbers[f"{k} units: autoencoder"] < 0.95 * numbers[f"{k} units: PCA"]
        assert numbers[f"{k} units: autoencoder, training"] < numbers[f"{k} units: PCA, training"]
    assert "Below PCA on held-out images in every seed at 2, 4, 8" in text


def test_pca_is_the_known_yardstick(quick):
    numbers, _, _ = quick
    train, _, test = digits_in_three_parts()
    for k in reduction_recipes.CHOSEN:
        pca = npae.PCA(k).fit(train.X)
        assert numbers[f"{k} units: PCA"] == pytest.approx(-pca.score(test.X), rel=1e-6)
        assert numbers[f"{k} units: PCA, training"] == pytest.approx(pca.floor_, rel=1e-6)


def test_maps_keep_more_of_what_can_be_trusted_than_pca_and_name_more_digits(quick):
    numbers, _, _ = quick
    for name in (reduction_maps.AUTOENCODER, reduction_maps.VARIATIONAL, reduction_maps.DENOISING):
        for measure in ("trustworthiness", "5-NN accuracy"):
            assert numbers[f"map, {name}: {measure}"] > numbers[f"map, PCA: {measure}"] + 0.02
    assert numbers["map, 64 pixels: 5-NN accuracy"] > 0.9


def test_few_bits_are_won_and_many_are_lost_to_transform_coding(quick):
    numbers, _, _ = quick
    ours, allocated, equal = ([numbers[f"{R} bits: {name}"] for R in reduction_rates.RATES]
                              for name in (reduction_rates.OURS, reduction_rates.ALLOCATED, reduction_rates.EQUAL))
    assert ours[0] < allocated[0] and ours[-1] > allocated[-1]
    assert all(np.diff(allocated) < 0) and all(a < 1.01 * e for a, e in zip(allocated, equal))


def test_figures_and_verdicts(quick):
    numbers, _, out = quick
    assert sorted(path.name for path in out.iterdir()) == ["error_against_code_size.png", "error_against_rate.png",
                                                           "two_unit_maps.png"]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in out.iterdir())
    assert "reduction" in DEMOS and all(np.isfinite(value) for value in numbers.values())
    rows = reduction.verdicts(numbers)
    assert {row.task for row in rows} == {"reduction", "compression"}
    assert {row.outcome for row in rows} >= {"wins", "loses"}           # losses are not hidden


# ---- the choices ----------------------------------------------------------------------------------------------------

def test_three_parts_are_apart_and_complete():
    data, parts = npae.load_digits(), digits_in_three_parts()
    assert [len(part.y) for part in parts] == [1150, 287, 360]
    assert np.array_equal(np.vstack([parts.train.X, parts.validation.X]), data.X_train)
    assert np.array_equal(parts.test.X, data.X_test) and np.array_equal(parts.test.y, data.y_test)


def test_the_best_rate_is_chosen_on_validation_images():
    parts = digits_in_three_parts()
    by_size = {k: npae.PCA(k).fit(parts.train.X) for k in (2, 4, 8)}
    swapped = Parts(parts.train, parts.test, parts.validation)
    errors = {(k, b): [reduction_rates.rate_and_error(by_size[k], parts.train.X, part.X, b).error for part in parts]
              for k, b in ((2, 8), (4, 4), (8, 2))}
    best = min(errors.values(), key=lambda error: error[1])
    assert reduction_rates.best_at_rate(16, by_size, parts) == best[2]
    assert reduction_rates.best_at_rate(16, by_size, swapped) == min(errors.values(), key=lambda error: error[2])[1]


def test_search_looks_at_training_images_only(monkeypatch):
    train, validation, test = digits_in_three_parts()
    blind = Parts(train, validation, test._replace(X=np.full_like(test.X, np.nan)))
    monkeypatch.setattr(reduction_search, "digits_in_three_parts", lambda: blind)
    monkeypatch.setattr(reduction_search, "SEEDS", (4,))
    model = reduction_recipes.autoencoder(2, 4, 2, "256 ReLU").fit(train.X)
    assert reduction_search.validation_error(2, "256 ReLU", epochs=2) == pytest.approx(-model.score(validation.X), rel=1e-5)
    assert 0.5 < reduction_search.neighbourhoods_kept("128 ReLU", 0.1, epochs=2) < 1


@pytest.mark.slow
def test_the_networks_written_are_those_that_the_search_finds():
    for k, written in reduction_recipes.CHOSEN.items():
        errors = {network: reduction_search.validation_error(k, network) for network in reduction_recipes.NETWORKS}
        assert errors[written] < 1.01 * min(errors.values()), (k, errors)


def test_text_of_tables():
    assert cell([0.5]).strip() == "0.500" and cell([1.0, 3.0]) == "2.000 ± 1.414"
    assert spread([3.0]) == 0
    assert table([["a", "bb"], ["ccc", "d"]]) == "  a    bb\n  ccc   d"
