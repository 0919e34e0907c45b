"""A submission in another process looks to the checks like one in this."""

import numpy as np
import pytest

from npae.exercises import EXERCISES, MissingName, NamespaceSubmission, SubmissionError, examine
from npae.grading.limits import Limits
from npae.grading.submission import Host, Refused, RemoteError, RemoteSubmission, TimeLimit, WorkerDied

from .helpers import codes, marked, messages

LIMITS = Limits(call_seconds=0.5, exercise_seconds=1.2)
SOURCE = """
import numpy as np
def plain(x, k=2): return k * x
def waits(): raise NotImplementedError
def fails(x):
    y = x + 1
    return np.linalg.inv(y[:, :2, None])
def writes(x):
    x[0] = 7
    return None
def view(x): return x[::-1].T
def hangs():
    while True: pass
def dies():
    import os
    os._exit(4)
def forks():
    import os
    os.fork()
def odd(): return {1, 2}
NUMBER = 3
ANSWERS = {"a": (1, None), "b": "text"}
"""


@pytest.fixture(scope="module")
def host():
    """A process for all tests of this file; it is started again after those that kill it."""
    with Host(LIMITS) as shared:
        yield shared


@pytest.fixture
def submission(host):
    """The names above."""
    return RemoteSubmission(host, "01_names.py", SOURCE)


def test_functions_and_answers(submission):
    x = np.arange(4.0)
    np.testing.assert_array_equal(submission.function("plain")(x), 2 * x)
    np.testing.assert_array_equal(submission.function("plain")(x, k=3), 3 * x)
    assert submission.answer("ANSWERS") == {"a": [1, None], "b": "text"} and submission.answer("NUMBER") == 3
    for missing in ("nothing", "NUMBER"):
        with pytest.raises(MissingName):
            submission.function(missing)
    with pytest.raises(MissingName):
        submission.answer("nothing")
    with pytest.raises(SubmissionError) as caught:
        submission.answer("plain")
    assert caught.value.finding.code == "E005"
    with pytest.raises(NotImplementedError):
        submission.function("waits")()
    with pytest.raises(SubmissionError, match="unexpected set"):
        submission.function("odd")()


def test_exceptions_come_with_their_lines(submission):
    with pytest.raises(RemoteError) as caught:
        submission.function("fails")(np.zeros((3, 3)))
    finding = caught.value.finding
    assert finding.code == "E002" and finding.message.startswith("fails raised LinAlgError: ")
    assert finding.evidence == ("01_names.py, line 7, in fails: return np.linalg.inv(y[:, :2, None])",)


def test_arguments_and_views_stay_connected(submission):
    x = np.arange(6.0).reshape(3, 2)
    submission.function("writes")(x)
    assert x.tolist() == [[7, 7], [2, 3], [4, 5]]
    for layout in (x, np.asfortranarray(x)):
        result = submission.function("view")(layout)
        assert np.shares_memory(result, layout) and result.tolist() == [[4, 2, 7], [5, 3, 7]]
    strided = np.arange(12.0).reshape(3, 4)[:, ::2]
    assert submission.function("view")(strided).tolist() == strided[::-1].T.tolist()


def test_a_hang_is_paid_once(submission):
    for _ in range(2):
        with pytest.raises(TimeLimit, match="longer than 0.5 s"):
            submission.function("hangs")()
        submission.next_step()
    assert submission.left > 0.5
    assert submission.function("plain")(1) == 2


def test_deaths_and_refusals_get_another_step(submission):
    for name, kind in (("dies", WorkerDied), ("forks", Refused)):
        for step in range(2):
            started = submission.host.started
            for _ in range(2):
                with pytest.raises(kind):
                    submission.function(name)()
            submission.next_step()
            assert submission.host.started - started <= 1 and submission.function("plain")(step) == 2 * step


def test_an_exercise_has_so_much_time(host):
    submission = RemoteSubmission(host, "01_slow.py", "import time\ndef slow(): time.sleep(0.3)\ndef other(): return 1\n")
    with pytest.raises(TimeLimit, match="the last of the 1.2 s"):
        for _ in range(9):
            submission.function("slow")()
    with pytest.raises(TimeLimit):
        submission.function("other")()


@pytest.mark.parametrize("source, code, words", [
    ("def f(:", "E006", "01_a.py is not valid Python: "),
    ("x = 1\nx.y", "E006", "stops on import: AttributeError"),
    ("while True: pass", "E003", "the import of 01_a.py took longer"),
    ("import os\nos._exit(0)", "E004", "exit code 0"),
])
def test_a_file_that_does_not_import_fails_everything_once(host, source, code, words):
    submission, started = RemoteSubmission(host, "01_a.py", source), host.started
    for ask in (submission.function, submission.answer, submission.function):
        with pytest.raises(SubmissionError, match=words) as caught:
            ask("f")
        assert caught.value.finding.code == code
    assert host.started - started <= 1


def test_a_process_that_does_not_start_is_nobodys_fault(monkeypatch):
    monkeypatch.setattr("npae.grading.process.SCRIPT", "/nonexistent.py")
    examination = marked(EXERCISES["affine"].solution_text())
    assert codes(examination) == {"E000"} and examination.marks == 0 and "does not start" in messages(examination)


@pytest.mark.parametrize("name", ["affine", "sigmoid", "adam"])
def test_the_same_findings_as_in_this_process(name):
    """For what a submission may do short of crashing: the same report, whatever the process."""
    exercise = EXERCISES[name]
    function = exercise.steps[0].solution.__name__
    for change in ("", "r = None\n", "r = tuple(-g for g in r) if isinstance(r, tuple) else -r\n", "a[0][...] = 1\n",
                   "r = tuple(g + np.random.rand() for g in r) if isinstance(r, tuple) else r + np.random.rand()\n",
                   "r = (a[0], *r[1:]) if isinstance(r, tuple) else a[0]\n", "r = [1, 2]\n"):
        lines = "".join(f"    {line}\n" for line in change.splitlines())
        source = exercise.solution_text() + f"right = {function}\ndef {function}(*a):\n    r = right(*a)\n{lines}    return r\n"
        names = {"__name__": "submission"}
        exec(compile(source, exercise.file_name, "exec"), names)
        here, there = examine(exercise, NamespaceSubmission(names), 5), marked(source, exercise, 5)
        assert _stable(here) == _stable(there), change


def _stable(examination):
    return [(part.name, part.passed, [(finding.code, finding.tensor) for finding in part.findings if finding.code != "E008"])
            for part in examination.parts]
