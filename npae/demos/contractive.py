"""Contraction: what it buys and costs, what it does to the map, which directions survive, and where it is blind.

Every part prints its numbers, draws its figure into `out` and returns the numbers by name.
"""

from __future__ import annotations

from pathlib import Path

from .contractive_spectra import shallow_and_deep, singular_values
from .contractive_staircase import between_the_points, staircase
from .contractive_tradeoff import bars_table, trade_off

PARTS = (trade_off, bars_table, staircase, between_the_points, singular_values, shallow_and_deep)


def run(out: Path, quick: bool = False) -> dict[str, float]:
    """Run all parts, write their figures into the folder `out`, and return what was measured by name."""
    out.mkdir(parents=True, exist_ok=True)
    measured: dict[str, float] = {}
    for index, part in enumerate(PARTS):
        if index:
            print()
        measured |= part(out, quick)
    return {name: float(value) for name, value in measured.items()}
