"""Two models in two threads, one model in four, copies, pickles and other processes: the bits are those of one alone."""

import signal
import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from npae import check_gradients
from npae.checks.cases import CASES
from npae.layers import affine, affine_backward

from .threads import (
    DIGITS,
    all_cases_at_once,
    arrays_of,
    by_lbfgs,
    different,
    elsewhere,
    further,
    make,
    one_model_for_all,
    restless,
    rich,
    same_class_at_once,
    shared,
    together,
    wrong_copies,
)

every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
FEW = tuple(case for case in CASES if case.name in ("deep relu", "sparse, kl of tanh, running mean", "variational, iwae, decay",
                                                    "vector quantized, running averages", "masked, decay"))


def test_all_cases_trained_in_four_threads():
    found = all_cases_at_once()
    assert found.failures == [] and found.checks == len(CASES)


@pytest.mark.parametrize("case", FEW, ids=lambda case: case.name)
def test_one_fitted_model_asked_by_four_threads(case):
    assert one_model_for_all(case).failures == []


@pytest.mark.dev
@every_case
def test_four_threads_of_one_class_and_one_model(case):
    assert same_class_at_once(case).failures == [] and one_model_for_all(case).failures == []


def test_threads_with_checkpoints_each_of_its_own(tmp_path):
    assert same_class_at_once(CASES[0], tmp_path).failures == []
    assert len(list(tmp_path.glob("*/checkpoint.npz"))) == 4


def test_threads_leave_the_handler_of_ctrl_c_alone():
    """Only the main thread may set it; the others must not try."""
    before = signal.getsignal(signal.SIGINT)
    together({str(seed): lambda seed=seed: {"theta": make(CASES[0], seed).fit(DIGITS).theta} for seed in range(4)})
    assert signal.getsignal(signal.SIGINT) is before


def test_the_checker_in_two_threads_leaves_the_filters_of_warnings():
    """They belong to the process: whoever restores them last must not restore somebody else's."""
    rng = np.random.default_rng(0)
    inputs = {"x": rng.normal(size=(4, 3)), "W": rng.normal(size=(3, 2)), "b": rng.normal(size=2)}

    def verdicts(_):
        return [check_gradients(affine, backward, inputs).verdict
                for backward in (affine_backward, lambda dy, x, W: (dy @ W.T, 2 * x.T @ dy, dy.sum(axis=0)))]
    with restless():
        before = list(warnings.filters)
        with ThreadPoolExecutor(4) as pool:
            found = list(pool.map(verdicts, range(12)))
        assert warnings.filters == before
    assert found == [["pass", "fail"]] * 12


@pytest.mark.parametrize("build", [rich, by_lbfgs])
def test_copies_of_models_with_all_that_a_hyperparameter_may_hold(build):
    assert wrong_copies(build, DIGITS, build.__name__).failures == []


@pytest.mark.dev
@every_case
def test_copies_and_pickles_of_every_case(case):
    assert wrong_copies(lambda: make(case), case.suited(DIGITS), case.name).failures == []


@pytest.mark.dev
def test_a_spawned_process_goes_on_to_the_same_bits():
    """The models cross into a fresh interpreter, fitted, and train for an epoch more."""
    data = [case.suited(DIGITS) for case in CASES] + [DIGITS]
    with restless(0.005):
        models = [*(make(case).fit(x) for case, x in zip(CASES, data)), rich().fit(DIGITS)]
    there = elsewhere(models, data)
    here = [further(model, x) for model, x in zip(models, data)]
    assert [different(a, b, type(model).__name__) for a, b, model in zip(here, there, models)] == [[]] * len(models)


def test_what_differs_or_is_shared_is_seen():
    x, one, other = DIGITS, make(CASES[0]), make(CASES[0], seed=1)
    assert different(further(one, x), further(other, x), "x")
    assert different({"a": np.zeros(1)}, {"a": -np.zeros(1)}) == ["/a"] and different({"a": 1}, {"b": 1})
    other._params = one._params
    assert shared(one, other) and not shared(one, make(CASES[0]).fit(x))
    assert {"._params.theta", "._training._good"} <= {where.replace("_theta", "theta") for where, _ in arrays_of(one)}
