"""Activations and logits of +-1e4, log-variances of +-1e3, saturated units: right, or inf where no number is; never NaN."""

import numpy as np
import pytest

from npae.checks.pairs import PAIRS
from npae.layers import softplus

from .elementwise import FAR, SPREADS, Elementwise
from .exact import gaussian_nll, softplus_reference
from .finite import cases, failures_of, public, tried


@pytest.mark.parametrize("check", [pytest.param(check, id=name) for name, check in cases()])
def test_far_out_the_answers_are_exact(check):
    assert failures_of(check) == []


def test_every_public_function_of_the_four_rooms_is_tried():
    assert tried() == public()


def test_every_pair_of_the_catalogue_is_tried():
    assert {pair.backward.__name__ for pair in PAIRS if pair.backward.__name__ in public()} <= tried()
    assert {pair.name.split(",")[0] for pair in PAIRS} <= tried()


def test_a_wrong_answer_is_seen():
    """The comparison itself: a softplus that overflows, a clipped value, a product of 0 and inf."""
    naive = Elementwise(("softplus",), {"a": FAR}, softplus_reference, lambda inputs: {"y": np.log(1 + np.exp(inputs["a"]))})
    clipped = Elementwise(("softplus",), {"a": FAR}, softplus_reference,
                          lambda inputs: {"y": softplus(np.clip(inputs["a"], -80, 80))})
    product = Elementwise(("nll",), {"mu": (0.0, 1.0), "x": (0.0,), "logvar": SPREADS}, gaussian_nll, lambda inputs: {
        "y": 0.5 * (np.log(2 * np.pi) + inputs["logvar"] + (inputs["x"] - inputs["mu"]) ** 2 * np.exp(-inputs["logvar"]))})
    for case in (naive, clipped, product):
        with np.errstate(all="ignore"):
            assert list(case.failures(np.float32)) and list(case.failures(np.float64))
