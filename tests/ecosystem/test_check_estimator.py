"""scikit-learn's own checks of estimators, on every estimator. They need the `dev` extra."""

import pytest

from .checking import NOT_FOR_US, NOT_ON_IMAGES, checked, data_as_images, in_float64
from .estimators import MODELS, OF_IMAGES, OTHERS, WITHOUT_CHECKS, estimator_classes

pytestmark = pytest.mark.dev
# Classes that others are derived from: none can be fitted by itself.
BASES = {"Model", "QuantizedAutoencoder", "PriorOverCodes", "VariationalNetworks", "Evidence"}
by_name = {"ids": lambda estimator: type(estimator).__name__}


def test_no_estimator_is_forgotten():
    tried = {type(estimator) for estimator in MODELS + OF_IMAGES + OTHERS + WITHOUT_CHECKS}
    assert {kind for kind in estimator_classes() if kind.__name__ not in BASES} == tried


@pytest.mark.parametrize("estimator", MODELS, **by_name)
def test_models_as_they_are(estimator):
    found = checked(estimator)
    assert not found.failed and found.passed >= 39


@pytest.mark.parametrize("estimator", MODELS, **by_name)
def test_models_in_float64(estimator):
    """In float32 the last digits of a row depend on its place, and scikit-learn is told so; in float64 nothing is left out."""
    found = checked(in_float64(estimator))
    assert not found.failed and found.skipped <= NOT_FOR_US and found.passed >= 45


@pytest.mark.parametrize("estimator", OTHERS, **by_name)
def test_others(estimator):
    found = checked(estimator)
    assert not found.failed and found.skipped <= NOT_FOR_US and found.passed >= 40


@pytest.mark.parametrize("estimator", OF_IMAGES + WITHOUT_CHECKS, **by_name)
def test_those_of_images_say_that_not_any_columns_will_do(estimator):
    from sklearn.utils import get_tags
    assert not get_tags(estimator).input_tags.two_d_array
    assert not checked(estimator).failed


@pytest.mark.parametrize("estimator", OF_IMAGES, **by_name)
def test_those_of_images_pass_on_images(estimator):
    with data_as_images(type(estimator)):
        found = checked(in_float64(estimator))
    assert set(found.failed) == NOT_ON_IMAGES and found.skipped <= NOT_FOR_US and found.passed >= 44
