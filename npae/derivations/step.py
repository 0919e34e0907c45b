"""One step of a derivation: a formula for the reader, an expression for the machine, and one line of reasoning.

The relation between a step and the one before it is a claim about numbers:

    "="     the two values agree; "<=" and ">=" every entry of the value before is at most, or at least, the one of this step
    ""      a new chain begins; nothing is claimed

A value is a number or an array. One that is estimated from samples says how well it is known (`Estimate`), and is held to
`CONFIDENCE` standard errors: a true step fails once in some millions of runs, and the seeds are fixed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

CONFIDENCE = 5.0
RELATIONS = ("", "=", "<=", ">=")


class Estimate(NamedTuple):
    """A mean over samples and its standard error."""

    mean: Any
    error: Any


@dataclass(frozen=True)
class Step:
    """See the module.

    latex       the right-hand side as it is printed; the first step of a chain holds the left-hand side too
    code        the same as a NumPy expression in the names of the derivation
    reason      why the relation holds, in one line
    tolerance   relative to the larger value, 1e-10 for what is exact; looser for quadrature and numerical derivatives, and
                the reason then says so
    """

    latex: str
    code: str
    reason: str
    relation: str = "="
    tolerance: float = 1e-10

    def __post_init__(self) -> None:
        if self.relation not in RELATIONS:
            raise ValueError(f"relation must be one of {RELATIONS}, got {self.relation!r}")


class Residual(NamedTuple):
    """How far a step is from the one before, relative to their size, and how far it may be."""

    value: float
    allowed: float

    @property
    def holds(self) -> bool:
        """Whether the step is proven at this point."""
        return self.value <= self.allowed


def residual(before: Any, after: Any, step: Step) -> Residual:
    """Return how much the claim of `step` is violated; infinite where shapes differ or values are not finite."""
    (a, a_error), (b, b_error) = _estimate(before), _estimate(after)
    if not step.relation:
        return Residual(0.0 if np.all(np.isfinite(b)) else np.inf, 0.0)
    if a.shape != b.shape or not (np.all(np.isfinite(a)) and np.all(np.isfinite(b))):
        return Residual(np.inf, step.tolerance)
    scale = max(float(np.max(np.abs(a), initial=0)), float(np.max(np.abs(b), initial=0)), np.finfo(float).tiny)
    gap = {"=": np.abs(a - b), "<=": np.maximum(a - b, 0), ">=": np.maximum(b - a, 0)}[step.relation]
    noise = CONFIDENCE * np.sqrt(a_error**2 + b_error**2)
    worst = int(np.argmax(gap - noise)) if gap.size else 0
    return Residual(float(gap.flat[worst] / scale), step.tolerance + float(np.broadcast_to(noise, gap.shape).flat[worst]) / scale)


def _estimate(value: Any) -> tuple[np.ndarray, np.ndarray]:
    mean, error = value if isinstance(value, Estimate) else (value, 0.0)
    return np.asarray(mean, dtype=float), np.asarray(error, dtype=float)
