r"""The single source of an exercise: one Python file from which everything that is given out is made.

A file of the catalogue is an ordinary module. Its upper part is the student's file with the solution in it; below the
line `AUTHOR` stands what only the checker needs. Markers, alone on their lines, say what differs:

    # <solution>                    these lines are the solution; the start file has
    ...                                 raise NotImplementedError("write this")
    # </solution>                   in their place, with their indentation

    # <solution dx = None>          the same, with the text after the word in their place
    # <solution nothing>            the same, with nothing in their place
    # <start>                       lines for the start file alone, written as comments so that the module stays right:
    # dW = x.T @ dy / m                 a planted bug
    # </start>

So the start file cannot contain the solution by accident, and the solution cannot drift away from what is given out.
"""

from __future__ import annotations

import ast
import re
from typing import NamedTuple

AUTHOR = "# === for the author: nothing below is given out ==="
PLACEHOLDER = 'raise NotImplementedError("write this")'
MARKER = re.compile(r"^( *)# <(/?)(solution|start)(?: (.+))?>$")


class Source(NamedTuple):
    """The three texts that one file of the catalogue stands for, the lines that must not leak, and the planted bugs."""

    start: str
    solution: str
    secret_lines: tuple[str, ...]
    planted_lines: tuple[str, ...]


def read_source(text: str) -> Source:
    """Return what a file of the catalogue gives out; ValueError when its markers do not match."""
    if text.count(f"\n{AUTHOR}\n") != 1:
        raise ValueError(f"the line {AUTHOR!r} must occur once")
    start: list[str] = []
    solution: list[str] = []
    secret: list[str] = []
    planted: list[str] = []
    inside = ""
    for line in text.partition(f"\n{AUTHOR}\n")[0].splitlines():
        marker = MARKER.match(line)
        if marker:
            indent, closing, word, placeholder = marker.groups()
            if (inside if closing else "") != (word if closing else inside):
                raise ValueError(f"marker out of place: {line.strip()}")
            inside = "" if closing else word
            if inside == "solution" and placeholder != "nothing":
                start.append(indent + (placeholder or PLACEHOLDER))
        elif inside == "solution":
            solution.append(line)
            secret.append(line)
        elif inside == "start":
            start.append(line.replace("# ", "", 1))
            planted.append(start[-1])
        else:
            start.append(line)
            solution.append(line)
    if inside:
        raise ValueError(f"<{inside}> is never closed")
    return Source(_file(start), _file(solution), tuple(secret), tuple(planted))


def planted_numbers(text: str) -> tuple[int, ...]:
    """Return the numbers `# (7)` at the ends of the lines with planted bugs."""
    matches = (re.search(r"# \((\d+)\)", line) for line in read_source(text).planted_lines)
    return tuple(int(match.group(1)) for match in matches if match)


def split_docstring(text: str) -> tuple[str, str]:
    """Return the module docstring of a file, dedented, and the code below it."""
    first = ast.parse(text).body[0]
    assert isinstance(first, ast.Expr) and first.end_lineno is not None
    docstring = ast.get_docstring(ast.parse(text))
    assert docstring is not None
    return docstring, "\n".join(text.splitlines()[first.end_lineno:]).strip() + "\n"


def bare(line: str) -> str:
    """Return a line of code without its comment and without any space, for comparing."""
    return re.sub(r"\s+", "", re.sub(r"\s# .*$", "", line))


def _file(lines: list[str]) -> str:
    return "\n".join(lines).rstrip() + "\n"
