"""`check_gradients`: the five steps, in an order in which each one can rely on those before it.

    1. forward          it runs, in float64, finite, twice the same, and leaves its inputs alone
    2. contract         keys, shapes, dtype, finite, no writing, no views, no memory
    3. linearity        in the upstream gradient
    4. reference        the best numerical derivative that can be proven
    5. comparison       per tensor; whoever fails is heard by a second witness first

A pair and a model differ in steps nowhere, only in how they are called (pairs.py, models.py). Nothing that the caller
owns is handed out, and the global random states are restored, also when the code under test raises.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .contract import examine_backward, examine_forward
from .judgement import hear
from .models import ModelSubject
from .numerical import Function
from .pairs import Pair
from .reference import LIMITS, METHODS, Reference
from .report import Finding, Report, TensorRow, index_text
from .trial import Subject, global_randomness_restored, stream


def check_gradients(forward: Any, backward: Any = None, inputs: Mapping[str, Any] | None = None, *,
                    wrt: str | Sequence[str] | None = None, upstream: ArrayLike | None = None,
                    X: ArrayLike | None = None, noise: Mapping[str, Any] | None = None,
                    rng: np.random.Generator | None = None, term: str | None = None,
                    tolerance: float | None = None, seed: int = 0, method: str = "auto") -> Report:
    """Compare hand-written gradients with numerical ones and return a Report.

    A pair:   check_gradients(affine, affine_backward, {"x": x, "W": W, "b": b})
        inputs      by the names of forward's parameters; cast to float64
        wrt         the inputs that the returned gradients belong to; by default the first floating-point ones
        upstream    dL/dy; by default random, of both signs
    A model:  check_gradients(model, X)
        noise, rng  the frozen noise, or the Generator (not advanced) that draws it
        term        the entry of the model's terms that its gradients belong to, by default "loss"
    Both:
        tolerance   relative, per tensor; by default that of the method, see below
        seed        of everything random in here
        method      "auto": complex step where proven, else Richardson, tolerance 1e-9; "complex" (1e-12),
                    "richardson" (1e-9), "central" (1e-7)
    """
    if method not in METHODS:
        raise ValueError(f"method must be one of {', '.join(METHODS)}, got {method!r}")
    limit = LIMITS[method] if tolerance is None else tolerance
    with global_randomness_restored():
        subject: Subject
        if hasattr(forward, "loss_and_gradients"):
            data = backward if X is None else X
            if data is None or any(given is not None for given in (inputs, wrt, upstream)):
                raise TypeError("check_gradients(model, X) needs the batch X, and takes no inputs, wrt or upstream")
            subject = ModelSubject(forward, data, noise, rng, term, seed)
            return _run(subject, False, None, limit, seed, method)
        if not callable(backward) or inputs is None or any(given is not None for given in (X, noise, rng, term)):
            raise TypeError("check_gradients needs (forward, backward, inputs); X, noise, rng and term are for models")
        subject = Pair(forward, backward, inputs, wrt)
        return _run(subject, subject.has_upstream, upstream, limit, seed, method)


def _run(subject: Subject, has_upstream: bool, upstream: ArrayLike | None, limit: float, seed: int,
         method: str) -> Report:
    y, findings = examine_forward(subject)
    if findings:
        return Report([], findings)
    dy = _upstream(y, upstream, seed) if has_upstream else None
    gradients, names, findings = examine_backward(subject, dy)
    rng = stream(seed, "directions")
    accused = {finding.tensor for finding in findings}
    rows = []
    for name in names:
        if name not in gradients:
            rows.append(TensorRow(name, float("inf"), limit, (), float("nan"), float("nan"), "-", 0, "fail"))
            continue
        f, x = _function_of(subject, name)
        with np.errstate(all="ignore"):     # a step may leave the domain; a value that is not finite is never used
            row, reference = hear(name, gradients[name], f, x, dy, method, limit, rng)
        rows.append(row)
        if name not in accused:         # wrong values may follow from what was found already
            findings += _values(row, reference)
    return Report(rows, findings)


def _upstream(y: np.ndarray, upstream: ArrayLike | None, seed: int) -> np.ndarray:
    """Return dy: random signs times magnitudes that are neither all equal nor ever nearly zero."""
    if upstream is None:
        rng = stream(seed, "upstream")
        return rng.choice([-1.0, 1.0], y.shape) * rng.uniform(0.5, 1.5, y.shape)
    dy = np.array(upstream, dtype=np.float64)
    if dy.shape != y.shape:
        raise ValueError(f"upstream must have the shape {y.shape} of the forward value, got {dy.shape}")
    return dy


def _function_of(subject: Subject, name: str) -> tuple[Function, np.ndarray]:
    """Return the forward value as a function of one tensor, and the tensor."""
    x = np.array(subject.trial().arrays[name], dtype=np.float64)
    return lambda value: subject.trial({name: value}).forward(), x


def _values(row: TensorRow, reference: Reference) -> list[Finding]:
    if row.verdict == "fail":
        place = f"{row.name}{index_text(row.worst)}"
        return [Finding("G200", row.name, f"the gradient of {row.name} is wrong: relative error {row.error:.1e}, "
                                          f"tolerance {row.tolerance:.1e}. Worst at {place}: got {row.got:.5g}, "
                                          f"numerically {row.expected:.5g}.")]
    if row.verdict == "untrusted":
        doubt = reference.doubt or f"the reference is only accurate to {row.tolerance:.1e} here"
        return [Finding("U003", row.name, f"no verdict on the gradient of {row.name}: {doubt}.")]
    if row.kinks:
        return [Finding("K001", row.name, f"the gradient of {row.name} sits exactly on a corner in {row.kinks} of its "
                                          f"entries; any value between the one-sided derivatives is accepted.")]
    return []
