"""CONTRIBUTING.md: the penalty in one file is what it says it is, and a wrong sign planted in it is found."""

import importlib
import re
import sys
from types import ModuleType

import numpy as np
import pytest

import npae
from tests.docs.markdown import blocks, text_of
from tests.equations import disagreements, equations_of, numbered_lines, unnumbered_backward_lines, with_negated_line

TEXT = text_of("CONTRIBUTING.md")
SOURCE, *USES = blocks(TEXT, "python")
NAME = "smooth_l1_sparsity"
Z = np.random.default_rng(0).normal(size=(7, 3))


@pytest.fixture
def recipe(tmp_path, monkeypatch):
    """The module of the recipe, written to a folder that is the working directory and on the path."""
    (tmp_path / f"{NAME}.py").write_text(SOURCE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield importlib.import_module(NAME)
    del sys.modules[NAME]


def planted(right, wrong):
    """The module again, with one piece of its source replaced."""
    assert SOURCE.count(right) == 1
    module = ModuleType(NAME)
    exec(compile(SOURCE.replace(right, wrong), "planted", "exec"), vars(module))
    return module


def model(module, **hyperparameters):
    return npae.Autoencoder(**{"hidden_dims": (4,), "latent_dim": 3, "activation": "tanh", "random_state": 0, **hyperparameters},
                            penalties=[module.SmoothL1Sparsity(0.1, c=0.05)])


def test_all_blocks_run_in_their_order(recipe, capsys):
    names = {}
    for block in USES:
        exec(compile(block, "CONTRIBUTING.md", "exec"), names)
    digits = npae.load_digits()
    assert names["report"].passed and names["inside"].passed
    assert names["again"].penalties == (recipe.SmoothL1Sparsity(0.1, c=0.05),)
    np.testing.assert_array_equal(names["again"].transform(digits.X_test), names["model"].transform(digits.X_test))
    with pytest.raises(npae.ModelFileError, match="SmoothL1Sparsity.*classes="):
        npae.load("sparse.npz")
    [shown] = blocks(TEXT, "text")
    assert without_rounding(shown) in without_rounding(capsys.readouterr().out)


def without_rounding(text):
    return re.sub(r"\(spread \S+\)", "", text)


def test_the_equations_are_its_lines(recipe):
    equations = equations_of(recipe.__doc__)
    assert [equation.number for equation in equations] == [1, 2, 3]
    assert {n for numbers in numbered_lines(SOURCE).values() for n in numbers} == {1, 2, 3}
    assert unnumbered_backward_lines(SOURCE) == []
    given = {"z": Z, "c": 0.3, "w": np.full((7, 1), 0.2)}
    assert disagreements(SOURCE, recipe, equations, given) == []
    for index, equation in enumerate(equations):
        flipped = [*equations]
        flipped[index] = equation._replace(expression=f"-({equation.expression})")
        assert disagreements(SOURCE, recipe, flipped, given), equation
    for line in numbered_lines(SOURCE):
        assert disagreements(SOURCE, with_negated_line(SOURCE, recipe, line), equations, given), line


def test_the_value_is_the_rounded_absolute_value(recipe):
    by_loop = sum((z * z + 0.09) ** 0.5 - 0.3 for z in Z.ravel().tolist()) / 7
    assert recipe.smooth_l1_sparsity(Z, 0.3) == pytest.approx(by_loop, rel=1e-12)
    l1 = npae.penalties.l1_sparsity(Z)
    assert recipe.smooth_l1_sparsity(Z, 1e-12) == pytest.approx(l1, rel=1e-10)     # no radius left: L1


@pytest.mark.parametrize("right, wrong", [
    ("return w * z / r ", "return -w * z / r "),
    ("return np.sum(w * z ** 2 / (r + c))", "return np.sum(-w * z ** 2 / (r + c))"),
])
def test_a_planted_wrong_sign_is_caught(recipe, right, wrong):
    bad = planted(right, wrong)
    pair = npae.check_gradients(bad.smooth_l1_sparsity, bad.smooth_l1_sparsity_backward, {"z": Z, "c": 0.1})
    inside = npae.check_gradients(model(bad, hidden_dims=(), latent_dim=1, dtype="float64").initialize(2), Z[:3, :2])
    assert not pair.passed and not inside.passed
    given = {"z": Z, "c": 0.3, "w": 0.2}
    assert disagreements(SOURCE.replace(right, wrong), bad, equations_of(bad.__doc__), given)


def test_a_sign_that_only_adds_a_constant_is_caught_by_the_equation_alone(recipe):
    right, wrong = "return np.sum(w * z ** 2 / (r + c))", "return np.sum(w * z ** 2 / (r - c))"     # r + c: the same gradient
    bad = planted(right, wrong)
    assert npae.check_gradients(bad.smooth_l1_sparsity, bad.smooth_l1_sparsity_backward, {"z": Z, "c": 0.1}).passed
    assert disagreements(SOURCE.replace(right, wrong), bad, equations_of(bad.__doc__), {"z": Z, "c": 0.3, "w": 0.2})


def test_it_trains_and_makes_codes_small(recipe):
    x = npae.load_digits().X_train[:200]
    without = npae.Autoencoder(hidden_dims=(4,), latent_dim=3, activation="tanh", random_state=0, epochs=20).fit(x)
    with_it = model(recipe, epochs=20).set_params(penalties=[recipe.SmoothL1Sparsity(10.0)]).fit(x)
    assert np.abs(with_it.transform(x)).mean() < 0.5 * np.abs(without.transform(x)).mean()


@pytest.mark.parametrize("wrong", [{"weight": -1.0}, {"c": 0.0}, {"c": np.nan}, {"layer": 9}])
def test_bad_hyperparameters_are_refused(recipe, wrong):
    estimator = npae.Autoencoder(latent_dim=3, penalties=[recipe.SmoothL1Sparsity(**wrong)])
    with pytest.raises(ValueError, match=f"{next(iter(wrong))}.*SmoothL1Sparsity"):
        estimator.initialize(5)
