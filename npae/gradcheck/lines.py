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

Line = Callable[[complex], np.ndarray]      # displacement -> vector of outputs

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
    plus, minus = [line(h), line(2 * h)], [line(-h), line(-2 * h)]
    right = [(p - centre) / s for p, s in zip(plus, (h, 2 * h))]
    left = [(centre - m) / s for m, s in zip(minus, (h, 2 * h))]
    value, wide = (right[0] + left[0]) / 2, (right[1] + left[1]) / 2     # (1)
    rounding = EPS * (_size(centre, *plus, *minus) + np.abs(value) * scale) / h
    error = _bar(np.abs(wide - value) / 3 + rounding)               # (1): the h^2 terms of the two differ threefold
    gap, wide_gap = np.abs(right[0] - left[0]), np.abs(right[1] - left[1])
    corner = gap > np.maximum(0.75 * wide_gap, NOISE * rounding)    # (6): one half where f is smooth
    sides = (2 * right[0] - right[1], error), (2 * left[0] - left[1], error)    # without their error term in h
    return _with_corners(value, error, corner, *sides)


def richardson_line(line: Line, centre: np.ndarray, scale: float, shrink: float = 1.0) -> Slope:
    """Richardson extrapolation; every output keeps the step that gave it the smallest error bar.

    `shrink` changes all steps, so that a second opinion does not repeat the accidents of the first.
    """
    nothing = (np.full(centre.shape, np.nan), np.full(centre.shape, np.inf))
    middle = right = left = nothing
    corner, gap = np.zeros(centre.shape, bool), np.zeros(centre.shape)
    for step in RICHARDSON_STEPS:
        h = step * scale * shrink
        steps = (h, h / 2, h / 4)
        plus, minus = [line(s) for s in steps], [line(-s) for s in steps]
        size = _size(centre, *plus, *minus)
        rights = [(p - centre) / s for p, s in zip(plus, steps)]
        lefts = [(centre - m) / s for m, s in zip(minus, steps)]
        rounding = EPS * (size + np.abs(rights[2] + lefts[2]) / 2 * scale) / steps[2]
        gaps = [r - l for r, l in zip(rights, lefts)]
        hidden = corner & (gap < NOISE * rounding)          # a corner seen with larger steps that this one cannot see
        gap = np.abs(gaps[2])
        corner = hidden | (gap > np.maximum(0.5 * np.abs(gaps[0]), NOISE * rounding))       # (6): 1/4 where f is smooth
        crossed = 0.1 * np.abs(2 * gaps[1] - gaps[0])       # (6): 0 where f is smooth, not with a corner inside a step
        value, error = _extrapolate([(r + l) / 2 for r, l in zip(rights, lefts)], 4, rounding + crossed)
        middle = _better(middle, (value, np.where(corner, np.inf, error)))
        right = _better(right, _extrapolate(rights, 2, rounding))
        left = _better(left, _extrapolate(lefts, 2, rounding))
        if np.all(middle[1] <= GOAL * max(size / scale, _size(middle[0]))):
            break
    return _with_corners(*middle, corner, right, left)


def complex_line(line: Line, centre: np.ndarray, scale: float) -> Slope:
    """The complex step with both signs. Raises TypeError where f answers a complex input with a real output."""
    h = COMPLEX_STEP * scale
    plus, minus = line(1j * h), line(-1j * h)
    if not (np.iscomplexobj(plus) and np.iscomplexobj(minus)):
        raise TypeError(f"the imaginary part was lost: the output for complex input is {plus.dtype}")
    right, left = plus.imag / h, -minus.imag / h                    # (5), (7)
    value = (right + left) / 2
    return Slope(value, _bar(4 * EPS * np.abs(value)), np.minimum(left, right), np.maximum(left, right))


def _extrapolate(slopes: list[np.ndarray], factor: int, rounding: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Cancel two error terms from slopes at h, h/2, h/4; halving divides them by `factor` and by its square.

    The error bar is the difference between two levels of extrapolation, plus rounding. For central differences the
    coarser level serves, so that odd powers of h, where f has a corner in its slope (x^2 for x > 0), do not escape it.
    """
    coarse, middle, fine = slopes
    first = (factor * middle - coarse) / (factor - 1)               # (3)
    second = (factor * fine - middle) / (factor - 1)
    value = (factor**2 * second - first) / (factor**2 - 1)          # (4)
    return value, _bar(np.abs(value - (first if factor == 4 else second)) + rounding)


def _better(old: tuple[np.ndarray, np.ndarray], new: tuple[np.ndarray, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Return, for each output, the (value, error) with the smaller error."""
    use = new[1] < old[1]
    return np.where(use, new[0], old[0]), np.where(use, new[1], old[1])


def _with_corners(value: np.ndarray, error: np.ndarray, corner: np.ndarray, right: tuple[np.ndarray, np.ndarray],
                  left: tuple[np.ndarray, np.ndarray]) -> Slope:
    """Return the slope, with the interval between the one-sided slopes where there is a corner."""
    value = np.where(corner, (right[0] + left[0]) / 2, value)
    error = np.where(corner, np.maximum(right[1], left[1]), error)
    low = np.where(corner, np.minimum(right[0], left[0]), value)
    high = np.where(corner, np.maximum(right[0], left[0]), value)
    return Slope(value, error, low, high)


def _size(*arrays: np.ndarray) -> float:
    """Return the largest absolute entry of all arrays."""
    return max(float(np.max(np.abs(array), initial=0)) for array in arrays)


def _bar(error: np.ndarray) -> np.ndarray:
    """Return the error bar, infinite where the measurement is not finite."""
    return np.where(np.isfinite(error), error, np.inf)
