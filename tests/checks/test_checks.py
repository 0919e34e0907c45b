"""Everything that `npae check` runs, one test per kind and subject, so that a failure names its place."""

import numpy as np
import pytest

from npae.checks import KINDS, Check
from npae.checks.cases import CASES
from npae.checks.pairs import PAIRS


@pytest.mark.parametrize("kind", KINDS)
def test_all_checks_pass(kind):
    checks = list(KINDS[kind](0))
    assert len(checks) >= 10
    assert [str(check) for check in checks if not check.passed] == []


def test_every_pair_of_the_package_is_in_the_catalogue():
    from npae import latents, layers, losses, penalties
    exported = {name for room in (latents, layers, losses, penalties) for name in room.__all__ if name.endswith("_backward")}
    assert {name.removesuffix("_backward") for name in exported} == {pair.name.split(",")[0] for pair in PAIRS}


def test_every_model_is_in_the_catalogue():
    from npae import models
    built = {case.model for case in CASES}
    classes = {getattr(models, name) for name in models.__all__}
    assert classes - {models.Model} == built


def test_a_check_knows_which_side_it_is_on():
    assert Check("k", "s", "c", 1.0, 2.0).passed and not Check("k", "s", "c", 3.0, 2.0).passed
    assert Check("k", "s", "c", 3.0, 2.0, at_least=True).passed and not Check("k", "s", "c", 1.0, 2.0, at_least=True).passed
    assert not Check("k", "s", "c", np.nan, 2.0).passed and not Check("k", "s", "c", np.nan, 2.0, True).passed
    assert str(Check("k", "subject", "claim", 3.0, 2.0)).startswith("FAIL  subject")
