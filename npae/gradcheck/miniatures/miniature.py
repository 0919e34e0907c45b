"""What a worked miniature is: a mistake as real code, and the same code with the mistake mended.

Both run through check_gradients when they are shown, so that what `npae explain` prints is what the checker says today.
"""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..checker import check_gradients
from ..report import Report

Code = Callable[..., Any]
M, N, H = 7, 5, 3       # examples, inputs, outputs: primes, so that a factor 7 can only be the batch
LONG = 90               # a longer call is broken


@dataclass(frozen=True)
class Miniature:
    """One mistake. `shown` are further functions that the check is given, printed with the others.

    mended      the forward and backward without the mistake; None where there is nothing to mend
    options     keyword arguments of check_gradients, the same for both
    extra       the options as they are printed in the call
    mended_inputs   where the mended code takes others
    """

    inputs: Mapping[str, Any]
    wrong: tuple[Code, Code]
    mended: tuple[Code, Code] | None
    options: Mapping[str, Any] = field(default_factory=dict)
    shown: tuple[Code, ...] = ()
    extra: str = ""
    mended_inputs: Mapping[str, Any] | None = None

    def run(self) -> Report:
        """Check the mistaken code."""
        return self._check(*self.wrong, self.inputs)

    def run_mended(self) -> Report | None:
        """Check the mended code, None where there is none."""
        return None if self.mended is None else self._check(*self.mended, self.mended_inputs or self.inputs)

    def source(self) -> str:
        """Return the code with the mistake."""
        forward, backward = self.wrong
        return _source(forward, *self.shown, backward)

    def call(self) -> str:
        """Return the call that checks the mistaken code."""
        return self._call(*self.wrong)

    def mended_call(self) -> str:
        """Return the call that checks the mended code."""
        return "" if self.mended is None else self._call(*self.mended)

    def mended_source(self) -> str:
        """Return those of the mended functions that differ from the mistaken ones."""
        return _source(*(code for code in self.mended or () if code not in self.wrong))

    def _call(self, forward: Code, backward: Code) -> str:
        start, functions = "check_gradients(", f"{forward.__name__}, {backward.__name__}, inputs"
        if not self.extra:
            return f"{start}{functions})"
        gap = " " if len(start + functions + self.extra) < LONG else "\n" + " " * len(start)
        return f"{start}{functions},{gap}{self.extra})"

    def _check(self, forward: Code, backward: Code, inputs: Mapping[str, Any]) -> Report:
        with np.errstate(all="ignore"):         # some mistakes overflow; the finding says so, a warning need not
            return check_gradients(forward, backward, inputs, **self.options)


def _source(*codes: Code) -> str:
    return "\n\n".join(map(_lines, codes))


def _lines(code: Code) -> str:
    """Return the source of a function without its docstring."""
    lines = textwrap.dedent(inspect.getsource(code)).rstrip().splitlines()
    return "\n".join(line.split("  # noqa")[0].rstrip() for line in lines if not line.strip().startswith('"""'))


def affine_inputs(m: int = M, n: int = N, h: int = H) -> dict[str, np.ndarray]:
    """Return random x (m, n), W (n, h) and b (h,)."""
    rng = np.random.default_rng(1)
    return {"x": rng.normal(size=(m, n)), "W": rng.normal(size=(n, h)), "b": rng.normal(size=h)}


def pick(names: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return the named inputs only."""
    return {name: inputs[name] for name in names.split()}


def elementwise_inputs(name: str = "a") -> dict[str, np.ndarray]:
    """Return one array (m, h) of numbers of both signs, none of them near zero."""
    rng = np.random.default_rng(2)
    return {name: rng.choice([-1.0, 1.0], (M, H)) * rng.uniform(0.2, 2, (M, H))}


def pair_of_matrices(*names: str) -> dict[str, np.ndarray]:
    """Return random matrices (m, n), one for each name."""
    rng = np.random.default_rng(3)
    return {name: rng.normal(size=(M, N)) for name in names}
