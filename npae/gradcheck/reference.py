r"""The choice of a reference, and its proof. A reference that is not proven never accuses anybody.

The complex step is the most accurate derivative there is and NumPy sometimes ruins it silently: np.abs, var and norm
drop imaginary parts, np.sign(x) * x has the complex derivative 2. So it must prove itself on the function at hand:
    1. complex input gives complex output, and no imaginary part is seen to be discarded;
    2. along one random direction v it agrees to 1e-6 with Richardson's real differences, which know no such traps.
Otherwise Richardson is the reference, with its own error bars as the proof.

Corners are looked for along the same direction: where one entry of x sits on a corner, so does the random line through
it. Only then are the one-sided slopes measured entry by entry, with real steps, because a function that branches on
`a.real > 0` does not show its corners to an imaginary step.

An accusation needs a second witness. Where a gradient differs from its reference, Richardson with other steps measures
those entries again. It can find a corner there, or contradict the reference, which then counts as not proven.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from .compare import largest
from .lines import EPS, Slope, central_line, complex_line, richardson_line
from .numerical import Function, Rule, Slopes, differentiate, flat, lost_imaginary_parts_raise

METHODS = ("auto", "complex", "richardson", "central")
LIMITS = {"auto": 1e-9, "complex": 1e-12, "richardson": 1e-9, "central": 1e-7}
AGREEMENT = 1e-6
SECOND_WITNESS: Rule = partial(richardson_line, shrink=0.37)


@dataclass(frozen=True)
class Reference:
    """Measured slopes, how they were measured, and why they are not to be trusted ("" if they are)."""

    slopes: Slopes
    method: str
    doubt: str = ""

    @property
    def proven(self) -> bool:
        """Whether this reference may accuse anybody."""
        return not self.doubt


def find_reference(f: Function, x: np.ndarray, upstream: np.ndarray | None, method: str,
                   rng: np.random.Generator) -> Reference:
    """Measure the derivative of sum(upstream * f(x)) by every entry of x with the best method that is proven."""
    if method in ("richardson", "central"):
        return _real_reference(f, x, upstream, method)
    try:
        with lost_imaginary_parts_raise():
            return _complex_reference(f, x, upstream, rng)
    except Exception as error:
        doubt = f"the complex step is not valid here: {error}"
    if method == "auto":
        return _real_reference(f, x, upstream, "richardson")
    unknown = np.full(x.size, np.nan)
    return Reference(Slopes(unknown, unknown, unknown, unknown, unknown), "complex", doubt)


def cross_examine(f: Function, x: np.ndarray, upstream: np.ndarray | None, reference: Reference,
                  entries: np.ndarray) -> Reference:
    """Return the reference after a second witness has been heard on the given entries."""
    first = reference.slopes.at(entries)
    second = differentiate(f, x, upstream, SECOND_WITNESS, entries)
    allowed = 10 * (first.error + second.error)
    if np.any((first.low > second.high + allowed) | (first.high < second.low - allowed)):
        return replace(reference, doubt="two numerical derivatives contradict each other")
    return replace(reference, slopes=_widen(reference.slopes, second, entries))


def _real_reference(f: Function, x: np.ndarray, upstream: np.ndarray | None, method: str) -> Reference:
    slopes = differentiate(f, x, upstream, central_line if method == "central" else richardson_line)
    finite = np.all(np.isfinite(slopes.value) & np.isfinite(slopes.error))
    return Reference(slopes, method, "" if finite else "the numerical derivative is not finite")


def _complex_reference(f: Function, x: np.ndarray, upstream: np.ndarray | None, rng: np.random.Generator) -> Reference:
    has_corners = _prove(f, x, rng)
    slopes = differentiate(f, x, upstream, complex_line)
    if has_corners:
        slopes = _widen(slopes, differentiate(f, x, upstream, richardson_line), np.arange(x.size))
    return Reference(slopes, "complex")


def _prove(f: Function, x: np.ndarray, rng: np.random.Generator) -> bool:
    """Raise unless the complex step agrees with Richardson along a random line; return whether the line has corners."""
    small = (x != 0) & (np.abs(x) < 1e-2)       # perhaps near the end of the domain, as in log(x): move in proportion
    v = rng.standard_normal(x.shape) * np.where(small, np.abs(x), np.maximum(1, np.abs(x)))
    v /= max(1.0, float(np.max(np.abs(v), initial=0)))
    centre = flat(f(x.copy()))
    imaginary = complex_line(lambda t: flat(f(x + t * v)), centre, 1.0)
    is_zero = largest(imaginary.value) <= 10 * EPS * largest(centre)
    for shrink in (1.0, 0.01):                  # the second try, coarse but close, for the end of a domain
        real = richardson_line(lambda t: flat(f(x + t * v)), centre, 1.0, shrink)
        size = largest(real.value, imaginary.value)
        if is_zero or largest(real.error) <= 1e-4 * size:
            break
    else:
        raise ArithmeticError("real differences are too inaccurate to prove it")
    allowed = AGREEMENT * size + 10 * real.error
    if not np.all((real.low - allowed <= imaginary.value) & (imaginary.value <= real.high + allowed)):
        raise ArithmeticError("along a random direction it disagrees with real differences")
    return bool(np.any(_gap(real) > allowed) or np.any(_gap(imaginary) > allowed))


def _gap(slope: Slope) -> np.ndarray:
    return slope.high - slope.low


def _widen(slopes: Slopes, witness: Slopes, entries: np.ndarray) -> Slopes:
    """Return the slopes with the intervals, error bars included, of the corners that the witness found."""
    low, high, corner = slopes.low.copy(), slopes.high.copy(), witness.corners
    here, bar = entries[corner], 10 * witness.error[corner]
    low[here] = np.minimum(low[here], witness.low[corner] - bar)
    high[here] = np.maximum(high[here], witness.high[corner] + bar)
    return replace(slopes, low=low, high=high)
