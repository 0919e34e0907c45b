"""How much a submission may use, and the systems on which that can be enforced."""

from __future__ import annotations

import importlib.util
import os
import sys
from dataclasses import dataclass

NEEDED = ("setsid", "killpg")


@dataclass(frozen=True)
class Limits:
    """call_seconds: wall clock of one call. exercise_seconds: of all calls of one exercise together.

    memory_mb: address space of the process, NumPy included. start_seconds: until it is ready for the submission.
    """

    call_seconds: float = 2.0
    exercise_seconds: float = 10.0
    memory_mb: int = 1024
    start_seconds: float = 60.0

    def __post_init__(self) -> None:
        if not self.call_seconds > 0 or not self.exercise_seconds > 0:
            raise ValueError(f"the time limit must be positive, got {self.call_seconds:g} s")
        if self.memory_mb < 256:
            raise ValueError(f"the memory limit must be at least 256 MB, NumPy needs half of that; got {self.memory_mb}")


def obstacle() -> str:
    """Return why nothing can be graded on this system, "" where it can."""
    if os.name != "posix" or any(not hasattr(os, name) for name in NEEDED):
        return (f"grading needs the process limits of POSIX, which {sys.platform} does not have: a hanging or hostile "
                f"submission could not be stopped. Grade on Linux or macOS, or in a Linux container")
    if importlib.util.find_spec("resource") is None:
        return ("grading needs the module `resource`, which this Python does not have: without it the memory and the "
                "processes of a submission cannot be limited")
    return ""
