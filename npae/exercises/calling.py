"""Calling a student's function: exceptions are kept apart, what comes back is made plain, placeholders are recognized."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from .exercise import Part
from .faults import StudentFault, not_written
from .submission import MissingName, Submission, SubmissionError


def bound(solution: Callable[..., Any], submission: Submission, convert: Callable[[Any], Any]) -> Callable[..., Any]:
    """Return the submitted function with the name and the signature of the solution's, its answer converted.

    It is called by position, so that a submission may rename its parameters, and may live where no signature is seen.
    Whatever it raises comes out as a StudentFault.
    """
    name, signature = solution.__name__, inspect.signature(solution)
    try:
        function = submission.function(name)
    except (MissingName, SubmissionError) as error:
        raise StudentFault(error, name) from error

    def call(*args: Any, **kwargs: Any) -> Any:
        arguments = signature.bind(*args, **kwargs)
        try:
            return convert(function(*arguments.args, **arguments.kwargs))
        except (Exception, SystemExit) as error:
            raise StudentFault(error, name, _shapes(arguments.arguments)) from error
    return named(solution, call)


def _shapes(arguments: Mapping[str, Any]) -> str:
    """Return the shapes of the arrays that a function was given, in words."""
    shapes = [f"{name} {value.shape}" for name, value in arguments.items() if isinstance(value, np.ndarray)]
    return f"It was given {', '.join(shapes)}." if shapes else ""


def named(like: Callable[..., Any], function: Callable[..., Any]) -> Callable[..., Any]:
    """Return function with the name and the signature of another."""
    function.__name__, function.__signature__ = like.__name__, inspect.signature(like)      # type: ignore[attr-defined]
    return function


def short(part: Part) -> str:
    """Return what a function calls the part in its answer: "dW" for the part "L2 dW"."""
    return part.name.split()[-1]


def by_key(returned: Any, keys: Sequence[str], name: str) -> dict[str, Any]:
    """Return what a function gave back as plain arrays by key; None where nothing is written yet.

    A tuple is taken in the order of the keys, a dictionary by its own. SubmissionError E002 for anything else.
    """
    if isinstance(returned, dict):
        unknown = [str(key) for key in returned if key not in keys]
        if unknown:
            raise _unexpected(name, f"the unknown name {unknown[0]!r}", keys)
        return {key: array(returned.get(key), key) for key in keys}
    if returned is None or returned is ...:
        returned = (None,) * len(keys)
    elif len(keys) == 1 and not isinstance(returned, tuple):
        returned = (returned,)
    elif not isinstance(returned, (tuple, list)):
        raise _unexpected(name, "one value", keys)
    if len(returned) != len(keys):
        raise _unexpected(name, f"{len(returned)} values", keys)
    return {key: array(value, key) for key, value in zip(keys, returned)}


def array(value: Any, name: str) -> np.ndarray | None:
    """Return a plain array of numbers; None for a placeholder."""
    if value is None or value is ...:
        return None
    try:
        plain = np.array(value, subok=False) if not isinstance(value, np.ndarray) else value.view(np.ndarray)
    except ValueError:
        plain = np.array(None)
    if plain.dtype.kind not in "biufc":
        raise SubmissionError("E002", f"{name} is a {type(value).__name__} that cannot be read as an array of numbers.")
    return plain


def written(values: dict[str, Any], findings: dict[str, list[Any]]) -> list[str]:
    """Return the names that have a value, and note the others as not written yet."""
    for name in values:
        if values[name] is None:
            findings[name].append(not_written(name))
    return [name for name in values if values[name] is not None]


def _unexpected(name: str, got: str, names: Sequence[str]) -> SubmissionError:
    return SubmissionError("E002", f"{name} returned {got}, expected {', '.join(names)}"
                                   f"{', in this order' if len(names) > 1 else ''}.")
