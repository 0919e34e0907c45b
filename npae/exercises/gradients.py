"""The step of a write exercise: one backward function, held against numerical derivatives of the package's forward."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..gradcheck import Finding, Misconception, Paths, Report, Stages, check_gradients
from .calling import bound, by_key, named, short, written
from .exercise import Findings, Part
from .submission import Submission

Draw = Callable[[np.random.Generator], dict[str, Any]]


@dataclass(frozen=True)
class Gradients:
    """The student's backward function `solution.__name__` must differentiate `forward`, the package's own.

    solution        the backward of the solution: its name and its signature are those of the student's function
    forward         a function of the package, or Stages, with numbers from the inputs by name
    draw            draw(rng) -> inputs of forward, by name
    parts           what the backward returns, in this order; part "dW", or "L2 dW", is the gradient of W
    equations       of a part, as the findings quote it: {"dW": "affine (3)"}
    paths, terms    what adds up, as check_gradients takes it
    together        what backward returns, where all of it makes one part: ("dW", "db")
    """

    solution: Callable[..., Any]
    forward: Callable[..., Any]
    draw: Draw
    parts: tuple[Part, ...]
    misconceptions: tuple[Misconception, ...] = ()
    equations: Mapping[str, str] | None = None
    paths: Paths | None = None
    terms: Mapping[str, Callable[..., Any]] | None = None
    together: tuple[str, ...] = ()

    @property
    def keys(self) -> list[str]:
        """What backward returns, in order: "dW", ..."""
        return list(self.together) or [short(part) for part in self.parts]

    def examine(self, submission: Submission, seed: int) -> Findings:
        """Return the findings of the gradient check by part."""
        found: Findings = {key: [] for key in self.keys}
        backward = bound(self.solution, submission, lambda returned: by_key(returned, self.keys, self.solution.__name__))
        inputs = self.draw(np.random.default_rng([seed, 1]))
        names = written(backward(**self._arguments(inputs)), found)
        if names:
            report = self._check(_restricted(backward, names), names, inputs, seed)
            for name in names:
                found[name] += self._findings(name, report)
        if self.together:
            together = [finding for findings in found.values() for finding in findings]
            return {self.parts[0].name: sorted(together, key=lambda finding: finding.code == "G200")}     # names first
        return {part.name: found[short(part)] for part in self.parts}

    def _arguments(self, inputs: dict[str, Any]) -> dict[str, Any]:
        """Return something for every parameter of backward, to see which lines are written; copies, to be written into."""
        known = {**inputs, **(self.forward.values(inputs) if isinstance(self.forward, Stages) else {})}
        output = np.asarray(self.forward(**inputs))
        return {name: copy.deepcopy(known.get(name, output)) for name in inspect.signature(self.solution).parameters}

    def _check(self, backward: Callable[..., Any], names: list[str], inputs: dict[str, Any], seed: int) -> Report:
        known = [replace(one, backward=_restricted(self._by_key(one.backward), names)) for one in self.misconceptions]
        return check_gradients(self.forward, backward, inputs, wrt=[_tensor(name) for name in names], seed=seed,
                               misconceptions=known, paths=self.paths, terms=self.terms, draw=self.draw)

    def _by_key(self, backward: Callable[..., Any]) -> Callable[..., Any]:
        """Return a backward of ours with what it returns sorted like the student's."""
        return named(self.solution, lambda *args, **kwargs: by_key(backward(*args, **kwargs), self.keys, backward.__name__))

    def _findings(self, name: str, report: Report) -> list[Finding]:
        """Return what the report says about one part: what names it, or what it may follow from; and what names the whole."""
        tensors = {row.name for row in report.rows}
        own = [finding for finding in report.findings if finding.tensor == _tensor(name) and finding.code != "G105"]
        general = [finding for finding in report.findings if finding.tensor not in tensors or finding.code == "G105"]
        if not own and any(row.name == _tensor(name) and row.verdict == "fail" for row in report.rows):
            own = [finding for finding in report.findings if finding.code[0] in "MG"][:1]
        return [replace(finding, equation=finding.equation or (self.equations or {}).get(f"d{finding.tensor}", ""))
                for finding in own + general]


def _restricted(backward: Callable[..., Any], names: list[str]) -> Callable[..., Any]:
    """Return backward with the gradients of the given parts alone."""
    def call(*args: Any, **kwargs: Any) -> dict[str, Any]:
        returned = backward(*args, **kwargs)
        return {_tensor(name): returned[name] for name in names}
    return named(backward, call)


def _tensor(name: str) -> str:
    return name.removeprefix("d")
