"""`npae demo classification`: the quick version run once, what must hold in it, and what the choices may look at."""

import contextlib
import io
from collections import defaultdict

import numpy as np
import pytest

from npae.applications import Accuracy, CodeAccuracy, classify_codes
from npae.demos import DEMOS, classification, classification_search
from npae.demos import classification_families as families
from npae.demos import classification_sizes as sizes
from npae.demos.classification_recipes import BY_NAME, CODE_SIZE, COMMON, RECIPES, TUNED_WEIGHT, fine_tuned
from npae.demos.three_parts import Parts, digits_in_three_parts

pytestmark = pytest.mark.dev


@pytest.fixture(scope="module")
def quick(tmp_path_factory):
    """Numbers, text and folder of the quick demonstration."""
    out, text = tmp_path_factory.mktemp("classification"), io.StringIO()
    with contextlib.redirect_stdout(text):
        numbers = classification.run(out, quick=True)
    return numbers, text.getvalue(), out


def test_small_codes_are_better_than_as_many_components(quick):
    numbers, text, _ = quick
    for k in (2, 4):
        for kind in sizes.CLASSIFIERS:
            assert numbers[f"{k} numbers, {kind}: {sizes.OURS}"] > numbers[f"{k} numbers, {kind}: PCA"] + 0.03
    assert "At least as good as PCA for both classifiers: 2, 4 numbers" in text


def test_every_family_is_measured_beside_pca_and_pixels(quick):
    numbers, text, _ = quick
    for name in (*BY_NAME, families.TUNED, *families.BASELINES, families.BEST):
        for kind in families.CLASSIFIERS:
            assert 0.4 < numbers[f"{name}: {kind}, 50 labels"] < 1
            assert numbers[f"{name}: {kind}, 50 labels, spread"] < 0.2
        assert name in text or name == families.BEST
    for kind in families.CLASSIFIERS:
        assert numbers[f"{families.BEST}: {kind}, 50 labels"] in [numbers[f"{name}: {kind}, 50 labels"] for name in BY_NAME]


def test_figures_and_verdicts(quick):
    numbers, _, out = quick
    assert sorted(path.name for path in out.iterdir()) == ["code_sizes.png", "families.png"]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in out.iterdir())
    assert "classification" in DEMOS
    rows = classification.verdicts(numbers)
    assert len(rows) == 3 * 2 + 4 and {row.task for row in rows} == {"classification"}
    assert len({(row.measure, row.ours, row.baseline) for row in rows}) == len(rows)
    assert len(classification.verdicts(defaultdict(float))) == 3 * 4 + 6        # those of the full run
    assert families.COUNTS[-1] == len(digits_in_three_parts().train.y)


# ---- the models and their choice ------------------------------------------------------------------------------------

def test_all_families_have_codes_of_one_size():
    assert len(RECIPES) == 9
    for recipe in RECIPES:
        model = recipe.model(epochs=0, random_state=0, **{**COMMON, **recipe.chosen})
        assert model.initialize(64).transform(np.zeros((1, 64))).shape == (1, CODE_SIZE)
        assert recipe.chosen in list(recipe.alternatives())


def test_the_best_family_is_chosen_on_validation_images():
    def accuracy(test, validation):
        return CodeAccuracy(*[Accuracy(test, validation, 1)] * 2)

    rounds = [{recipe.name: {50: accuracy(0.9, 0.1)} for recipe in RECIPES} | {"sparse": {50: accuracy(0.1, 0.2)}}
              | {families.PIXELS: {50: accuracy(1, 1)}, families.TUNED: {50: accuracy(1, 1)}}]
    assert families.best_on_validation(rounds, ("linear", 50)) == "sparse"
    assert families.accuracies(rounds, "sparse", ("neighbours", 50)) == [0.1]


def test_fine_tuning_sees_the_labels_it_is_given_and_no_other():
    train, _, _ = digits_in_three_parts()
    rows = np.arange(60)
    other = np.where(np.arange(len(train.y)) < 60, train.y, 9 - train.y)
    codes = [fine_tuned(train.X, y, rows, 0, 4).transform(train.X[:5]) for y in (train.y, other, 9 - train.y)]
    assert np.array_equal(codes[0], codes[1]) and not np.array_equal(codes[0], codes[2])


def test_search_looks_at_training_images_only(monkeypatch):
    train, validation, test = digits_in_three_parts()
    blind = Parts(train, validation, test._replace(X=np.full_like(test.X, np.nan), y=np.full_like(test.y, -1)))
    monkeypatch.setattr(classification_search, "digits_in_three_parts", lambda: blind)
    monkeypatch.setattr(classification_search, "FEW", 40)
    monkeypatch.setattr(classification_search, "SEEDS", (3,))
    recipe = BY_NAME["plain"]
    found = classify_codes({"": recipe.fit(train.X, 3, 2)}, train, validation, validation, (40, 1150), 3)[""]
    expected = np.mean([accuracy.validation for pair in found.values() for accuracy in pair])
    assert classification_search.validation_accuracy(lambda seed, rows: recipe.fit(train.X, seed, 2), (3,)) == expected
    assert classification_search.of_recipe(recipe, recipe.chosen, 2) == pytest.approx(expected, abs=0.02)


def test_the_search_marks_what_is_written(monkeypatch, capsys):
    monkeypatch.setattr(classification_search, "of_recipe", lambda recipe, settings: len(str(settings)) / 1000)
    monkeypatch.setattr(classification_search, "of_weight", lambda weight: weight)
    classification_search.main()
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if not line.startswith(" ")] == [*BY_NAME, "trained on with the labels"]
    assert sum("(written)" in line for line in lines) == len(RECIPES) + 1
    assert lines[-3:] == ["  10.0000  10.0", f"  3.0000  {TUNED_WEIGHT}  (written)", "  1.0000  1.0"]


@pytest.mark.slow
def test_the_settings_written_are_among_the_best_that_the_search_finds():
    for recipe in RECIPES:
        accuracies = [(classification_search.of_recipe(recipe, settings), settings) for settings in recipe.alternatives()]
        written = next(accuracy for accuracy, settings in accuracies if settings == recipe.chosen)
        assert written > max(accuracies, key=lambda pair: pair[0])[0] - 0.01, recipe.name
