"""Derivations that are tests: from a definition to the formula that the code implements, in small steps, each evaluated.

    from npae.derivations import DERIVATIONS
    DERIVATIONS["gaussian-kl"]              in a notebook: formulas, reasons, and the residual of every step
    DERIVATIONS["gaussian-kl"].check()      the residuals

Every "=" and "<=" between two steps is evaluated at random points of random shapes. Read step.py, then derivation.py, then
the catalogue, one file for each family.
"""

from .catalogue import DERIVATIONS
from .derivation import Derivation
from .step import Estimate, Residual, Step

__all__ = ["DERIVATIONS", "Derivation", "Estimate", "Residual", "Step"]


def __dir__() -> list[str]:
    return sorted(__all__)
