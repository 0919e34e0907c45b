"""What becomes of everything that a student's code may do: findings, never an exception of ours."""

import json
import sys
from dataclasses import replace

import numpy as np
import pytest

from npae.exercises import EXERCISES, LocalSubmission, MissingName, NamespaceSubmission, SubmissionError, examine
from npae.exercises.selftest import namespace

AFFINE, SIGMOID, ADAM = EXERCISES["affine"], EXERCISES["sigmoid"], EXERCISES["adam"]


def right(dy, x, W):
    return dy @ W.T, x.T @ dy, dy.sum(axis=0)


def check(function, exercise=AFFINE, name="affine_backward"):
    return examine(exercise, NamespaceSubmission({**namespace(exercise.solution_text()), name: function}))


def codes(outcome):
    return {part.name: [finding.code for finding in part.findings] for part in outcome.parts}


def test_lines_are_judged_one_by_one():
    for empty in (None, ...):
        outcome = check(lambda dy, x, W, empty=empty: (dy @ W.T, empty, -dy.sum(axis=0)))
        assert codes(outcome) == {"dx": [], "dW": ["E001"], "db": ["G203"]}
        assert outcome.marks == 1 and outcome.out_of == 3 and not outcome.passed
    assert codes(check(lambda dy, x, W: None)) == {"dx": ["E001"], "dW": ["E001"], "db": ["E001"]}


def test_answers_by_name_and_renamed_parameters():
    assert check(lambda dy, x, W: dict(zip(("dW", "db", "dx"), (x.T @ dy, dy.sum(axis=0), dy @ W.T)))).passed
    assert check(lambda upstream, inputs, weights: right(upstream, inputs, weights)).passed
    assert check(lambda *given: list(right(*given))).passed


@pytest.mark.parametrize("returned, message", [
    ((1.0, 2.0), "affine_backward returned 2 values, expected dx, dW, db, in this order."),
    (3.0, "affine_backward returned one value, expected dx, dW, db, in this order."),
    ({"dx": 0.0, "dV": 0.0}, "affine_backward returned the unknown name 'dV', expected dx, dW, db, in this order."),
    (("a", None, None), "dx is a str that cannot be read as an array of numbers."),
    (([[1], [1, 2]], None, None), "dx is a list that cannot be read as an array of numbers."),
])
def test_returns_of_the_wrong_kind(returned, message):
    outcome = check(lambda dy, x, W: returned)
    assert outcome.marks == 0 and outcome.parts[0].findings[0].code == "E002"
    assert outcome.parts[0].findings[0].message == message


def test_exceptions_are_shown_with_the_line_and_the_shapes(tmp_path):
    path = tmp_path / AFFINE.file_name
    path.write_text("def helper(x, dy):\n    return x @ dy\n\n\ndef affine_backward(dy, x, W):\n    return helper(x, dy)\n")
    finding = examine(AFFINE, LocalSubmission(path)).parts[2].findings[0]
    assert finding.code == "E002" and finding.message.startswith("affine_backward raised ValueError: matmul")
    assert finding.evidence[:2] == (f"{path.name}, line 6, in affine_backward: return helper(x, dy)",
                                    f"{path.name}, line 2, in helper: return x @ dy")
    assert finding.evidence[2].startswith("It was given dy (")


def test_leaving_python_and_recursing_are_exceptions_too():
    def forever(dy, x, W):
        return forever(dy, x, W)
    for function, name in ((lambda dy, x, W: sys.exit(0), "SystemExit"), (forever, "RecursionError")):
        outcome = check(function)
        assert outcome.marks == 0 and name in outcome.parts[0].findings[0].message


def test_what_a_submission_may_say_itself():
    class Elsewhere:
        def function(self, name):
            raise SubmissionError("E004", "the process died.", ("signal 9",))

        def answer(self, name):
            raise MissingName(name)
    outcome = examine(AFFINE, Elsewhere())
    assert {part.findings[0].code for part in outcome.parts} == {"E004"} and outcome.marks == 0
    assert codes(examine(EXERCISES["predict"], Elsewhere()))["a"] == ["E005"]
    missing = examine(AFFINE, NamespaceSubmission({}))
    assert missing.parts[0].findings[0].lines() == ["E001  affine_backward is not defined in the file."]


def test_writing_into_an_argument_fails_the_function_not_one_line():
    def careless(dy, x, W):
        answer = right(dy, x, W)
        W *= 2
        return answer
    assert codes(check(careless)) == {"dx": ["G105"], "dW": ["G105"], "db": ["G105"]}

    def in_place(dy, y):
        y -= y ** 2
        dy *= y
        return dy
    assert {finding.code for part in check(in_place, SIGMOID, "sigmoid_backward").parts for finding in part.findings} >= {"G105"}


def test_values_are_judged_like_gradients():
    solution = namespace(ADAM.solution_text())["adam_step"]

    def careless(theta, g, m, v, *rest):
        answer = solution(theta, g, m, v, *rest)
        g *= 0
        return answer
    assert all(found == ["G105"] for found in codes(check(careless, ADAM, "adam_step")).values())
    outcome = check(lambda theta, g, m, v, *rest: (theta[:2], m, np.full_like(v, np.nan)), ADAM, "adam_step")
    assert codes(outcome) == {"first step: theta": ["G101"], "first step: m": ["G001"], "first step: v": ["G103"],
                              "five steps: theta": ["G101"]}
    assert codes(check(lambda *given: (None, None, None), ADAM, "adam_step"))["five steps: theta"] == ["E001"]
    outcome = check(lambda *given: ("theta", "m", "v"), ADAM, "adam_step")
    assert set(map(tuple, codes(outcome).values())) == {("E002",)}
    finding = check(lambda theta, g, m, v, *rest: (theta, 2 * g, g), ADAM, "adam_step").parts[1].findings[0]
    assert finding.code == "G001" and "entries differ. Worst m[" in finding.evidence[0]


@pytest.mark.parametrize("answers, code, word", [
    (None, "E005", "not defined"), ([], "E005", "must be a dictionary"), ({}, "E005", "no entry 'a'"),
    ({"a": None}, "E001", "not answered"), ({"a": 204}, "E005", "a code like"), ({"a": "G203"}, "E009", "does not say G203"),
    ({"a": np.zeros(2)}, "E005", "of the kind ndarray"),
])
def test_answers(answers, code, word):
    names = {} if answers is None else {"ANSWERS": answers}
    finding = examine(EXERCISES["predict"], NamespaceSubmission(names)).parts[0].findings[0]
    assert finding.code == code and word in finding.message


def test_the_break_exercise_tells_why():
    weak = EXERCISES["break_weak_checker"]
    names = namespace(weak.solution_text())
    right_layer, right_loss = names["layer_backward"], names["loss_backward"]
    for name, function, word in (
            ("fools_ones", right_layer, "the real checker accepts fools_ones as well"),
            ("fools_ones", lambda dy, x, W: right_layer(-dy, x, W), "it has to agree whenever dy is 1"),
            ("fools_positive", lambda dy, x, W: (np.zeros_like(x), np.zeros_like(W)), "whenever dy is positive"),
            ("fools_large_step", right_loss, "the Taylor slope is"),
            ("fools_large_step", lambda x, W, t: 2 * right_loss(x, W, t), "smaller than 1%"),
            ("fools_ones", lambda dy, x, W: "nothing", "fools_ones raised")):
        findings = [part.findings for part in check(function, weak, name).parts if part.findings]
        assert len(findings) == 1 and word in findings[0][0].message, (name, findings)


def test_the_outcome_as_json():
    content = check(lambda dy, x, W: (dy @ W.T, x.T @ dy, dy[0].copy())).to_json()
    assert json.loads(json.dumps(content, allow_nan=False)) == content
    assert content["exercise"] == "affine" and content["marks"] == 2 and content["out_of"] == 3 and not content["passed"]
    assert [part["passed"] for part in content["parts"]] == [True, True, False]
    assert content["parts"][2]["findings"][0]["code"] == "G207"


def test_a_fresh_seed_draws_other_inputs():
    def first_input(seed):
        seen = []
        examine(SIGMOID, NamespaceSubmission({"sigmoid_backward": lambda dy, y: seen.append(y.copy()) or dy * y * (1 - y)}), seed)
        return seen[0]
    assert np.array_equal(first_input(0), first_input(0)) and not np.array_equal(first_input(0), first_input(1))


def test_exceptions_of_ours_are_not_hidden():
    class Broken:
        parts = AFFINE.steps[0].parts

        def examine(self, submission, seed):
            raise ZeroDivisionError("ours")
    with pytest.raises(ZeroDivisionError):
        examine(replace(AFFINE, steps=(Broken(),)), NamespaceSubmission({}))
