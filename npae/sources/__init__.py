"""The five source documents: every displayed equation, what is right, where the package has it, and the errata.

    from npae.sources import EQUATIONS, ERRATA, find
    find("000-41")                          the row: what it says, the right form, the objects, the claims
    find("000-41").holds                    whether its claims hold at random points, and what is printed wrongly does not
    ERRATA["E000-21"].proof()               the numbers: truth, corrected, printed

Read claim.py and equation.py, then a document; erratum.py, then the errata and their proofs, one file for each topic.
"""

from .claim import Claim
from .equation import Equation
from .erratum import Comparison, Erratum
from .index import DOCUMENTS, EQUATIONS, ERRATA, find

__all__ = ["DOCUMENTS", "EQUATIONS", "ERRATA", "Claim", "Comparison", "Equation", "Erratum", "find"]


def __dir__() -> list[str]:
    return sorted(__all__)
