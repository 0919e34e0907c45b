"""Data that are none, in every argument that takes data: an error that names the argument, or a finite result."""

from __future__ import annotations

import copy
import inspect
import pickle
import re
import warnings
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from npae import TrainingDiverged
from npae.applications import SegmentationNetwork
from npae.estimator import Estimator
from npae.transformer import Transformer
from tests.ecosystem.estimators import MODELS, OF_IMAGES, OTHERS, WITHOUT_CHECKS

from .calls import CALLS, public_functions
from .hyperparameters import data_for, small


def spoiled(good: Any) -> dict[str, Any]:
    """Return hostile values by name, made from the good one where it is an array."""
    made: dict[str, Any] = {
        "None": None, "text": "hello", "bytes": b"ab", "object": object(), "a dictionary": {"a": 1}, "a set": {1, 2}, "empty": [],
        "empty text": "", "nothing at all": np.empty((0, 0)), "ragged": [[1, 2], [3]], "a generator": (x for x in (1, 2)),
        "complex": np.ones((3, 3)) * 1j, "dates": np.array(["2026-01-01"], "M8[D]"), "words": np.array([["a", "b"]]),
        "objects": np.array([[object()]]), "a record": np.zeros(3, dtype=[("a", int), ("b", float)]), "a function": len,
        "a cube": np.ones((2, 2, 2)), "-1": -1, "0": 0, "0.5": 0.5, "NaN": float("nan"), "inf": float("inf"), "huge": 10 ** 12,
        "very huge": 1e300, "True": True,
    }
    if isinstance(good, np.ndarray):
        made |= {"no rows": good[:0], "one row": good[:1], "one dimension more": good[np.newaxis],
                 "twice": np.concatenate([good, good])}
        if good.ndim == 2:
            made |= {"no columns": good[:, :0], "one column less": good[:, :-1], "one column": good[:, :1],
                     "the first row": good[0]}
        if good.dtype.kind == "f":
            for name, value in (("a NaN", np.nan), ("an inf", np.inf), ("-1e308", -1e308)):
                made[name] = good.copy()
                with np.errstate(over="ignore"):
                    made[name].flat[-1] = value
            made |= {"constant": np.ones_like(good), "zeros": np.zeros_like(good), "tiny": good * 1e-310,
                     "as text": good.astype(str)}
            made["masked"] = np.ma.masked_greater(good, np.median(good))
    return made


# What is wrong with these is that they do not fit the other arguments, whose names will do as well.
RELATIVE = {"no rows", "one row", "one dimension more", "twice", "no columns", "one column less", "one column", "the first row",
            "constant", "zeros", "tiny", "empty", "nothing at all", "0", "-1", "0.5", "True", "huge", "a cube"}
# How much is asked for: a huge number is no mistake, and a MemoryError or a long wait no surprise.
AMOUNTS = {"n_init", "repeats", "n_examples", "n_signals", "n", "m", "a", "b", "n_shapes", "clutter", "K", "width", "n_patches",
           "max_iterations", "duration", "side", "size", "n_classes"}


NOT_FINITE = {"relative_error": "inf when either array is not finite", "intersection_over_union": "NaN for an absent class",
              "psnr": "inf where nothing differs", "roc_curve": "its first threshold is inf"}      # and says so


NOT_TRIED = {"fit_prior"}       # slow, and its X goes through `codes`


class Trial(NamedTuple):
    """A function or method called with one argument spoiled."""

    function: str
    argument: str
    given: str
    arguments: tuple[str, ...]


def trials() -> Iterator[tuple[Trial, Callable[[], Any]]]:
    """Yield every trial of a function, and what runs it."""
    functions = public_functions()
    for name, good in CALLS.items():
        yield from _spoiled_calls(name, functions[name], good)


def method_trials() -> Iterator[tuple[Trial, Callable[[], Any]]]:
    """Yield every trial of a method of a fitted estimator, and what runs it."""
    for estimator in (*MODELS, *OF_IMAGES, *OTHERS, *WITHOUT_CHECKS):
        fitted, data = small(estimator), data_for(estimator)
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", category=UserWarning)      # ours; NumPy's are RuntimeWarnings
            fitted.fit(*data)
        for name, good in good_calls(fitted, *data).items():
            yield from _spoiled_calls(f"{type(fitted).__name__}.{name}", _on_a_copy(fitted, name), good)


def good_calls(fitted: Estimator, X: np.ndarray, y: np.ndarray | None = None) -> dict[str, dict[str, Any]]:
    """Return good arguments for every public method that takes data, by its name."""
    known: dict[str, Any] = {"X": X, "rng": np.random.default_rng(0), "y": y,
                             "noise": {"labels": y} if isinstance(fitted, SegmentationNetwork) else None}
    if isinstance(fitted, Transformer):
        known |= {"Z": fitted.transform(X)}
    if hasattr(fitted, "codes"):
        known |= {"codes": fitted.codes(X)}
    if hasattr(fitted, "encode"):
        known |= {"Z": X, "numbers": fitted.encode(X)}
    if hasattr(fitted, "predict_proba"):
        known |= {"responsibilities": fitted.predict_proba(X)}
    calls = {}
    for name, method in inspect.getmembers(type(fitted), inspect.isfunction):
        parameters = list(inspect.signature(method).parameters.values())[1:]
        if not name.startswith("_") and parameters and parameters[0].name in known and name not in NOT_TRIED:
            needed = {each.name for each in parameters if each.default is inspect.Parameter.empty}
            wanted = {"rng", "noise"} if name == "loss_and_gradients" else {"y"}
            taken = [each.name for each in parameters if each.name in needed | wanted and known.get(each.name) is not None]
            calls[name] = {argument: known[argument] for argument in taken}
    return calls


def _on_a_copy(fitted: Estimator, name: str) -> Callable[..., Any]:
    """Return the method, called on a copy, which must not have changed when it raises."""
    def call(**arguments: Any) -> Any:
        model = copy.deepcopy(fitted)
        before = pickle.dumps(model)
        try:
            result = getattr(model, name)(**arguments)
        except Exception:
            assert pickle.dumps(model) == before, "the failed call changed the estimator"
            raise
        return getattr(result, "theta", 0.0) if isinstance(result, Estimator) else result
    return call


def _spoiled_calls(name: str, function: Callable[..., Any], good: dict[str, Any]) -> Iterator[tuple[Trial, Callable[[], Any]]]:
    for argument, value in good.items():
        for given, bad in spoiled(value).items():
            amount = argument in AMOUNTS and given in ("huge", "very huge", "inf")
            if not amount and (argument, given) != ("build", "a function"):
                yield Trial(name, argument, given, tuple(good)), lambda a=argument, bad=bad: function(**{**good, a: bad})


def what_is_wrong(trial: Trial, run: Callable[[], Any]) -> str | None:
    """Run it and return what is not as it must be, or None."""
    names = trial.arguments if trial.given in RELATIVE else (trial.argument,)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", category=UserWarning)      # ours; NumPy's are RuntimeWarnings
            result = run()
    except (TrainingDiverged, NotImplementedError):
        return None
    except (ValueError, TypeError) as error:
        named = any(re.search(rf"(?<![a-zA-Z]){re.escape(name)}\b", str(error)) for name in names)
        return None if named else f"does not name it: {error!r}"
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return None if finite(result) or trial.function in NOT_FINITE else "a result that is not finite"


def finite(result: Any) -> bool:
    """Return whether all numbers in arrays, tuples, lists, dictionaries and records are finite."""
    if isinstance(result, dict):
        return all(map(finite, result.values()))
    if isinstance(result, (tuple, list)):
        return all(map(finite, result))
    array = np.asarray(result)
    return array.dtype.kind not in "fc" or bool(np.isfinite(array).all())
