"""Every step of every derivation holds, and no sign of it can be turned."""

import importlib

import numpy as np
import pytest

from npae.derivations import DERIVATIONS, Derivation, Step
from npae.derivations.render import markdown, text

from .flips import flips


@pytest.mark.parametrize("derivation", DERIVATIONS.values(), ids=lambda derivation: derivation.name)
def test_every_step_holds(derivation):
    assert derivation.steps[0].relation == "" and derivation.steps[-1].relation != ""
    for step, found in zip(derivation.steps, derivation.check()):
        assert found.holds, (step.code, found)


@pytest.mark.parametrize("derivation", DERIVATIONS.values(), ids=lambda derivation: derivation.name)
def test_a_turned_sign_is_seen_at_its_step(derivation):
    """The step itself fails, or, at the beginning of a chain, the one behind it."""
    for i, step in enumerate(derivation.steps):
        for wrong in flips(step.code):
            assert _fails_at(derivation, i, wrong), f"step {i + 1}: {step.code}  ->  {wrong}"


def _fails_at(derivation, i, wrong):
    try:
        found = derivation.check({i: wrong}, points=1)
    except (ValueError, TypeError, np.linalg.LinAlgError, IndexError, ZeroDivisionError):
        return True
    if derivation.steps[i].relation:
        return not found[i].holds
    return any(not found[k].holds for k in (i, i + 1))


@pytest.mark.parametrize("derivation", DERIVATIONS.values(), ids=lambda derivation: derivation.name)
def test_it_leads_to_something_that_exists(derivation):
    for name in derivation.leads_to:
        module, _, attribute = name.rpartition(".")
        assert hasattr(importlib.import_module(module), attribute), name


@pytest.mark.parametrize("derivation", DERIVATIONS.values(), ids=lambda derivation: derivation.name)
def test_it_can_be_printed(derivation):
    printed = text(derivation)
    assert derivation.title in printed and "FAILS" not in printed and max(map(len, printed.splitlines())) <= 100
    assert markdown(derivation).count("\n| ") >= len(derivation.steps) and "fails" not in markdown(derivation)


def test_a_part_of_a_derivation():
    whole = DERIVATIONS["affine"]
    part = whole.chains(2, 2, "The weights")
    assert part.holds and part.steps == whole.steps[4:8] and part.title == "The weights" and whole.title != part.title


def _chain(*steps):
    return Derivation("toy", "toy", "x", lambda rng: {"x": rng.normal(size=3)}, steps)


def test_relations():
    start = Step("x^2", "x**2", "", "")
    assert _chain(start, Step("x x", "x * x", "")).holds and not _chain(start, Step("x", "x**3", "")).holds
    assert _chain(start, Step("", "x**2 + 1", "", "<=")).holds and not _chain(start, Step("", "x**2 - 1", "", "<=")).holds
    assert _chain(start, Step("", "x**2 - 1", "", ">=")).holds and not _chain(start, Step("", "np.ones(2)", "", "<=")).holds
    assert not _chain(start, Step("", "x * np.nan", "")).holds
    with pytest.raises(ValueError, match="relation must be"):
        Step("", "x", "", "<")


def test_estimates_are_held_to_their_error():
    start = Step("0", "np.zeros(3)", "", "")
    assert _chain(start, Step("", "Estimate(np.full(3, 0.04), np.full(3, 0.01))", "")).holds
    assert not _chain(start, Step("", "Estimate(np.full(3, 0.06), np.full(3, 0.01))", "")).holds
