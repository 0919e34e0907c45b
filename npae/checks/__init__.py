"""The five kinds of check, over everything that exists. The tests and `npae check` run these same functions.

A gradient check proves that the backward pass differentiates the forward pass. It cannot see that both serve the wrong
objective; the other four kinds look there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from .behaviour import behaviour_checks
from .determinism import determinism_checks
from .gradients import gradient_checks
from .invariances import invariance_checks
from .oracles import oracle_checks
from .result import Check

KINDS: dict[str, Callable[[int], Iterator[Check]]] = {
    "gradients": gradient_checks,
    "oracles": oracle_checks,
    "invariances": invariance_checks,
    "determinism": determinism_checks,
    "behaviour": behaviour_checks,
}

__all__ = ["KINDS", "Check", "behaviour_checks", "determinism_checks", "gradient_checks", "invariance_checks",
           "oracle_checks"]


def __dir__() -> list[str]:
    return sorted(__all__)
