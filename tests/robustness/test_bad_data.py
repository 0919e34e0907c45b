"""Bad data in every argument of every public function and method: an error that names it, or a finite result."""

import pytest

from .bad_data import method_trials, trials, what_is_wrong
from .calls import CALLS, OF_FILES, public_functions


def test_every_public_function_has_a_good_call():
    functions = public_functions()
    assert set(CALLS) | OF_FILES == set(functions)
    for name, arguments in CALLS.items():
        functions[name](**arguments)


def failures(of_trials):
    """Return how many trials there were, and what went wrong in which."""
    outcomes = [(trial, what_is_wrong(trial, run)) for trial, run in of_trials]
    return len(outcomes), {f"{trial.function}({trial.argument}: {trial.given})": wrong for trial, wrong in outcomes if wrong}


def test_every_function_with_every_argument_spoiled():
    count, wrong = failures(trials())
    assert not wrong and count > 9000


@pytest.mark.dev
def test_every_method_with_every_argument_spoiled():
    count, wrong = failures(method_trials())
    assert not wrong and count > 9000
