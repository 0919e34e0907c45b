"""The process in which a submission runs. One file, the standard library and NumPy: this is all a submission can see.

Run by path, never imported there as part of the package: python -I -S -B worker.py FOLDER-OF-NUMPY READ-FD WRITE-FD. It
holds no secret: random inputs come in, plain values go out, and whoever takes over this process can only answer wrongly.

Values (`Packer`, `unpack`, also the parent's end of the pipe)
    A value becomes a tree of JSON with one letter for each kind, and its arrays raw bytes beside it. Kinds are compared
    by identity, so that subclasses and objects with an __eq__ of their own stay here. Nothing is ever unpickled.
    A result that is a view of an argument is sent as one, and arguments that were written into are sent back, so that
    the checks in the parent see both.

Frames
    request and reply    NPA1, length of the header, length of the body; header (JSON, with the nonce); body (arrays)
    a refusal            NPAX and the operation, 512 bytes in all; the process ends with it

The doors (`lock`, before the first line of the submission)
    limits of the operating system; functions that no audit event announces are taken away; then an audit hook lets a
    list of harmless events pass and ends the process at any other. The hook works with its own parameters alone: no
    global, no builtin and no closure that a submission could find in a traceback and exchange.
"""

from __future__ import annotations

import functools
import importlib
import json
import os
import struct
import sys
import types
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any

STUBS = ("ctypes", "_ctypes", "_posixsubprocess")       # what NumPy and its imports would like and do not need


def _no_process(*given: Any) -> None:
    raise OSError("no process is started here")


if __name__ == "__main__":
    sys.modules.update(dict.fromkeys(STUBS[:2]))        # type: ignore[arg-type]    # None: an import of them fails
    sys.modules[STUBS[2]] = types.ModuleType(STUBS[2])
    # An OSError, which NumPy 1 expects where it looks for lscpu. Nothing but that is reachable from the function.
    sys.modules[STUBS[2]].fork_exec = types.FunctionType(       # type: ignore[attr-defined]
        _no_process.__code__, {"__builtins__": {"OSError": OSError}})
    sys.path.append(sys.argv[1])

import numpy as np  # noqa: E402

MAGIC, REFUSAL = b"NPA1", b"NPAX"
HEAD = struct.Struct(">4sII")
REFUSAL_BYTES = 512
MAX_HEADER, MAX_BODY = 1 << 20, 1 << 24
MAX_VALUES, MAX_DEPTH, MAX_TEXT = 2000, 16, 10_000
LETTERS = "?bBhHiIlLqQefdFD"            # plain numbers of a size that is the same everywhere
DTYPES = {np.dtype(letter).str: np.dtype(letter) for letter in reversed(LETTERS)}     # of two of one size, the usual one
SCALARS = tuple(np.dtype(letter).type for letter in LETTERS)


# values

class BadValue(Exception):
    """A value that does not leave; the text says what it is."""


class Packer:
    """Makes a tree of a value and collects its arrays; `owners` are arrays that a value may be a view of."""

    def __init__(self, owners: Sequence[np.ndarray] = ()):
        self.owners = owners
        self.arrays: list[np.ndarray] = []              # those packed with their bytes, in order
        self.chunks: list[bytes] = []
        self.count = self.size = 0

    def pack(self, value: Any, depth: int = 0) -> list[Any]:
        """Return the tree of a value; BadValue for anything but plain values."""
        self.count += 1
        if self.count > MAX_VALUES or depth > MAX_DEPTH:
            raise BadValue(f"more than {MAX_VALUES} values, or nested more than {MAX_DEPTH} deep")
        kind = type(value)
        if value is None or value is ...:
            return ["n" if value is None else "e"]
        if kind is bool:
            return ["b", int(value)]
        if kind is int and value.bit_length() <= 1024:
            return ["i", str(value)]
        if kind is float:
            return ["f", value.hex()]
        if kind is str and len(value) <= MAX_TEXT:
            return ["s", value]
        if kind is tuple or kind is list:
            return ["t" if kind is tuple else "l", *[self.pack(item, depth + 1) for item in list(value)]]
        if kind is dict and all(type(key) is str and len(key) <= MAX_TEXT for key in value):
            return ["d", *[[key, self.pack(item, depth + 1)] for key, item in list(value.items())]]
        if kind is complex:
            return self.pack(np.complex128(value), depth)
        if kind is np.ndarray:
            return self._array(value)
        if kind in SCALARS:
            return ["x", value.dtype.str, self._bytes(np.asarray(value))]
        raise BadValue(_kind_text(value))

    def _array(self, array: np.ndarray) -> list[Any]:
        if array.dtype.str not in DTYPES:
            raise BadValue(f"array of the dtype {str(array.dtype)[:100]}")
        start = array.__array_interface__["data"][0]
        for k, owner in enumerate(self.owners):
            offset = start - owner.__array_interface__["data"][0]
            if array.size and 0 <= offset < owner.nbytes and contiguous(owner) is not None:
                self._count(array.nbytes)
                return ["v", k, offset, array.dtype.str, list(array.shape), list(array.strides)]
        order = "F" if array.flags.f_contiguous and not array.flags.c_contiguous else "C"
        self.arrays.append(array)
        return ["a", array.dtype.str, order, list(array.shape), self._bytes(array, order)]

    def _bytes(self, array: np.ndarray, order: Any = "C") -> int:
        self._count(array.nbytes)                       # before any copy is made
        self.chunks.append(array.tobytes(order))
        return array.nbytes

    def _count(self, size: int) -> None:
        self.size += size
        if self.size > MAX_BODY:
            raise BadValue(f"more than {MAX_BODY >> 20} MiB of arrays")


def _kind_text(value: Any) -> str:
    kind = type(value)
    if kind in (int, str):
        return f"{kind.__name__} of more than {MAX_TEXT if kind is str else 300} digits"
    name = type.__getattribute__(kind, "__name__")
    return f"{name[:100]}" if kind is not dict else "dict with keys that are not plain strings"


def contiguous(array: np.ndarray) -> np.ndarray | None:
    """Return a view of the array's memory in C order, the array or its transpose; None where there is none."""
    return array if array.flags.c_contiguous else array.T if array.flags.f_contiguous else None


def unpack(tree: Any, body: bytes, owners: Sequence[np.ndarray] = ()) -> tuple[Any, list[np.ndarray]]:
    """Return the value of a tree and its arrays in the order of packing.

    Trusts nothing: ValueError, TypeError, KeyError, OverflowError or RecursionError for what no Packer has packed.
    """
    arrays: list[np.ndarray] = []
    position = 0

    def take(dtype: np.dtype, size: int, length: Any) -> np.ndarray:
        nonlocal position
        if type(length) is not int or length != size * dtype.itemsize or position + length > len(body):
            raise ValueError("the length of an array is wrong")
        position += length
        return np.frombuffer(body[position - length:position], dtype).copy() if length else np.empty(0, dtype)

    def build(node: Any) -> Any:
        if type(node) is not list or not node:
            raise ValueError("not a node")
        kind, rest = node[0], node[1:]
        if kind in ("n", "e"):
            return None if kind == "n" else ...
        if kind in ("t", "l"):
            items = [build(item) for item in rest]
            return tuple(items) if kind == "t" else items
        if kind == "d":
            return {_exactly(str, key): build(item) for key, item in rest}
        if kind == "a":
            dtype, shape = DTYPES[rest[0]], _shape(rest[2])
            array = take(dtype, _size(shape), rest[3]).reshape(shape, order="F" if rest[1] == "F" else "C")
            arrays.append(array)
            return array
        if kind == "v":
            dtype, shape, owner = DTYPES[rest[2]], _shape(rest[3]), owners[_shape(rest[:1])[0]]
            if _size(shape) * dtype.itemsize > MAX_BODY:
                raise ValueError("a view of more than it may hold")
            memory = contiguous(owner)
            memory = np.ascontiguousarray(owner) if memory is None else memory
            strides = tuple(_exactly(int, step) for step in _exactly(list, rest[4]))
            return np.ndarray(shape, dtype, memory, _exactly(int, rest[1]), strides)
        if kind == "x":
            return take(DTYPES[rest[0]], 1, rest[1])[0]
        return _number_or_text(kind, *rest)

    value = build(tree)
    if position != len(body):
        raise ValueError("bytes are left over")
    return value, arrays


def _number_or_text(kind: str, value: Any) -> Any:
    if kind == "b":
        return bool(_exactly(int, value))
    text = _exactly(str, value)
    if kind == "i" and len(text) <= 400:
        return int(text)
    if kind == "f" and len(text) <= 40:
        return float.fromhex(text)
    if kind == "s":
        return text
    raise ValueError("an unknown kind of value")


def _exactly(kind: type, value: Any) -> Any:
    if type(value) is not kind:
        raise TypeError(f"{kind.__name__} expected")
    return value


def _shape(lengths: Any) -> tuple[int, ...]:
    shape = tuple(_exactly(int, length) for length in _exactly(list, lengths))
    if any(not 0 <= length <= MAX_BODY for length in shape) or len(shape) > 32:
        raise ValueError("not a shape")
    return shape


def _size(shape: tuple[int, ...]) -> int:
    size = 1
    for length in shape:
        size *= length
    return size


def frame(header: dict[str, Any], chunks: Sequence[bytes] = ()) -> bytes:
    """Return the bytes of a frame."""
    text, body = json.dumps(header).encode("ascii"), b"".join(chunks)
    return HEAD.pack(MAGIC, len(text), len(body)) + text + body


# requests

class Submitted:
    """The module of the file that was loaded last, and the lines of its source."""

    def __init__(self) -> None:
        self.file, self.lines, self.names = "", [""], dict[str, Any]()

    def load(self, file: str, source: str) -> dict[str, Any]:
        """Run a file as a module; return what the reply says."""
        self.file, self.lines = file, source.splitlines()
        np.seterr(all="ignore")
        warnings.simplefilter("ignore")
        module = types.ModuleType("submission")
        module.__file__, self.names = os.path.join(os.getcwd(), file), module.__dict__
        sys.modules["submission"] = module
        try:
            code = compile(source, file, "exec", dont_inherit=True)
        except SyntaxError as error:
            return {"syntax": text_of(error.msg), "line": error.lineno if type(error.lineno) is int else 0}
        except BaseException as error:
            return {"syntax": f"{type(error).__name__}: {text_of(error)}", "line": 0}
        try:
            exec(code, self.names)
        except BaseException as error:
            return self.raised(error)
        return {}

    def find(self, name: str) -> dict[str, Any]:
        """Say whether there is a function of this name."""
        return {"callable": callable(self.names.get(name))}

    def answer(self, name: str) -> tuple[dict[str, Any], list[bytes]]:
        """Return a plain value."""
        if name not in self.names:
            return {"missing": True}, []
        return self._packed(self.names[name], [])

    def call(self, name: str, arguments: Sequence[Any], keywords: dict[str, Any],
             owners: list[np.ndarray]) -> tuple[dict[str, Any], list[bytes]]:
        """Call a function; a backward function is watched for how often it calls its forward."""
        before = [owner.copy() for owner in owners]
        twin, calls = name.split("_backward")[0], [0]
        forward = self.names.get(twin) if "_backward" in name else None
        if callable(forward):
            self.names[twin] = counted(forward, calls)
        try:
            value = self.names[name](*arguments, **keywords)
        except BaseException as error:
            return self.raised(error), []
        finally:
            if callable(forward):
                self.names[twin] = forward
        header, chunks = self._packed(value, owners)
        written = [k for k, old in enumerate(before)
                   if owners[k].nbytes == old.nbytes and owners[k].tobytes("A") != old.tobytes("A")]
        chunks += [owners[k].tobytes("C") for k in written]     # rows first, whatever the order in memory
        return {**header, "forward_calls": calls[0], "written": written}, chunks

    def raised(self, error: BaseException) -> dict[str, Any]:
        """Return the kind, the text and the student's lines of an exception."""
        kind = type.__getattribute__(type(error), "__name__")[:100]
        return {"raised": kind, "text": text_of(error), "not_written": isinstance(error, NotImplementedError),
                "lines": list(self._lines_of(error))[-3:]}

    def _lines_of(self, error: BaseException) -> Iterator[str]:
        step = error.__traceback__
        while step is not None:
            code, number = step.tb_frame.f_code, step.tb_lineno
            if code.co_filename == self.file and 0 < number <= len(self.lines):
                yield f"{self.file}, line {number}, in {code.co_name[:80]}: {self.lines[number - 1].strip()[:200]}"
            step = step.tb_next

    def _packed(self, value: Any, owners: Sequence[np.ndarray]) -> tuple[dict[str, Any], list[bytes]]:
        packer = Packer(owners)
        try:
            return {"value": packer.pack(value)}, packer.chunks
        except BadValue as bad:
            return {"bad": text_of(bad)}, []
        except BaseException as error:
            return {"bad": f"value that cannot be read ({text_of(type(error).__name__)})"}, []


def counted(forward: Callable[..., Any], calls: list[int]) -> Callable[..., Any]:
    """Return forward, counting its calls; those that it makes of itself do not count."""
    inside = False

    def call(*args: Any, **kwargs: Any) -> Any:
        nonlocal inside
        if inside:
            return forward(*args, **kwargs)
        inside, calls[0] = True, calls[0] + 1
        try:
            return forward(*args, **kwargs)
        finally:
            inside = False
    return call


def text_of(value: Any) -> str:
    """Return a short text of anything, on one line."""
    try:
        text = str(value)
        return " ".join(text[:300].split()) if type(text) is str else ""
    except BaseException:
        return ""


# the doors

HARMLESS = frozenset((
    "compile", "exec", "object.__getattr__", "object.__delattr__", "builtins.id", "builtins.input", "builtins.input/result",
    "sys._getframe", "sys._getframemodulename", "sys.excepthook", "sys.unraisablehook", "function.__new__", "array.__new__",
    "time.sleep", "os.putenv", "os.unsetenv", "glob.glob", "glob.glob/2", "os.walk", "os.fwalk", "pathlib.Path.glob",
    "pathlib.Path.rglob", "tempfile.mkstemp"))
UNSAFE = frozenset(("npae", "ctypes", "_ctypes", "_posixsubprocess"))
NATIVE = frozenset((        # extension modules of the standard library that may be loaded later
    "math", "cmath", "array", "binascii", "zlib", "select", "unicodedata", "pyexpat", "_asyncio", "_bisect", "_blake2",
    "_bz2", "_codecs_cn", "_contextvars", "_csv", "_datetime", "_decimal", "_elementtree", "_hashlib", "_heapq", "_hmac", "_json",
    "_lsprof", "_lzma", "_md5", "_opcode", "_pickle", "_queue", "_random", "_sha1", "_sha2", "_sha256", "_sha3", "_sha512",
    "_socket", "_ssl", "_statistics", "_struct", "_types", "_typing", "_uuid", "_zoneinfo", "fcntl", "grp", "termios"))
UNANNOUNCED = {             # what no audit event announces, in some version of Python
    "os": ("chroot", "fork", "fork1", "forkpty", "initgroups", "login_tty", "mkfifo", "mknod", "memfd_create", "nice", "openpty",
           "pidfd_open", "posix_openpt", "posix_spawn", "posix_spawnp", "sched_setaffinity", "sched_setparam",
           "sched_setscheduler", "sethostname", "setegid", "seteuid", "setgid", "setgroups", "setns", "setpgid", "setpgrp",
           "setpriority", "setregid", "setresgid", "setresuid", "setreuid", "setsid", "setuid", "system", "tcsetpgrp",
           "unshare", "kill", "killpg", "execv", "execve"),
    "signal": ("pidfd_send_signal", "pthread_kill"),
    "_thread": ("start_new", "start_new_thread", "start_joinable_thread"),
    "threading": ("_start_new_thread", "_start_joinable_thread"),
    "subprocess": ("_fork_exec",),
    "_posixsubprocess": ("fork_exec",),
    "_imp": ("create_builtin",),                        # would make a second copy of a module, with everything in it
}


def lock(out: int, settings: dict[str, Any]) -> list[str]:
    """Shut the doors; return the limits that this system does not enforce."""
    for name in [*settings["preload"], *sys.builtin_module_names]:
        if name not in UNSAFE:
            try:
                importlib.import_module(name)
            except ImportError:
                continue
    sys.path.remove(sys.argv[1])
    sys.argv[1:] = []
    for name in STUBS[:2]:
        del sys.modules[name]
    sys.pycache_prefix = os.path.join(os.getcwd(), "none")      # no byte code from files: marshal.loads is refused
    unenforced = limit(settings)
    numpy = tuple(os.path.dirname(file) + "/" for file in (np.__file__, os.path.realpath(np.__file__)))
    files = os.__file__, os.path.realpath(os.__file__)
    standard = tuple(folder.rstrip("/") + "/" for folder in (*sys.path, *map(os.path.dirname, files)))
    sys.meta_path.insert(0, Finder(functools.partial(_refuse, os.write, os._exit, out)))
    _take_away(out)
    sys.addaudithook(functools.partial(
        _guard, os.write, os._exit, os.stat, type, str, OSError, out, HARMLESS, UNSAFE, NATIVE,
        standard, numpy, os.getcwd() + "/",
        os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND | getattr(os, "O_TMPFILE", 0)))
    del globals()["_guard"]
    return unenforced


class Finder:
    """First in sys.meta_path: importlib.import_module("npae") raises no audit event."""

    def __init__(self, refuse: Callable[[str], None]):
        self.refuse = refuse

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
        """Refuse what must not be imported, leave everything else to others."""
        if name.partition(".")[0] in UNSAFE:
            self.refuse(f"import of {name}")


def limit(settings: dict[str, Any]) -> list[str]:
    """Set the limits of the operating system; return those that cannot be set."""
    import resource
    megabyte = 1 << 20
    wanted = {"CPU": int(settings["cpu_seconds"]), "AS": int(settings["memory_mb"]) * megabyte, "FSIZE": megabyte,
              "NOFILE": 64, "NPROC": 0, "CORE": 0}
    failed = []
    for name, value in wanted.items():
        try:
            # a second more: the first signal, SIGXCPU, says what it is
            resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (value, value + (name == "CPU")))
        except (AttributeError, OSError, ValueError):
            failed.append(name)
    if os.geteuid() == 0:
        failed.append("NPROC")                          # the kernel does not count the processes of root
    return sorted(set(failed))


def _take_away(out: int) -> None:
    for name, attributes in UNANNOUNCED.items():
        module = sys.modules.get(name)
        for attribute in attributes:
            for place in (module, sys.modules.get("posix") if name == "os" else None,
                          sys.modules.get("_signal") if name == "signal" else None):
                if hasattr(place, attribute):
                    setattr(place, attribute, functools.partial(_refuse, os.write, os._exit, out, f"{name}.{attribute}"))


def _refuse(write: Any, leave: Any, out: int, operation: str, *args: Any, **kwargs: Any) -> None:
    """Say what is refused and end the process."""
    try:
        write(out, (b"NPAX" + operation.encode("utf-8", "replace")[:500]).ljust(512))
    finally:
        leave(13)


def _guard(write: Any, leave: Any, status: Any, kind: Any, text: Any, failure: Any, out: int, harmless: Any, unsafe: Any,
           native: Any, standard: Any, numpy: Any, folder: str, writing: int, event: str, args: Any) -> None:
    """The audit hook: return for what is harmless, end the process for anything else. Only its parameters are used."""
    if event in harmless:
        return
    operation = event
    if event == "import":
        name, file = args[0], args[1]
        if kind(name) is text:
            operation = "import of " + name
            if file is None and name.partition(".")[0] not in unsafe:
                return
            if kind(file) is text and "/../" not in file and (file.startswith(numpy) or (
                    file.startswith(standard) and file.rpartition("/")[2].partition(".")[0] in native)):
                return
    elif event == "object.__setattr__":
        if kind(args[1]) is text and args[1] != "__code__":
            return
        operation = "changing the code of a function"
    elif event == "open" or event == "os.listdir" or event == "os.scandir":
        path = args[0]
        if path is None:
            path = "."
        if kind(path) is text:
            operation = event + " " + path
            if path[:1] != "/":
                path = folder + path
            within = path + "/"
            if event == "open":
                try:
                    is_folder = status(path).st_mode & 0o170000 == 0o040000     # os.open gives a handle to go on from
                except failure:
                    is_folder = False
                if args[2] & writing:
                    operation = "open for writing " + args[0]
                    within = path if path.startswith(folder) or path == "/dev/null" else ""
                if path == "/dev/null":
                    return
                if is_folder:
                    within = ""
            if "/../" not in within and (within.startswith(folder) or within.startswith(numpy) or (
                    within.startswith(standard) and "/site-packages/" not in within.lower()
                    and "/dist-packages/" not in within.lower())):
                return
    try:
        write(out, (b"NPAX" + operation.encode("utf-8", "replace")[:500]).ljust(512))
    finally:
        leave(13)


# the loop

def read_exactly(fd: int, count: int) -> bytes:
    """Return count bytes; EOFError where the parent has left."""
    chunks = []
    while count:
        chunk = os.read(fd, min(count, 1 << 16))
        if not chunk:
            raise EOFError
        chunks.append(chunk)
        count -= len(chunk)
    return b"".join(chunks)


def read_request(fd: int) -> tuple[dict[str, Any], bytes]:
    """Return the header and the body of the next request."""
    _, header, body = HEAD.unpack(read_exactly(fd, HEAD.size))
    return json.loads(read_exactly(fd, header)), read_exactly(fd, body)


def reply(submitted: Submitted, request: dict[str, Any], body: bytes) -> tuple[dict[str, Any], list[bytes]]:
    """Do what is asked for."""
    if request["ask"] == "load":
        return submitted.load(request["file"], request["source"]), []
    if request["ask"] == "find":
        return submitted.find(request["name"]), []
    if request["ask"] == "answer":
        return submitted.answer(request["name"])
    (arguments, keywords), owners = unpack(request["arguments"], body)
    return submitted.call(request["name"], arguments, keywords, owners)


def serve(requests: int, replies: int) -> None:
    """Answer requests until the parent leaves. A process whose parent has died ends by its alarm."""
    import signal
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)        # until here errors are the parent's to read
    submitted = Submitted()
    chunks: list[bytes]
    while True:
        request, body = read_request(requests)
        signal.setitimer(signal.ITIMER_REAL, request["alarm"])
        if request["ask"] == "lock":
            header, chunks = {"unenforced": lock(replies, request)}, []
        else:
            header, chunks = reply(submitted, request, body)
        data = memoryview(frame({**header, "nonce": request["nonce"]}, chunks))
        while data:
            data = data[os.write(replies, data):]
        signal.setitimer(signal.ITIMER_REAL, 0)


def main() -> None:
    """Move the pipes to numbers of no meaning and serve."""
    import fcntl
    import random
    ends = []
    for fd in map(int, sys.argv[2:4]):
        ends.append(fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, random.SystemRandom().randrange(10, 50)))
        os.close(fd)
    try:
        serve(*ends)
    except EOFError:
        os._exit(0)


if __name__ == "__main__":
    main()
