"""The metric, and what a report says."""

import json

import numpy as np
import pytest

from npae.gradcheck import GradientCheckError, check_gradients, relative_error

from .toys import affine, affine_backward, affine_inputs

INPUTS = affine_inputs(np.random.default_rng(0))


def wrong(dy, x, W):
    dx, dW, db = affine_backward(dy, x, W)
    dW[3, 1] *= 9
    return dx, dW, db


@pytest.mark.parametrize("a, b, error", [
    ([1.0, 2.0], [1.0, 1.0], 0.5), ([1.0, 1.0], [1.0, 2.0], 0.5), ([0.0], [0.0], 0.0), ([0.0], [1e-300], 1.0),
    ([1e-20, 1.0], [0.0, 1.0], 1e-20), ([1.0], [-1.0], 2.0), ([1e308], [-1e308], 2.0), ([], [], 0.0), (2.0, 1.0, 0.5),
    ([np.nan], [np.nan], np.inf), ([np.inf], [np.inf], np.inf), ([1.0], [np.nan], np.inf), ([1j], [1.0], np.sqrt(2))])
def test_relative_error(a, b, error):
    assert relative_error(a, b) == pytest.approx(error)
    assert isinstance(relative_error(a, b), float)


def test_relative_error_does_not_broadcast():
    with pytest.raises(ValueError, match="one shape"):
        relative_error(np.ones((2, 1)), np.ones(2))


def test_the_row_shows_the_worst_entry():
    row = check_gradients(affine, wrong, INPUTS).rows[1]
    assert (row.name, row.worst, row.verdict, row.method, row.kinks) == ("W", (3, 1), "fail", "complex", 0)
    assert row.got == pytest.approx(9 * row.expected)
    assert row.error > 0.01 > row.tolerance


def test_the_table():
    report = check_gradients(affine, wrong, INPUTS)
    lines = report.table().splitlines()
    assert repr(report) == report.table() and lines[0] == "gradient check: fail"
    assert len({line.index("complex") for line in lines[2:5]}) == 1         # aligned
    assert "[3,1]" in lines[3] and lines[-1].startswith("G200  ") and len(lines) == 6


def test_json_round_trip_of_an_unfinite_report():
    report = check_gradients(affine, lambda dy, x, W: (dy @ W.T, np.nan * W, None), INPUTS)
    content = json.loads(report.to_json(), parse_constant=lambda constant: pytest.fail(constant))
    assert content["verdict"] == "fail" and content["passed"] is False
    assert [row["error"] for row in content["rows"]][1:] == ["inf", "inf"]
    assert {finding["code"] for finding in content["findings"]} == {"G103", "G102"}


def test_raise_if_failed():
    check_gradients(affine, affine_backward, INPUTS).raise_if_failed()
    with pytest.raises(GradientCheckError, match="G200") as caught:
        check_gradients(affine, wrong, INPUTS).raise_if_failed()
    assert isinstance(caught.value, AssertionError) and caught.value.report.verdict == "fail"


def test_messages_state_facts():
    shapes = check_gradients(affine, lambda dy, x, W: (dy @ W.T, dy.T @ x, dy), INPUTS).findings
    assert "transposed" in shapes[0].message and "sum over the leading axes is missing" in shapes[1].message
    keep = check_gradients(affine, lambda dy, x, W: (dy @ W.T, x.T @ dy, dy.sum(axis=0, keepdims=True)), INPUTS)
    assert "keepdims" in keep.findings[0].message
