"""The metric, and what a report says."""

import json
import re
from html.parser import HTMLParser

import numpy as np
import pytest

from npae.gradcheck import Finding, GradientCheckError, Report, TensorRow, check_gradients, relative_error

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
    assert "[3,1]" in lines[3] and lines[5].startswith("G200  ")
    assert lines[5:] == report.findings[0].lines()


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


# ---- findings -------------------------------------------------------------------------------------------------------

LONG = "every word of this sentence is a fact that somebody measured and wrote down " * 4


@pytest.mark.parametrize("evidence", [(), ("short",), (LONG,), (LONG,) * 5, ("short",) * 9])
@pytest.mark.parametrize("message", ["dW is wrong", LONG, LONG * 3])
@pytest.mark.parametrize("question", ["", "why?", LONG])
def test_a_finding_has_at_most_eight_lines_of_a_hundred_characters(message, evidence, question):
    lines = Finding("G200", "W", message, evidence, question, equation="affine (3)" if question else "").lines()
    assert 1 <= len(lines) <= 8 and max(map(len, lines)) <= 104
    assert lines[0].startswith("G200  ") and all(line.startswith(" " * 6) for line in lines[1:])
    assert not question or any(line.strip().startswith("Think: ") for line in lines)


def test_what_fits_is_said_in_order():
    finding = Finding("G204", "W", "fact", ("first", "second"), "why?", 7.0, (3, 1), "affine (3)")
    assert finding.lines() == ["G204  fact", "      first", "      second", "      Think: why?   [affine (3)]"]
    assert Finding("G204", "W", "fact", equation="affine (3)").lines() == ["G204  fact", "      [affine (3)]"]


def test_words_longer_than_a_line_stay_whole():
    path = "x" * 150
    assert Finding("E006", "file", f"cannot import {path}").lines()[1].strip() == path


def test_json_has_every_field_of_a_finding():
    finding = Finding("G204", "W", "fact", ("first",), "why?", np.float64(np.nan), (np.int64(3), 1), "affine (3)")
    content = json.loads(Report([], [finding]).to_json(), parse_constant=lambda constant: pytest.fail(constant))
    assert content["findings"] == [{
        "code": "G204", "tensor": "W", "message": "fact", "evidence": ["first"], "question": "why?", "factor": "nan",
        "worst": [3, 1], "equation": "affine (3)", "kind": "the right pattern and the wrong size"}]


@pytest.mark.parametrize("number", [np.inf, -np.inf, np.nan, 0.1])
def test_numbers_come_back_from_json(number):
    content = json.loads(Report([TensorRow("W", number, 1e-9, (), number, 0.0, "complex", 0, "fail")]).to_json())
    np.testing.assert_equal(float(content["rows"][0]["error"]), number)


# ---- notebooks ------------------------------------------------------------------------------------------------------

class Reader(HTMLParser):
    """Fails on tags that are not closed in order; collects the text and the tags."""

    def __init__(self):
        super().__init__()
        self.open, self.tags, self.text = [], [], ""

    def handle_starttag(self, tag, attributes):
        self.open.append(tag)
        self.tags.append(tag)
        assert {name for name, _ in attributes} <= {"style"}

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def read(html):
    reader = Reader()
    reader.feed(html)
    reader.close()
    assert not reader.open
    return reader


def test_html_says_everything_in_words():
    report = check_gradients(affine, wrong, INPUTS)
    reader = read(report._repr_html_())
    assert "gradient check: fail" in reader.text and reader.tags.count("tr") == 1 + len(report.rows)
    for finding in report.findings:
        for part in (finding.code, finding.message, *finding.evidence, finding.question):
            assert part in reader.text


@pytest.mark.parametrize("code, word", [("K001", "pass, with entries on a corner"), ("U001", "untrusted"), ("M011", "fail")])
def test_html_verdicts(code, word):
    assert f"gradient check: {word}" in read(Report([], [Finding(code, "W", "fact")])._repr_html_()).text


def test_html_escapes_what_comes_from_the_code_under_test():
    evil = "<script>alert('&')</script>"
    row = TensorRow(evil, 1.0, 1e-9, (), 1.0, 2.0, evil, 0, "fail")
    reader = read(Report([row], [Finding("G200", evil, evil, (evil,), evil, equation=evil)])._repr_html_())
    assert "script" not in reader.tags and reader.text.count(evil) == 6


def test_html_sets_no_colours_that_need_a_light_page():
    html = check_gradients(affine, wrong, INPUTS)._repr_html_()
    styles = ";".join(re.findall(r'style="([^"]*)"', html))
    colours = re.findall(r"(?:^|;)color:([^;]+)", styles)
    assert set(colours) == {"inherit"} and "#fff" not in styles and "url(" not in html
