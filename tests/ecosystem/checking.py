"""scikit-learn's own checks of estimators, run on ours."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple
from unittest import mock

import numpy as np

from npae.estimator import Estimator
from npae.models.base import Model

from .estimators import MODELS, OF_IMAGES, OTHERS

# Skipped by scikit-learn itself: for arrays on other devices.
NOT_FOR_US = {"check_array_api_input"}
# Its data with a NaN have three columns, which are no images: the refusal of NaN by models of images is in tests/robustness.
NOT_ON_IMAGES = {"check_estimators_nan_inf"}


class Checked(NamedTuple):
    """How many checks passed, the names of those that were skipped, and of those that failed with their errors."""

    passed: int
    skipped: set[str]
    failed: dict[str, Exception]


def checked(estimator: Estimator) -> Checked:
    """Return what scikit-learn's checks say of the estimator."""
    from sklearn.utils.estimator_checks import check_estimator
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*does not inherit from `sklearn.base.BaseEstimator`")     # not imported, on purpose
        warnings.filterwarnings("ignore", "Can't test estimator")
        warnings.filterwarnings("always", "A column-vector y")              # the check looks for it
        warnings.filterwarnings("ignore", "Constructing a DIA matrix")      # scipy's, of a check's own data
        results = check_estimator(estimator, on_fail=None, on_skip=None)
    named = {status: {result["check_name"]: result["exception"] for result in results if result["status"] == status}
             for status in ("skipped", "failed")}
    return Checked(sum(result["status"] == "passed" for result in results), set(named["skipped"]), named["failed"])


def in_float64(estimator: Estimator) -> Estimator:
    """Return the estimator as new, in float64."""
    return type(estimator)(**{**estimator.get_params(deep=False), "dtype": "float64"})


@contextmanager
def data_as_images(kind: type[Estimator]) -> Iterator[None]:
    """Within, the checks' own data have their columns repeated until they are images of 8 x 8, and `kind` takes any data."""
    from sklearn.utils import estimator_checks
    theirs = estimator_checks._enforce_estimator_tags_X

    def as_images(estimator: Any, X: Any, **more: Any) -> Any:
        given = np.asarray(theirs(estimator, X, **more))
        return given[:, np.arange(64) % given.shape[1]] if given.ndim == 2 else given

    with mock.patch.object(estimator_checks, "_enforce_estimator_tags_X", as_images), \
            mock.patch.object(kind, "_row_kind", Model._row_kind):
        yield


def estimator_checks() -> tuple[int, int, list[str]]:
    """Return the number of estimators, of checks that passed on them in float64, and what failed."""
    passed, failed = 0, []
    for estimator in (*MODELS, *OTHERS):
        found = checked(in_float64(estimator) if isinstance(estimator, Model) else estimator)
        passed += found.passed
        failed += [f"{type(estimator).__name__}: {name}: {error!r}" for name, error in found.failed.items()]
    for estimator in OF_IMAGES:
        with data_as_images(type(estimator)):
            found = checked(in_float64(estimator))
        passed += found.passed
        failed += [f"{type(estimator).__name__}: {name}: {error!r}" for name, error in found.failed.items()
                   if name not in NOT_ON_IMAGES]
    return len(MODELS) + len(OTHERS) + len(OF_IMAGES), passed, failed
