"""HTML by plain functions: every text is escaped, every tag that is opened is closed.

Parameters called `html` take markup as it is; all others take text.
"""

from __future__ import annotations

import base64
from collections.abc import Collection, Sequence
from html import escape
from string import Template

DOCUMENT = Template("""\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title>
<style>
$style
</style>
</head>
<body>
$body
</body>
</html>
""")


def document(title: str, style: str, html: str) -> str:
    """Return a whole page that loads nothing: the style sheet is inside."""
    return DOCUMENT.substitute(title=escape(title), style=style, body=html)


def element(tag: str, html: str, **attributes: str) -> str:
    """Return <tag ...>html</tag>; `class_` stands for class, and - for _ in the other names."""
    named = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
    inside = "".join(f' {name}="{escape(value)}"' for name, value in named.items())
    return f"<{tag}{inside}>{html}</{tag}>"


def text(tag: str, content: str, **attributes: str) -> str:
    """Return an element that holds plain text."""
    return element(tag, escape(content, quote=False), **attributes)


def image(png: bytes, width: int, height: int, alt: str) -> str:
    """Return the image with its bytes inside; width and height in CSS pixels reserve its place."""
    source = "data:image/png;base64," + base64.b64encode(png).decode("ascii")
    return f'<img src="{source}" width="{width}" height="{height}" alt="{escape(alt)}">'


def table(header: Sequence[str], rows: Sequence[Sequence[str]], numeric: Collection[int] = ()) -> str:
    """Return a table of texts; the first cell of a row is its heading, `numeric` columns stand on the right."""
    def attributes(column: int) -> dict[str, str]:
        return {"class_": "number"} if column in numeric else {}

    head = "".join(text("th", name, scope="col", **attributes(column)) for column, name in enumerate(header))
    body = [text("th", row[0], scope="row")
            + "".join(element("td", _unbroken(cell), **attributes(column))
                      for column, cell in enumerate(row[1:], start=1))
            for row in rows]
    lines = "\n".join(element("tr", row) for row in body)
    return element("table", f"\n<thead>{element('tr', head)}</thead>\n<tbody>\n{lines}\n</tbody>\n")


def _unbroken(cell: str) -> str:
    """Return a cell whose lines break after commas only."""
    return ", ".join(text("span", part) for part in cell.split(", ")) if ", " in cell else escape(cell, quote=False)


def definitions(pairs: Sequence[tuple[str, str]]) -> str:
    """Return a list of terms and what they are, both plain text."""
    return element("dl", "".join(text("dt", term) + text("dd", what) for term, what in pairs))


def bars(widths: Sequence[int], marked: Collection[int], widest: int) -> str:
    """Return a drawing of a stack of layers: a bar per layer, as high as the root of its width, some of them marked.

    widest: the width that gets the full height, so that several drawings have one scale.
    """
    step, floor = 30, 64
    parts = []
    for index, width in enumerate(widths):
        height = max(4.0, 60 * (width / widest) ** 0.5)
        x, kind = index * step + 9, "bar code" if index in marked else "bar"
        parts.append(f'<rect class="{kind}" x="{x}" y="{floor / 2 + 2 - height / 2:.1f}" width="12" '
                     f'height="{height:.1f}" rx="2"></rect><text x="{x + 6}" y="{floor + 16}">{width}</text>')
    label = "layer widths " + ", ".join(map(str, widths))
    return (f'<svg class="stack" role="img" aria-label="{label}" width="{step * len(widths)}" height="{floor + 22}" '
            f'viewBox="0 0 {step * len(widths)} {floor + 22}">{"".join(parts)}</svg>')
