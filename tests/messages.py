"""Every message of every error and warning of the package, as one list: `python -m tests.messages` prints it for a review.

In the text {...} stands for what is put in. The rules that can be checked are in test_messages.py.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

PACKAGE = Path(__file__).resolve().parents[1] / "npae"


class Message(NamedTuple):
    """A message, the exception that bears it, and where it is raised."""

    kind: str
    text: str
    place: str


def messages() -> Iterator[Message]:
    """Yield the messages of all `raise` statements and warnings whose text is written there."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            call = node.exc if isinstance(node, ast.Raise) else node
            if isinstance(call, ast.Call) and call.args and (isinstance(node, ast.Raise) or _name(call.func) == "warn"):
                text = _text(call.args[0])
                if text is not None:
                    place = f"{path.relative_to(PACKAGE.parent)}:{node.lineno}"
                    yield Message(_name(call.func), text, place)


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else "?"


def _text(node: ast.expr) -> str | None:
    """Return a string or f-string with {...} for its values, and None for what is put together elsewhere."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(part.value if isinstance(part, ast.Constant) else f"{{{ast.unparse(part.value)}}}" for part in node.values)
    return None


if __name__ == "__main__":
    for message in sorted(messages()):
        print(f"{message.kind}: {message.text}\n    {message.place}")
