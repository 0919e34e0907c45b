"""The parent's end of the pipe: start a worker, ask it, kill it.

Every request has a deadline and a nonce of its own. A reply that is late, missing, malformed or without the nonce ends
the process and everything in its group; a `Fault` says which of these it was.
"""

from __future__ import annotations

import json
import os
import secrets
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

import numpy as np

from . import worker
from .limits import Limits

SCRIPT = worker.__file__
BLAS_THREADS = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
PASSED_ON = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")        # where some installations find Python's own libraries
GRACE = 5.0         # seconds between the deadline and the worker's own alarm, which matters when the parent has died


class Fault(Exception):
    """The worker did not answer; `code` is that of the finding, the text its reason."""

    def __init__(self, code: str, reason: str):
        super().__init__(reason)
        self.code, self.reason = code, reason


class Worker:
    """One process, ready for a submission once it exists. `folder` is its working folder, the only one it can write to.

    preload: modules that it imports beforehand. Once its doors are shut it compiles what it imports, which takes longer.
    """

    def __init__(self, limits: Limits, cpu_seconds: float = 120.0, preload: Sequence[str] = ()):
        self.folder = Path(os.path.realpath(tempfile.mkdtemp(prefix="npae-submission-")))
        self.errors: IO[bytes] = tempfile.TemporaryFile()       # noqa: SIM115 - closed in kill
        self.last_words = ""
        theirs_in, self.requests = os.pipe()
        self.replies, theirs_out = os.pipe()
        os.set_blocking(self.requests, False)
        numpy_folder = str(Path(np.__file__).parent.parent)
        try:
            self.child = subprocess.Popen(
                [sys.executable, "-I", "-S", "-B", SCRIPT, numpy_folder, str(theirs_in), str(theirs_out)],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=self.errors, cwd=self.folder,
                env=self._environment(), pass_fds=(theirs_in, theirs_out), start_new_session=True)
        finally:
            os.close(theirs_in)
            os.close(theirs_out)
        self.alive = True
        settings = {"ask": "lock", "cpu_seconds": cpu_seconds, "memory_mb": limits.memory_mb, "preload": list(preload)}
        try:
            header, _ = self.ask(settings, (), limits.start_seconds)
        except Fault as fault:
            raise OSError(f"the worker process does not start: {fault.reason}. {self.last_words}") from fault
        self.unenforced = [str(name) for name in header["unenforced"]]

    def ask(self, request: dict[str, Any], chunks: Sequence[bytes], seconds: float) -> tuple[dict[str, Any], bytes]:
        """Return the header and the body of the reply. After a Fault the process is dead."""
        nonce, deadline = secrets.token_hex(16), time.monotonic() + seconds
        header = {**request, "nonce": nonce, "alarm": seconds + GRACE}
        try:
            self._send(worker.frame(header, chunks), deadline)
            return self._receive(nonce, deadline)
        except Fault:
            self.kill()
            raise
        except BaseException:
            self.kill()         # an interrupt in between leaves a reply that belongs to nobody
            raise

    def kill(self) -> None:
        """End the process and its group and remove its folder; nothing happens the second time."""
        if not self.alive:
            return
        self.alive = False
        self._end()
        self.last_words = self._last_words()
        self.errors.close()
        os.close(self.requests)
        os.close(self.replies)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _end(self) -> int:
        """Kill the group and return the exit code."""
        try:
            os.killpg(self.child.pid, signal.SIGKILL)       # not reaped yet, so the number is still its own
        except (ProcessLookupError, PermissionError):
            self.child.kill()
        return self.child.wait()

    def _environment(self) -> dict[str, str]:
        passed = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        return {**passed, **dict.fromkeys(BLAS_THREADS, "1"), "HOME": str(self.folder), "TMPDIR": str(self.folder),
                "LC_ALL": "C.UTF-8", "PATH": ""}

    def _send(self, data: bytes, deadline: float) -> None:
        rest = memoryview(data)
        while rest:
            self._wait(self.requests, select.POLLOUT, deadline)
            try:
                rest = rest[os.write(self.requests, rest[:1 << 16]):]
            except BlockingIOError:
                continue
            except BrokenPipeError:
                return          # what it said before it died is still to be read

    def _receive(self, nonce: str, deadline: float) -> tuple[dict[str, Any], bytes]:
        start = self._read(4, deadline)
        if start == worker.REFUSAL:
            operation = self._read(worker.REFUSAL_BYTES - 4, deadline)
            raise Fault("E007", " ".join(operation.rstrip(b" ").decode("utf-8", "replace").split()))
        _, header_size, body_size = worker.HEAD.unpack(start + self._read(worker.HEAD.size - 4, deadline))
        if start != worker.MAGIC or header_size > worker.MAX_HEADER or body_size > 2 * worker.MAX_BODY:
            raise Fault("E007", "something else than an answer was written into its channel")
        text, body = self._read(header_size, deadline), self._read(body_size, deadline)
        try:
            header = json.loads(text)
        except (ValueError, RecursionError):
            header = None
        if type(header) is not dict or header.get("nonce") != nonce:
            raise Fault("E007", "an answer that was not asked for was written into its channel")
        return header, body

    def _read(self, count: int, deadline: float) -> bytes:
        chunks = []
        while count:
            self._wait(self.replies, select.POLLIN, deadline)
            chunk = os.read(self.replies, min(count, 1 << 16))
            if not chunk:
                raise self._death()
            chunks.append(chunk)
            count -= len(chunk)
        return b"".join(chunks)

    def _wait(self, fd: int, event: int, deadline: float) -> None:
        poll = select.poll()
        poll.register(fd, event)
        left = deadline - time.monotonic()
        if left <= 0 or not poll.poll(max(1, int(left * 1000))):
            raise Fault("E003", "it was stopped")

    def _death(self) -> Fault:
        """Return what the process died of. It has at least closed its channel."""
        try:
            code = self.child.wait(0.5)
        except subprocess.TimeoutExpired:
            return Fault("E004", "its channel is closed")
        if code in (-signal.SIGXCPU, -signal.SIGALRM):
            return Fault("E003", "it was stopped")
        if code >= 0:
            return Fault("E004", f"exit code {code}")
        try:
            return Fault("E004", signal.Signals(-code).name)
        except ValueError:
            return Fault("E004", f"signal {-code}")

    def _last_words(self) -> str:
        self.errors.seek(0)
        lines = self.errors.read().decode("utf-8", "replace").strip().splitlines()
        return lines[-1][:300] if lines else ""
