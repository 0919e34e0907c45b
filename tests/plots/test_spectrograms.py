"""Spectrograms hold what they are given, on axes in seconds and hertz and on one scale."""

import numpy as np
import pytest

from npae.plots import SpectrogramPanel, png_bytes, spectrogram_panels

LEVELS = np.arange(12.0).reshape(3, 4) - 40
PANEL = SpectrogramPanel("one", LEVELS, [0, 100, 200], [0.0, 0.1, 0.2, 0.3], "a note")


def test_panels_hold_the_levels_on_their_axes():
    figure = spectrogram_panels([PANEL, SpectrogramPanel("two", LEVELS + 5, [0, 100, 200], [0.0, 0.1, 0.2, 0.3]), PANEL])
    assert png_bytes(figure, dpi=40).startswith(b"\x89PNG")
    *panels, bar = figure.axes
    shown = [ax for ax in panels if ax.get_visible()]
    assert [ax.get_title(loc="left") for ax in shown] == ["one", "two", "one"]
    for ax, offset in zip(shown, (0, 5, 0)):
        (image,) = ax.images
        np.testing.assert_array_equal(image.get_array(), LEVELS + offset)
        assert image.get_clim() == (-50, 0) and image.origin == "lower"
        np.testing.assert_allclose(image.get_extent(), [-0.05, 0.35, -50, 250])
    assert [ax.get_xlabel() for ax in shown] == ["", "time, s", "time, s"]
    assert [ax.get_ylabel() for ax in shown] == ["frequency, Hz", "", "frequency, Hz"]
    assert bar.get_ylabel() == "amplitude, dB"


@pytest.mark.parametrize("panels, message", [
    ([], "panels is empty"),
    ([SpectrogramPanel("t", LEVELS.T, [0, 1, 2], [0, 1, 2, 3])], r"decibels must have shape \(frequencies, times\) = \(3, 4\)"),
    ([SpectrogramPanel("t", LEVELS[:, :1], [0, 1, 2], [0])], "at least two entries"),
])
def test_bad_panels(panels, message):
    with pytest.raises(ValueError, match=message):
        spectrogram_panels(panels)
