"""The leash: start, deadline, nonce, kill."""

import os
import re
import time

import numpy as np
import pytest

from npae.grading import limits as limits_module
from npae.grading import process, worker
from npae.grading.limits import Limits, obstacle
from npae.grading.process import Fault, Worker


@pytest.fixture
def one():
    """A worker."""
    started = Worker(Limits())
    yield started
    started.kill()


def load(one, source):
    return one.ask({"ask": "load", "file": "01_a.py", "source": source}, (), 5)


def test_a_long_life(one):
    x = np.random.default_rng(0).normal(size=(300, 400))        # more than a pipe holds, both ways
    packer = worker.Packer()
    tree = packer.pack(((x,), {}))
    load(one, "def f(x): return -x\n")
    for _ in range(3):
        header, body = one.ask({"ask": "call", "name": "f", "arguments": tree}, packer.chunks, 5)
        np.testing.assert_array_equal(worker.unpack(header["value"], body, [x])[0], -x)
    assert set(one.unenforced) <= {"NPROC", "AS"} and ("NPROC" in one.unenforced) == (os.geteuid() == 0)


def test_it_sees_a_clean_place(one, monkeypatch):
    load(one,
         "import os, sys\nANSWERS = [dict(os.environ), os.getcwd(), sys.argv, sys.path, os.listdir(), 'npae' in sys.modules, "
              "os.getpgid(0) == os.getpid(), sys.flags.isolated, os.getsid(0) == os.getpid()]\n")
    header, body = one.ask({"ask": "answer", "name": "ANSWERS"}, (), 5)
    environment, cwd, argv, path, listed, imported, leader, isolated, session = worker.unpack(header["value"], body)[0]
    assert environment["OPENBLAS_NUM_THREADS"] == "1" and environment["HOME"] == cwd == str(one.folder)
    assert not {"PYTHONPATH", "USER", "VIRTUAL_ENV", "PYTEST_CURRENT_TEST"} & set(environment)
    assert len(argv) == 1 and not any("site-packages" in entry or "npae" in entry for entry in path)
    assert (listed, imported, leader, isolated, session) == ([], False, True, 1, True)


def test_late_is_killed(one):
    began = time.monotonic()
    with pytest.raises(Fault, match="stopped") as caught:
        one.ask({"ask": "load", "file": "a.py", "source": "while True: pass"}, (), 0.2)
    assert caught.value.code == "E003" and time.monotonic() - began < 2
    assert not one.alive and one.child.returncode == -9 and not one.folder.exists()
    one.kill()


def test_late_to_listen_is_killed(one):
    """The request does not fit into the pipe, and nobody reads it."""
    load(one, "import signal, time\nsignal.signal(signal.SIGUSR1, lambda *_: time.sleep(100))\n")
    os.kill(one.child.pid, 10)
    with pytest.raises(Fault) as caught:
        one.ask({"ask": "load", "file": "a.py", "source": "#" * 10 ** 6}, (), 0.3)
    assert caught.value.code == "E003"


@pytest.mark.parametrize("source, code, reason", [
    ("import os\nos._exit(3)", "E004", "exit code 3"),
    ("import os, signal\nsignal.raise_signal(signal.SIGSEGV)", "E004", "SIGSEGV"),
    ("import signal\nsignal.signal(signal.SIGXCPU, signal.SIG_DFL)\nsignal.raise_signal(signal.SIGXCPU)", "E003", "stopped"),
    ("import os\nos.closerange(3, 64)\nimport time\ntime.sleep(9)", "E004", "channel is closed"),
    ("import os\nos.mkdir('x')", "E007", "os.mkdir"),
    ("open('/etc/passwd')", "E007", "open /etc/passwd"),
    ("open('../x', 'w')", "E007", "open for writing ../x"),
    ("import npae.layers", "E007", "import of npae"),
])
def test_the_reason_is_said(one, source, code, reason):
    with pytest.raises(Fault) as caught:
        load(one, source)
    assert caught.value.code == code and re.search(reason, caught.value.reason)
    assert not one.alive and not one.folder.exists()


def test_the_processor_time_is_limited():
    one = Worker(Limits(), cpu_seconds=1)
    with pytest.raises(Fault) as caught:
        load(one, "while True: pass")
    assert caught.value.code == "E003" and one.child.returncode != -9       # it was SIGXCPU, not we


def test_an_interrupt_leaves_no_process(one, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt
    monkeypatch.setattr(one, "_wait", interrupt)
    with pytest.raises(KeyboardInterrupt):
        load(one, "")
    assert not one.alive and one.child.returncode == -9


def test_a_worker_that_does_not_start_says_why(monkeypatch, tmp_path):
    script = tmp_path / "broken.py"
    script.write_text("import sys\nsys.exit('no NumPy here')")
    monkeypatch.setattr(process, "SCRIPT", str(script))
    with pytest.raises(OSError, match="does not start: exit code 1. no NumPy here"):
        Worker(Limits())


def test_limits_must_make_sense():
    for wrong in ({"call_seconds": 0}, {"exercise_seconds": -1}, {"memory_mb": 10}, {"call_seconds": float("nan")}):
        with pytest.raises(ValueError):
            Limits(**wrong)


def test_systems_without_posix_limits_are_refused(monkeypatch):
    assert obstacle() == ""
    with monkeypatch.context() as patch:
        patch.setattr(limits_module.importlib.util, "find_spec", lambda name: None)
        assert "`resource`" in obstacle()
    monkeypatch.setattr(limits_module.os, "name", "nt")
    assert "POSIX" in obstacle()
