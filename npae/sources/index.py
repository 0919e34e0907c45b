"""The index as a whole: every row and every erratum by its id, and how they are found."""

from __future__ import annotations

import difflib
import re
from typing import NamedTuple

from .document_000 import DOCUMENT_000
from .document_001 import DOCUMENT_001
from .document_002 import DOCUMENT_002
from .document_003 import DOCUMENT_003
from .document_004 import DOCUMENT_004
from .equation import Equation
from .errata_000 import ERRATA_000
from .errata_001 import ERRATA_001
from .errata_002 import ERRATA_002
from .errata_003 import ERRATA_003
from .errata_004 import ERRATA_004
from .erratum import Erratum


class Document(NamedTuple):
    """A source document."""

    author: str
    title: str
    letters: str        # which letters encode and decode


DOCUMENTS = {
    "000": Document("M. S. Bilici", "A Survey On Autoencoders", "E encodes, D decodes"),
    "001": Document("D. I. Inouye", "Autoencoders, lecture slides", "f encodes, g decodes"),
    "002": Document("J. Jordan", "Introduction to autoencoders", "a^(h) hidden activations"),
    "003": Document("ZTS", "AUTOENCODER, a note", "g encodes, f decodes"),
    "004": Document("", "Autoencoders: an overview, slides", "f encodes, g decodes"),
}
EQUATIONS: dict[str, Equation] = {row.id: row for row in (
    *DOCUMENT_000, *DOCUMENT_001, *DOCUMENT_002, *DOCUMENT_003, *DOCUMENT_004)}
ERRATA: dict[str, Erratum] = {erratum.id: erratum for erratum in (
    *ERRATA_000, *ERRATA_001, *ERRATA_002, *ERRATA_003, *ERRATA_004)}


def find(text: str) -> Equation | Erratum:
    """Return the row or erratum of this id, "000-41" and "000-(41)" being the same; raise ValueError with close ones."""
    names = _names()
    if _plain(text) in names:
        return names[_plain(text)]
    ids = dict.fromkeys(names[close].id for close in difflib.get_close_matches(_plain(text), names, n=4, cutoff=0.5))
    hint = f"did you mean {', '.join(ids)}?" if ids else "`npae equations` lists them all, `npae equations --errata` the errata"
    raise ValueError(f"there is no equation or erratum {text!r}; {hint}")


def _plain(text: str) -> str:
    return re.sub(r"[()\s]", "", text).lower()


def _names() -> dict[str, Equation | Erratum]:
    """Return what can be asked for: the ids without brackets, and every member of a range such as 001-elbo2-1..4."""
    names: dict[str, Equation | Erratum] = {}
    items: list[Equation | Erratum] = [*EQUATIONS.values(), *ERRATA.values()]
    for item in items:
        names[_plain(item.id)] = item
        span = re.fullmatch(r"(.*-)(\d+)\.\.(\d+)", item.id)
        if span:
            names.update({f"{span[1]}{number}": item for number in range(int(span[2]), int(span[3]) + 1)})
    return names
