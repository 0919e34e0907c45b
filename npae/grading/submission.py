"""A submission that lives in another process, for `npae.exercises.examine`.

The checks run here, in the parent, with the package's own forward functions, and call the student's functions through
`RemoteFunction`. What happens on the other side becomes a SubmissionError with a code: an exception E002, a hang E003, a
death E004, a value of the wrong kind E005, a file that does not import E006, a refused operation E007.

A function that hangs is not called again in this exercise. After a death or a refusal it is not called again before
`next_step`, so that the checks that follow in the same step do not kill one process each. All calls of an exercise
together have a time limit of their own.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..exercises.submission import MissingName, SubmissionError, plain
from . import worker
from .limits import Limits
from .process import Fault, Worker

OURS = "E000"           # no fault of the student's
RECORDED = 64           # calls of a function whose arguments and results are kept for flags.py


class RemoteError(SubmissionError):
    """The student's code raised an exception."""


class TimeLimit(SubmissionError):
    """It took too long and was stopped."""


class WorkerDied(SubmissionError):
    """Its process ended."""


class Refused(SubmissionError):
    """It tried something that is not allowed."""


class Call(NamedTuple):
    """A call that came back: copies of what went in, and what came out."""

    arguments: tuple[Any, ...]
    keywords: dict[str, Any]
    value: Any


class Host:
    """Holds the worker process of one student, starts it when it is needed and again after it has died."""

    def __init__(self, limits: Limits, cpu_seconds: float = 120.0, preload: Sequence[str] = ()):
        self.limits, self.cpu_seconds, self.preload = limits, cpu_seconds, preload
        self.worker: Worker | None = None
        self.loaded: RemoteSubmission | None = None
        self.unenforced: list[str] = []
        self.started = 0

    def ask(self, request: dict[str, Any], chunks: list[bytes], seconds: float) -> tuple[dict[str, Any], bytes]:
        """Return the reply of the worker; Fault when there is none."""
        if self.worker is None:
            try:
                self.worker = Worker(self.limits, self.cpu_seconds, self.preload)
            except OSError as error:
                raise SubmissionError(OURS, str(error)) from error
            self.unenforced, self.loaded = self.worker.unenforced, None
            self.started += 1
        try:
            return self.worker.ask(request, chunks, seconds)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Kill the process, if there is one."""
        if self.worker is not None:
            self.worker.kill()
        self.worker = self.loaded = None

    def __enter__(self) -> Host:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


class RemoteSubmission:
    """One file of a student in the worker of `host`; loaded when something is asked of it."""

    def __init__(self, host: Host, file: str, source: str):
        self.host, self.file, self.source = host, file, source
        self.left = host.limits.exercise_seconds
        self.broken: SubmissionError | None = None              # the file itself
        self.stopped: dict[str, SubmissionError] = {}           # by name, for the rest of the exercise
        self.failed: dict[str, SubmissionError] = {}            # by name, for the rest of the step
        self.calls: dict[str, list[Call]] = {}
        self.forward_calls: dict[str, int] = {}

    def next_step(self) -> None:
        """Give functions that died or were refused another chance."""
        self.failed.clear()

    def function(self, name: str) -> Callable[..., Any]:
        """Return a function of the student; MissingName when it does not exist."""
        if self._ask(name, {"ask": "find", "name": name})[0].get("callable") is not True:
            raise MissingName(name)
        return RemoteFunction(self, name)

    def answer(self, name: str) -> Any:
        """Return a plain value of the student; MissingName when it does not exist."""
        header, body = self._ask(name, {"ask": "answer", "name": name})
        if header.get("missing") is True:
            raise MissingName(name)
        return plain(self._value(name, header, body, [])[0], name)

    def call(self, name: str, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        """Call a function in the worker."""
        packer = worker.Packer()
        tree = packer.pack((arguments, keywords))
        given = tuple(map(_copy, arguments)), {key: _copy(value) for key, value in keywords.items()}
        header, body = self._ask(name, {"ask": "call", "name": name, "arguments": tree}, packer.chunks)
        if header.get("not_written") is True:
            raise NotImplementedError
        if "raised" in header:
            raise RemoteError("E002", f"{name} raised {_exception(header)}", _lines(header))
        value = self._value(name, header, body, packer.arrays)[0]
        if type(header.get("forward_calls")) is int:
            self.forward_calls[name] = max(self.forward_calls.get(name, 0), header["forward_calls"])
        calls = self.calls.setdefault(name, [])
        if len(calls) < RECORDED:
            calls.append(Call(*given, value))
        return value

    def _ask(self, name: str, request: dict[str, Any], chunks: list[bytes] | None = None) -> tuple[dict[str, Any], bytes]:
        for error in (self.broken, self.stopped.get(name), self.failed.get(name)):
            if error is not None:
                raise error
        self._load()
        try:
            return self._timed(request, chunks or [])
        except Fault as fault:
            error = self._error(fault, name)
            (self.stopped if fault.code == "E003" else self.failed)[name] = error
            raise error from fault

    def _load(self) -> None:
        if self.host.loaded is self:
            return
        try:
            header, _ = self._timed({"ask": "load", "file": self.file, "source": self.source}, [])
        except Fault as fault:
            self.broken = self._error(fault, f"the import of {self.file}")
            raise self.broken from fault
        if "syntax" in header:
            number = header.get("line")
            lines = self.source.splitlines()
            line = lines[number - 1].strip() if type(number) is int and 0 < number <= len(lines) else ""
            self.broken = SubmissionError("E006", f"{self.file} is not valid Python: {_text(header['syntax'])}.",
                                          (f"line {number}: {line}",) if line else ())
        elif "raised" in header:
            self.broken = SubmissionError("E006", f"{self.file} stops on import: {_exception(header)}", _lines(header))
        if self.broken is not None:
            raise self.broken
        self.host.loaded = self

    def _timed(self, request: dict[str, Any], chunks: list[bytes]) -> tuple[dict[str, Any], bytes]:
        limits = self.host.limits
        if self.host.worker is None:
            self.host.ask({"ask": "find", "name": ""}, [], limits.start_seconds)     # starting it is not their time
        if self.left <= 0:
            raise Fault("E003", "it was stopped")
        began = time.monotonic()
        try:
            return self.host.ask(request, chunks, min(limits.call_seconds, self.left))
        finally:
            self.left -= time.monotonic() - began

    def _error(self, fault: Fault, name: str) -> SubmissionError:
        if fault.code == "E003":
            limits = self.host.limits
            over = f"longer than {limits.call_seconds:g} s" if self.left > 0 else (
                f"the last of the {limits.exercise_seconds:g} s that the exercise has")
            return TimeLimit("E003", f"{name} took {over} and was stopped.")
        if fault.code == "E004":
            return WorkerDied("E004", f"{name} ended the process it ran in: {fault.reason}.")
        return Refused("E007", f"{name} was refused: {fault.reason}")

    def _value(self, name: str, header: dict[str, Any], body: bytes, owners: list[np.ndarray]) -> tuple[Any, list[np.ndarray]]:
        """Return the value of a reply, after the arguments that were written into have been brought up to date."""
        if "bad" in header:
            raise SubmissionError("E005", f"{name} gave back an unexpected {_text(header['bad'])}: numbers, NumPy arrays, "
                                          f"and tuples, lists and dictionaries of these are expected.")
        try:
            for k in reversed(header.get("written", [])):
                owner = owners[k]
                rest, new = body[:len(body) - owner.nbytes], body[len(body) - owner.nbytes:]
                owner[...] = np.frombuffer(new, owner.dtype).reshape(owner.shape)
                body = rest
            return worker.unpack(header["value"], body, owners)
        except (ValueError, TypeError, KeyError, IndexError, OverflowError, RecursionError, MemoryError) as error:
            self.host.close()
            self.failed[name] = Refused("E007", f"{name} was refused: its answer is not what the worker writes")
            raise self.failed[name] from error


class RemoteFunction:
    """A function of the student, called in the worker."""

    def __init__(self, submission: RemoteSubmission, name: str):
        self.submission, self.__name__ = submission, name

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        return self.submission.call(self.__name__, arguments, keywords)


def _copy(value: Any) -> Any:
    return value.copy() if isinstance(value, np.ndarray) else value


def _text(value: Any) -> str:
    return " ".join(value.split())[:300] if type(value) is str else ""


def _exception(header: dict[str, Any]) -> str:
    text = _text(header.get("text"))
    return f"{_text(header['raised'])}: {text}" if text else _text(header["raised"])


def _lines(header: dict[str, Any]) -> tuple[str, ...]:
    lines = header.get("lines")
    return tuple(_text(line) for line in lines[:3]) if type(lines) is list else ()
