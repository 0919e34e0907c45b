"""The fixed small version of the mutation study, and the tools that it is made of."""

import numpy as np
import pytest

from npae import layers
from npae.checks.cases import CASES
from npae.gradcheck.claims import Claim
from tests.benchmarks.mutation import correct_cases, mechanical, retest, study, targets
from tests.benchmarks.mutation.model_mistakes import CATALOGUE
from tests.benchmarks.mutation.mutants import edited, mutants_of
from tests.benchmarks.mutation.other_tools import TOOLS, accuses
from tests.benchmarks.mutation.points import ALL_PAIRS, pair_point

pytestmark = pytest.mark.dev        # ten seconds that CI spends and a user's test run need not
EVERYTHING = (*targets.FUNCTIONS, *targets.DEEP, *targets.IN_MODELS)
AFFINE = ALL_PAIRS["affine"]


@pytest.fixture(scope="module")
def small():
    before = {function: function.__code__ for function in EVERYTHING}
    result = study.run(quick=True)
    assert all(function.__code__ is code for function, code in before.items())      # every mutant has gone
    return result


def test_every_mutant_is_detected_unless_it_differs_by_less_than_the_tolerance(small):
    assert small.detection.total >= 15
    assert all(difference < 1e-9 for difference in small.escaped_by), study.markdown(small)
    assert small.detection.hits + len(small.escapes) == small.detection.total


def test_every_labelled_mistake_is_detected_and_most_are_named(small):
    assert small.labelled[study.OURS].total >= 25 and small.missed == []
    assert small.named.share >= 0.9, study.markdown(small)


def test_no_name_is_wrong_and_nobody_innocent_is_accused(small):
    assert small.claims.total >= 30
    assert small.wrong_names == [] and small.innocent == []


def test_no_false_alarm(small):
    assert small.alarms[study.OURS].total >= 100 and small.false_alarms == []


def test_the_table_has_every_tool_and_ours_first(small):
    rows = study.markdown(small).splitlines()[2:3 + len(TOOLS)]
    assert [row.split(" | ")[0].strip("| ") for row in rows] == [study.OURS, *TOOLS]
    assert rows[0].split(" | ")[1] == "1.000" and rows[0].endswith("| 0 |")


def test_the_whole_study_is_as_large_as_it_should_be():
    assert sum(1 for _ in correct_cases.every()) >= 2000
    assert len(CATALOGUE) >= 120 and len({str(mistake) for mistake in CATALOGUE}) == len(CATALOGUE)
    subjects = {mistake.subject for mistake in CATALOGUE}
    assert subjects >= set(ALL_PAIRS) and len(subjects & {case.name for case in CASES}) >= 15


# ---- the parts -----------------------------------------------------------------------------------------------------

def test_mutants_of_a_small_function():
    changes = {mutant.change for mutant in mutants_of(layers.affine_backward, "affine_backward")}
    assert changes >= {"W.T  ->  W", "x.T @ dy  ->  dy @ x.T", "dy.sum(axis=0)  ->  dy.mean(axis=0)", "0  ->  1",
                       "dy.sum(axis=0)  ->  dy.sum()", "dW = x.T @ dy  ->  dW = -(x.T @ dy)",
                       "return (dx, dW, db)  ->  return (dW, dx, db)"}


def test_a_mutant_is_seen_everywhere_and_leaves_no_trace():
    y = np.array([0.25, 0.5])
    mutant = edited(layers.sigmoid_backward, "sigmoid_backward", "(1 - y)", "(1 + y)")
    before = layers.ACTIVATIONS["sigmoid"].backward(np.ones(2), y)
    with pytest.raises(ZeroDivisionError), mutant.active():
        assert np.array_equal(layers.ACTIVATIONS["sigmoid"].backward(np.ones(2), y), y * (1 + y))
        raise ZeroDivisionError
    assert np.array_equal(layers.ACTIVATIONS["sigmoid"].backward(np.ones(2), y), before)
    with pytest.raises(ValueError, match="holds 0 times"):
        edited(layers.sigmoid_backward, "sigmoid_backward", "cosh", "sinh")


def test_a_mutant_in_super_compiles():
    function = targets.FullPosterior.kl_backward
    assert all(mutant.code.co_freevars == ("__class__",) for mutant in mutants_of(function, "kl_backward"))


@pytest.mark.parametrize("tool", TOOLS)
def test_the_rules_of_other_tools_pass_the_right_and_catch_the_grossly_wrong(tool):
    point = pair_point(AFFINE, np.random.default_rng(0))
    assert not accuses(tool, point, AFFINE.backward, 0)
    assert accuses(tool, point, lambda dy, x, W: [5 + g for g in AFFINE.backward(dy, x, W)], 0)
    assert accuses(tool, point, lambda dy, x, W: 1 / 0, 0)


def test_what_each_rule_is_known_for():
    point = pair_point(AFFINE, np.random.default_rng(0))
    hidden = {"ignores": lambda dy, x, W: AFFINE.backward(np.ones_like(dy), x, W),
              "absolute": lambda dy, x, W: AFFINE.backward(np.abs(dy), x, W),
              "slightly": lambda dy, x, W: [(1 + 1e-6) * g for g in AFFINE.backward(dy, x, W)]}
    passes = {name: {tool for tool in TOOLS if not accuses(tool, point, wrong, 0)} for name, wrong in hidden.items()}
    assert passes["ignores"] == {"minitorch grad_check"}
    assert passes["absolute"] == {"minitorch grad_check", "torch.autograd.gradcheck", "torch.autograd.gradcheck, fast mode"}
    assert passes["slightly"] >= {"torch.autograd.gradcheck", "Chainer check_backward", "CS231n, 1e-4", "minitorch grad_check"}
    assert not passes["slightly"] & {"UFLDL, 1e-9", "Coursera, 1e-7", "CS231n, 1e-7"}


def test_the_retest_finds_a_false_claim():
    point = pair_point(AFFINE, np.random.default_rng(0))

    def twice(dy, x, W):
        return [2 * g for g in AFFINE.backward(dy, x, W)]
    for number, verdict in ((2, True), (3, False), (np.nan, None)):
        claim = Claim("G204", "W", lambda there, c=number: c * there.true("W"), f"{number} x the true gradient")
        assert retest.verdict(claim, point, twice, AFFINE.backward, np.random.default_rng(0)) is verdict
    assert retest.verdict(claim, point, lambda dy, x, W: 1 / 0, AFFINE.backward, np.random.default_rng(0)) is None


def test_a_mutant_that_only_renames_is_equivalent_and_one_that_lies_is_not():
    pool = mechanical.pool_of([("affine", mechanical.pair_pool(AFFINE, 0), AFFINE.backward)])
    same = edited(layers.affine_backward, "affine_backward", "x.T @ dy", "(dy.T @ x).T")
    assert mechanical.examine(same, pool).status == "equivalent"
    wrong = edited(layers.affine_backward, "affine_backward", "dy.sum(axis=0)", "dy.sum(axis=1)[:dy.shape[1]]")
    assert mechanical.examine(wrong, pool).status == "detected"
    view = edited(layers.identity_backward, "identity_backward", "+dy", "dy")
    pair = ALL_PAIRS["identity"]
    pool = mechanical.pool_of([("identity", mechanical.pair_pool(pair, 0), pair.backward)])
    assert mechanical.examine(view, pool).status == "detected"
