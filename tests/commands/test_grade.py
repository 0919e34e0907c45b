"""`npae grade`: what it refuses, what it writes, how it goes on after an interruption."""

import csv
import json

import pytest

from npae import cli
from npae.exercises import EXERCISES
from npae.grading import limits

NAMES = ["affine", "sigmoid"]


def hand_in(folder, student, **texts):
    for name, text in texts.items():
        (folder / student).mkdir(parents=True, exist_ok=True)
        (folder / student / EXERCISES[name].file_name).write_text(text, encoding="utf-8")


@pytest.fixture
def submissions(tmp_path):
    folder = tmp_path / "submissions"
    solved = {name: EXERCISES[name].solution_text() for name in NAMES}
    hand_in(folder, "right", **solved)
    hand_in(folder, "=cmd|calc",
            affine=solved["affine"] + "\n\ndef affine_backward(dy, x, W):\n    return dy @ W.T, x.T @ dy, 0 * W[0]\n")
    hand_in(folder, "start", **{name: EXERCISES[name].start_text() for name in NAMES})
    return folder


def grade(*words):
    return cli.main(["grade", *map(str, words)])


def test_a_class(submissions, tmp_path, capsys):
    out = tmp_path / "results"
    assert grade(submissions, "--out", out, "--exercises", *NAMES, "--seed", 7, "--jobs", 2) == 0
    assert "3 marked" in capsys.readouterr().out
    marks = {student: json.loads((out / f"{student}.json").read_text())["marks"] for student in ("right", "start")}
    assert marks == {"right": 5, "start": 0}
    with open(out / "grades.csv", newline="", encoding="utf-8") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    assert rows["'=cmd|calc"]["marks"] == "2" and rows["'=cmd|calc"]["codes"] == "E006 G201"       # no formula
    assert "E001" in (out / "start.md").read_text() and "seed 7" in (out / "class_report.md").read_text()
    assert (out / "class_report.png").read_bytes().startswith(b"\x89PNG")


def test_an_interrupted_run_goes_on_and_a_changed_submission_is_marked_again(submissions, tmp_path, capsys):
    out = tmp_path / "results"
    arguments = (submissions, "--out", out, "--exercises", *NAMES, "--seed", 7, "--jobs", 1)
    grade(*arguments)
    run = json.loads((out / "run.json").read_text())
    (out / "run.json").write_text(json.dumps({**run, "finished": False}))
    (out / "right.json").unlink()
    hand_in(submissions, "start", affine=EXERCISES["affine"].solution_text())
    capsys.readouterr()
    assert grade(*arguments) == 0
    assert "2 marked" in (said := capsys.readouterr().out) and "1 kept from earlier" in said
    assert json.loads((out / "start.json").read_text())["marks"] == 3


def test_resume_is_refused_where_nothing_can_be_resumed(submissions, tmp_path, capsys):
    assert grade(submissions, "--out", tmp_path / "results", "--resume") == 2
    assert "there is no run in" in capsys.readouterr().err


@pytest.mark.parametrize("words, reason", [
    ([], "two folders are needed"), (["{folder}", "--out", "{folder}/results"], "lies inside"),
    (["{folder}/none", "--out", "out"], "is not a folder"), (["{folder}", "--out", "out", "--exercises", "affin"],
                                                             "unknown exercise 'affin'"),
    (["{folder}", "--out", "out", "--jobs", "0"], "--jobs must be 1 or more"), (["{folder}", "--out", "out", "--seed", "-1"],
                                                                                "--seed must"),
    (["{folder}", "--out", "out", "--time-limit", "0"], "time limit must be positive"),
    (["{folder}", "--out", "out", "--memory", "10"], "at least 256 MB")])
def test_bad_arguments(words, reason, submissions, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert grade(*(word.format(folder=submissions) for word in words)) == 2
    assert reason in capsys.readouterr().err and not (tmp_path / "out").exists()


def test_without_the_limits_of_posix_nothing_is_graded(submissions, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(limits.os, "name", "nt")
    monkeypatch.setattr(limits.sys, "platform", "win32")
    reason = limits.obstacle()
    monkeypatch.undo()
    monkeypatch.setattr("npae.commands.grade.obstacle", lambda: reason)
    assert grade(submissions, "--out", tmp_path / "results") == 2
    assert "process limits of POSIX, which win32 does not have" in capsys.readouterr().err


def test_the_threat_model_is_written_down(capsys):
    assert grade("--threats") == 0
    said = capsys.readouterr().out
    assert "container" in said and "--network" in said


def test_a_small_class_is_graded_as_expected(tmp_path):
    from npae.grading import Limits, Run
    from npae.grading import grade as grade_class
    from tests.benchmarks.grading_class import make_class, surprises
    names = ["affine", "sigmoid", "squared_error"]
    plans = make_class(tmp_path / "class", 8, names, seed=3)
    outcome = grade_class(tmp_path / "class", tmp_path / "results", Run(1, tuple(names), Limits(call_seconds=1,
                                                                                                exercise_seconds=3)), 2)
    records = {record["student"]: record for record in outcome.records}
    assert len({plan.kind for plan in plans.values()}) >= 4 and surprises(records, plans) == []
