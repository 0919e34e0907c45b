"""The museum: every check is really run, on the specimen and on a correct version that passes all of them."""

import pytest

from npae.exercises import EXERCISES
from npae.exercises.museum import KINDS, RIGHT, SPECIMENS, checks_passed
from npae.exercises.selftest import namespace

WRONG = namespace(EXERCISES["museum"].start_text())     # what the students see is what is checked
CAUGHT = {      # the third column of the museum's list, and what else catches it
    "integer_division": {"behaviour", "oracles"}, "frozen_weights": {"oracles"}, "last_layer_only": {"oracles"},
    "sum_before_square": {"oracles"}, "half_the_gradient": {"gradients"}, "slope_of_another": {"gradients"},
    "variance_as_deviation": {"oracles"}, "tenth_of_the_noise": {"oracles"}, "divergence_averaged": {"invariances", "oracles"},
    "divergence_clamped": {"oracles"}, "noise_drawn_again": {"gradients"}, "summed_over_the_batch": {"invariances"},
    "codebook_after_the_copy": {"behaviour"}, "worst_sample_first": {"oracles"}, "sparsity_per_example": {"oracles"},
    "clipped_probability": {"oracles"}, "noise_drawn_once": {"behaviour"}, "scores_that_change": {"determinism"},
}


@pytest.mark.parametrize("name", SPECIMENS)
def test_the_specimen_is_caught_and_the_correct_version_is_not(name):
    wrong, right = checks_passed(name, WRONG[name]), checks_passed(name, RIGHT[name])
    assert {kind for kind, passed in wrong.items() if not passed} == CAUGHT[name]
    assert all(right.values()), right
    assert "gradients" in wrong and "determinism" in wrong and set(wrong) <= set(KINDS)


def test_most_of_them_pass_a_gradient_check():
    assert len(SPECIMENS) >= 12 and set(SPECIMENS) == set(RIGHT) == set(CAUGHT)
    fails = [name for name, kinds in CAUGHT.items() if "gradients" in kinds]
    assert 3 <= len(fails) < len(SPECIMENS) / 2
    assert set().union(*CAUGHT.values()) == set(KINDS)


def test_either_of_two_right_answers_counts_and_the_other_half_is_named():
    judge = EXERCISES["museum"].steps[0].judge
    for kind in ("behaviour", "oracles"):
        assert judge("integer_division", {"integer_division": {"gradient_check": "passes", "caught_by": kind}}) == ""
    assert "it passes the check of gradients" in judge(
        "integer_division", {"integer_division": {"gradient_check": "passes", "caught_by": "gradients"}})
    assert "with another result" in judge(
        "integer_division", {"integer_division": {"gradient_check": "fails", "caught_by": "oracles"}})
    assert "does not apply" in judge(
        "scores_that_change", {"scores_that_change": {"gradient_check": "passes", "caught_by": "behaviour"}})
