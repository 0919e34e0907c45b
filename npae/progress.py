"""One line on the terminal that says how training goes. Nothing is written where nobody looks."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Mapping
from typing import TextIO


class ProgressLine:
    """epoch, loss, terms, examples per second, time left; rewritten in place, silent unless `stream` is a terminal."""

    def __init__(self, epochs: int, examples: int, enabled: bool = True, stream: TextIO | None = None):
        self.stream = sys.stderr if stream is None else stream
        self.enabled = enabled and self.stream is not None and self.stream.isatty()
        self.epochs, self.examples = epochs, examples
        self.done = 0
        self.began = time.perf_counter()

    def update(self, terms: Mapping[str, float], held_out: Mapping[str, float]) -> None:
        """Show the line after one more epoch."""
        self.done += 1
        if self.enabled:
            columns = shutil.get_terminal_size().columns
            self.stream.write("\r" + self.text({**terms, **held_out})[:columns - 1].ljust(columns - 1))
            self.stream.flush()

    def text(self, terms: Mapping[str, float]) -> str:
        """Return the line's text for the terms of the epoch just done."""
        elapsed = max(time.perf_counter() - self.began, 1e-9)
        speed = self.done * self.examples / elapsed
        left = elapsed / self.done * (self.epochs - self.done)
        shown = "  ".join(f"{name} {value:.5g}" for name, value in terms.items())
        return f"epoch {self.done}/{self.epochs}  {shown}  {speed:,.0f} examples/s  {left:.0f} s left"

    def close(self) -> None:
        """End the line, so that what is printed next starts on a new one."""
        if self.enabled and self.done:
            self.stream.write("\n")
            self.stream.flush()
