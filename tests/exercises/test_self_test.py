"""Every exercise keeps what its single source promises; and the self-test notices when one does not."""

import re
from dataclasses import replace

import numpy as np
import pytest

from npae.exercises import EXERCISES, NamespaceSubmission, examine
from npae.exercises.exercise import KINDS, Alternative
from npae.exercises.selftest import namespace, self_test
from npae.gradcheck import Misconception
from npae.gradcheck.codes import CODES

ALL = list(EXERCISES.values())
EARLY = ["affine", "sigmoid", "relu", "squared_error", "bernoulli_nll", "weight_decay", "tied_weights", "l1_sparsity",
         "kl_sparsity", "student_t", "denoising", "contractive", "contractive_deep", "gaussian_kl", "reparameterization",
         "vae_step", "vector_quantization", "adam"]


@pytest.mark.parametrize("exercise", ALL, ids=list(EXERCISES))
def test_start_fails_solutions_pass_misconceptions_are_named_nothing_leaks(exercise):
    assert self_test(exercise) == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, 21))
def test_for_other_seeds_too(seed):
    assert {exercise.name: self_test(exercise, seed) for exercise in ALL} == {exercise.name: [] for exercise in ALL}


@pytest.mark.parametrize("exercise", ALL, ids=list(EXERCISES))
def test_the_solution_passes_at_the_seeds_of_a_class(exercise):
    solution = NamespaceSubmission(namespace(exercise.solution_text()))
    for seed in (11, 12345):
        outcome = examine(exercise, solution, seed)
        assert outcome.passed, [finding.lines() for part in outcome.parts for finding in part.findings]
        assert outcome.marks == outcome.out_of == exercise.out_of > 0


def test_the_catalogue():
    assert list(EXERCISES)[:18] == EARLY
    assert [exercise.number for exercise in ALL] == list(range(1, len(ALL) + 1))
    assert {exercise.kind for exercise in ALL} == set(KINDS)
    codes = [known.code for exercise in ALL for known in exercise.misconceptions]
    assert len(set(codes)) == len(codes) > 90


def test_the_codes_to_choose_from_have_the_titles_that_they_have():
    offered = dict(re.findall(r"(G\d{3})  (.+?)(?=   |$)", EXERCISES["predict"].task_text(), re.MULTILINE))
    assert offered == {code: CODES[code] for code in offered} and len(offered) == 11


def test_it_notices_a_solution_that_is_wrong_and_a_start_that_passes():
    affine = EXERCISES["affine"]
    wrong = replace(affine, alternatives=(Alternative("wrong", {"affine_backward": lambda dy, x, W: (dy @ W.T, x.T @ dy, dy[0])}),
                                          *affine.alternatives))
    assert any(complaint.startswith("wrong: db fails") for complaint in self_test(wrong))
    unknown = replace(affine, alternatives=(Alternative("lost", {"affine_forward": np.dot}), *affine.alternatives))
    assert "lost: affine_forward is not a function of the solution" in self_test(unknown)

    finished = replace(affine)
    finished.__dict__["texts"] = affine.texts._replace(start=affine.solution_text())
    complaints = self_test(finished)
    assert "the start file passes dW" in complaints
    assert any(complaint.startswith("the start file holds a line of the solution: dW") for complaint in complaints)
    assert any(complaint.startswith("the notebook holds") for complaint in complaints)


def test_it_notices_leaking_hints_unnamed_misconceptions_and_what_is_missing():
    affine = EXERCISES["affine"]
    step = affine.steps[0]
    right = Misconception("M011", "not wrong at all", step.solution)
    changed = replace(affine, hints=("dW = x.T @ dy",), alternatives=(), steps=(replace(step, misconceptions=(right,)),))
    complaints = "\n".join(self_test(changed))
    assert "M011 (not wrong at all) is reported as nothing" in complaints
    assert "a hint holds a line of the solution: dW = x.T @ dy" in complaints
    assert "it has 1 hints" in complaints and "0 alternatives and 1 misconceptions" in complaints
