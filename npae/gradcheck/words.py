"""What is said about a claim that was tested: the fact, its numbers, and one question. Never the solution."""

from __future__ import annotations

import inspect
import re
from tokenize import TokenError
from typing import Any

import numpy as np

from .claims import Claim
from .compare import largest
from .findings import Finding, TensorRow, index_text
from .known import known_arrays
from .scene import Scene, agree
from .stages import Misconception

MESSAGES = {
    "G111": "{d} ignores the upstream gradient",
    "G112": "{d} uses {label}",
    "G201": "{d} is zero, the true gradient is not",
    "G202": "{d} is the gradient of {label}",
    "G203": "{d} has the wrong sign",
    "G204": "{d} has the right pattern and the wrong size",
    "G205": "{d} is transposed",
    "G206": "{d} has the right entries in another order",
    "G207": "{d} is the gradient of {label} only",
    "G208": "{d} is right, except that {label} is zero",
    "G209": "{d} is a {label} spread over an axis",
    "G210": "{d} is the gradient for {label}",
    "G211": "{d} has the wrong local derivative",
    "G212": "{d} differs from the true gradient by a known factor",
    "G213": "{d} is the true gradient with {label} added",
    "G214": "{d} has the right direction and another length at every point",
    "G215": "{d} is a function of the true gradient",
    "G216": "{d} is computed with {label}",
    "G301": "{d} leaves out a term of the loss: {label}",
    "G302": "{d} counts a term of the loss with the wrong weight: {label}",
    "G311": "{d} has a path cut: {label}",
    "G312": "{d} counts a path with the wrong weight: {label}",
}
QUESTIONS = {
    "G111": "by the chain rule dL/dx = J^T dy. Where does dy enter your lines?",
    "G112": "is the gradient linear in dy? What happens for -dy?",
    "G201": "is the value that is returned the one that was computed? Does anything depend on {t}?",
    "G202": "in which order are the gradients returned?",
    "G203": "which difference, or which minus sign in the forward, was turned round?",
    "G204": "which sum or mean in the forward gives this factor, and is it counted once?",
    "G205": "write one entry with indices, dL/d{t}_kj. Which index belongs to the rows?",
    "G206": "which index does each axis of {d} count?",
    "G207": "every example contributes to {d}. Where is the sum over the batch?",
    "G208": "which index range do the lines cover?",
    "G209": "which axis of {d} should be left alone?",
    "G210": "each output passes its own dy back. Where were they mixed?",
    "G211": "which function is differentiated, and is its derivative written in its input or its output?",
    "G212": "write the chain rule as a product. Which factor comes once too often, or is missing?",
    "G213": "where does the additional part come from, and is it part of this loss?",
    "G214": "a gradient has a length too. Where was it divided out?",
    "G215": "is the result a derivative, or has something been done to it afterwards?",
    "G216": "write one entry of {d} with indices. Which argument, and which of its axes, stands there?",
    "G301": "the loss is a sum, so its gradient is a sum. Which terms depend on {t}?",
    "G302": "with which weight does each term stand in the loss?",
    "G311": "{t} is used more than once, so the contributions add. Where is the other one?",
    "G312": "{t} is used more than once. Is each contribution added once?",
}
BATCH = "does the loss sum or average over the batch, and does each gradient do the same, once?"


def claim_finding(claim: Claim, scene: Scene, row: TensorRow | None) -> Finding:
    """Return the finding for a claim that was tested."""
    t, got = claim.tensor, scene.got(claim.tensor)
    words = {"t": t, "d": gradient_name(t), "label": claim.label}
    value = None if claim.factor is None else float(claim.factor.value(scene))
    evidence = [f"{words['d']} = {claim.identity}, in {_how_many(got, scene.true(t))} (spread {_spread(claim, scene):.0e})."]
    if claim.factor is not None and claim.factor.meaning:
        evidence.append(f"The factor is {value:.5g} here, where {claim.factor.meaning}; it follows the shape elsewhere too.")
    question = QUESTIONS[claim.code]
    if claim.factor is not None and "batch size" in claim.factor.meaning and claim.code == "G204":
        question = BATCH
    return Finding(claim.code, t, MESSAGES[claim.code].format(**words), (*evidence, *_worst(row)), question.format(**words),
                   value, () if row is None else row.worst, equation_of(scene.subject, t))


def misconception_finding(misconception: Misconception, scene: Scene, row: TensorRow | None) -> Finding:
    """Return the finding for a misconception that gives the same numbers."""
    tensor = next(iter(scene.returned), "") if row is None else row.name
    return Finding(misconception.code, tensor, misconception.title,
                   ("Simulated: a backward with this mistake returns your numbers, here and at other points and shapes.",
                    *_worst(row)), misconception.question, None, () if row is None else row.worst,
                   equation_of(scene.subject, tensor))


def unknown_finding(scene: Scene, row: TensorRow) -> Finding:
    """Return the finding for a wrong gradient that no claim fits: where it differs, and how."""
    got, true = scene.got(row.name), scene.true(row.name)
    known = np.isfinite(true)
    g, r = got[known], true[known]
    wrong = np.abs(g - r) > max(row.tolerance, 1e-9) * largest(g, r)
    length = np.sqrt(float(g @ g) * float(r @ r))
    cosine = float(g @ r) / length if length > 0 else 0.0
    mask = np.zeros(got.shape, bool)
    mask[known] = wrong
    where = _where(mask) or _exactly_where(mask, scene)
    evidence = [f"{int(wrong.sum())} of {wrong.size} entries differ{where}; the sign agrees in "
                f"{int(np.sum(np.sign(g) == np.sign(r)))}; cosine {cosine:.4f}."]
    message = f"{gradient_name(row.name)} is wrong: relative error {row.error:.1e}, tolerance {row.tolerance:.1e}"
    return Finding("G200", row.name, message, (*evidence, *_worst(row)), "which part of this gradient can be checked by itself?",
                   None, row.worst, equation_of(scene.subject, row.name))


def _where(wrong: np.ndarray) -> str:
    """Return ", all in row 3" and the like where the wrong entries are a strict part along one axis."""
    if wrong.all() or not wrong.any():
        return ""
    for axis in range(wrong.ndim):
        touched = np.flatnonzero(wrong.any(axis=tuple(a for a in range(wrong.ndim) if a != axis)))
        if len(touched) < wrong.shape[axis] and len(touched) <= 3:
            name = {0: "row", 1: "column"}.get(axis, f"index of axis {axis},") if wrong.ndim == 2 else f"index of axis {axis}"
            return f", all in {name} {', '.join(map(str, touched))}"
    return ""


def _exactly_where(wrong: np.ndarray, scene: Scene) -> str:
    """Return ", exactly where a < 0" and the like."""
    if wrong.all() or not wrong.any():
        return ""
    for label, evaluate in known_arrays(scene):
        v = np.asarray(evaluate(scene))
        for sign, there in (("<", v < 0), (">", v > 0), ("=", v == 0)):
            if v.shape == wrong.shape and np.array_equal(there, wrong):
                return f", exactly where {label} {sign} 0"
    return ""


def _worst(row: TensorRow | None) -> tuple[str, ...]:
    if row is None or not np.isfinite(row.expected):
        return ()
    name = f"d{row.name}" if row.name.isidentifier() else row.name
    digits = next(d for d in (5, 8, 12, 17) if f"{row.got:.{d}g}" != f"{row.expected:.{d}g}" or d == 17)
    return (f"Worst entry {name}{index_text(row.worst)}: got {row.got:.{digits}g}, numerically {row.expected:.{digits}g}",)


def gradient_name(tensor: str) -> str:
    """Return "dW", or "the gradient of encoder.0.W" where a d in front would not be read as such."""
    return f"d{tensor}" if tensor.isidentifier() else f"the gradient of {tensor}"


def _how_many(got: np.ndarray, true: np.ndarray) -> str:
    known = int(np.isfinite(true).sum())
    if got.size == 1:
        return "its one entry"
    return f"all {known} entries" if known == got.size else f"{known} of {got.size} entries"


def _spread(claim: Claim, scene: Scene) -> float:
    got, claimed, true = scene.got(claim.tensor), claim.predict(scene), scene.true(claim.tensor)
    known = np.isfinite(true)
    assert agree(got, claimed, true)
    return largest(got[known] - claimed[known]) / max(largest(got[known]), np.finfo(float).tiny)


def equation_of(subject: Any, tensor: str) -> str:
    """Return "affine (3)" if the source of backward has a line `dW = ...  # (3)`, else ""."""
    try:
        source = inspect.getsource(inspect.unwrap(subject.backward))
    except (AttributeError, TypeError, OSError, SyntaxError, TokenError):      # no source, or the file is another one by now
        return ""
    match = re.search(rf"^\s*d{re.escape(tensor)}\b[^=\n]*=[^=\n][^\n]*#[^\n]*(\(\d+\))", source, re.MULTILINE)
    return f"{subject.equation_owner} {match.group(1)}" if match else ""
