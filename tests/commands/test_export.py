"""`npae export` as its user meets it."""

import json

import pytest

import npae
from npae import cli
from npae.exercises import EXERCISES


def test_nbgrader(tmp_path, capsys):
    out = tmp_path / "course"
    assert cli.main(["export", "nbgrader", str(out), "--exercises", "7", "affine", "01_affine.py"]) == 0
    assert sorted(path.name for path in out.rglob("*.ipynb")) == ["01_affine.ipynb", "07_tied_weights.ipynb"]
    printed = capsys.readouterr().out
    assert f"{out}: 2 exercises, 10 marks, for nbgrader\n" in printed and "nbgrader generate_assignment 01_affine" in printed
    assert 3 <= printed.count("\n") <= 6


def test_the_seed_of_the_hidden_tests(tmp_path):
    def cell(name, *arguments):
        assert cli.main(["export", "nbgrader", str(tmp_path / name), "--exercises", "affine", *arguments]) == 0
        content = json.loads((tmp_path / name / "source/01_affine/01_affine.ipynb").read_text())
        return "".join(content["cells"][2]["source"])
    assert "seed=5)" in cell("a", "--seed", "5") and cell("a5", "--seed", "5") == cell("b5", "--seed", "5")
    assert cell("c") != cell("d")


def test_gradescope(tmp_path, capsys):
    assert cli.main(["export", "gradescope", str(tmp_path)]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "grade.py", "not_graded.json", "requirements.txt", "run_autograder", "setup.sh"]
    assert (tmp_path / "requirements.txt").read_text() == f"npae=={npae.__version__}\n"
    names = {}
    exec((tmp_path / "grade.py").read_text(), names)
    assert names["EXERCISES"] == list(EXERCISES)
    assert f"{len(EXERCISES)} exercises, {sum(one.out_of for one in EXERCISES.values())} marks" in capsys.readouterr().out


@pytest.mark.parametrize("arguments, words", [
    (["nbgrader", "full"], "full is not empty, and nothing in it is overwritten"),
    (["gradescope", "full/file"], "is not a folder"),
    (["nbgrader", "new", "--exercises", "afine"], "no exercise 'afine': did you mean affine?"),
    (["nbgrader", "new", "--seed", "0"], "--seed must be at least 1"),
    (["gradescope", "new", "--seed", "3"], "--seed is for nbgrader"),
])
def test_what_cannot_be_done_is_said_in_one_line(arguments, words, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").write_text("mine")
    assert cli.main(["export", *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith("npae export: ") and words in captured.err and captured.err.count("\n") == 1
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["file", "full"]
