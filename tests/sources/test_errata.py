"""The errata: the corrected statement agrees with the truth, the printed one does not."""

from collections import Counter

import numpy as np
import pytest

from npae.derivations import Estimate
from npae.sources import ERRATA, Comparison, Erratum
from npae.sources.erratum import refusal
from npae.sources.page import WIDTH, errata_table, explain_erratum
from npae.sources.show import show

PROVEN = [erratum for erratum in ERRATA.values() if erratum.proof]
WITHOUT = [erratum for erratum in ERRATA.values() if not erratum.proof]


def test_all_are_there():
    assert Counter(erratum.document for erratum in ERRATA.values()) == {"000": 23, "001": 18, "002": 15, "003": 19, "004": 16}
    for document, count in (("000", 23), ("001", 18), ("002", 15), ("003", 19), ("004", 16)):
        assert all(f"E{document}-{number:02}" in ERRATA for number in range(1, count + 1))


@pytest.mark.parametrize("erratum", PROVEN, ids=lambda erratum: erratum.id)
def test_the_proof(erratum):
    comparisons = erratum.proof()
    for comparison in comparisons:
        assert comparison.holds, (comparison.quantity, comparison.truth, comparison.correct, comparison.residual)
        assert comparison.printed is None or comparison.refutes, (comparison.quantity, comparison.printed)
        assert len(comparison.by) <= 42         # it stands beside the number
    if erratum.severity == "W":
        assert any(comparison.refutes for comparison in comparisons)


@pytest.mark.parametrize("erratum", PROVEN, ids=lambda erratum: erratum.id)
def test_it_can_be_printed(erratum):
    page = explain_erratum(erratum)
    assert max(map(len, page.splitlines())) <= WIDTH and "FAILS" not in page and "AGREES" not in page
    assert page.count(" agrees") == sum(line.startswith("    by ") for line in page.splitlines())


@pytest.mark.parametrize("erratum", WITHOUT, ids=lambda erratum: erratum.id)
def test_wording_has_a_reason_instead_of_numbers(erratum):
    assert erratum.why and erratum.severity in ("T", "M") or erratum.id == "E000-12"      # "prior" where posterior is meant


def test_the_list_fits():
    lines = list(errata_table())
    assert sum(line.startswith("  E") for line in lines) == len(ERRATA) and max(map(len, lines)) <= WIDTH


def _compare(truth, correct, printed=None, **options):
    return Comparison("a quantity", "a way", truth, correct, printed, **options)


def test_what_a_comparison_means():
    assert _compare(1.0, 1.0).holds and not _compare(1.0, 1.1).holds and not _compare(1.0, 1.0).refutes
    assert _compare(1.0, 1.0, 2.0).refutes and not _compare(1.0, 1.0, 1.0001).refutes
    assert _compare(1.0, 1.0, np.ones(2)).refutes and _compare(1.0, 1.0, np.inf).refutes and _compare(1.0, 1.0, "cannot").refutes
    assert _compare(1.0, 2.0, relation="<=").holds and not _compare(1.0, 0.5, relation="<=").holds
    assert _compare(Estimate(1.0, 0.1), 1.4).holds and not _compare(Estimate(1.0, 0.1), 1.6).holds
    wrong = Erratum("E000-99", "", "", "", "W", lambda: [_compare(1.0, 1.0, 1.0)])
    assert not wrong.holds and "AGREES" in explain_erratum(wrong)
    wrong = Erratum("E000-99", "", "", "", "W", lambda: [_compare(1.0, 2.0, 3.0)])
    assert not wrong.holds and "FAILS" in explain_erratum(wrong)
    with pytest.raises(ValueError, match="severity must be"):
        Erratum("E000-99", "", "", "", "X")


def test_a_refusal_needs_a_reason():
    assert refusal(lambda: np.ones(2) @ np.ones(3)).startswith("ValueError")
    with pytest.raises(AssertionError, match="can be evaluated"):
        refusal(lambda: 1)


def test_numbers_in_short():
    assert show(0.123456789) == "0.123457" and show(np.arange(6.0)) == "(0, 1, 2, 3, ...)" and show("none") == "none"
    assert show(Estimate(1.23456, 0.02)) == "1.23456 +- 0.02"


def test_an_erratum_in_a_notebook():
    page = ERRATA["E003-12"]._repr_markdown_()
    assert page.count("\n| ") >= 3 and "IndexError" in page
