"""Checking a student's file in a process of its own, with a time limit: an endless loop or a crash costs nothing else."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from ..gradcheck import Finding
from .examination import Examination, PartResult, result
from .exercise import Exercise

SECONDS = 20.0
STARTING = 60.0     # what a slow machine may need before the student's code begins
KEPT = 20_000       # so many bytes of what the student's file prints are kept


@dataclass(frozen=True)
class Checked:
    """What a check found, and what the student's code printed while it ran."""

    examination: Examination
    printed: str


def check_file(exercise: Exercise, path: Path, seconds: float = SECONDS, seed: int = 0) -> Checked:
    """Examine the file at `path`, for at most so many seconds."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "results"
        command = [sys.executable, "-m", "npae.exercises.worker", exercise.name, str(path), str(out), str(seed)]
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
            assert process.stdout is not None
            kept: list[bytes] = []
            reader = threading.Thread(target=_keep, args=(process.stdout, kept), daemon=True)
            reader.start()
            try:
                _wait_until_started(process, out)
                code: int | None = process.wait(seconds)
            except subprocess.TimeoutExpired:
                code = None
            finally:
                process.kill()
            process.wait()
            reader.join(1)
        lines = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()] if out.exists() else []
    results = tuple(_results(exercise, lines, code, seconds))
    return Checked(Examination(exercise, results), b"".join(kept).decode(errors="replace"))


def _wait_until_started(process: subprocess.Popen, out: Path) -> None:
    """Wait until the process has imported everything of ours: the time limit is for the student's code alone."""
    deadline = time.monotonic() + STARTING
    while not out.exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)


def _keep(stream: IO[bytes], kept: list[bytes]) -> None:
    """Read to the end, so that the process never waits for us; keep the beginning."""
    left = KEPT
    while block := stream.read1(4096):      # type: ignore[attr-defined]
        kept.append(block[:left])
        left -= len(kept[-1])


def _results(exercise: Exercise, lines: list[dict[str, Any]], code: int | None, seconds: float) -> list[PartResult]:
    """Return the results of all parts: those that were settled, and what became of the others."""
    settled = {part["name"]: _part(part) for line in lines for part in line.get("parts", ())}
    begun = [name for line in lines for name in line.get("begin", ()) if name not in settled]
    stopped = f"took longer than {seconds:g} s" if code is None else f"ended the process ({_ending(code)})"
    number = "E003" if code is None else "E004"
    results = []
    for part in exercise.parts:
        if part.name in settled:
            results.append(settled[part.name])
            continue
        during = "its check" if part.name in begun else f"the check of {begun[0]}" if begun else "importing the file"
        message = f"{part.name}: {during} {stopped}." if part.name in begun or not begun else \
            f"{part.name} was not reached: {during} {stopped}."
        results.append(result(part, [Finding(number, part.name, message)]))
    return results


def _ending(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"


def _part(content: dict[str, Any]) -> PartResult:
    findings = tuple(Finding(**{**finding, "evidence": tuple(finding["evidence"]), "worst": tuple(finding["worst"])})
                     for finding in content["findings"])
    return PartResult(**{**content, "findings": findings})
