"""Every row of the index points to something that exists, and holds; what is printed wrongly does not."""

import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

import npae
from npae.derivations import DERIVATIONS
from npae.sources import EQUATIONS, ERRATA, Equation, find
from npae.sources.claim import claim
from npae.sources.objects import place, resolve
from npae.sources.page import WIDTH, explain, table
from tests.derivations.flips import flips

ROWS = EQUATIONS.values()
PACKAGE = Path(npae.__file__).parent


def test_every_displayed_equation_has_a_row():
    assert Counter(row.document for row in ROWS) == {"000": 41, "001": 50, "002": 9, "003": 25, "004": 13}
    assert [row for row in EQUATIONS if row.startswith("000")] == [f"000-({number})" for number in range(1, 42)]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_a_row_holds(row):
    assert row.claims and row.says
    assert row.holds, [(each.sides, each.check(), each.printed and each.check_printed()) for each in row.claims]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_no_sign_of_a_row_can_be_turned(row):
    """The relation to the side before it fails, or, for the first side, the one behind it."""
    for each in row.claims:
        for i, side in enumerate(each.sides):
            for wrong in flips(side):
                assert _is_seen(each, i, wrong), f"{side}  ->  {wrong}"


def _is_seen(each, i, wrong):
    try:
        found = each.check(1, {i: wrong})
    except (ValueError, TypeError, np.linalg.LinAlgError, IndexError, ZeroDivisionError):
        return True
    return not found[max(i - 1, 0)].holds


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_a_row_points_to_what_exists(row):
    assert row.objects or row.missing
    for name in row.objects:
        resolve(name)
        path, line = place(name).split(":")
        assert (PACKAGE.parent / path).is_file() and int(line) >= 1
    for name in row.derivations:
        assert name in DERIVATIONS
    assert all(name in ERRATA for name in row.errata)


@pytest.mark.parametrize("row", [row for row in ROWS if row.verdict != "right"], ids=lambda row: row.id)
def test_what_is_not_right_says_what_is(row):
    assert row.correct
    if row.verdict == "wrong":
        assert any(each.printed for each in row.claims) or any(ERRATA[name].proof for name in row.errata)


@pytest.mark.parametrize("name", sorted({name for row in ROWS for name in row.derivations}))
def test_the_derivations_that_rows_name_hold(name):
    assert DERIVATIONS[name].holds


def test_derivations_and_docstrings_cite_what_exists():
    for derivation in DERIVATIONS.values():
        for source in derivation.sources:
            find(source)
    for path in PACKAGE.rglob("*.py"):
        for cited in re.findall(r"\bE00[0-4]-\d\d\b", path.read_text(encoding="utf-8")):
            assert cited in ERRATA, (path.name, cited)


def _x(rng):
    """x three numbers"""
    return {"x": rng.normal(size=3)}


def test_a_claim_that_is_false_fails():
    assert claim(_x, "x**2", "x * x").holds and not claim(_x, "x**2", "x**3").holds
    assert not claim(_x, "x**2", "x * x", "x").holds and not claim(_x, "x**2", "x**3", "x * x").holds
    assert claim(_x, "x**2", "x**2 + 1", relation="<=").holds and not claim(_x, "x**2", "x**2 - 1", relation="<=").holds
    assert claim(_x, "x", "x", printed="2 * x").refutes and not claim(_x, "x", "x", printed="1 * x").refutes
    unreadable = claim(_x, "x", "x", printed="x @ np.ones(4)")
    assert unreadable.refutes and "mismatch" in unreadable.check_printed()
    right = {"id": "000-(99)", "says": "", "verdict": "right"}
    assert Equation(**right, claims=[claim(_x, "x", "x")]).holds
    assert not Equation(**right, claims=[claim(_x, "x", "-x")]).holds
    assert not Equation(**right, claims=[claim(_x, "x", "x", printed="x")]).holds
    with pytest.raises(ValueError, match="verdict must be"):
        Equation("000-(99)", "", "yes", claims=())


@pytest.mark.parametrize("text, id_", [
    ("000-(41)", "000-(41)"), ("000-41", "000-(41)"), ("E000-21", "E000-21"), ("e000-21", "E000-21"),
    ("001-elbo2-3", "001-elbo2-1..4"), ("001-elbo2-1..4", "001-elbo2-1..4"), ("004-l1-1", "004-L1-1")])
def test_ids_are_found(text, id_):
    assert find(text).id == id_


@pytest.mark.parametrize("text, words", [
    ("000-42", r"'000-42'; did you mean .*000-\(4"), ("E000-24", "did you mean .*E000-2"), ("zzz", "npae equations")])
def test_unknown_ids_are_named(text, words):
    with pytest.raises(ValueError, match=words):
        find(text)


def test_a_name_that_does_not_exist():
    with pytest.raises(AttributeError):
        resolve("npae.models.Autoencoder.nothing")
    with pytest.raises(ModuleNotFoundError):
        resolve("npae.nothing")
    assert place("npae.penalties.gaussian_kl").startswith("npae/penalties/gaussian_kl.py:")
    assert place("npae.models.VariationalAutoencoder.beta").startswith("npae/models/variational.py:")


def test_the_page_fits():
    lines = list(table(dict.fromkeys(EQUATIONS, 1e-12) | {"000-(1)": np.inf}))
    assert sum(line.startswith("  00") for line in lines) == len(EQUATIONS) and "".join(lines).count("FAILS") == 1
    assert max(map(len, lines)) <= WIDTH
    for name in ("000-(1)", "000-(41)", "001-cmp-6", "002-cae-2", "003-dec-2", "004-math-1"):
        page = explain(EQUATIONS[name])
        assert max(map(len, page.splitlines())) <= WIDTH and "FAILS" not in page and "HOLDS" not in page


def test_a_row_in_a_notebook():
    page = EQUATIONS["000-(41)"]._repr_markdown_()
    assert "`npae.penalties.gaussian_kl`" in page and "E000-21" in page and "Correct:" in page
