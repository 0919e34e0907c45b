r"""Line search: a step length along a descent direction that satisfies the strong Wolfe conditions.

Key: phi(t) = L(theta + t d), the loss along the direction d; phi'(t) = gradient . d its slope; phi'(0) < 0;
0 < c1 < c2 < 1.

    phi(t) - phi(0) <= c1 * t * phi'(0)                              (1)   the loss falls in proportion to the step
    |phi'(t)| <= -c2 * phi'(0)                                       (2)   flattened: the step is not too short

(2) is what quasi-Newton methods need: for the step s = t d and the change of gradient y it gives
s . y = t (phi'(t) - phi'(0)) >= t (1 - c2) |phi'(0)| > 0, positive curvature.

Bracketing. Lengthen t while the loss falls and the slope is still steep. The first t that breaks (1), or rises, or
slopes upward encloses a point that satisfies both. Zoom. Keep an interval with the ends lo, the best point that
satisfies (1), and hi, such that phi falls from lo towards hi. Try a point inside, let it replace one of the ends, until
it satisfies (2).

The point inside minimizes the cubic through the values and slopes at both ends. With u = (t - lo)/w in [0, 1], w = hi -
lo, and the changes per unit of u,  a = w phi'(lo),  b = w phi'(hi),  r = phi(hi) - phi(lo),  the cubic with p(0) = 0,
p'(0) = a, p(1) = r, p'(1) = b is

    p(u) = a u + B u^2 + C u^3
    B = 3 * r - 2 * a - b                                            (3)
    C = a + b - 2 * r                                                (4)

The roots of p'(u) = a + 2 B u + 3 C u^2 are (-B +- sqrt(B^2 - 3 a C))/(3 C); p'' = 2 B + 6 C u is positive at the +
root, the minimum. Multiplied by B + sqrt(...) above and below, so that C = 0 is no exception:

    u = -a / (B + sqrt(B**2 - 3 * a * C))                            (5)

Rounding. Near the minimum phi changes by the square of the step, and soon by less than its own rounding, while slopes
are still accurate. There a difference of values is taken from the slopes by the trapezoidal rule, which is exact for a
quadratic:

    phi(t2) - phi(t1) = (t2 - t1) * (phi'(t1) + phi'(t2)) / 2        (6)

With (6) condition (1) reads phi'(t) <= (2 c1 - 1) phi'(0), the "approximate Wolfe condition" of Hager & Zhang (2005),
and (5) is the secant step. Without it the search stalls at half of the digits: at gradients of 1e-8 instead of 1e-16.

Source: Nocedal & Wright, Numerical Optimization, algorithms 3.5 and 3.6.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf, isfinite, sqrt
from typing import NamedTuple

import numpy as np

GROWTH = 4.0        # of the step while bracketing
MARGIN = 0.1        # a trial keeps this fraction of the interval from both ends


class Point(NamedTuple):
    """The loss along the line, at step t. A non-finite loss or gradient counts as loss = inf: the step was too long."""

    t: float
    loss: float
    slope: float
    gradient: np.ndarray


@dataclass
class WolfeSearch:
    """The search from `origin` (t = 0), where `phi(t) -> Point`; `noise` is the rounding error of a loss."""

    phi: Callable[[float], Point]
    origin: Point
    c1: float
    c2: float
    noise: float
    evaluations: int        # how many are left

    def run(self, t: float) -> Point | None:
        """Return a point that satisfies (1) and (2); out of evaluations, one that satisfies (1), else None."""
        previous = self.origin
        while self.evaluations > 0:
            point = self._evaluate(t)
            if not self.falls_enough(point) or self.rise(previous, point) >= 0:
                return self._zoom(previous, point)
            if self.is_flat(point):
                return point
            if point.slope >= 0:
                return self._zoom(point, previous)
            previous, t = point, GROWTH * t
        return previous if previous.t > 0 else None

    def _zoom(self, lo: Point, hi: Point) -> Point | None:
        while self.evaluations > 0:
            point = self._evaluate(lo.t + (hi.t - lo.t) * self.fraction(lo, hi))
            if not self.falls_enough(point) or self.rise(lo, point) >= 0:
                hi = point
                continue
            if self.is_flat(point):
                return point
            if point.slope * (hi.t - lo.t) >= 0:    # upward: the minimum lies between the old lo and this point
                hi = lo
            lo = point
        return lo if lo.t > 0 else None

    def fraction(self, lo: Point, hi: Point) -> float:
        """Where to look between lo (0) and hi (1)."""
        if hi.loss == inf:                          # nothing to interpolate: come back quickly
            return MARGIN
        w, r = hi.t - lo.t, self.rise(lo, hi)
        a, b = w * lo.slope, w * hi.slope
        B = 3 * r - 2 * a - b                                        # (3)
        C = a + b - 2 * r                                            # (4)
        root = B * B - 3 * a * C
        if not root >= 0 or B + sqrt(root) <= 0:    # the cubic has no minimum
            return 0.5
        u = -a / (B + sqrt(root))                                    # (5)
        return min(max(u, MARGIN), 1 - MARGIN)

    def falls_enough(self, point: Point) -> bool:
        """Whether the point satisfies (1)."""
        return self.rise(self.origin, point) <= self.c1 * point.t * self.origin.slope  # (1)

    def is_flat(self, point: Point) -> bool:
        """Whether the point satisfies (2)."""
        return abs(point.slope) <= -self.c2 * self.origin.slope      # (2)

    def rise(self, p: Point, q: Point) -> float:
        """phi(q) - phi(p), by the values where they can tell, else by the slopes."""
        if abs(q.loss - p.loss) > self.noise:
            return q.loss - p.loss
        return (q.t - p.t) * (p.slope + q.slope) / 2                 # (6)

    def _evaluate(self, t: float) -> Point:
        self.evaluations -= 1
        point = self.phi(t)
        return point if isfinite(point.loss) and isfinite(point.slope) else point._replace(loss=inf)
