"""A worked miniature for every code of codes.py that a check can give: the mistake, found live, and the same mended.

    miniature.py        what a miniature is, and the inputs they share
    around.py           the forward function (G0, U), corners (K)
    contract.py         the contract of backward (G1)
    values.py           wrong values (G2)
    contributions.py    terms and paths (G3)

Every function returns one miniature; its docstring is what is said about the mistake.
"""

from __future__ import annotations

from collections.abc import Callable

from .around import AROUND
from .contract import CONTRACT
from .contributions import CONTRIBUTIONS
from .miniature import Miniature
from .values import VALUES

MINIATURES: dict[str, Callable[[], Miniature]] = {**AROUND, **CONTRACT, **VALUES, **CONTRIBUTIONS}

__all__ = ["MINIATURES", "Miniature"]
