"""The catalogue: one file for each exercise, its single source."""

from __future__ import annotations

import importlib
import pkgutil

from ..exercise import Exercise


def _load() -> dict[str, Exercise]:
    names = sorted(info.name for info in pkgutil.iter_modules(__path__))
    exercises = [importlib.import_module(f"{__name__}.{name}").EXERCISE for name in names]
    return {exercise.name: exercise for exercise in exercises}


EXERCISES = _load()
