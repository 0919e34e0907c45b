"""`npae exercise` as a newcomer meets it: three exercises with nothing but the command line and its messages."""

import json
import re

import numpy as np
import pytest

from npae import cli
from npae.commands import exercise as command
from npae.exercises import EXERCISES
from npae.exercises.folder import STATE, Folder

OPEN = 'raise NotImplementedError("write this")'


@pytest.fixture
def npae(tmp_path, monkeypatch, capsys):
    """Return a function that runs `npae exercise ...` in an empty folder and returns exit code and output."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")

    def run(line):
        code = cli.main(["exercise", *line.split()])
        captured = capsys.readouterr()
        return code, captured.out + captured.err
    return run


def edit(path, *changes):
    text = path.read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text)


def following(out):
    """Return the command that the last `next:` line names."""
    return re.findall(r"^next: .*npae exercise (.+)$", out, re.MULTILINE)[-1]


def test_a_newcomer_goes_through_three_exercises(npae, tmp_path):
    code, out = npae("list")
    assert code == 0 and len(out.splitlines()) == 1 + len(EXERCISES) and max(map(len, out.splitlines())) <= 80

    code, out = npae("start")
    assert code == 0 and "01_affine.py" in out and following(out) == "check affine"
    code, out = npae(following(out))
    assert code == 1 and "open    dx" in out and "E001  dx is not written yet." in out and "0 of 3 marks" in out

    affine = tmp_path / "01_affine.py"
    edit(affine, ("dx = None", "dx = dy @ W.T"), ("dW = None", "dW = x.T @ dy / len(x)"), ("db = None", "db = dy.mean(axis=0)"))
    code, out = npae("check affine")
    assert code == 1 and "passed  dx" in out and "FAILED  dW" in out and "1 of 3 marks" in out
    assert out.count("M011  dW and db are averaged over the examples") == 1 and "Think:" in out
    assert max(map(len, out.splitlines())) <= 80
    code, out = npae(re.search("npae exercise (hint affine)", out).group(1))
    assert code == 0 and out.startswith("hint 1 of 4: ")
    edit(affine, (" / len(x)", ""), ("mean", "sum"))
    code, out = npae("check 1")
    assert code == 0 and "all public checks passed\nnext: npae exercise start sigmoid\n" in out

    code, out = npae(following(out))
    edit(tmp_path / "02_sigmoid.py", (f'chain rule."""\n    {OPEN}', '"""\n    return dy * np.exp(-a) / (1 + np.exp(-a)) ** 2'),
         (OPEN, "return dy * y * (1 - y)"))
    code, out = npae(following(out))
    assert code == 0 and following(out) == "start relu"

    code, out = npae(following(out))
    edit(tmp_path / "03_relu.py", (f'input a."""\n    {OPEN}', '"""\n    return dy * (a > 0)'), (OPEN, "return dy * (y > 0)"))
    code, out = npae(following(out))
    assert code == 0 and "K001" in out and following(out) == "start squared_error"

    code, out = npae("check")
    assert code == 0 and out.count("passed  ") == 3
    code, out = npae("progress")
    assert code == 0 and f"3 of {len(EXERCISES)} exercises passed, 7 of " in out
    code, out = npae("solution affine")
    assert code == 0 and out == EXERCISES["affine"].solution_text()


def test_files_are_started_once_and_reset_with_a_copy(npae, tmp_path):
    code, out = npae("start all --folder work")
    assert code == 0 and len(list((tmp_path / "work").glob("*.py"))) == len(EXERCISES)
    (tmp_path / "work" / "02_sigmoid.py").write_text("mine")
    code, out = npae("start 2 --folder work")
    assert code == 0 and "is there already and stays as it is" in out
    assert (tmp_path / "work" / "02_sigmoid.py").read_text() == "mine"
    code, out = npae("reset 02_sigmoid.py --folder work")
    assert "your version is now 02_sigmoid.backup1.py" in out
    assert (tmp_path / "work" / "02_sigmoid.backup1.py").read_text() == "mine"


def test_hints_come_one_by_one_and_the_solution_after_some_attempts(npae, tmp_path):
    npae("start affine")
    hints = EXERCISES["affine"].hints
    for level in range(len(hints)):
        code, out = npae("hint affine")
        assert out.startswith(f"hint {level + 1} of {len(hints)}: ") and " ".join(out.split()).count(hints[level].split(".")[0])
    assert "that was the last one" in out and npae("hint affine")[1].startswith(f"hint {len(hints)} of")
    for attempt in range(5):
        code, out = npae("solution affine")
        assert code == 1 and f"after 5 failed attempts: {5 - attempt} more." in out
        edit(tmp_path / "01_affine.py", ("import numpy as np", f"import numpy as np\nATTEMPT{attempt} = 1 / 0"))
        code, out = npae("check affine")
        assert code == 1 and "stops on import: ZeroDivisionError" in out
    assert npae("solution affine") == (0, EXERCISES["affine"].solution_text())


def test_what_cannot_be_done_is_said(npae, tmp_path):
    for line, message in (("check", "no exercise is started in .: npae exercise start"),
                          ("check affine", "01_affine.py is not there: npae exercise start affine"),
                          ("hint afine", "there is no exercise 'afine': did you mean affine?"),
                          ("start 99", "there is no exercise '99'")):
        code, out = npae(line)
        assert code == 2 and message in out
    npae("start affine")
    (tmp_path / STATE).write_text("{")
    for line in ("list", "check affine", "progress", "hint affine", "start"):
        code, out = npae(line)
        assert code == 2 and ".npae_exercises.json is damaged" in out and "Traceback" not in out
    assert (tmp_path / STATE).read_text() == "{"


def test_a_loop_ends_and_prints_are_shown(npae, tmp_path):
    npae("start relu")
    edit(tmp_path / "03_relu.py", (OPEN, "print('a line')\n    while True: pass"))
    code, out = npae("check relu --seconds 1")
    assert code == 1 and "E003  from the input: da: its check took longer than 1 s." in out
    assert "printed by your file:\n  a line" in out or "printed" not in out     # what a killed process had not yet written


def test_notebooks(npae, tmp_path):
    code, out = npae("start affine --notebook")
    assert code == 0 and "run the last cell" in out and json.loads((tmp_path / "01_affine.ipynb").read_text())["nbformat"] == 4
    assert "is there already" in npae("start affine --notebook")[1]


def test_watching(npae, tmp_path, capsys):
    npae("start affine")
    path, rounds = tmp_path / "01_affine.py", []

    def student(seconds):
        rounds.append(seconds)
        if len(rounds) == 2:
            path.write_text(EXERCISES["affine"].solution_text())
        if len(rounds) == 4:
            path.unlink()
    command.watch(Folder(tmp_path), rounds=5, wait=student)
    out = capsys.readouterr().out
    assert len(rounds) == 5 and out.count("all public checks passed") == 1 and "Ctrl-C to stop" in out

    def interrupt(seconds):
        raise KeyboardInterrupt
    path.write_text(EXERCISES["affine"].start_text())
    command.watch(Folder(tmp_path), EXERCISES["affine"], wait=interrupt)
    out = capsys.readouterr().out
    assert "0 of 3 marks" in out and out.endswith("no longer watching\n")


def test_everything_passed(npae, tmp_path):
    folder = Folder(tmp_path)
    for exercise in EXERCISES.values():
        record = folder.record(exercise)
        record.passed = True
        folder.remember(exercise, record)
    assert npae("start") == (0, "every exercise is passed\n")
    assert npae("progress")[1].startswith(f"[{'#' * 30}] {len(EXERCISES)} of {len(EXERCISES)}")


def test_drawn_numbers_are_prime():
    from npae.exercises.draws import lengths
    assert sorted(lengths(np.random.default_rng(0), 3)) == [3, 5, 7]
