"""`npae explain CODE`: what a finding means, with a mistake that gives it, run and mended before your eyes."""

from __future__ import annotations

import argparse
import difflib
import inspect
import re
import textwrap
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from ..cli import UserError
from ..gradcheck import Finding, Misconception, Report
from ..gradcheck.codes import CODES
from ..gradcheck.explanations import EXPLANATIONS
from ..gradcheck.miniatures import MINIATURES, Miniature

WIDTH = 100
MOST = 12               # so many codes with the same beginning are named
SYMBOLS = {"g": "what backward returned", "r": "the true gradient", "u": "dy, the upstream gradient",
           "b": "backward, as a function of dy", "J": "the derivatives of the outputs by the tensor"}
FAMILIES = {"G0": "the forward function", "G1": "the contract of backward", "G2": "wrong values",
            "G3": "contributions: terms and paths", "K": "accepted, for information", "U": "no verdict",
            "E": "around your code", "M": "misconceptions of the exercises"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `npae explain`."""
    parser.add_argument("code", nargs="?", metavar="CODE", help="the code of a finding, such as G204; all are listed without")


def run(args: argparse.Namespace) -> int:
    """Print the explanation of one code, or the list of all."""
    print(explanation(args.code.upper()) if args.code else listing())
    return 0


def listing() -> str:
    """Return all codes with their titles, by family."""
    titles = {**CODES, **{code: known.title for code, (_, known) in misconceptions().items()}}
    lines: list[str] = []
    for family, about in FAMILIES.items():
        members = [code for code in titles if code.startswith(family)]
        lines += ["", about, *(f"  {code:<6}{titles[code]}" for code in members)] if members else []
    return "\n".join([*lines[1:], "", "npae explain CODE shows one of them, with a worked miniature."])


def explanation(code: str) -> str:
    """Return everything about one code; UserError, with codes that look like it, where there is none."""
    if code in EXPLANATIONS:
        return "\n".join(_of_a_code(code))
    known = misconceptions()
    if code in known:
        return "\n".join(_of_a_misconception(code, *known[code]))
    names = [*EXPLANATIONS, *known]
    close = [name for name in names if name.startswith(code)][:MOST] or difflib.get_close_matches(code, names, n=4, cutoff=0.5)
    hint = f"close ones: {', '.join(sorted(close))}" if close else "npae explain lists all"
    raise UserError(f"unknown code {code!r}, {hint}")


def misconceptions() -> dict[str, tuple[Any, Misconception]]:
    """Return the misconceptions of all exercises by code, each with its exercise."""
    from ..exercises import EXERCISES  # imports everything that they exercise, which `npae explain G204` need not
    return {known.code: (exercise, known) for exercise in EXERCISES.values() for known in exercise.misconceptions}


def _of_a_code(code: str) -> Iterator[str]:
    about = EXPLANATIONS[code]
    yield f"{code}  {CODES[code]}"
    yield ""
    yield from textwrap.wrap(about.meaning, WIDTH)
    yield from ("", "What is tested", f"    {about.identity}")
    words = set(re.findall("[A-Za-z]+", about.identity))
    yield from (f"    {symbol}: {what}" for symbol, what in SYMBOLS.items() if symbol in words)
    yield from ("", "Usual causes", *(f"    - {cause}" for cause in about.causes))
    if code in MINIATURES:
        yield from _worked(code, MINIATURES[code])
    yield from ("", *textwrap.wrap(f"Think: {about.question}", WIDTH))


def _worked(code: str, make: Callable[[], Miniature]) -> Iterator[str]:
    miniature = make()
    yield from ("", "A miniature", *_indented(_wrap(inspect.getdoc(make) or "")), "", *_indented(miniature.source()))
    yield from ("", f"    inputs: {_shapes(miniature.inputs)}", *_indented(miniature.call()), "")
    yield from _indented(_findings(miniature.run(), code))
    mended = miniature.run_mended()
    if mended is not None:
        yield from ("", "Mended", *_indented(miniature.mended_source()), "")
        if miniature.mended_inputs is not None:
            yield f"    inputs: {_shapes(miniature.mended_inputs)}"
        yield from (*_indented(miniature.mended_call()), f"    gradient check: {mended.verdict}")


def _shapes(inputs: Mapping[str, Any]) -> str:
    """Return "x (7, 5), strength 0.3"."""
    return ", ".join(f"{name} {np.shape(value) or value}" for name, value in inputs.items())


def _findings(report: Report, code: str) -> str:
    """Return the verdict and the findings with the code; others follow from the same mistake."""
    shown = [line for finding in report.findings if finding.code == code for line in finding.lines()]
    return "\n".join([f"gradient check: {report.verdict}", *shown])


def _of_a_misconception(code: str, exercise: Any, known: Misconception) -> Iterator[str]:
    yield from textwrap.wrap(f"{code}  {known.title}", WIDTH, subsequent_indent=" " * 6)
    yield ""
    yield from textwrap.wrap(f"A known misconception of exercise {exercise.number:02d}, {exercise.name}: {exercise.title}. "
                             f"It is recognized by simulation: a version with this mistake runs beside yours, on the same "
                             f"inputs, and returns the same numbers.", WIDTH)
    found = _simulated(exercise, known)
    if found:
        yield from ("", "What the check says about that version", *_indented("\n".join(found.lines())))
    if known.question and not found:
        yield from ("", *textwrap.wrap(f"Think: {known.question}", WIDTH))
    yield from ("", f"npae exercise hint {exercise.name} gives a hint.")


def _simulated(exercise: Any, known: Misconception) -> Finding | None:
    """Return what the exercise says when the misconception is handed in as the solution; None where that is not simple."""
    step = next(step for step in exercise.steps if known in getattr(step, "misconceptions", ()))
    if not callable(getattr(step, "solution", None)):
        return None
    findings = step.examine(_HandedIn(step.solution.__name__, known.backward), seed=0)
    return next((finding for found in findings.values() for finding in found if finding.code == known.code), None)


class _HandedIn:
    """A submission that consists of one function."""

    def __init__(self, name: str, function: Callable[..., Any]):
        self.functions = {name: function}

    def function(self, name: str) -> Callable[..., Any]:
        from ..exercises import MissingName
        if name not in self.functions:
            raise MissingName(name)
        return self.functions[name]

    def answer(self, name: str) -> Any:
        from ..exercises import MissingName
        raise MissingName(name)


def _wrap(text: str) -> str:
    return textwrap.fill(text, WIDTH - 4)


def _indented(text: str) -> list[str]:
    return [f"    {line}".rstrip() for line in text.splitlines()]
