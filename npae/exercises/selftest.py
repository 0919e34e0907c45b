"""The one self-test of an exercise: what its single source promises, held against the checker.

    the start file runs, and fails every part; the solution passes with full marks, and so does every alternative
    every misconception is reported under its own code, wherever it can be written
    no line of the solution occurs in the start file, in the notebook or in a hint
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from .examination import Examination, examine
from .exercise import Exercise, Step
from .notebook import notebook_text
from .source import bare
from .submission import NamespaceSubmission

SHORT = 9       # shorter lines of a solution occur anywhere, and give nothing away


def self_test(exercise: Exercise, seed: int = 0) -> list[str]:
    """Return what is wrong with an exercise, in words; an empty list when all promises hold."""
    return [*_start_fails(exercise, seed), *_solutions_pass(exercise, seed), *_misconceptions_are_named(exercise, seed),
            *_nothing_leaks(exercise), *_is_complete(exercise)]


def namespace(text: str) -> dict[str, Any]:
    """Return the names that a start or solution file defines."""
    names: dict[str, Any] = {"__name__": "submission"}
    exec(compile(text, "<exercise>", "exec"), names)
    return names


def _start_fails(exercise: Exercise, seed: int) -> Iterator[str]:
    for part in _outcome(exercise, namespace(exercise.start_text()), seed).parts:
        if part.passed:
            yield f"the start file passes {part.name}"


def _solutions_pass(exercise: Exercise, seed: int) -> Iterator[str]:
    solution = namespace(exercise.solution_text())
    for title, functions in [("solution", {}), *((one.title, one.functions) for one in exercise.alternatives)]:
        unknown = functions.keys() - solution.keys()
        if unknown:
            yield f"{title}: {sorted(unknown)[0]} is not a function of the solution"
        for part in _outcome(exercise, {**solution, **functions}, seed).parts:
            if not part.passed:
                yield f"{title}: {part.name} fails: {part.findings[0].lines()}"


def _misconceptions_are_named(exercise: Exercise, seed: int) -> Iterator[str]:
    solution = namespace(exercise.solution_text())
    codes = [known.code for known in exercise.misconceptions]
    if codes != [f"M{exercise.number:02d}{k}" for k in range(1, len(codes) + 1)]:
        yield f"the codes of the misconceptions are {codes}"
    for step in exercise.steps:
        for known in getattr(step, "misconceptions", ()):
            outcome = _outcome(exercise, {**solution, step.solution.__name__: known.backward}, seed)    # type: ignore
            found = {finding.code for part in _of(step, outcome) for finding in part.findings if not part.passed}
            if found != {known.code}:
                yield f"{known.code} ({known.title}) is reported as {', '.join(sorted(found)) or 'nothing'}"


def _of(step: Step, outcome: Examination) -> Iterator[Any]:
    names = [part.name for part in step.parts]
    return (part for part in outcome.parts if part.name in names)


def _nothing_leaks(exercise: Exercise) -> Iterator[str]:
    secrets = {bare(line): line.strip() for line in exercise.texts.secret_lines if len(bare(line)) >= SHORT}
    notebook = "".join(line for cell in json.loads(notebook_text(exercise))["cells"] for line in [*cell["source"], "\n"])
    for place, text in (("the start file", exercise.start_text()), ("the notebook", notebook),
                        ("a hint", "\n".join(exercise.hints))):
        for secret, line in secrets.items():
            if secret in "".join(bare(other) for other in text.splitlines()):
                yield f"{place} holds a line of the solution: {line}"


def _is_complete(exercise: Exercise) -> Iterator[str]:
    names = [part.name for part in exercise.parts]
    if len(set(names)) < len(names):
        yield f"two parts have one name: {names}"
    if not 2 <= len(exercise.hints) <= 4:
        yield f"it has {len(exercise.hints)} hints, expected 2 to 4"
    if exercise.kind == "write" and (len(exercise.alternatives) < 2 or len(exercise.misconceptions) < 3):
        yield (f"it has {len(exercise.alternatives)} alternatives and {len(exercise.misconceptions)} misconceptions, "
               f"expected 2 and 3")
    for text in (exercise.start_text(), exercise.solution_text()):
        if "npae" in "".join(line for line in text.splitlines() if line.startswith(("import ", "from "))):
            yield "the start or solution file imports npae"
    long = [line for line in exercise.start_text().splitlines() if len(line) > 100]
    if long:
        yield f"a line of the start file is too long: {long[0]}"


def _outcome(exercise: Exercise, names: dict[str, Any], seed: int) -> Examination:
    return examine(exercise, NamespaceSubmission(names), seed)
