"""`check_gradients`: the eight steps, in an order in which each one can rely on those before it.

    1. forward          it runs, in float64, finite, twice the same, leaves its inputs alone, has the value it should
    2. contract         keys, shapes, dtype, finite, no writing, no views, no memory
    3. linearity        in the upstream gradient
    4. reference        the best numerical derivative that can be proven
    5. comparison       per tensor; whoever fails is heard by a second witness first
    6. localization     where backward returns intermediates, the first wrong one in backward order
    7. naming           the simplest identity that the wrong gradient satisfies (claims.py)
    8. re-test          of that identity at other points and shapes (naming.py); what does not hold there is not said

A pair and a model differ in steps nowhere, only in how they are called (pairs.py, models.py). Nothing that the caller
owns is handed out, and the global random states are restored, also when the code under test raises.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .claims import Claim
from .compare import relative_error
from .contract import examine_backward, examine_forward
from .diagnosis import Diagnosis
from .findings import Finding, TensorRow, index_text
from .judgement import expected_values, hear
from .models import ModelSubject
from .numerical import Function
from .pairs import Pair
from .reference import LIMITS, METHODS, Reference
from .report import Report
from .stages import Misconception, Paths
from .taylor import Remainders
from .trial import Subject, global_randomness_restored, private_copy, stream
from .words import gradient_name

SAME_VALUE = 1e-9
Draw = Callable[[np.random.Generator], Mapping[str, Any]]


def check_gradients(forward: Any, backward: Any = None, inputs: Mapping[str, Any] | None = None, *,
                    wrt: str | Sequence[str] | None = None, upstream: ArrayLike | None = None,
                    X: ArrayLike | None = None, noise: Mapping[str, Any] | None = None,
                    rng: np.random.Generator | None = None, term: str | None = None,
                    tolerance: float | None = None, seed: int = 0, method: str = "auto",
                    value: Callable[..., Any] | None = None, misconceptions: Sequence[Misconception] = (),
                    paths: Paths | None = None, terms: Mapping[str, Callable[..., Any]] | None = None,
                    draw: Draw | None = None) -> Report:
    """Compare hand-written gradients with numerical ones, say what is wrong with them, and return a Report.

    A pair:   check_gradients(affine, affine_backward, {"x": x, "W": W, "b": b})
        inputs          by the names of forward's parameters; cast to float64
        wrt             the inputs that the returned gradients belong to; by default the first floating-point ones
        upstream        dL/dy; by default random, of both signs
        value           a trusted forward: what `forward` must return for the same inputs
        misconceptions  known mistakes, simulated and compared before any general name is tried
        paths, terms    what adds up: Paths, or functions by name whose sum is forward; a missing one is then named
        draw            draw(rng) returns inputs at another point, best of another shape, for the re-test of a claim; by
                        default they are made from the inputs
    A model:  check_gradients(model, X)
        noise, rng      the frozen noise, or the Generator (not advanced) that draws it
        term            the entry of the model's terms that its gradients belong to, by default "loss"
    Both:
        tolerance       relative, per tensor; by default that of the method, see below
        seed            of everything random in here
        method          "auto": complex step where proven, else Richardson, tolerance 1e-9; "complex" (1e-12),
                        "richardson" (1e-9), "central" (1e-7)

    >>> from npae.layers import sigmoid, sigmoid_backward
    >>> check_gradients(sigmoid, lambda dy, a: dy, {"a": np.array([[-1.0, 0.5]])}).verdict
    'fail'
    >>> check_gradients(sigmoid, sigmoid_backward, {"a": np.array([[-1.0, 0.5]])}).verdict
    'pass'
    """
    if method not in METHODS:
        raise ValueError(f"method must be one of {', '.join(METHODS)}, got {method!r}")
    limit = LIMITS[method] if tolerance is None else tolerance
    with global_randomness_restored():
        if hasattr(forward, "loss_and_gradients"):
            data = backward if X is None else X
            pair_only = (inputs, wrt, upstream, value, paths, terms, draw, misconceptions or None)
            if data is None or any(given is not None for given in pair_only):
                raise TypeError("check_gradients(model, X) needs the batch X, and takes no inputs, wrt, upstream, value, "
                                "misconceptions, paths, terms or draw")
            return _run(ModelSubject(forward, data, noise, rng, term, seed), None, limit, seed, method)
        if not callable(backward) or inputs is None or any(given is not None for given in (X, noise, rng, term)):
            raise TypeError("check_gradients needs (forward, backward, inputs); X, noise, rng and term are for models")
        pair = Pair(forward, backward, inputs, wrt, terms=terms, paths=paths, draw=draw)
        wrong = [] if value is None else _wrong_value(pair, value)
        return Report([], wrong) if wrong else _run(pair, upstream, limit, seed, method, misconceptions)


def _run(subject: Any, upstream: ArrayLike | None, limit: float, seed: int, method: str,
         misconceptions: Sequence[Misconception] = ()) -> Report:
    y, findings = examine_forward(subject)                                                          # 1
    if findings:
        return Report([], findings)
    dy = _upstream(y, upstream, seed) if subject.has_upstream else None
    gradients, names, findings = examine_backward(subject, dy)                                      # 2, 3
    rng = stream(seed, "directions")
    rows, references = [], {}
    for name in names:
        if name not in gradients:
            rows.append(TensorRow(name, float("inf"), limit, (), float("nan"), float("nan"), "-", 0, "fail"))
            continue
        f, x = _function_of(subject, name)
        with np.errstate(all="ignore"):     # a step may leave the domain; a value that is not finite is never used
            row, references[name] = hear(name, gradients[name], f, x, dy, method, limit, rng)       # 4, 5
        rows.append(row)
    accused = {finding.tensor for finding in findings}
    # wrong values may follow from what was found already
    findings += [f for row in rows if row.name in references and row.name not in accused
                 for f in _without_verdict(row, references[row.name])]
    compared = {name: (g, expected_values(g.reshape(-1), references[name].slopes).reshape(g.shape))
                for name, g in gradients.items() if name in references}
    claims: list[Claim] = []
    if any(row.verdict == "fail" for row in rows) or any(f.code[0] == "G" for f in findings):
        diagnosis = Diagnosis(subject, dy, seed, rows, references, _random_upstream)
        findings, claims = diagnosis.findings(findings, misconceptions)                             # 6, 7, 8
    return Report(rows, findings, compared, Remainders(subject, dy, gradients, seed), claims)


def _wrong_value(pair: Pair, value: Callable[..., Any]) -> list[Finding]:
    got, want = np.asarray(pair.output), np.asarray(value(**{n: private_copy(v) for n, v in pair.inputs.items()}))
    if got.shape != want.shape:
        return [Finding("G001", "forward", f"forward returns the shape {got.shape}, expected {want.shape}")]
    if relative_error(got, want) <= SAME_VALUE:
        return []
    worst = tuple(int(i) for i in np.unravel_index(int(np.argmax(np.abs(got - want))), got.shape))
    return [Finding("G001", "forward", f"the value of forward is wrong: relative error {relative_error(got, want):.1e}",
                    (f"Worst entry y{index_text(worst)}: got {got[worst]:.5g}, expected {want[worst]:.5g}",),
                    "the right gradient of a wrong function is still wrong. Which line gives another value?", None, worst)]


def _upstream(y: np.ndarray, upstream: ArrayLike | None, seed: int) -> np.ndarray:
    if upstream is None:
        return _random_upstream(y, seed)
    dy = np.array(upstream, dtype=np.float64)
    if dy.shape != y.shape:
        raise ValueError(f"upstream must have the shape {y.shape} of the forward value, got {dy.shape}")
    return dy


def _random_upstream(y: np.ndarray, seed: int) -> np.ndarray:
    """Return dy: random signs times magnitudes that are neither all equal nor ever nearly zero."""
    rng = stream(seed, "upstream")
    return rng.choice([-1.0, 1.0], y.shape) * rng.uniform(0.5, 1.5, y.shape)


def _function_of(subject: Subject, name: str) -> tuple[Function, np.ndarray]:
    """Return the forward value as a function of one tensor, and the tensor."""
    x = np.array(subject.trial().arrays[name], dtype=np.float64)
    return lambda value: subject.trial({name: value}).forward(), x


def _without_verdict(row: TensorRow, reference: Reference) -> list[Finding]:
    if row.verdict == "untrusted":
        doubt = reference.doubt or f"the reference is only accurate to {row.tolerance:.1e} here"
        return [Finding("U003", row.name, f"no verdict on the gradient of {row.name}: {doubt}.")]
    if row.verdict == "kink":
        return [Finding("K001", row.name, f"not judged: {row.kinks} entries of {gradient_name(row.name)} sit exactly on a corner",
                        ("One-sided derivatives differ there (ReLU at 0, blank inputs); any value between them is accepted. "
                         "Yours passes.",))]
    return []
