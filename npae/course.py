"""What the notebooks need besides the package itself: source shown by inspection, figures, and key figures that CI compares.

    source(affine, affine_backward)         the actual source of functions, never a copy
    picture(figure)                         a matplotlib Figure as a PNG of moderate size
    key("angle to PCA, degrees", value, 1e-6)   a number of the text: printed, and compared when the notebook runs again
    task("affine", "relu")                  the exercises that belong here, and how to start them

Nothing here imports IPython: the objects bring their own representation.
"""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable
from typing import Any

from matplotlib.figure import Figure

from .plots import png_bytes

PREFIX = "key figure"


class Text:
    """Markdown for a notebook; plain text elsewhere."""

    def __init__(self, markdown: str):
        self.markdown = markdown

    def _repr_markdown_(self) -> str:
        return self.markdown

    def __repr__(self) -> str:
        return self.markdown


class Picture:
    """A PNG for a notebook."""

    def __init__(self, data: bytes):
        self.data = data

    def _repr_png_(self) -> bytes:
        return self.data

    def __repr__(self) -> str:
        return f"a picture of {len(self.data) // 1024} KB"


def source(*objects: Callable[..., Any]) -> Text:
    """Return the source of functions, classes or methods as they stand in the package, under the file they stand in."""
    parts: list[str] = []
    for shown in objects:
        file = f"`{inspect.getmodule(shown).__name__.replace('.', '/')}.py`"      # type: ignore[union-attr]
        parts += [] if file in parts else [file]
        parts.append(f"```python\n{textwrap.dedent(inspect.getsource(shown)).rstrip()}\n```")
    return Text("\n\n".join(parts))


def picture(figure: Figure, dpi: float = 100) -> Picture:
    """Return a figure as a PNG."""
    return Picture(png_bytes(figure, dpi))


def key(name: str, value: float, within: float = 0.0, relative: float = 0.0) -> None:
    """Print a key figure: a later run must come within `within`, or within `relative` times the value, of it."""
    allowed = max(within, relative * abs(float(value)))
    print(f"{PREFIX} | {name} | {float(value):.10g} | {allowed:.3g}")


def task(*names: str) -> Text:
    """Return the exercises that belong here, one line each, and the commands that start and check them."""
    from .exercises import EXERCISES
    lines = [f"- **{EXERCISES[name].number:02d} {name}**: {EXERCISES[name].title} ({EXERCISES[name].out_of} marks)"
             for name in names]
    return Text("\n".join([f"`npae exercise start {names[0]}` writes the file, `npae exercise check {names[0]}` says what is "
                           f"right, and what is wrong and why.", "", *lines]))
