"""What an author can tell the checker about a forward function: its lines, its paths, its typical mistakes.

None of it is needed for a verdict. All of it makes the finding more precise: Stages name the line, Paths the cut branch,
a Misconception the thought behind the mistake.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


class Stages:
    """A forward function written as named lines, in order; the value of the last one is the value of the function.

        Stages([("a", lambda x, W, b: x @ W + b), ("y", lambda a: sigmoid(a)), ("L", lambda y, t: ((y - t)**2).mean())])

    Each line takes inputs and earlier lines by name. Backward may then return the gradients of lines too ("da", "dy");
    they are measured by nudging that line's value alone, and the first wrong one in backward order names the line.
    """

    def __init__(self, lines: Sequence[tuple[str, Callable[..., Any]]]):
        self.lines = [(name, line, tuple(inspect.signature(line).parameters)) for name, line in lines]
        if not self.lines:
            raise ValueError("lines must hold at least one (name, function), got none")
        self.names = [name for name, _ in lines]
        if len(set(self.names)) < len(self.names):
            raise ValueError(f"lines must have different names, got {self.names}")

    def values(self, inputs: Mapping[str, Any], changes: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Return the value of every line by name; a line in `changes` has the value given there instead."""
        known, changes = dict(inputs), changes or {}
        for name, line, needs in self.lines:
            known[name] = changes[name] if name in changes else line(*(known[need] for need in needs))
        return {name: known[name] for name in self.names}

    def __call__(self, **inputs: Any) -> Any:
        return self.values(inputs)[self.names[-1]]


@dataclass(frozen=True)
class Paths:
    """The same forward with every use of an input as an argument of its own.

        Paths(lambda x, W_encoder, W_decoder: ..., {"W": ("W_encoder", "W_decoder")})

    With both set to W it must equal the function under test. The gradient of W is the sum over its uses, so the measured
    contributions show which one is missing.
    """

    forward: Callable[..., Any]
    uses: Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Misconception:
    """A wrong backward that people are known to write: same signature as the right one, a stable code, a title."""

    code: str
    title: str
    backward: Callable[..., Any]
    question: str = ""
