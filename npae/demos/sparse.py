"""Sparse codes: penalties and what they do, the traps of each, bars, digits, and the Stanford patches exercise.

Every part prints its numbers, draws its figure into `out` and returns the numbers by name.
"""

from __future__ import annotations

from pathlib import Path

from .sparse_bars import find_bars
from .sparse_curves import kl_curve, penalties_and_shrinkage
from .sparse_digits import codes_of_digits
from .sparse_kl import batch_means, mean_activations
from .sparse_l1 import l1_sweep, weight_decay_is_no_sparsity
from .sparse_patches import stanford_exercise

PARTS = (kl_curve, penalties_and_shrinkage, l1_sweep, weight_decay_is_no_sparsity, mean_activations, batch_means,
         find_bars, codes_of_digits, stanford_exercise)


def run(out: Path, quick: bool = False) -> dict[str, float]:
    """Run all parts, write their figures into the folder `out`, and return what was measured by name."""
    out.mkdir(parents=True, exist_ok=True)
    measured: dict[str, float] = {}
    for index, part in enumerate(PARTS):
        if index:
            print()
        measured |= part(out, quick)
    return {name: float(value) for name, value in measured.items()}
