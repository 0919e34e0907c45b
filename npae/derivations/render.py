"""A derivation on a page: for a terminal with its expressions, for a notebook with its formulas."""

from __future__ import annotations

import textwrap
from typing import Any

from .step import Residual, Step

WIDTH = 100


def text(derivation: Any) -> str:
    """Return the derivation for a terminal, with the residual of every step."""
    lines = [f"{derivation.name}: {derivation.title}", "", *textwrap.wrap(derivation.key, WIDTH)]
    for step, found in zip(derivation.steps, derivation.check()):
        lines += [] if step.relation else [""]
        lines += textwrap.wrap(step.code, WIDTH, initial_indent=f"{step.relation:>4}  ", subsequent_indent=10 * " ")
        lines += textwrap.wrap(step.reason, WIDTH - 20, initial_indent=12 * " ", subsequent_indent=12 * " ")
        lines[-1] += _proof(step, found)
    lines += ["", *(f"leads to  {name}" for name in derivation.leads_to)]
    if derivation.sources:
        lines += textwrap.wrap(f"sources   {', '.join(derivation.sources)}", WIDTH, subsequent_indent=10 * " ")
    return "\n".join(lines)


def markdown(derivation: Any) -> str:
    """Return the derivation for a notebook: a table of aligned formulas, reasons and residuals."""
    rows = ["|  | step | because | residual |", "|---:|:---|:---|---:|"]
    for step, found in zip(derivation.steps, derivation.check()):
        relation = {"": "", "=": "$=$", "<=": r"$\le$", ">=": r"$\ge$"}[step.relation]
        formula = r"\displaystyle " + step.latex.replace("|", r"\vert ")        # a bar would end the cell
        shown = f"{found.value:.0e}{'' if found.holds else ' **fails**'}" if step.relation else ""
        rows.append(f"| {relation} | ${formula}$ | {step.reason.replace('|', chr(92) + '|')} | {shown} |")
    leads = ", ".join(f"`{name}`" for name in derivation.leads_to)
    return "\n".join([f"**{derivation.title}.** {derivation.key}", "", *rows, "", f"Leads to {leads}." if leads else ""])


def _proof(step: Step, found: Residual) -> str:
    if not step.relation:
        return ""
    return f"   [{found.value:.0e}]" if found.holds else f"   [FAILS: {found.value:.0e}]"
