r"""The slope of a function along one line, measured in three ways.

Key: phi(t) = f(x + t e), a vector of outputs; e is one entry of x (or a direction), t a displacement, eps = 2.2e-16.

Central differences. By Taylor, with phi', phi'', ... taken at t = 0,
    D(h) = (phi(h) - phi(-h)) / 2h = phi' + h^2/6 phi''' + h^4/120 phi''''' + ...        (1)
and rounding adds about eps |phi| / h, since eps |phi| is what float64 loses in each value. The total
h^2/6 |phi'''| + eps |phi|/h is smallest where its derivative by h vanishes, h/3 |phi'''| = eps |phi|/h^2, that is
    h = (3 eps |phi / phi'''|)^(1/3),                                                    (2)
about 9e-6, leaving an error near eps^(2/3) = 4e-11. No step does better: smaller ones round, larger ones truncate.

Richardson. (1) has even powers only, so halving the step divides the h^2 term by 4 and the h^4 term by 16, and
    R(h) = (4 D(h/2) - D(h)) / 3             cancels h^2,                                (3)
    (16 R(h/2) - R(h)) / 15                  cancels h^4.                                (4)
What remains is of order h^6: h = 1e-3 truncates nothing visible, and rounding costs 1e-12 there instead of 4e-11.

Complex step. Let the displacement be imaginary:
    phi(ih) = phi + ih phi' - h^2/2 phi'' - ...,      so      Im phi(ih) / h = phi' - h^2/6 phi''' + ...       (5)
The derivative stands alone in the imaginary part. Nothing is subtracted, so nothing cancels, and h = 1e-20 makes the
truncation h^2 = 1e-40 invisible: the result is exact to rounding, whatever constant is added to f.

Corners. The one-sided slopes (phi(h) - phi)/h and (phi - phi(-h))/h differ by h phi'' where f is smooth; the gap
shrinks fourfold from h to h/4. At a corner the gap stays. The one-sided slopes have all powers of h, so halving divides
the first two terms by 2 and by 4.                                                       (6)
For the complex step, +ih and -ih give the same slope where f is smooth, phi(-ih) being the conjugate of phi(ih). At a
tie np.maximum(0 + ih, 0) is ih and np.maximum(0 - ih, 0) is 0: the two signs are the two sides.                (7)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from .compare import largest

Line = Callable[[complex], np.ndarray]      # displacement -> vector of outputs
Measured = tuple[np.ndarray, np.ndarray]    # values and their error bars

EPS = float(np.finfo(np.float64).eps)
RICHARDSON_STEPS = (1e-3, 3e-5, 1e-6, 3e-8)     # the smaller ones are for lines that cross a corner close by
COMPLEX_STEP = 1e-20
GOAL = 1e-10                                # an error bar this small, relative, needs no smaller step
NOISE = 16                                  # a gap below so many rounding errors is no evidence of a corner


class Slope(NamedTuple):
    """One slope for each output: its value, its error bar, and the one-sided slopes (low = high = value if smooth)."""

    value: np.ndarray
    error: np.ndarray
    low: np.ndarray
    high: np.ndarray


def central_line(line: Line, centre: np.ndarray, scale: float, step: float | None = None) -> Slope:
    """Central differences at the steps h and 2h; the second serves the error bar and the search for corners."""
    h = step or (3 * EPS) ** (1 / 3) * scale                        # (2) with |phi/phi'''| = scale^3
    right, left, rounding = _sides(line, centre, scale, (2 * h, h))
    wide, value = ((r + l) / 2 for r, l in zip(right, left))        # (1)
    error = _bar(np.abs(wide - value) / 3 + rounding)               # (1): the h^2 terms of the two differ threefold
    wide_gap, gap = (np.abs(r - l) for r, l in zip(right, left))
    corner = gap > np.maximum(0.75 * wide_gap, NOISE * rounding)    # (6): one half where f is smooth
    ends = [(2 * side[1] - side[0], error) for side in (right, left)]       # (6) without the term in h
    return _with_corners((value, error), corner, *ends)


def richardson_line(line: Line, centre: np.ndarray, scale: float, shrink: float = 1.0) -> Slope:
    """Richardson extrapolation; every output keeps the step that gave it the smallest error bar.

    `shrink` changes all steps, so that a second opinion does not repeat the accidents of the first.
    """
    middle = right = left = (np.full(centre.shape, np.nan), np.full(centre.shape, np.inf))      # nothing measured yet
    corner, gap = np.zeros(centre.shape, bool), np.zeros(centre.shape)
    for step in RICHARDSON_STEPS:
        h = step * scale * shrink
        rights, lefts, rounding = _sides(line, centre, scale, (h, h / 2, h / 4))
        gaps = [r - l for r, l in zip(rights, lefts)]
        hidden = corner & (gap < NOISE * rounding)          # a corner seen with larger steps that this one cannot see
        gap = np.abs(gaps[2])
        corner = hidden | (gap > np.maximum(0.5 * np.abs(gaps[0]), NOISE * rounding))       # (6): 1/4 where f is smooth
        crossed = 0.1 * np.abs(2 * gaps[1] - gaps[0])       # (6): 0 where f is smooth, not with a corner inside a step
        value, error = _extrapolate([(r + l) / 2 for r, l in zip(rights, lefts)], 4, rounding + crossed)
        middle = _better(middle, (value, np.where(corner, np.inf, error)))
        right = _better(right, _extrapolate(rights, 2, rounding))
        left = _better(left, _extrapolate(lefts, 2, rounding))
        if np.all(middle[1] <= GOAL * max(largest(centre) / scale, largest(middle[0]))):
            break
    return _with_corners(middle, corner, right, left)


def complex_line(line: Line, centre: np.ndarray, scale: float) -> Slope:
    """The complex step with both signs. Raises TypeError where f answers a complex input with a real output."""
    h = COMPLEX_STEP * scale
    plus, minus = line(1j * h), line(-1j * h)
    if not (np.iscomplexobj(plus) and np.iscomplexobj(minus)):
        raise TypeError(f"the imaginary part was lost: the output for complex input is {plus.dtype}")
    right, left = plus.imag / h, -minus.imag / h                    # (5), (7)
    value = (right + left) / 2
    return Slope(value, _bar(4 * EPS * np.abs(value)), np.minimum(left, right), np.maximum(left, right))


def _sides(line: Line, centre: np.ndarray, scale: float,
           steps: tuple[float, ...]) -> tuple[list[np.ndarray], list[np.ndarray], np.ndarray]:
    """Return the slopes to the right and to the left for each step, and the rounding error of the last step."""
    plus, minus = [line(s) for s in steps], [line(-s) for s in steps]
    rights = [(p - centre) / s for p, s in zip(plus, steps)]
    lefts = [(centre - m) / s for m, s in zip(minus, steps)]
    # f is rounded, and so is x + h: by eps |x|, which moves f by eps |x| |phi'|
    rounding = EPS * (largest(centre, *plus, *minus) + np.abs(rights[-1] + lefts[-1]) / 2 * scale) / steps[-1]
    return rights, lefts, rounding


def _extrapolate(slopes: list[np.ndarray], factor: int, rounding: np.ndarray) -> Measured:
    """Cancel two error terms from slopes at h, h/2, h/4; halving divides them by `factor` and by its square.

    The error bar is the difference between two levels of extrapolation, plus rounding. For central differences the
    coarser level serves, so that odd powers of h, where f has a corner in its slope (x^2 for x > 0), do not escape it.
    """
    coarse, middle, fine = slopes
    first = (factor * middle - coarse) / (factor - 1)               # (3)
    second = (factor * fine - middle) / (factor - 1)
    value = (factor**2 * second - first) / (factor**2 - 1)          # (4)
    return value, _bar(np.abs(value - (first if factor == 4 else second)) + rounding)


def _better(old: Measured, new: Measured) -> Measured:
    """Return, for each output, the value with the smaller error bar."""
    use = new[1] < old[1]
    return np.where(use, new[0], old[0]), np.where(use, new[1], old[1])


def _with_corners(middle: Measured, corner: np.ndarray, right: Measured, left: Measured) -> Slope:
    """Return the slope, with the interval between the one-sided slopes where there is a corner."""
    value = np.where(corner, (right[0] + left[0]) / 2, middle[0])
    error = np.where(corner, np.maximum(right[1], left[1]), middle[1])
    low = np.where(corner, np.minimum(right[0], left[0]), value)
    high = np.where(corner, np.maximum(right[0], left[0]), value)
    return Slope(value, error, low, high)


def _bar(error: np.ndarray) -> np.ndarray:
    """Return the error bar, infinite where the measurement is not finite."""
    return np.where(np.isfinite(error), error, np.inf)
