"""Figures of data without spread: no warning of matplotlib's or NumPy's, no error."""

import pytest

from npae import plots

from .plain_figures import FIGURES, failures_of


@pytest.mark.dev
@pytest.mark.parametrize("name", FIGURES)
def test_figures_of_plain_data(name):
    assert failures_of(name) == []


def test_every_function_that_draws_is_tried():
    assert {name for name in plots.__all__ if name[0].islower()} - {"png_bytes"} == set(FIGURES)
