"""The quick demonstration of what is reconstructed of unseen kinds: the sources' claim, where it holds and where it does not."""

import contextlib
import io

import numpy as np
import pytest

from npae.datasets import load_digits
from npae.demos import DEMOS, unseen
from npae.demos.unseen_kinds import LETTERS, MEAN, SD, TRAINED, UNSEEN, draw, letters, min_distance, of_digits, standardized
from npae.demos.unseen_models import DEEP, LINEAR, SPLITS, compare, names

pytestmark = pytest.mark.dev


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """The numbers, what was printed, and the folder of the figures."""
    out, printed = tmp_path_factory.mktemp("demo") / "new", io.StringIO()
    with contextlib.redirect_stdout(printed):
        numbers = unseen.run(out, quick=True)
    return numbers, printed.getvalue(), out


def test_it_is_listed_and_writes_its_figures(demo):
    numbers, printed, out = demo
    assert "unseen" in DEMOS
    assert {path.stem for path in out.iterdir()} == {"kinds", "classes", "errors"}
    assert all(type(value) is float and np.isfinite(value) for value in numbers.values())
    assert "noise: against none" in printed


@pytest.mark.parametrize("seen", ["digits", "letters", "bars", "patches"])
def test_other_kinds_are_reconstructed_worse(demo, seen):
    for kind in UNSEEN:
        if kind != seen:
            assert demo[0][f"{DEEP}: {seen} | {kind}"] > 0.8
            assert demo[0][f"{DEEP}: {seen} | {kind}, ratio"] > 1.5
            assert unseen.holds(demo[0], DEEP, seen, kind)


def test_noise_teaches_nothing(demo):
    for kind in UNSEEN[:-2]:
        if kind != "noise":
            assert demo[0][f"{DEEP}: noise | {kind}"] < 0.65
            assert not unseen.holds(demo[0], DEEP, "noise", kind)


def test_other_classes_are_reconstructed_worse(demo):
    for seen, rest in map(names, SPLITS):
        assert demo[0][f"{DEEP}: {seen} | {rest}"] > 0.8
        assert demo[0][f"{DEEP}: {seen} | {rest}, ratio"] > 1.5
    assert demo[0][f"{DEEP}: five digits"] > demo[0][f"{LINEAR}: five digits"]


def test_verdicts(demo):
    rows = {row.measure: row for row in unseen.verdicts(demo[0])}
    assert len(rows) == 6 and all(row.baseline == LINEAR for row in rows.values())
    assert rows["AUC, trained on five digits"].outcome == "wins"
    assert rows["AUC, trained on noise"].outcome != "wins"


# ---- the parts -------------------------------------------------------------------------------------------------------

def test_all_kinds_are_on_one_scale():
    digits = load_digits()
    assert digits.X_train.mean() == pytest.approx(MEAN, abs=1e-3) and digits.X_train.std() == pytest.approx(SD, abs=1e-3)
    kinds = {kind: draw(kind, 50, (0, 1)) for kind in TRAINED[1:]}
    kinds |= {"digits": standardized(digits.X_test[:50]), **of_digits(digits.X_test[:50])}
    assert set(kinds) == set(UNSEEN)
    for X in kinds.values():
        assert X.shape == (50, 64)
        np.testing.assert_allclose(X.mean(axis=1), MEAN, atol=1e-9)
        np.testing.assert_allclose(X.std(axis=1), SD, atol=1e-9)
    np.testing.assert_allclose(np.sort(kinds["shuffled"], axis=1), np.sort(kinds["digits"], axis=1))
    np.testing.assert_allclose(np.rot90(kinds["digits"][3].reshape(8, 8)), kinds["turned"][3].reshape(8, 8))


def test_letters_are_strokes():
    strokes = np.array([[(0.0, 0.0), (2.0, 0.0)], [(5.0, 5.0), (5.0, 6.0)]])
    points = np.array([[(1.0, 3.0), (-3.0, 4.0)], [(2.0, 1.0), (5.0, 5.5)]])
    np.testing.assert_allclose(min_distance(points, strokes), [[3, 5], [1, 0]])
    X = letters(40, np.random.default_rng(0))
    assert X.min() == 0 and X.max() == 1 and 0.1 < X.mean() < 0.4
    assert len(np.unique(np.round(X * 16), axis=0)) == 40 and len(LETTERS) == 12
    np.testing.assert_allclose(X * 16, np.round(X * 16))


def test_comparison_and_names():
    assert compare(np.array([1.0, 3.0]), np.array([2.0, 4.0])) == (0.75, 1.5)
    assert names((0, 2, 4, 6, 8)) == ("02468", "13579")
