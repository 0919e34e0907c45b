"""A report for a notebook: one small piece of HTML that brings its own style and loads nothing.

Notebooks are light or dark, so text keeps the colour of the page, lines and backgrounds are half-transparent grays, and a
colour only repeats what a word says. Every text is escaped: names and messages may come from a student's code.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from .findings import HEADER, Finding, TensorRow, cells

LINE, TINT = "rgba(128,128,128,.35)", "rgba(128,128,128,.10)"
ACCENTS = {"pass": "#2f9e6e", "kink": "#2f9e6e", "fail": "#d55e00", "untrusted": "#8a8f98"}     # on white and on black
WORDS = {"pass": "pass", "fail": "fail", "kink": "pass, with entries on a corner",
         "untrusted": "untrusted: nothing was proven"}
MONO = "font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace"
BLOCK = f"margin:.6em 0;padding:.4em .8em;background:{TINT};border-left:3px solid"
CELL = f"padding:.15em .7em;border-bottom:1px solid {LINE};background:transparent;white-space:nowrap;text-align:"
NUMERIC = ("error", "tolerance", "got", "expected", "kinks")


def report_html(verdict: str, rows: Sequence[TensorRow], findings: Sequence[Finding]) -> str:
    """Return the report: the verdict in words, a table of the tensors, a block for each finding."""
    parts = [_element("div", f"gradient check: {_element('b', escape(WORDS[verdict]))}", "margin-bottom:.4em")]
    parts += [_table(rows)] if rows else []
    parts += [_block(finding, ACCENTS[verdict]) for finding in findings]
    return _element("div", "".join(parts), "color:inherit;font-size:.92em;line-height:1.45;max-width:75em;overflow-x:auto")


def _table(rows: Sequence[TensorRow]) -> str:
    def line(tag: str, texts: tuple[str, ...]) -> str:
        return _element("tr", "".join(
            _element(tag, escape(text), f"{CELL}{'right' if name in NUMERIC else 'left'}"
                                        f"{';font-weight:600' if tag == 'th' or text == 'fail' else ''}")
            for name, text in zip(HEADER, texts)), "background:transparent")
    body = line("th", HEADER) + "".join(line("td", cells(row)) for row in rows)
    return _element("table", body, f"border-collapse:collapse;margin:0;color:inherit;{MONO};font-size:.92em")


def _block(finding: Finding, accent: str) -> str:
    """The fact in bold after its code, the evidence below it, the question last."""
    head = _element("div", f"{_element('span', escape(finding.code), f'{MONO};font-weight:700')}&ensp;"
                           f"{_element('b', escape(finding.message))}")
    facts = [_element("div", escape(fact), f"{MONO};font-size:.92em") for fact in finding.evidence]
    think = [_element("div", escape(finding.think), "font-style:italic;margin-top:.25em")] if finding.think else []
    return _element("div", "".join([head, *facts, *think]), f"{BLOCK} {accent}")


def _element(tag: str, html: str, style: str = "") -> str:
    return f'<{tag} style="{style}">{html}</{tag}>' if style else f"<{tag}>{html}</{tag}>"
