r"""Numerical derivatives of f(x) for arrays: central differences, Richardson extrapolation, the complex step.

Key: x any shape, p its number of entries; f(x) a scalar or array; u the upstream gradient, of the shape of f(x).

What backward functions return is the derivative of L = sum(u * f(x)), entry by entry of x:
    dL/dx_j = sum_k u_k df_k/dx_j                                                        (1)
The slopes df_k/dx_j of all outputs are measured first (lines.py) and contracted with u afterwards. Differencing the one
large sum L instead would subtract two numbers of the size of L to find a change of the size of one output.
The error bars add up the same way, |u_k| times the bar of each slope, and so do the corners:
    sum_k min(u_k low_k, u_k high_k)  <=  any choice of subgradients, output by output  <=  sum_k max(...)      (2)
The step grows with the entry, s = max(1, |x_j|), because float64 resolves x_j to eps |x_j| only.                (3)
Below `floor` = eps sum_k |u_k f_k| a slope is zero as far as float64 can tell: moving x_j by 1 would not change the
last digit of f, and a backward that works from the output, y (1 - y) for a sigmoid, has lost it as well.        (4)
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from .lines import EPS, Line, Slope, central_line, complex_line, richardson_line

Function = Callable[[np.ndarray], Any]
Rule = Callable[[Line, np.ndarray, float], Slope]


class Derivative(NamedTuple):
    """The derivative of sum(upstream * f(x)) and its error bar, both of the shape of x."""

    value: np.ndarray
    error: np.ndarray


@dataclass
class Slopes:
    """What was measured, one number for each entry of x (flat): see (1) to (4) of the module."""

    value: np.ndarray
    error: np.ndarray
    low: np.ndarray
    high: np.ndarray
    floor: np.ndarray

    @property
    def corners(self) -> np.ndarray:
        """Which entries sit on a corner: one-sided slopes further apart than their error bars explain."""
        return self.high - self.low > 10 * self.error

    def at(self, entries: np.ndarray) -> Slopes:
        """Return the measurements of some entries."""
        return Slopes(self.value[entries], self.error[entries], self.low[entries], self.high[entries],
                      self.floor[entries])


def central_difference(f: Function, x: ArrayLike, step: float | None = None,
                       upstream: ArrayLike | None = None) -> Derivative:
    """Central differences with the best step, or with `step`; accurate to about 1e-9."""
    return _derivative(f, x, upstream, partial(central_line, step=step))


def richardson(f: Function, x: ArrayLike, upstream: ArrayLike | None = None) -> Derivative:
    """Richardson extrapolation; accurate to about 1e-11, for any f that is smooth around x."""
    return _derivative(f, x, upstream, richardson_line)


def complex_step(f: Function, x: ArrayLike, upstream: ArrayLike | None = None) -> Derivative:
    """The complex step; accurate to about 1e-15 where f is analytic and keeps imaginary parts.

    Some of NumPy loses them (np.abs, var, norm, float buffers). A lost one is raised as TypeError or ComplexWarning
    where it can be seen; reference.py shows how to prove the rest.
    """
    with lost_imaginary_parts_raise():
        return _derivative(f, x, upstream, complex_line)


def _derivative(f: Function, x: ArrayLike, upstream: ArrayLike | None, rule: Rule) -> Derivative:
    x = np.array(x, dtype=np.float64)
    slopes = differentiate(f, x, upstream, rule)
    error = slopes.error + (slopes.high - slopes.low) / 2           # on a corner both sides are within the bar
    return Derivative(slopes.value.reshape(x.shape), error.reshape(x.shape))


def differentiate(f: Function, x: ArrayLike, upstream: ArrayLike | None, rule: Rule,
                  entries: Iterable[int] | None = None) -> Slopes:
    """Measure the derivative of sum(upstream * f(x)) for the given flat entries of x (all by default).

    f is called with fresh arrays only: what it does to its argument does not reach x. upstream=None is all ones.
    """
    x = np.array(x, dtype=np.float64, order="C")
    centre = flat(f(x.copy()))
    u = np.ones(centre.shape) if upstream is None else np.ravel(upstream)
    used = u != 0                       # an output that nobody asks for may well be undefined: 0 * inf is not 0
    u, centre = u[used], centre[used]
    entries = list(range(x.size) if entries is None else entries)
    floor = EPS * float(np.abs(u * centre).sum())                   # (4)
    measured = np.empty((len(entries), 5))
    for row, j in zip(measured, entries):
        scale = max(1.0, abs(float(x.flat[j])))                     # (3)
        row[:] = (*_contract(rule(_line(f, x, j, used), centre, scale), u, floor), floor)
    return Slopes(*measured.T)


def _line(f: Function, x: np.ndarray, j: int, used: np.ndarray) -> Line:
    """Return phi(t) = f(x + t e_j), the used outputs of it; a complex t makes the argument complex."""
    def phi(t: complex) -> np.ndarray:
        moved = x.astype(np.result_type(x, type(t)))
        moved.flat[j] += t
        return flat(f(moved))[used]
    return phi


def _contract(slope: Slope, u: np.ndarray, floor: float) -> tuple[float, ...]:
    """Return value, error, low and high of sum_k u_k f_k along one line."""
    ends = u * slope.low, u * slope.high
    return (float(u @ slope.value),                                 # (1)
            float(np.abs(u) @ slope.error) + floor,
            float(np.minimum(*ends).sum()), float(np.maximum(*ends).sum()))     # (2)


def flat(y: Any) -> np.ndarray:
    """Return the outputs of f as a vector."""
    return np.asarray(y).reshape(-1)


@contextmanager
def lost_imaginary_parts_raise() -> Iterator[None]:
    """Turn NumPy's warning about discarded imaginary parts (writing into a float buffer) into an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", np.exceptions.ComplexWarning)
        yield
