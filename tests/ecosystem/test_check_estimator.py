"""scikit-learn's own checks of estimators, on every estimator. They need the `dev` extra."""

import warnings

import numpy as np
import pytest

from npae.models.base import Model

from .estimators import MODELS, OF_IMAGES, OTHERS, WITHOUT_CHECKS, estimator_classes

pytestmark = pytest.mark.dev
# Classes that others are derived from: none can be fitted by itself.
BASES = {"Model", "QuantizedAutoencoder", "PriorOverCodes", "VariationalNetworks", "Evidence"}
# Its data with a NaN have three columns, which are no images: the refusal of NaN by these is in tests/robustness.
NOT_ON_IMAGES = "check_estimators_nan_inf"
NOT_FOR_US = {"check_array_api_input"}      # skipped by scikit-learn itself: for arrays on other devices
by_name = {"ids": lambda estimator: type(estimator).__name__}


def failures(estimator):
    """Return how many checks passed, those that scikit-learn skipped, and those that failed with their messages."""
    from sklearn.utils.estimator_checks import check_estimator
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*does not inherit from `sklearn.base.BaseEstimator`")     # not imported, on purpose
        warnings.filterwarnings("ignore", "Can't test estimator")
        warnings.filterwarnings("always", "A column-vector y")         # the check looks for it
        warnings.filterwarnings("ignore", "Constructing a DIA matrix")      # scipy's, of a check's own data
        results = check_estimator(estimator, on_fail=None, on_skip=None)
    by_status = {status: [result for result in results if result["status"] == status]
                 for status in ("passed", "skipped", "failed")}
    assert sum(map(len, by_status.values())) == len(results)
    return (len(by_status["passed"]), {result["check_name"] for result in by_status["skipped"]},
            [f"{result['check_name']}: {result['exception']!r}" for result in by_status["failed"]])


def test_no_estimator_is_forgotten():
    tried = {type(estimator) for estimator in MODELS + OF_IMAGES + OTHERS + WITHOUT_CHECKS}
    assert {kind for kind in estimator_classes() if kind.__name__ not in BASES and kind.__module__.startswith("npae.")} == tried


@pytest.mark.parametrize("estimator", MODELS, **by_name)
def test_models_as_they_are(estimator):
    passed, _, failed = failures(estimator)
    assert not failed and passed >= 39


@pytest.mark.parametrize("estimator", MODELS, **by_name)
def test_models_in_float64(estimator):
    """In float32 the last digits of a row depend on its place, and scikit-learn is told so; in float64 nothing is left out."""
    passed, skipped, failed = failures(type(estimator)(**{**estimator.get_params(), "dtype": "float64"}))
    assert not failed and skipped <= NOT_FOR_US and passed >= 45


@pytest.mark.parametrize("estimator", OTHERS, **by_name)
def test_others(estimator):
    passed, skipped, failed = failures(estimator)
    assert not failed and skipped <= NOT_FOR_US and passed >= 40


@pytest.mark.parametrize("estimator", OF_IMAGES + WITHOUT_CHECKS, **by_name)
def test_those_of_images_say_that_not_any_columns_will_do(estimator):
    from sklearn.utils import get_tags
    assert not get_tags(estimator).input_tags.two_d_array
    assert not failures(estimator)[2]


@pytest.mark.parametrize("estimator", OF_IMAGES, **by_name)
def test_those_of_images_pass_on_images(estimator, monkeypatch):
    """The checks' own data, their columns repeated until they are images of 8 x 8."""
    from sklearn.utils import estimator_checks
    theirs = estimator_checks._enforce_estimator_tags_X

    def as_images(estimator, X, **more):
        given = np.asarray(theirs(estimator, X, **more))
        return given[:, np.arange(64) % given.shape[1]] if given.ndim == 2 else given

    monkeypatch.setattr(estimator_checks, "_enforce_estimator_tags_X", as_images)
    monkeypatch.setattr(type(estimator), "_row_kind", Model._row_kind)
    passed, skipped, failed = failures(type(estimator)(**{**estimator.get_params(), "dtype": "float64"}))
    assert [failure.split(":")[0] for failure in failed] == [NOT_ON_IMAGES] and skipped <= NOT_FOR_US and passed >= 44
