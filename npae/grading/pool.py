"""All cores at work: one grader process each, fed and watched by a thread.

A grader that dies, or takes longer than all its limits together, is replaced; its student is tried once more and then
marked E000. Nothing that a grader or a submission does ends the run.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

import npae

from .process import BLAS_THREADS

ATTEMPTS = 2


class GraderDied(Exception):
    """A grader process ended before it answered; the text says how."""


class Grader:
    """A process of grader.py."""

    def __init__(self, scratch: str):
        self.errors: IO[bytes] = tempfile.TemporaryFile()       # noqa: SIM115 - closed in close
        path = [str(Path(npae.__file__).parent.parent), *filter(None, [os.environ.get("PYTHONPATH")])]
        environment = {**os.environ, **dict.fromkeys(BLAS_THREADS, "1"), "TMPDIR": scratch,
                       "PYTHONPATH": os.pathsep.join(path)}
        self.child = subprocess.Popen([sys.executable, "-m", "npae.grading.grader"], stdin=subprocess.PIPE,
                                      stdout=subprocess.PIPE, stderr=self.errors, env=environment, start_new_session=True)

    def mark(self, task: dict[str, Any], seconds: float) -> dict[str, Any]:
        """Return the record of a student; GraderDied when there is none."""
        assert self.child.stdin is not None and self.child.stdout is not None
        watchdog = threading.Timer(seconds, self.child.terminate)
        watchdog.start()
        try:
            self.child.stdin.write(json.dumps(task).encode() + b"\n")
            self.child.stdin.flush()
            line = self.child.stdout.readline()
            return json.loads(line)
        except (OSError, ValueError) as error:
            late = "it took too long" if not watchdog.is_alive() else self._last_words()
            raise GraderDied(late) from error
        finally:
            watchdog.cancel()

    def close(self) -> None:
        """End the process and, through it, its worker."""
        assert self.child.stdin is not None and self.child.stdout is not None
        self.child.terminate()
        try:
            self.child.wait(5)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
        for end in (self.child.stdin, self.child.stdout, self.errors):
            with suppress(BrokenPipeError):         # a task that nobody read
                end.close()

    def _last_words(self) -> str:
        self.errors.seek(0)
        lines = self.errors.read().decode("utf-8", "replace").strip().splitlines()
        return lines[-1][:300] if lines else f"exit code {self.child.poll()}"


class Pool:
    """Marks tasks with `jobs` graders at a time. Used as a context: leaving it ends every process."""

    def __init__(self, jobs: int, seconds: float):
        self.jobs, self.seconds = jobs, seconds
        self.tasks: queue.SimpleQueue[tuple[int, dict[str, Any]] | None] = queue.SimpleQueue()
        self.done: queue.SimpleQueue[tuple[int, dict[str, Any] | str]] = queue.SimpleQueue()
        self.graders: set[Grader] = set()
        self.lock, self.stopping = threading.Lock(), False
        self.threads: list[threading.Thread] = []

    def __enter__(self) -> Pool:
        self.scratch = tempfile.TemporaryDirectory(prefix="npae-grade-", ignore_cleanup_errors=True)
        return self

    def __exit__(self, *error: object) -> None:
        with self.lock:
            self.stopping = True
        for grader in list(self.graders):
            grader.child.terminate()            # its thread sees the end of the file and closes it
        for _ in self.threads:
            self.tasks.put(None)
        for thread in self.threads:
            thread.join()
        self.scratch.cleanup()

    def mark(self, tasks: Sequence[dict[str, Any]]) -> Iterator[tuple[int, dict[str, Any] | str]]:
        """Yield (number of the task, record) as they come; the reason, a text, where a grader died on it."""
        for numbered in enumerate(tasks):
            self.tasks.put(numbered)
        self.threads = [threading.Thread(target=self._feed, daemon=True) for _ in range(min(self.jobs, len(tasks)))]
        for thread in self.threads:
            self.tasks.put(None)
            thread.start()
        for _ in tasks:
            yield self.done.get()

    def _feed(self) -> None:
        """Give tasks to one grader after another."""
        grader = None
        try:
            while (numbered := self.tasks.get()) is not None and not self.stopping:
                number, task = numbered
                outcome: dict[str, Any] | str = ""
                for _ in range(ATTEMPTS):
                    try:
                        grader = grader or self._start()
                        if grader is None:
                            return
                        outcome = grader.mark(task, self.seconds)
                        break
                    except (GraderDied, OSError) as error:
                        outcome = str(error)
                        if grader is not None:
                            self._end(grader)
                        grader = None
                self.done.put((number, outcome))
        finally:
            if grader is not None:
                self._end(grader)

    def _start(self) -> Grader | None:
        with self.lock:
            if self.stopping:
                return None
            grader = Grader(self.scratch.name)
            self.graders.add(grader)
            return grader

    def _end(self, grader: Grader) -> None:
        self.graders.discard(grader)
        grader.close()
