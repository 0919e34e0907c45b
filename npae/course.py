"""What the notebooks need besides the package itself: source shown by inspection, figures, and key figures that CI compares.

    source(affine, affine_backward)         the actual source of functions, never a copy
    picture(figure)                         a matplotlib Figure as a PNG of moderate size
    key("angle to PCA, degrees", value, 1e-6)   a number of the text: printed, and compared when the notebook runs again
    task("affine")                          the exercise that belongs here, and how to start it

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
    """Return the source of functions, classes or methods as they stand in the package, with the file they stand in."""
    parts = []
    for shown in objects:
        where = inspect.getmodule(shown)
        file = "" if where is None else where.__name__.replace(".", "/") + ".py"
        parts.append(f"`{file}`\n\n```python\n{textwrap.dedent(inspect.getsource(shown)).rstrip()}\n```")
    return Text("\n\n".join(parts))


def picture(figure: Figure, dpi: float = 100) -> Picture:
    """Return a figure as a PNG."""
    return Picture(png_bytes(figure, dpi))


def key(name: str, value: float, within: float = 0.0, relative: float = 0.0) -> None:
    """Print a key figure: a later run must come within `within`, or within `relative` times the value, of it."""
    allowed = max(within, relative * abs(float(value)))
    print(f"{PREFIX} | {name} | {float(value):.10g} | {allowed:.3g}")


def task(name: str) -> Text:
    """Return the task of an exercise, and the command that starts it."""
    from .exercises import EXERCISES
    exercise = EXERCISES[name]
    return Text(f"**Exercise {exercise.number:02d}, {exercise.title}.** "
                f"Start it with `npae exercise start {exercise.name}` ({exercise.out_of} marks); "
                f"`npae exercise check {exercise.name}` says what is right, and what is wrong and why.")
