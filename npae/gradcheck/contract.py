r"""What a forward and a backward function owe before any number is compared. Each check is one fact and one code.

forward:   float64 for float64, finite, the same value twice, arguments untouched.
backward:  the right keys, shapes and dtype; finite; arguments untouched; no view of them; the same answer twice, with
           another forward pass in between, so that hidden state shows itself; and linear in the upstream gradient,
               b(0) = 0,     b(-dy) = -b(dy),     b(2 dy) = 2 b(dy)                      (1)
           because dL/dx = J^T dy is. (1) finds what a comparison at a single dy can miss: |dy| instead of dy when all
           entries happen to be positive, or dy left out when all happen to be one.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import numpy as np

from .compare import relative_error
from .findings import Finding, index_text
from .trial import Arrays, Subject, private_copy

Gradients = dict[str, np.ndarray]
SAME = 1e-10        # rounding may differ from call to call, with the alignment of arrays in memory; noise is far above

QUESTIONS = {
    "G101": "what is the shape of the tensor that this gradient belongs to?",
    "G102": "which inputs can change the loss, and does each have a gradient?",
    "G103": "which division, logarithm or exponential can leave its domain here?",
    "G104": "where is the kind of number changed, by an integer array or an astype?",
    "G105": "which line assigns into an array that belongs to the caller? (+=, -=, [...] =)",
    "G106": "where is the sum kept between two calls?",
    "G107": "is the result a new array? (slices, reshape and .T are views)",
    "G108": "dL/dx = J^T dy is linear in dy. Which line is not?",
    "G109": "which noise did the forward pass use, and does backward use the same?",
    "G110": "does backward compute from its own arguments, or from what forward left behind?",
    "G111": "by the chain rule dL/dx = J^T dy. Where does dy enter your lines?",
}


def examine_forward(subject: Subject) -> tuple[np.ndarray, list[Finding]]:
    """Return the forward value and what is wrong with it; any finding ends the check."""
    trial = subject.trial()
    before = private_copy(trial.arrays)
    y = trial.forward()
    if isinstance(y, (tuple, list, dict)) or y is None:
        raise TypeError(f"forward must return one array or one number, got {type(y).__name__}")
    y = np.array(y)
    if y.dtype.kind not in "iuf" or (y.dtype.kind == "f" and y.dtype != np.float64):
        return y, [Finding("U003", "forward", f"no verdict: forward returns {y.dtype} for float64 inputs, too coarse "
                                              f"to measure its slope.")]
    if not np.all(np.isfinite(y)):
        return y, [Finding("U002", "forward", f"no verdict: forward is not finite in {np.sum(~np.isfinite(y))} of "
                                              f"{y.size} entries.")]
    again = np.array(subject.trial().forward())
    if _differ(again, y):
        return y, [Finding("U001", "forward", "no verdict: forward gave two different values for the same input. "
                                              "Fix its randomness: pass the noise or a mask as an input.")]
    return y, _written(before, trial.arrays, "forward")


def examine_backward(subject: Subject, upstream: np.ndarray | None) -> tuple[Gradients, list[str], list[Finding]]:
    """Return the well-formed gradients, the names of all that were expected, and the findings."""
    trial = subject.trial()
    trial.forward()                     # for functions that keep what backward needs to themselves
    dy = None if upstream is None else upstream.copy()
    arguments = trial.arrays if dy is None else {**trial.arrays, "dy": dy}
    before = private_copy(arguments)
    returned = trial.backward(dy)
    names = subject.expected(returned)
    gradients, findings = _well_formed(returned, names, subject.trial().arrays)
    findings += _written(before, arguments, "backward")
    for name in gradients:
        findings += [Finding("G107", name, f"the gradient of {name} is a view of the argument {other}: writing into "
                                           f"one would change the other.", (), QUESTIONS["G107"])
                     for other, array in arguments.items() if _shares(returned[name], array)]
    findings += _repeatable(subject, gradients, upstream)
    if upstream is not None:
        stateful = {finding.tensor for finding in findings if finding.code in ("G106", "G109", "G110")}
        findings += _linear(subject, {n: g for n, g in gradients.items() if n not in stateful}, upstream)
    return gradients, names, findings


def _well_formed(returned: Arrays, names: list[str], arrays: Arrays) -> tuple[Gradients, list[Finding]]:
    """Return float64 copies of the gradients whose values can be compared, and what is wrong with the others."""
    missing = [name for name in names if returned.get(name) is None]
    findings = [Finding("G102", name, f"no gradient of {name} was returned.", (), QUESTIONS["G102"]) for name in missing]
    expected = ", ".join(names) or "no input"
    findings += [Finding("G102", name, f"{name} was returned, but the gradients of {expected} were expected.", (),
                         QUESTIONS["G102"])
                 for name in returned if name not in names]
    gradients = {}
    for name in names:
        if name in missing:
            continue
        gradient, want = np.array(returned[name]), np.shape(arrays[name])
        numeric = gradient.dtype.kind in "biufc"
        if gradient.dtype != np.float64:
            findings.append(Finding("G104", name, f"the gradient of {name} is {gradient.dtype}, expected float64.", (),
                                    QUESTIONS["G104"]))
        if gradient.shape != want:
            findings.append(Finding("G101", name, f"the gradient of {name} has shape {gradient.shape}, expected {want}"
                                                  f"{_shape_hint(gradient.shape, want)}.", (), QUESTIONS["G101"]))
        elif numeric and not np.all(np.isfinite(gradient)):
            worst = tuple(np.argwhere(~np.isfinite(gradient))[0].tolist())
            findings.append(Finding("G103", name, f"the gradient of {name} is not finite: entry "
                                                  f"{name}{index_text(worst)} is {gradient[worst]}.", (), QUESTIONS["G103"]))
        elif numeric and gradient.dtype.kind != "c":
            gradients[name] = gradient.astype(np.float64)
    return gradients, findings


def _shape_hint(got: tuple[int, ...], want: tuple[int, ...]) -> str:
    if got == want[::-1]:
        return ": it is transposed"
    if tuple(n for n in got if n != 1) == tuple(n for n in want if n != 1):
        return ": there are axes of length 1 too many or too few (keepdims?)"
    if len(got) > len(want) and got[len(got) - len(want):] == want:
        return ": a sum over the leading axes is missing"
    return ""


def _written(before: Arrays, after: Arrays, who: str) -> list[Finding]:
    return [Finding("G105", name, f"{who} writes into its argument {name}.", (), QUESTIONS["G105"]) for name in before
            if isinstance(after[name], np.ndarray) and not np.array_equal(before[name], after[name], equal_nan=True)]


def _shares(gradient: Any, array: Any) -> bool:
    return isinstance(gradient, np.ndarray) and isinstance(array, np.ndarray) and np.shares_memory(gradient, array)


def _repeatable(subject: Subject, gradients: Gradients, upstream: np.ndarray | None) -> list[Finding]:
    """Compare with a second call, then with one after a forward pass elsewhere has overwritten hidden state."""
    def call() -> Arrays:
        return subject.trial().backward(None if upstream is None else upstream.copy())
    second = call()
    _forward_elsewhere(subject, gradients)
    after = call()
    findings = []
    for name, first in gradients.items():
        if _differ(second.get(name), first):
            findings.append(_unequal(name, first, second.get(name)))
        elif _differ(after.get(name), first):
            findings.append(Finding("G110", name, f"the gradient of {name} depends on another forward pass in between: "
                                                  f"stale state.", (), QUESTIONS["G110"]))
    return findings


def _unequal(name: str, first: np.ndarray, second: Any) -> Finding:
    if not _differ(second, 2 * first):
        return Finding("G106", name, f"two equal calls give different gradients of {name}: the second is twice the first, "
                                     f"so it accumulates.", (), QUESTIONS["G106"], 2.0)
    return Finding("G109", name, f"two equal calls give different gradients of {name}: it draws fresh noise, or keeps "
                                 f"something from call to call.", (), QUESTIONS["G109"])


def _forward_elsewhere(subject: Subject, gradients: Gradients) -> None:
    arrays = subject.trial().arrays
    with suppress(Exception):           # it may be outside the domain of forward; the visit is only meant to disturb
        subject.trial({name: np.array(0.9 * arrays[name]) for name in gradients}).forward()


def _linear(subject: Subject, gradients: Gradients, upstream: np.ndarray) -> list[Finding]:
    """Test (1); one finding for each tensor: the first identity that fails, or that none of the three changes anything."""
    identities = ((0.0, "b(0) = 0"), (-1.0, "b(-dy) = -b(dy)"), (2.0, "b(2 dy) = 2 b(dy)"))
    scaled = [subject.trial().backward(factor * upstream) for factor, _ in identities]
    findings = []
    for name, gradient in gradients.items():
        broken = [identity for (factor, identity), result in zip(identities, scaled)
                  if not _is_multiple(result.get(name), factor, gradient)]
        if broken and all(not _differ(result.get(name), gradient) for result in scaled):
            findings.append(Finding("G111", name, f"the gradient of {name} ignores the upstream gradient",
                                    ("b(0) = b(-dy) = b(2 dy) = b(dy): dy changes nothing.",), QUESTIONS["G111"]))
        elif broken:
            findings.append(Finding("G108", name, f"the gradient of {name} is not linear in the upstream gradient: "
                                                  f"{broken[0]} fails.", (), QUESTIONS["G108"]))
    return findings


def _is_multiple(result: Any, factor: float, gradient: np.ndarray) -> bool:
    if result is None or np.shape(result) != gradient.shape:
        return False
    deviation = np.asarray(result) - factor * gradient
    return relative_error(gradient + deviation, gradient) <= SAME


def _differ(a: Any, b: np.ndarray) -> bool:
    return a is None or np.shape(a) != b.shape or relative_error(np.asarray(a, dtype=b.dtype), b) > SAME
