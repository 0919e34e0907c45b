"""What is raced against what, and what must come out: the targets as ratios of medians of one run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Union

from .contenders import BARE, FLOOR, FRESH, OURS, VARIANTS
from .processes import Process
from .race import Result

EAGER, FUSED, COMPILED, JAX, SCIKIT = "PyTorch", "PyTorch, fused Adam", "PyTorch, compiled", "JAX, jit", "scikit-learn"
JACREV, DOUBLE, JAX_JACREV = "PyTorch, jacrev", "PyTorch, double backward", "JAX, jacrev"
STEPS = dict.fromkeys(("b", "c20", "c100", "e"), (FLOOR, OURS, EAGER, FUSED, JAX)) | {
    "a": (FLOOR, BARE, OURS, EAGER, FUSED, COMPILED, JAX), "a-mse": (FLOOR, OURS, SCIKIT), "d": (FLOOR, OURS, EAGER, FUSED, JAX),
    "d-plain": (FLOOR, OURS), "d-deep": (FLOOR, OURS, FUSED, JAX), "f": (FLOOR, OURS, EAGER, FUSED, COMPILED, JAX)}
PENALTIES = {"d": (OURS, JACREV, DOUBLE, JAX_JACREV), "d-deep": (OURS, JACREV, DOUBLE, JAX_JACREV)}
ABLATION = (FLOOR, *VARIANTS, FRESH, OURS, BARE)
SCALING = {"batch": [f"a:batch={m},rows={max(40 * m, 1280)}" for m in (1, 16, 64, 128, 512, 2048)],
           "width": [f"a:hidden={h}" for h in (64, 128, 256, 512, 1024)],
           "examples": [f"a:rows={n}" for n in (1280, 12_800, 128_000)]}

Outcome = Mapping[str, Union[Result, str]]      # by contender: the result, or why there is none
Races = Mapping[str, Outcome]                   # by configuration


class Target(NamedTuple):
    """A ratio (or a number) that must not be above its limit; the ratio of two medians, None where one was not measured."""

    text: str
    limit: float
    value: float | None

    @property
    def verdict(self) -> str:
        """Whether it holds."""
        if self.value is None:
            return "not measured"
        return "holds" if self.value <= self.limit else "**missed**"


def ratio(races: Races, name: str, numerator: str, denominator: str) -> float | None:
    """Return the median of one contender over that of another."""
    above, below = races.get(name, {}).get(numerator), races.get(name, {}).get(denominator)
    return above.median / below.median if isinstance(above, Result) and isinstance(below, Result) else None


def step_targets(races: Races, native: bool) -> list[Target]:
    """Return the targets for steps with these BLAS settings."""
    def target(text: str, limit: float, name: str, against: str) -> Target:
        return Target(f"({name}) npae / {text}", limit, ratio(races, name, OURS, against))

    found = [target("floor", 1.50 if native else 1.30, name, FLOOR) for name in ("a", "b", "d")]
    found.append(target("floor", 2.2 if native else 2.0, "c20", FLOOR))
    found += [target(FUSED, 0.70 if native else 0.88, name, FUSED) for name in ("a", "b", "c20", "c100", "d", "e")]
    found.append(target(FUSED, 0.27, "f", FUSED))
    if native:
        found += [target(JAX, 1.25 if name == "c20" else 1.15, name, JAX) for name in ("a", "b", "c20", "c100", "d", "e")]
    found.append(target(SCIKIT, 1 / 1.9, "a-mse", SCIKIT))
    plain, with_penalty = (races.get(name, {}).get(OURS) for name in ("d-plain", "d"))
    measured = isinstance(plain, Result) and isinstance(with_penalty, Result)
    found.append(Target("(d) step with the penalty / without", 1.06, with_penalty.median / plain.median if measured else None))
    return found


def penalty_targets(races: Races) -> list[Target]:
    """Return the targets for the exact contractive penalty, whole steps against other ways to form it."""
    return [Target("(d) npae / PyTorch with jacrev", 1 / 200, ratio(races, "d", OURS, JACREV)),
            Target("(d) npae / PyTorch with double backward", 1 / 100, ratio(races, "d", OURS, DOUBLE)),
            Target("(d-deep) npae / PyTorch with jacrev", 1 / 6, ratio(races, "d-deep", OURS, JACREV))]


def process_targets(ours: Process | None, theirs: Process | None, setting: str) -> list[Target]:
    """Return the targets for training (f) from the start of the process."""
    assert ours is not None
    faster = ours.seconds / theirs.seconds if theirs else None
    return [Target(f"{setting}: (f) whole process, npae / PyTorch", 1 / 10, faster),
            Target(f"{setting}: (f) whole process, seconds", 0.25, ours.seconds),
            Target(f"{setting}: (f) whole process, peak MB", 50, ours.peak_mb)]
