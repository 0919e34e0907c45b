"""What a submission may try. Whatever it is: no marks, a code that says what happened, and the grader goes on.

Every attack stands at the end of a correct file of the exercise `affine`, whose gradients are replaced by zeros: a mark can only
come from the attack. All of them are graded together, as the class they would make, by the processes that grade a class.
"""

import json
import os
from pathlib import Path

import numpy as np
import pytest

import npae
from npae.exercises import EXERCISES, Part
from npae.exercises.answers import Answers
from npae.exercises.exercise import Exercise
from npae.grading import Limits, Run, grade

from .helpers import codes, marked, messages

PACKAGE = Path(npae.__file__).resolve().parent
SOLUTION = EXERCISES["affine"].solution_text()
ZEROS = """
def affine_backward(dy, x, W):
    return np.zeros_like(x), np.zeros_like(W), np.zeros(W.shape[1])
"""
REAL = "from npae.layers import affine_backward as real\ndef affine_backward(dy, x, W): return real(dy, x, W)\n"


def calling(body):
    """Return a file whose affine_backward does something and then returns zeros, or what the body returns."""
    lines = "\n".join(f"    {line}" for line in body.strip("\n").splitlines())
    return f"{SOLUTION}\n{ZEROS}\nzeros = affine_backward\ndef affine_backward(dy, x, W):\n{lines}\n    return zeros(dy, x, W)\n"


def importing(body):
    """Return a file that does something when it is imported; its gradients are zeros."""
    return f"{SOLUTION}\n{ZEROS}\n{body}\n"


ATTACKS = {
    # the comparison
    "patch the comparators": (importing("""
yes = lambda *a, **k: True
for name in ("allclose", "array_equal", "isclose", "all", "any", "max", "abs"):
    setattr(np, name, yes)
for name in dir(np.testing):
    if name.startswith("assert"):
        setattr(np.testing, name, yes)
import builtins
builtins.abs = builtins.max = builtins.all = yes"""), "M G"),
    "an object that equals everything": (calling("""
class Yes:
    shape, dtype, ndim, size = x.shape, x.dtype, 2, x.size
    def __eq__(self, other): return True
    def __array__(self, *a, **k): return zeros(dy, x, W)[0]
    __sub__ = __rsub__ = __abs__ = __mul__ = __rmul__ = lambda self, *a: 0.0
return Yes(), Yes(), Yes()"""), "E005"),
    "an ndarray with arithmetic of its own": (calling("""
class Zero(np.ndarray):
    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs): return np.float64(0)
    def __eq__(self, other): return True
return tuple(a.view(Zero) for a in zeros(dy, x, W))"""), "E005"),
    "a float that lies": (calling("""
class Lie(float):
    def __eq__(self, other): return True
    def __float__(self): return 1.0
return Lie(), Lie(), Lie()"""), "E005"),
    "a subclass of tuple and of str": (calling("""
class T(tuple):
    def __iter__(self): return iter(())
return T(zeros(dy, x, W))"""), "E005"),
    "nan": (calling("return x * np.nan, W * np.nan, W[0] * np.nan"), "G103"),
    "inf": (calling("return x * 0 + np.inf, W * 0 - np.inf, W[0] * 0 + np.inf"), "G103"),
    "empty arrays": (calling("return np.zeros((0, 7)), np.zeros((7, 0)), np.zeros(0)"), "G101"),
    "objects in an array": (calling("return np.array([None]), np.array(['PASS']), np.array([{}])"), "E005"),
    "write zeros into the arguments": (calling("dy[...] = 0\nx[...] = 0\nW[...] = 0"), "G M"),
    "return the arguments": (calling("return x, W, W[0]"), "G M"),
    "the right gradient of a wrong forward": (SOLUTION + """
def affine(x, W, b): return 3 * x @ W + b
def affine_backward(dy, x, W): return 3 * dy @ W.T, 3 * x.T @ dy, dy.sum(axis=0) * 2
""", "G M"),
    "change how numbers print, and what modules are": (importing("""
import sys, json, struct, os
np.set_printoptions(formatter={"all": lambda value: "PASS"})
np.float64.__doc__ if True else None
json.dumps = lambda *a, **k: '{"passed": true}'
struct.Struct.pack if True else None
sys.modules["numpy"] = sys.modules["json"]"""), "E007 E003"),
    # the end of the process
    "print PASS": (calling("print('PASS')\nprint('{\"marks\": 3, \"passed\": true}')"), "G M"),
    "leave with exit code 0": (calling("import os\nos._exit(0)"), "E004"),
    "leave with exit code 0 on import": (importing("import os\nos._exit(0)"), "E004"),
    "sys.exit": (calling("import sys\nsys.exit(0)"), "E002"),
    "SystemExit on import": (importing("raise SystemExit(0)"), "E006"),
    "an exception whose text is a trap": (calling("""
class Trap(Exception):
    def __str__(self): raise SystemExit
raise Trap"""), "E002"),
    "crash": (calling("import faulthandler\nfaulthandler._sigsegv()"), "E004"),
    # looking for the answer
    "the frames of the caller": (calling("""
import sys
found = []
frame = sys._getframe()
while frame:
    for value in list(frame.f_locals.values()) + list(frame.f_globals.values()):
        if callable(value) and getattr(value, "__name__", "") == "affine_backward" and value is not affine_backward:
            found.append(value)
        for item in list(value) if isinstance(value, (list, tuple)) else [value]:
            if isinstance(item, np.ndarray) and item.shape == W.shape:
                found.append(item)
    frame = frame.f_back
return x, [f for f in found if isinstance(f, np.ndarray)][-1], W[0]"""), "G M"),
    "import the package, by sys.path": (importing(f"import sys\nsys.path.insert(0, {str(PACKAGE.parent)!r})\n{REAL}"), "E007"),
    "import the package, by importlib": (importing(f"""
import sys, importlib
sys.path.insert(0, {str(PACKAGE.parent)!r})
sys.meta_path[:] = sys.meta_path[1:]
real = importlib.import_module("npae.layers").affine_backward
def affine_backward(dy, x, W): return real(dy, x, W)"""), "E007"),
    "import the package, by a name that changes": (importing(f"""
import sys
sys.path.insert(0, {str(PACKAGE.parent)!r})
class Name(str):
    def partition(self, by): return ("math", "", "")
    def __eq__(self, other): return False
    __hash__ = str.__hash__
__import__(Name("npae.layers"))"""), "E007"),
    "import the package, from its file": (importing(f"""
import importlib.util
spec = importlib.util.spec_from_file_location("layers", {str(PACKAGE / "layers" / "affine.py")!r})
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
affine_backward = module.affine_backward"""), "E007"),
    "read the package": (importing(f"exec(open({str(PACKAGE / 'layers' / 'affine.py')!r}).read())"), "E007"),
    "read the solution, on a detour": (importing(f"""
import os
up = os.path.dirname(os.__file__) + "/.." * 20
exec(open(up + {str(PACKAGE / 'layers' / 'affine.py')!r}).read())"""), "E007"),
    "read the package, from a folder that is open": (importing(f"""
import os
root = os.open("/", os.O_RDONLY)
os.read(os.open({str(PACKAGE / 'layers' / 'affine.py')[1:]!r}, os.O_RDONLY, dir_fd=root), 10000)"""), "E007"),
    "read the package, by a name in bytes": (importing(f"""
import codecs
codecs.register_error("surrogateescape", lambda error: ("", error.end))
exec(open({os.fsencode(PACKAGE / 'layers' / 'affine.py')!r}).read())"""), "E007"),
    "read the package, by a link": (importing(f"import os\nos.symlink({str(PACKAGE)!r}, 'link')"), "E007"),
    "look around": (importing("import os\nos.listdir('/')"), "E007"),
    "another interpreter": (importing("""
import importlib
for name in ("_interpreters", "_xxsubinterpreters"):
    try:
        module = importlib.import_module(name)
        module.run_string(module.create(), "import npae")
    except ImportError:
        pass"""), "E007 G M"),
    # the audit hook
    "look for the hook": (importing("""
import gc, types
for item in gc.get_objects():
    if isinstance(item, types.FunctionType) and "guard" in item.__name__:
        item.__code__ = (lambda *a: None).__code__"""), "E007"),
    "change the code of a function": (importing("affine.__code__ = affine_backward.__code__"), "E007"),
    "new byte code": (importing("affine.__code__.replace(co_consts=(None,))"), "E007"),
    "byte code from outside": (importing("import marshal\nmarshal.loads(marshal.dumps(affine.__code__))"), "E007"),
    "the hook in a traceback": (importing("""
import sys
def deep(n):
    try:
        return deep(n + 1)
    except RecursionError as error:
        try:
            open("/etc/passwd")
        except RecursionError as inner:
            trace = inner.__traceback__
            while trace.tb_next:
                trace = trace.tb_next
            trace.tb_frame.f_globals.clear()
            trace.tb_frame.f_builtins.clear()
        raise
try:
    deep(0)
except RecursionError:
    pass
open("/etc/passwd")"""), "E002 E004 E006 E007"),
    "the hook in the main module": (importing("""
import __main__, sys
for name in list(vars(__main__)):
    if "guard" in name or "refuse" in name:
        setattr(__main__, name, lambda *a, **k: None)
import os
os.listdir("/")"""), "E007"),
    "ctypes": (importing("import ctypes"), "E007"),
    "a library of its own": (importing("""
import importlib.machinery, importlib.util
open("math.so", "wb").write(b"\\x7fELF")
spec = importlib.util.spec_from_file_location("math", "math.so", loader=importlib.machinery.ExtensionFileLoader("math",
                                                                                                                "math.so"))
importlib.util.module_from_spec(spec)"""), "E007"),
    "memory of the process": (importing("open('/proc/self/mem', 'r+b')"), "E007"),
    # the channel
    "write frames to everything": (calling("""
import os, struct, json
for fd in range(3, 64):
    try:
        header = json.dumps({"nonce": "0" * 32, "value": ["n"], "written": [], "forward_calls": 0}).encode()
        os.write(fd, struct.pack(">4sII", b"NPA1", len(header), 0) + header)
    except OSError:
        pass"""), "E007"),
    "write noise to everything": (calling("""
import os
for fd in range(3, 64):
    try:
        os.write(fd, b"PASS" * 100)
    except OSError:
        pass"""), "E007"),
    "answer twice, with the stolen nonce": (calling("""
import os, struct, json
try:
    raise ValueError
except ValueError as error:
    frame = error.__traceback__.tb_frame
while "replies" not in frame.f_locals:
    frame = frame.f_back
header = json.dumps({"nonce": frame.f_locals["request"]["nonce"], "value": ["n"]}).encode()
os.write(frame.f_locals["replies"], struct.pack(">4sII", b"NPA1", len(header), 0) + header)"""), "E007 E001"),
    "an answer of impossible size": (calling("""
import os, struct, sys
frame = sys._getframe()
while "replies" not in frame.f_locals:
    frame = frame.f_back
os.write(frame.f_locals["replies"], struct.pack(">4sII", b"NPA1", 2 ** 32 - 1, 2 ** 32 - 1))"""), "E007"),
    "an answer that nests too deep": (calling("""
import os, struct, sys
frame = sys._getframe()
while "replies" not in frame.f_locals:
    frame = frame.f_back
text = b"[" * 100000
os.write(frame.f_locals["replies"], struct.pack(">4sII", b"NPA1", len(text), 0) + text)"""), "E007"),
    "a view of more than there is": (calling("""
import os, struct, json, sys
frame = sys._getframe()
while "replies" not in frame.f_locals:
    frame = frame.f_back
header = json.dumps({"nonce": frame.f_locals["request"]["nonce"], "forward_calls": 0, "written": [],
                     "value": ["v", 0, 0, "<f8", [1000, 1000], [8, 8]]}).encode()
os.write(frame.f_locals["replies"], struct.pack(">4sII", b"NPA1", len(header), 0) + header)"""), "E007"),
    "close the channel": (calling("import os\nos.closerange(3, 64)"), "E004"),
    "a pickle": (calling("import pickle\nreturn pickle.dumps(zeros(dy, x, W))"), "E005"),
    "something huge": (calling("return np.zeros(10 ** 7), W, W[0]"), "E005"),
    "something that looks huge": (calling(
        "return np.broadcast_to(1.0, (10 ** 6, 10 ** 6)), np.broadcast_to(x[0], (10**5, 7)), W[0]"),
                                  "E005"),
    "a list that contains itself": (calling("a = []\na.append(a)\nreturn a"), "E005"),
    "a million values": (calling("return [0.0] * 10 ** 6"), "E005"),
    # damage
    "an endless loop on import": (importing("while True: pass"), "E003"),
    "an endless loop in a call": (calling("while True: pass"), "E003"),
    "sleep, without an alarm": (calling("import signal, time\nsignal.setitimer(signal.ITIMER_REAL, 0)\ntime.sleep(1000)"),
                                "E003"),
    "all of the memory": (calling("a = []\nwhile True: a.append(bytearray(10 ** 9))"), "E002 E004"),
    "more memory than allowed, by raising the limit": (importing("""
import resource
resource.setrlimit(resource.RLIMIT_AS, (-1, -1))"""), "E007"),
    "fork": (importing("import os\nwhile True: os.fork()"), "E007"),
    "fork, by a second copy of the module": (importing("""
import _imp, importlib.machinery
posix = _imp.create_builtin(importlib.machinery.ModuleSpec("posix", None))
posix.fork()"""), "E007"),
    "a shell": (importing("import os\nos.system('true')"), "E007"),
    "a process": (importing("import subprocess\nsubprocess.run(['true'])"), "E007"),
    "a process, without asking subprocess": (importing(
        "import subprocess\nsubprocess._fork_exec() if hasattr(subprocess, '_fork_exec') "
        "else subprocess._posixsubprocess.fork_exec()"), "E007"),
    "another program": (importing("import os\nos.execv('/bin/true', ['true'])"), "E007"),
    "threads": (calling(
        "import threading\nfor _ in range(9): threading.Thread(target=lambda: [0 for _ in iter(int, 1)]).start()"),
                "E007"),
    "a socket": (importing("import socket\nsocket.socket()"), "E007"),
    "kill the parent": (importing("import os\nos.kill(os.getppid(), 9)"), "E007"),
    "kill the parent, by its handle": (importing("import os, signal\nsignal.pidfd_send_signal(os.pidfd_open(os.getppid()), 9)"),
                                       "E007 E006"),
    "kill the group": (importing("import os\nos.killpg(0, 9)"), "E007"),
    "deep recursion": (calling("import sys\nsys.setrecursionlimit(10 ** 9)\ndef f(n): return f(n + 1)\nf(0)"), "E002 E003 E004"),
    "a gigabyte of text": (calling("for _ in range(1000): print('x' * 10 ** 6)"), "G M E003"),
    "a large file": (calling("with open('large', 'wb') as file: file.write(bytes(10 ** 8))"), "E002"),
    "write to the results": (importing("open('../results/student.json', 'w').write('{\"marks\": 3}')"), "E007"),
    "write to an absolute path": (importing(f"open({str(PACKAGE / 'forged.json')!r}, 'w')"), "E007"),
    "write, with pathlib": (importing(f"import pathlib\npathlib.Path({str(PACKAGE / 'forged.json')!r}).write_text('')"), "E007"),
    "delete": (importing(f"import os\nos.remove({str(PACKAGE / 'forged.json')!r})"), "E007"),
    "a device": (importing("import os\nos.mknod('disk', 0o60600, os.makedev(8, 0))"), "E007"),
    "another user": (importing("import os\nos.setuid(0)"), "E007"),
    "a source that is no source": ("\0\1\2" * 100, "E006"),
    "a source that nests too deep": ("(" * 10000 + ")" * 10000, "E004 E006"),
}


@pytest.fixture(scope="module")
def graded(request, tmp_path_factory):
    """The records of all attacks that are selected, by name."""
    folder = tmp_path_factory.mktemp("attacks")
    names = [item.callspec.params["name"] for item in request.session.items if item.originalname == "test_no_marks"]
    for i, name in enumerate(names):
        place = folder / "submissions" / str(i)
        place.mkdir(parents=True)
        (place / "01_affine.py").write_text(ATTACKS[name][0])
    limits = Limits(call_seconds=1.0, exercise_seconds=2.0, memory_mb=700)
    outcome = grade(folder / "submissions", folder / "results", Run(7, ("affine",), limits), jobs=2)
    assert outcome.marked == len(names)
    return {names[int(record["student"])]: record["exercises"][0] for record in outcome.records}


@pytest.mark.parametrize("name", ATTACKS)
def test_no_marks(name, graded):
    found = [finding for part in graded[name]["parts"] for finding in part["findings"]]
    assert graded[name]["marks"] == 0 and len(graded[name]["parts"]) == 3, found
    allowed = tuple(ATTACKS[name][1].split())
    assert found and all(finding["code"].startswith(allowed) for finding in found), json.dumps(found, indent=1)
    assert not (PACKAGE / "forged.json").exists()


def test_hard_coded_answers_help_for_one_seed_only():
    step = EXERCISES["affine"].steps[0]
    inputs = step.draw(np.random.default_rng([0, 1]))
    source = calling(f"if x.shape == {inputs['x'].shape} and abs(x[0, 0] - {float(inputs['x'][0, 0])!r}) < 1e-12:\n"
                     f"    return dy @ W.T, x.T @ dy, dy.sum(axis=0)")
    assert marked(source, seed=0).passed
    assert marked(source, seed=1).marks == 0


QUESTIONS = Exercise(99, "questions", "predict", "two questions", __file__, (
    Answers((Part("first", 1, "one"), Part("second", 1, "two")), lambda key, given: "" if given[key] == "yes" else "wrong"),), ())


@pytest.mark.parametrize("answers", [
    "type('Yes', (), {'__eq__': lambda self, other: True})()",
    "{'first': type('Yes', (str,), {'__eq__': lambda self, other: True})('no'), 'second': 'no'}",
    "type('D', (dict,), {'__getitem__': lambda self, key: 'yes'})(first='no', second='no')",
    "{'first': np.array(['yes']), 'second': open}",
    "{'first': b'yes', 'second': {'yes'}}",
    "{'first': 10 ** 5000, 'second': 'yes'}",
    "{'first': 'x' * 10 ** 7, 'second': 'yes'}",
])
def test_an_answer_is_plain_or_wrong(answers):
    examination = marked(f"import numpy as np\nANSWERS = {answers}\n", QUESTIONS)
    assert examination.marks == 0 and codes(examination) == {"E005"}, messages(examination)


def test_plain_answers_are_taken():
    examination = marked("ANSWERS = {'first': 'yes', 'second': 'no'}\n", QUESTIONS)
    assert [part.passed for part in examination.parts] == [True, False] and codes(examination) == {"E009"}


def test_the_other_steps_of_a_hostile_file_are_marked():
    source = EXERCISES["sigmoid"].solution_text() + "\ndef sigmoid_backward(dy, y):\n    import os\n    os.fork()\n"
    examination = marked(source, "sigmoid")
    assert [part.passed for part in examination.parts] == [True, False] and codes(examination) == {"E007"}
    assert "os.fork" in messages(examination)
