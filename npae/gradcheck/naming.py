"""Steps 7 and 8: find the simplest identity that a wrong gradient satisfies, and try it elsewhere before saying so.

A claim that holds at one point may be an accident: at batch size 2 twice the gradient and m times the gradient are the
same numbers, and a symmetric matrix hides a transposition. So the claim must hold again at every other point and shape
that can be made, or it is dropped and the next one is tried. What is said in the end is true, or nothing is said.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any

import numpy as np

from .claims import NOT_LINEAR, ORDER, SCALABLE, Claim, proportion
from .compare import relative_error
from .factors import recognize
from .pairs import Pair
from .scene import IDENTITY, Scene, agree
from .stages import Misconception

Candidates = Callable[[Scene, str], Iterator[Claim]]


class Elsewhere:
    """The scenes away from here, made one by one when a claim needs them, and kept for the next claim."""

    def __init__(self, scenes: Iterator[Scene]):
        self._made: list[Scene] = []
        self._more = scenes

    def __iter__(self) -> Iterator[Scene]:
        yield from self._made
        for scene in self._more:
            self._made.append(scene)
            yield scene


def recognize_bug(scene: Scene, elsewhere: Iterable[Scene], name: str, linear: bool = True) -> Claim | None:
    """Return the first claim about the gradient of `name` that holds here and elsewhere, None if there is none."""
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")     # a candidate outside the domain of a function is not the user's concern
        for candidates in ORDER if linear else NOT_LINEAR:
            for claim in _candidates(candidates, scene, name):
                if _holds(claim, scene) and holds_elsewhere(claim, scene, elsewhere):
                    return claim
    return None


def _candidates(candidates: Candidates, scene: Scene, name: str) -> Iterator[Claim]:
    """Yield candidates, also times a factor where that makes sense; none where they cannot be measured here."""
    with suppress(Exception):
        for claim in candidates(scene, name):
            yield claim
            if candidates in SCALABLE:
                with suppress(Exception):
                    yield from _scaled(claim, scene)


def holds_elsewhere(claim: Claim, scene: Scene, elsewhere: Iterable[Scene]) -> bool:
    """Whether the claim holds at all scenes where it can be tried, at least one, and one that tells its symbols apart.

    A bare number is only believed where whatever expression has its value here has had another value elsewhere.
    """
    factors = [factor for factor in (claim.factor, *claim.more) if factor is not None]
    tried, in_doubt = 0, [one for factor in factors for one in (factor, *factor.rivals) if one.meaning]
    for there in elsewhere:
        holds = _holds(claim, there)
        if holds is None:
            continue
        if not holds:
            return False
        tried += 1
        in_doubt = [factor for factor in in_doubt if factor.value(there) == factor.value(scene)]
    return tried > 0 and not in_doubt


def recognize_misconception(scene: Scene, elsewhere: Iterable[Scene],
                            misconceptions: Sequence[Misconception]) -> Misconception | None:
    """Return the first misconception that gives what backward returned, here and elsewhere, all tensors together."""
    for misconception in misconceptions:
        if _gives_the_same(misconception, scene) and all(_gives_the_same(misconception, there) for there in elsewhere):
            return misconception
    return None


def _gives_the_same(misconception: Misconception, scene: Scene) -> bool:
    twin: Pair = scene.subject.with_backward(misconception.backward)
    with np.errstate(all="ignore"):
        simulated = twin.trial().backward(None if scene.upstream is None else scene.upstream.copy())
    return simulated.keys() == scene.returned.keys() and all(
        _same(simulated[name], scene.returned[name]) for name in simulated)


def _same(a: Any, b: Any) -> bool:
    if a is None or b is None:
        return a is b
    a, b = np.asarray(a), np.asarray(b)
    if a.shape != b.shape or a.dtype.kind not in "biuf" or b.dtype.kind not in "biuf":
        return False
    known = np.isfinite(a) | np.isfinite(b)
    return relative_error(np.where(known, a, 0), np.where(known, b, 0)) <= IDENTITY


def _holds(claim: Claim, scene: Scene) -> bool | None:
    """Whether the claim holds there; None where it cannot be tried.

    To be tried, the gradient must be well-formed and the true one known in some entry. Arrays that do not fit together there
    fitted by accident here: that refutes the claim.
    """
    try:
        got, true = scene.got(claim.tensor), scene.true(claim.tensor)
    except Exception:       # of the code under test, or a derivative that cannot be proven there
        return None
    if not np.any(np.isfinite(true)):
        return None
    try:
        return agree(got, claim.predict(scene), true)
    except ValueError:
        return False
    except Exception:
        return None


def _scaled(claim: Claim, scene: Scene) -> Iterator[Claim]:
    ratio = proportion(scene.got(claim.tensor), np.where(np.isfinite(scene.true(claim.tensor)), claim.predict(scene), 0))
    if ratio and abs(ratio - 1) > IDENTITY:
        yield from (claim.times(factor) for factor in recognize(ratio, scene))
