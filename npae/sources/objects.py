"""From a dotted name to the object of the package, and to the place where it is written."""

from __future__ import annotations

import importlib
import inspect
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).resolve().parent.parent


def resolve(name: str) -> Any:
    """Return the object of a dotted name; ImportError or AttributeError where there is none."""
    return _walk(name)[-1]


def place(name: str) -> str:
    """Return file and line of its definition, "npae/penalties/gaussian_kl.py:52"; for a plain value those of its owner."""
    for thing in reversed(_walk(name)):
        try:
            path = inspect.getsourcefile(thing)
            line = 1 if inspect.ismodule(thing) else inspect.getsourcelines(thing)[1]
        except (TypeError, OSError):
            continue
        if path is not None:
            return f"{Path(path).resolve().relative_to(PACKAGE.parent).as_posix()}:{line}"
    raise AssertionError(f"{name} has no module")


def _walk(name: str) -> list[Any]:
    """Return every object on the way of a dotted name; a name of a package comes before a module of the same name."""
    first, *parts = name.split(".")
    things, path = [importlib.import_module(first)], first
    for part in parts:
        path = f"{path}.{part}"
        if not hasattr(things[-1], part) and inspect.ismodule(things[-1]):
            importlib.import_module(path)
        things.append(getattr(things[-1], part))
    return things
