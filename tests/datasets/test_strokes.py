"""Strokes: the truth that is told is the truth that is drawn."""

import numpy as np
import pytest

from npae.datasets import strokes


def test_angle_length_and_centre_are_those_of_the_image():
    data = strokes(200, side=24, random_state=0)
    y, x = np.mgrid[:24, :24].reshape(2, -1)
    places = np.stack([x, y], axis=1)
    weights = data.X / data.X.sum(axis=1, keepdims=True)
    centre = weights @ places
    np.testing.assert_allclose(centre, data.centre, atol=0.15)
    offsets = places - centre[:, None]
    covariance = np.einsum("mp,mpa,mpb->mab", weights, offsets, offsets)
    values, axes = np.linalg.eigh(covariance)
    long = axes[:, :, 1]
    agreement = np.abs(long[:, 0] * np.cos(data.angle) + long[:, 1] * np.sin(data.angle))
    assert agreement.min() > 0.999
    assert np.corrcoef(values[:, 1], data.length ** 2)[0, 1] > 0.99


def test_shapes_ranges_and_seeds():
    data = strokes(50, side=16, random_state=3)
    assert data.X.shape == (50, 256) and data.X.dtype == np.float32 and data.image_shape == (16, 16)
    assert data.X.min() >= 0 and 0.5 < data.X.max() <= 1 and np.all((data.angle >= 0) & (data.angle < np.pi))
    np.testing.assert_array_equal(data.X, strokes(50, side=16, random_state=3).X)
    assert np.any(data.X != strokes(50, side=16, random_state=4).X)


@pytest.mark.parametrize("settings, message", [({"m": 0}, "m must"), ({"m": 3, "side": 2}, "side must"),
                                               ({"m": 3, "width": 0.0}, "width must")])
def test_bad_input(settings, message):
    with pytest.raises(ValueError, match=message):
        strokes(**settings)
