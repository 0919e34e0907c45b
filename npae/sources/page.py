"""The index on a page, for a terminal. In a notebook, rows and errata show themselves."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping

import numpy as np

from ..derivations import DERIVATIONS, Residual
from .claim import Claim
from .equation import Equation
from .erratum import SEVERITIES, Comparison, Erratum
from .index import DOCUMENTS, EQUATIONS, ERRATA, find
from .objects import place
from .show import show

WIDTH = 110


# ---- the lists ----------------------------------------------------------------------------------------------------------

def table(worst: Mapping[str, float]) -> Iterator[str]:
    """Yield the index, one line for each row: id, verdict, its worst residual as given, object in npae, formula."""
    for number, document in DOCUMENTS.items():
        rows = [row for row in EQUATIONS.values() if row.document == number]
        counts = ", ".join(f"{sum(row.verdict == verdict for row in rows)} {verdict}" for verdict in ("right", "wrong", "typo"))
        author = f"{document.author}, " if document.author else ""
        yield f"\n{number}  {author}{document.title} ({document.letters}): {counts}"
        for row in rows:
            yield _fit(f"  {row.id:<16}{row.verdict:<6}{_residual(worst[row.id]):>6}  {_where(row):<46} {row.says}")


def errata_table() -> Iterator[str]:
    """Yield the errata, one line each: id, severity, the number of comparisons in its proof, what is right."""
    for number in DOCUMENTS:
        yield f"\n{number}  {DOCUMENTS[number].title}"
        for erratum in ERRATA.values():
            if erratum.document == number:
                proof = "numbers" if erratum.proof else ""
                yield _fit(f"  {erratum.id:<9}{erratum.severity:<11}{proof:<9}{erratum.printed or '(fact)'}  -> "
                           f" {erratum.correct}")


def _where(row: Equation) -> str:
    if not row.objects:
        return f"missing: {row.missing}"
    more = f" +{len(row.objects) - 1}" if len(row.objects) > 1 else ""
    return row.objects[0].removeprefix("npae.") + more


def _residual(value: float) -> str:
    return f"{value:.0e}" if value < np.inf else "FAILS"


def _fit(line: str) -> str:
    return line if len(line) <= WIDTH else line[:WIDTH - 3] + "..."


# ---- one row ------------------------------------------------------------------------------------------------------------

def explain(row: Equation) -> str:
    """Return everything about a row: what it says, what is right, where it lives, its proof evaluated now, its errata."""
    document = DOCUMENTS[row.document]
    lines = [f"{row.id}  {document.title} ({document.letters})", ""]
    lines += _field("says", row.says) + _field("verdict", row.verdict) + _field("correct", row.correct)
    for name in row.objects:
        lines += _field("in npae", f"{name}   ({place(name)})")
    lines += _field("missing", row.missing)
    for claim in row.claims:
        lines += ["", *_claim(claim)]
    citing = [name for name, derivation in DERIVATIONS.items() if any(find(source) is row for source in derivation.sources)]
    for name in dict.fromkeys([*row.derivations, *citing]):
        lines += _field("derived", _derivation(name))
    for name in row.errata:
        lines += ["", *explain_erratum(ERRATA[name]).splitlines()]
    return "\n".join(lines)


def _claim(claim: Claim) -> list[str]:
    meaning = "; ".join(" ".join(paragraph.split()) for paragraph in (claim.draw.__doc__ or "").split("\n\n"))
    lines = _field("proof", "at random points, with " + meaning)
    relations = ["", *["= "] * (len(claim.sides) - 2), "= " if claim.relation == "=" else claim.relation]
    for side, relation, found in zip(claim.sides, relations, [None, *claim.check()]):
        lines += _expression(side, relation, "" if found is None else _verdict(found))
    if claim.printed:
        lines += _expression(claim.printed, "printed", f"[{_how_wrong(claim)}]")
    return lines


def _how_wrong(claim: Claim) -> str:
    found = claim.check_printed()
    if isinstance(found, str):
        return f"cannot be evaluated: {found}"
    if found.holds:
        return "HOLDS"
    return f"off by {found.value:.0e}" if np.isfinite(found.value) else "not even of the same shape"


def _expression(code: str, relation: str, verdict: str) -> list[str]:
    lines = textwrap.wrap(code, WIDTH - 12, initial_indent=f"{relation:>8}  ", subsequent_indent=14 * " ")
    if len(lines[-1]) + 3 + len(verdict) > WIDTH:
        return lines + textwrap.wrap(verdict, WIDTH - 14, initial_indent=14 * " ", subsequent_indent=14 * " ")
    return [*lines[:-1], f"{lines[-1]}   {verdict}".rstrip()]


def _verdict(found: Residual) -> str:
    return f"[{found.value:.0e}]" if found.holds else f"[FAILS: {found.value:.0e}]"


def _derivation(name: str) -> str:
    steps = DERIVATIONS[name].check()
    return f"npae derive {name}: {len(steps)} steps, {sum(found.holds for found in steps)} hold"


# ---- one erratum --------------------------------------------------------------------------------------------------------

def explain_erratum(erratum: Erratum) -> str:
    """Return an erratum with its numbers, computed now."""
    lines = [f"{erratum.id}  document {erratum.document}, {erratum.where}: {SEVERITIES[erratum.severity]}", ""]
    lines += _field("printed", erratum.printed) + _field("correct", erratum.correct) + _field("because", erratum.why)
    lines += _field("rows", ", ".join(row.id for row in EQUATIONS.values() if erratum.id in row.errata))
    for comparison in erratum.proof() if erratum.proof else ():
        lines += ["", *_comparison(comparison)]
    return "\n".join(line.rstrip() for line in lines)


def _comparison(found: Comparison) -> list[str]:
    relation = "" if found.relation == "=" else f", {found.relation}"
    lines = textwrap.wrap(found.quantity, WIDTH, initial_indent="  ", subsequent_indent="    ")
    lines += _value(f"by {found.by}", show(found.truth))
    lines += _value(f"corrected{relation}", show(found.correct), "agrees" if found.holds else "FAILS")
    if found.printed is not None:
        lines += _value("printed", show(found.printed), "does not" if found.refutes else "AGREES")
    return lines


def _value(label: str, value: str, verdict: str = "") -> list[str]:
    if len(value) <= 40:
        return [f"    {label:<46}{value:<40}  {verdict}"]
    return [f"    {label:<86}  {verdict}", *textwrap.wrap(value, WIDTH, initial_indent=6 * " ", subsequent_indent=6 * " ")]


def _field(label: str, text: str) -> list[str]:
    """Return a label and its text, or nothing for no text."""
    return textwrap.wrap(text, WIDTH, initial_indent=f"{label:<9} ", subsequent_indent=10 * " ") if text else []
