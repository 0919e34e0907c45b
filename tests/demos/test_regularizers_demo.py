"""`npae demo regularizers`: the quick version run once, what must hold in it, and the measures against known answers."""

import contextlib
import io
import re

import numpy as np
import pytest

import npae
from npae import plots
from npae.demos import regularizers, regularizers_findings, regularizers_search
from npae.demos.regularizers import YARDSTICK
from npae.demos.regularizers_findings import TRAINED_ON, extremes, wins
from npae.demos.regularizers_measures import COLUMNS, FEW, NOISES, SMALL_NOISE, TABLES, measure, on_one_scale
from npae.demos.regularizers_recipes import BUDGET, CODE_SIZE, COMMON, EPOCHS, PLAIN, RECIPES

NAMES = [*(recipe.name for recipe in RECIPES), YARDSTICK]
NORM = regularizers_findings.NORM


@pytest.fixture(scope="module")
def quick(tmp_path_factory):
    """Figures by name, the printed text and the folder of the quick demonstration."""
    out, text = tmp_path_factory.mktemp("regularizers"), io.StringIO()
    with contextlib.redirect_stdout(text):
        numbers = regularizers.run(out, quick=True)
    return numbers, text.getvalue(), out


# ---- what the demonstration shows -----------------------------------------------------------------------------------

def test_contraction_lowers_the_jacobian_and_the_sensitivity(quick):
    numbers, _, _ = quick
    for name, base in (("contractive, deep", "plain"), ("contractive, one layer", "plain, one layer")):
        assert numbers[f"{name}: {NORM}"] < 0.9 * numbers[f"{base}: {NORM}"]
        assert numbers[f"{name}: sensitivity"] < numbers[f"{base}: sensitivity"]
    assert numbers[f"contractive, deep: {NORM}"] < 0.6 * numbers[f"plain: {NORM}"]


def test_l1_on_codes_alone_gives_zeros(quick):
    numbers, _, _ = quick
    zeros = {name: numbers[f"{name}: exact zeros"] for name in NAMES}
    assert zeros.pop("sparse, L1") > 0.2
    assert set(zeros.values()) == {0.0}
    assert numbers["sparse, KL: population"] > 2 * numbers["plain: population"]
    assert abs(numbers["weight decay, L1: lifetime"] - numbers["plain: lifetime"]) < 0.02


def test_denoisers_are_robust(quick):
    numbers, _, _ = quick
    for noise in NOISES:
        for name in TRAINED_ON.values():
            assert numbers[f"{name}: {noise}"] < numbers[f"plain: {noise}"]
        assert min(NAMES, key=lambda name, noise=noise: numbers[f"{name}: {noise}"]) == TRAINED_ON[noise]


def test_every_idea_pays_with_reconstruction(quick):
    numbers, _, _ = quick
    for recipe in RECIPES:
        base = "plain, one layer" if "hidden_dims" in recipe.others else "plain"
        assert recipe.name == base or numbers[f"{recipe.name}: clean image"] > numbers[f"{base}: clean image"]


def test_pca_is_the_known_yardstick(quick):
    numbers, _, _ = quick
    data = npae.load_digits()
    error = -npae.PCA(CODE_SIZE).fit(data.X_train).score(data.X_test)
    assert numbers[f"{YARDSTICK}: clean image"] == pytest.approx(error, rel=1e-6)
    assert numbers[f"{YARDSTICK}: {NORM}"] == pytest.approx(CODE_SIZE)      # orthonormal rows
    assert numbers[f"{YARDSTICK}: clean image, spread"] == 0 < numbers[f"{YARDSTICK}: Gaussian noise, spread"]


# ---- the table, the text and the figures ----------------------------------------------------------------------------

def test_numbers_hold_every_model_and_column(quick):
    numbers, _, _ = quick
    expected = {f"{name}: {column.name}{suffix}" for name in NAMES for column in COLUMNS for suffix in ("", ", spread")}
    assert set(numbers) == expected
    assert all(isinstance(value, float) and np.isfinite(value) for value in numbers.values())
    for name in NAMES:
        assert 0.5 < numbers[f"{name}: linear, 100"] < numbers[f"{name}: linear, all"] <= 1


def test_table_has_every_model_and_marks_winner_and_loser(quick):
    numbers, text, _ = quick
    for title, columns in TABLES.items():
        lines = text.split(f"\n{title}\n")[1].splitlines()[:1 + len(NAMES)]
        assert re.split(r"\s{2,}", lines[0].strip()) == [column.name for column in columns]
        cells = {}
        for name, line in zip(NAMES, lines[1:]):
            assert line.startswith(name + " ")
            cells[name] = re.findall(r"(\d+\.\d+) ± (\d+\.\d+) ?([+-]?)", line[len(name):])
            assert len(cells[name]) == len(columns)
        for index, column in enumerate(columns):
            means = {name: numbers[f"{name}: {column.name}"] for name in NAMES}
            for name in NAMES:
                mean, spread, mark = cells[name][index]
                assert float(mean) == pytest.approx(means[name], abs=6e-3 if column.form == ".2f" else 6e-4)
                assert float(spread) == pytest.approx(numbers[f"{name}: {column.name}, spread"], abs=6e-3)
                best, worst = sorted((min(means.values()), max(means.values())), reverse=column.high_wins)
                assert (mark == "+") == (means[name] == best)
                shared = 2 * list(means.values()).count(worst) > len(means)
                assert (mark == "-") == (means[name] == worst and not shared)


def test_text_says_how_it_was_tuned_and_what_came_out(quick):
    numbers, text, _ = quick
    text = " ".join(text.split())
    assert "last 287 training images" in text and "test images chose nothing" in text
    for recipe in RECIPES:
        assert not recipe.knob or f"{recipe.name}: {recipe.knob}={recipe.strength:g}" in text
    assert f"Exact zeros: sparse, L1 ({numbers['sparse, L1: exact zeros']:.0%} of its codes); no other" in text
    ratio = numbers[f"contractive, deep: {NORM}"] / numbers[f"plain: {NORM}"]
    assert f"contractive, deep: {ratio:.2f} times the squared Jacobian norm of plain" in text
    assert "is best for 3 of 3 noises" in text


def test_figures_are_written(quick):
    _, _, out = quick
    assert sorted(path.name for path in out.iterdir()) == ["comparison.png", "from_noisy_images.png"]
    for path in out.iterdir():
        assert path.read_bytes().startswith(b"\x89PNG")


def test_sentences_follow_the_numbers():
    rng = np.random.default_rng(0)
    results = {name: {column.name: rng.random(3) + 1 for column in COLUMNS} for name in NAMES}
    for name in NAMES:
        results[name]["exact zeros"] = np.zeros(3)
    results["plain"]["masked"] = np.zeros(3)                                # the plain model wins where a denoiser should
    results["sparse, KL"][NORM], results["sparse, KL"]["sensitivity"] = np.zeros(3), np.full(3, 9.0)
    text = " ".join(regularizers_findings.sentences(results))
    assert "Exact zeros: none; no other" in text and "masked: plain (0.000, plain 0.000)" in text
    assert "is best for 3 of 3" not in text
    assert "yet more sensitive in every seed: sparse, KL." in text
    results["sparse, KL"]["sensitivity"] = np.zeros(3)
    assert "yet more sensitive in every seed: none." in " ".join(regularizers_findings.sentences(results))


def test_extremes_and_wins():
    results = {name: {"clean image": np.array(clean), "5-NN, all": np.array(right)} for name, clean, right in (
        ("a", [1.0, 3.0], [0.9, 0.9]), ("b", [2.0, 2.0], [0.9, 0.9]), ("c", [3.0, 4.0], [0.8, 0.8]))}
    assert extremes(results, "clean image") == ([], ["c"])                  # two of three share the place of the winner
    assert extremes(results, "5-NN, all") == ([], ["c"])
    results["b"]["clean image"] = np.array([2.0, 2.5])
    assert extremes(results, "clean image") == (["a"], ["c"])
    assert (wins(results, "a", "b", "clean image"), wins(results, "c", "a", "5-NN, all")) == (1, 0)


# ---- the measures ---------------------------------------------------------------------------------------------------

def test_measures_of_a_linear_model_by_hand():
    data = npae.load_digits()
    pca = npae.PCA(3).fit(data.X_train)
    measured = measure(pca, data, seed=4)
    assert [column.name for column in COLUMNS] == list(measured)
    z = pca.transform(data.X_test)
    spread = np.mean(np.sum((z - z.mean(axis=0)) ** 2, axis=1))             # noise of sd s moves z by s in each direction
    assert measured["sensitivity"] == pytest.approx(np.sqrt(3 * SMALL_NOISE ** 2 / spread), rel=0.05)
    clean = measured["clean image"]
    assert measured["Gaussian noise"] == pytest.approx(clean + 3 * 0.3 ** 2, rel=0.05)      # what passes the projection
    assert measured["exact zeros"] == 0 and measured[NORM] == pytest.approx(3)


def test_sensitivity_ignores_scale_and_offset_of_the_code_and_the_norm_does_not():
    data = npae.load_digits()

    class Scaled(npae.PCA):
        def transform(self, X):
            return 7 * super().transform(X) + 100

        def inverse_transform(self, Z):
            return super().inverse_transform((np.asarray(Z) - 100) / 7)

    plain, scaled = (measure(kind(4).fit(data.X_train), data, seed=0) for kind in (npae.PCA, Scaled))
    for column in ("sensitivity", "clean image", "5-NN, 100", "linear, all", "linear, 100"):
        assert scaled[column] == pytest.approx(plain[column], rel=1e-6)


def test_few_labels_are_a_few_of_each_class_and_change_with_the_seed(monkeypatch):
    data, seen = npae.load_digits(), []

    class Classifier:
        def __init__(self, decay):
            pass

        def fit(self, X, y):
            seen.append(y)
            return self

        def score(self, X, y):
            return 0.0

    monkeypatch.setattr("npae.demos.regularizers_measures.SoftmaxRegression", Classifier)
    pca = npae.PCA(2).fit(data.X_train)
    first, second = (measure(pca, data, seed) for seed in (0, 1))
    assert np.bincount(seen[0]).tolist() == [FEW] * 10 and np.array_equal(seen[1], data.y_train)
    assert first["5-NN, 100"] != second["5-NN, 100"] and first["5-NN, all"] == second["5-NN, all"]
    assert first == measure(pca, data, 0)


def test_one_scale():
    train, test = on_one_scale(np.array([[1.0, 10], [3, 10]]), np.array([[2.0, 11]]))
    assert train == pytest.approx(np.sqrt(2) * np.array([[-1, 0], [1, 0]]))
    assert test == pytest.approx(np.sqrt(2) * np.array([[0, 1]]))
    assert np.array_equal(on_one_scale(np.ones((3, 2)), np.ones((1, 2)))[0], np.zeros((3, 2)))      # a dead code


# ---- the models and their choice ------------------------------------------------------------------------------------

def test_recipes_have_one_code_size_and_differ_by_their_idea():
    assert len({recipe.name for recipe in RECIPES}) == len(RECIPES)
    for recipe in RECIPES:
        model = recipe.build(seed=3, epochs=EPOCHS)
        assert model.initialize(64).transform(np.zeros((1, 64))).shape == (1, CODE_SIZE)
        assert (model.random_state, model.epochs, model.tied) == (3, EPOCHS, True)
        assert not recipe.knob or (getattr(model, recipe.knob) == recipe.strength and recipe.strength in recipe.grid)
        changed = {name for name, value in COMMON.items() if getattr(model, name) != value}
        assert changed <= {"latent_activation", "hidden_dims"} & set(recipe.others)


def test_choice_climbs_to_the_budget_and_looks_at_training_images_only(monkeypatch):
    assert regularizers_search.strongest([(0.1, 1.0), (0.2, 2.0), (0.5, 3.0), (1.0, 1.5)], 2.5) == 0.2
    assert regularizers_search.strongest([(0.1, 3.0)], 2.5) == 0.0
    data = npae.load_digits()
    blind = data._replace(X_test=np.full_like(data.X_test, np.nan), y_test=np.full_like(data.y_test, -1))
    monkeypatch.setattr(regularizers_search, "load_digits", lambda: blind)
    error = regularizers_search.validation_error(PLAIN, 0.0, seeds=(0,), epochs=2)
    model = PLAIN.build(0, 2).fit(data.X_train[:1150])
    assert error == pytest.approx(-model.score(data.X_train[1150:]), rel=1e-5)


def test_choice_is_printed_beside_what_is_written(monkeypatch, capsys):
    costs = {"": 1.0, "noise_level": 20.0, "sparsity_weight": 1.5, "contraction_weight": 10.0, "weight_decay": 500.0}
    monkeypatch.setattr(regularizers_search, "validation_error",
                        lambda recipe, strength: 1 + costs[recipe.knob] * strength)
    regularizers_search.main()
    text = capsys.readouterr().out
    assert text.startswith(f"errors up to {BUDGET:.3f} ")
    lines = {line[:28].strip(): line[28:] for line in text.splitlines()[2:]}
    assert set(lines) == {recipe.name for recipe in RECIPES if recipe.knob}
    assert lines["sparse, KL"].startswith(" 1 (written: 0.1) ") and lines["sparse, KL"].endswith("1: 2.500  2: 4.000")
    assert lines["denoising, masking"].startswith(" 0.05 (written: 0.1) ")


@pytest.mark.slow
def test_the_strengths_written_are_those_that_the_search_finds():
    limit = BUDGET * regularizers_search.validation_error(PLAIN, 0.0)
    for recipe in RECIPES:
        if recipe.knob:
            above = [strength for strength in recipe.grid if strength > recipe.strength][:1]
            errors = [(strength, regularizers_search.validation_error(recipe, strength))
                      for strength in [recipe.strength, *above]]
            assert regularizers_search.strongest(errors, limit) == recipe.strength, recipe.name


# ---- the figure of the table ----------------------------------------------------------------------------------------

def test_dot_table_draws_every_repetition_and_marks_the_ends():
    values = {"a": [1.0, 3.0], "b": [5.0, 5.0], "c": [2.0, 3.0]}
    figure = plots.dot_table({"one": [plots.DotPanel("x", values, False, ["a"], ["b"])],
                              "two": [plots.DotPanel("y", values, True), plots.DotPanel("z", values, True)]})
    axes = [ax for part in figure.subfigs for ax in part.axes]
    assert [ax.get_title()[0] for ax in axes] == ["x", "y", "z"]
    assert axes[0].get_title().endswith("\N{LEFTWARDS ARROW}") and axes[1].get_title().endswith("\N{RIGHTWARDS ARROW}")
    assert [label.get_text() for label in axes[0].get_yticklabels()] == ["a", "b", "c"]
    small, large = axes[0].lines[::2], axes[0].lines[1::2]
    assert [list(line.get_xdata()) for line in small] == list(values.values())
    assert [float(line.get_xdata()[0]) for line in large] == [2.0, 5.0, 2.5]
    faces = [line.get_markerfacecolor() for line in large]
    assert len(set(faces)) == 3 and faces[1] == plots.style.PAPER
    assert plots.png_bytes(figure, dpi=40).startswith(b"\x89PNG")
    with pytest.raises(ValueError, match="panel 'y' shows"):
        plots.dot_table({"one": [plots.DotPanel("x", values, False), plots.DotPanel("y", {"a": [1.0]}, False)]})
    with pytest.raises(ValueError, match="groups is empty"):
        plots.dot_table({})
