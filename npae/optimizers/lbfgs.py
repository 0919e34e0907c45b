r"""L-BFGS: Newton's direction from the last few steps, without a matrix.

Key: theta (p,) parameters; g (p,) gradient of the loss on ALL examples; s = theta_new - theta and y = g_new - g for
each of the last `memory` steps; rho = 1/(s . y). Full batch only: between two random batches y would measure noise, not
curvature.

Newton's method moves along -H g, where H is the inverse of the matrix of second derivatives. That matrix satisfies y =
(matrix) s to first order, so we demand of H the secant equation H y = s. BFGS changes the last H as little as possible
to obey it:

    H_new = (I - rho s y^T) H (I - rho y s^T) + rho s s^T.

(Check: (I - rho y s^T) y = y - y = 0, and rho s (s . y) = s, so H_new y = s. With s . y > 0 it stays positive
definite.)

Two loops. We need only r = H g. Apply the formula from the right: with  alpha = rho s . g  and  q = g - alpha y,

    H_new g = (I - rho s y^T) (H q) + alpha s = H q + (alpha - rho y . H q) s,

which asks for the same product with the older H. So run from the newest pair to the oldest,

    alpha = rho * (s @ q)                                            (1)
    q = q - alpha * y                                                (2)

multiply by a first guess of H, the identity times the scale gamma that fits the newest pair best (least |s - gamma y|),

    r = (s @ y) / (y @ y) * q                                        (3)

and come back from the oldest to the newest,

    beta = rho * (y @ r)                                             (4)
    r = r + (alpha - beta) * s                                       (5)

The step t along d = -r comes from the Wolfe search (`line_search.py`), which tries t = 1, Newton's own length, first.
With no pair yet, r = g, whose length means nothing: the first trial is then at most one unit long, t = min(1, 1/|g|). A
pair whose s . y is positive by no more than rounding is skipped, since 1/(s . y) would be noise.

When to stop. -g . d = g H g is twice the decrease that Newton's step promises. The loss grows with the square of the
error of theta: where the promise is below the square of rounding, theta itself is right to rounding,

    converged = g . H g < 100 * eps**2 * |loss|                      (6)

Failure mode: no t makes progress, because the pairs mislead or because all is rounding. Then the memory is dropped and
steepest descent tried once; if that fails too, theta stays and `converged` is set. In float32 this happens early: use
float64.

Source: Nocedal & Wright, Numerical Optimization, algorithms 7.4 and 7.5.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from ..validation import check_integer, check_real
from .base import Optimizer
from .line_search import Point, WolfeSearch

Objective = Callable[[np.ndarray], tuple[float, np.ndarray]]
Pair = tuple[np.ndarray, np.ndarray, float]     # s, y, rho; a list of pairs starts with the oldest
Known = tuple[Objective, np.ndarray, float, np.ndarray]      # fun, theta, and what fun said there
NOISE = 100         # rounding error of a loss, in units of the dtype's eps: it is a sum of many terms


@dataclass(eq=True)
class LBFGS(Optimizer):
    """Limited-memory BFGS on the whole training set; it finds its own step and ignores the learning rate."""

    memory: int = 20
    max_line_search: int = 25
    c1: float = 1e-4
    c2: float = 0.9
    converged: bool = field(init=False, repr=False, compare=False, default=False)
    pairs: list[Pair] = field(init=False, repr=False, compare=False, default_factory=list)
    _known: Known | None = field(init=False, repr=False, compare=False, default=None)

    full_batch: ClassVar[bool] = True

    def validate(self) -> None:
        """Raise for hyperparameters out of range."""
        check_integer(self.memory, "memory", 1)
        check_integer(self.max_line_search, "max_line_search", 1)
        check_real(self.c1, "c1", 0, 0.5, open_low=True, open_high=True)
        check_real(self.c2, "c2", self.c1, 1, open_low=True, open_high=True)

    def start(self, theta: np.ndarray) -> None:
        """Begin a run on `theta`."""
        super().start(theta)
        self.converged, self.pairs, self._known = False, [], None

    def iterate(self, fun: Objective, theta: np.ndarray) -> float:
        """Do one outer iteration: move `theta` in place, return the loss there.

        `fun(theta) -> (loss, gradient)` is evaluated on `theta` itself, so it may as well read views of that vector,
        and it may reuse the gradient's memory. Pass the same function object every time: what it said last is
        remembered, which saves one evaluation per iteration. Pass a new one when the objective has changed. Raises
        FloatingPointError for a gradient whose squared length is too large for the dtype.
        """
        self._work_array(theta)
        loss, g = self._evaluate(fun, theta)
        if self.converged or not np.isfinite(loss):
            return loss
        with np.errstate(over="ignore"):
            in_range = np.isfinite(g @ g)
        if not in_range:
            raise FloatingPointError(f"the gradient became too large for {theta.dtype}: entries of up to {np.abs(g).max():.3g}")
        origin, d = theta.copy(), self.direction(g)
        if self.pairs and 0 < -float(g @ d) < NOISE * np.finfo(theta.dtype).eps ** 2 * abs(loss):
            self.converged = True                                    # (6)
            return loss
        point = self._search(fun, theta, d, loss, g)
        if point is None and self.pairs:
            self.pairs = []
            point = self._search(fun, theta, -g, loss, g)
        if point is None:
            self.converged = True
            return loss
        self._remember(theta - origin, point.gradient - g)
        self._known = (fun, theta.copy(), point.loss, point.gradient)
        return point.loss

    def direction(self, g: np.ndarray) -> np.ndarray:
        """Return -H g by the two loops."""
        q, alphas = g.copy(), []
        for s, y, rho in reversed(self.pairs):
            alphas.append(rho * float(s @ q))                        # (1)
            q -= alphas[-1] * y                                      # (2)
        r = q
        if self.pairs:
            s, y, _ = self.pairs[-1]
            r *= float(s @ y) / float(y @ y)                         # (3)
        for (s, y, rho), alpha in zip(self.pairs, reversed(alphas)):
            beta = rho * float(y @ r)                                # (4)
            r += (alpha - beta) * s                                  # (5)
        return -r

    def state(self) -> dict[str, Any]:
        """Return the pairs as the rows of `s` and `y`, and `converged`."""
        empty = np.empty((0, self._work_array().size), self._work_array().dtype)
        return {"s": np.array([s for s, _, _ in self.pairs] or empty),
                "y": np.array([y for _, y, _ in self.pairs] or empty), "converged": self.converged}

    def restore(self, state: dict[str, Any]) -> None:
        """Take over a `state()`; call `start(theta)` before."""
        size = self._work_array().size
        for name in ("s", "y"):
            if np.ndim(state[name]) != 2 or np.shape(state[name]) != (len(state["s"]), size):
                raise ValueError(f"state[{name!r}] must have {size} columns, got shape {np.shape(state[name])}")
        self._known = None
        self.pairs = [(s.copy(), y.copy(), 1 / float(s @ y)) for s, y in zip(state["s"], state["y"])]
        self.converged = bool(state["converged"])

    def _evaluate(self, fun: Objective, theta: np.ndarray) -> tuple[float, np.ndarray]:
        """Return loss and gradient at theta, as the last line search has left them if nothing has changed since."""
        if self._known is not None:
            known_fun, known_theta, loss, g = self._known
            if known_fun is fun and np.array_equal(known_theta, theta):
                return loss, g
            self.converged = False
        value, gradient = fun(theta)
        loss, g = float(value), np.array(gradient, dtype=theta.dtype)    # a copy: fun may reuse its memory
        self._known = (fun, theta.copy(), loss, g)
        return loss, g

    def _search(self, fun: Objective, theta: np.ndarray, d: np.ndarray, loss: float, g: np.ndarray) -> Point | None:
        """Move theta to a better point along d and return it; return None, and leave theta, if there is none."""
        origin, slope = theta.copy(), float(g @ d)
        if not slope < 0:                                            # also for NaN
            return None

        def phi(t: float) -> Point:
            move(t)
            value, gradient = fun(theta)
            with np.errstate(invalid="ignore", over="ignore"):      # a gradient with inf: judged by the search
                return Point(t, float(value), float(gradient @ d), np.array(gradient, dtype=theta.dtype))

        def move(t: float) -> None:
            np.multiply(d, t, out=theta)
            np.add(theta, origin, out=theta)

        noise = NOISE * float(np.finfo(theta.dtype).eps) * abs(loss)
        here, point = Point(0.0, loss, slope, g), None
        search = WolfeSearch(phi, here, float(self.c1), float(self.c2), noise, self.max_line_search)
        try:
            point = search.run(1.0 if self.pairs else min(1.0, 1 / float(np.linalg.norm(g))))
        finally:                                                     # also after Ctrl-C theta is no rejected trial
            move(point.t if point else 0.0)
        return None if point is None or np.array_equal(theta, origin) else point

    def _remember(self, s: np.ndarray, y: np.ndarray) -> None:
        """Append the newest pair, unless its curvature is rounding; forget the oldest."""
        sy = float(s @ y)
        if sy > 10 * np.finfo(s.dtype).eps * np.linalg.norm(s) * np.linalg.norm(y):
            self.pairs = [*self.pairs, (s, y, 1 / sy)][-self.memory:]

    def __getstate__(self) -> dict[str, Any]:
        """Copies and pickles do not carry the user's function."""
        return {**self.__dict__, "_known": None}
