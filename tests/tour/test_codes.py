"""Codes of whole numbers on the tour: what is measured of them, what they draw, and the drawings."""

import numpy as np
import pytest
from matplotlib import colormaps

import npae
from npae import network
from npae.models import (
    Autoencoder,
    ConvolutionalAutoencoder,
    HierarchicalVectorQuantizedAutoencoder,
    VectorQuantizedAutoencoder,
)
from npae.tour.code_maps import COLOURS, LARGEST, code_colours, code_maps
from npae.tour.codes import drawn_by, learn_prior, windows
from npae.tour.hierarchical import redrawn
from npae.tour.kernel_maps import kernel_maps
from npae.tour.widths import layer_widths

SMALL = {"latent_dim": 2, "epochs": 1, "random_state": 0}


@pytest.fixture(scope="module")
def data():
    full = npae.load_digits()
    return npae.ImageData(full.X_train[:200], full.y_train[:200], full.X_test[:40], full.y_test[:40], full.image_shape)


@pytest.fixture(scope="module")
def two(data):
    return HierarchicalVectorQuantizedAutoencoder(n_codes_top=5, n_codes_bottom=3, channels=(4,), top_channels=(4,),
                                                  **SMALL).fit(data.X_train)


# ---- measures -------------------------------------------------------------------------------------------------------

def test_levels_are_measured_code_by_code(two, data):
    top, bottom = learn_prior(two, data, quick=True)
    assert (top.name, top.K, top.slots, top.columns) == ("top", 5, 4, slice(0, 4))
    assert (bottom.name, bottom.K, bottom.slots, bottom.columns) == ("bottom", 3, 16, slice(4, 20))
    nats = -two.code_log_likelihood(data.X_test).mean(axis=0)
    assert (4 * top.nats, 16 * bottom.nats) == pytest.approx(tuple(nats))
    codes, held_out = two.codes(data.X_train), two.codes(data.X_test)
    shares = [(codes[:, 4 + slot] == held_out[:, [4 + slot]]).sum(axis=1) for slot in range(16)]
    assert bottom.counted == pytest.approx(-np.mean(np.log((np.array(shares) + 1) / (len(codes) + 3))))
    assert 1 <= bottom.perplexity <= 3 and bottom.perplexity == two.metrics_["perplexity.bottom"][-1]
    assert top.usage == two.metrics_["usage.top"][-1]


def test_one_level_has_no_name(data):
    model = VectorQuantizedAutoencoder(n_codes=3, n_slots=None, channels=(4,), **SMALL).fit(data.X_train)
    (level,) = learn_prior(model, data, quick=True)
    assert (level.name, level.K, level.slots) == ("", 3, 16) and len(model.priors_[0].history_["loss"]) == 12


def test_redrawn_keeps_the_top(two, data, monkeypatch):
    learn_prior(two, data, quick=True)
    monkeypatch.setattr(two, "decode_codes", lambda codes: codes)
    first, second = (redrawn(two, data.X_test, 4, seed) for seed in (0, 1))
    assert np.array_equal(first[:, :4], two.codes(data.X_test)[:, :4]) and np.array_equal(first[:, :4], second[:, :4])
    assert first.shape == (40, 20) and first[:, 4:].max() < 3 and not np.array_equal(first, second)


def test_windows_are_the_places_and_what_is_around_them():
    image = np.arange(1.0, 17).reshape(1, 16)
    places = windows(image, 4, 2, 0)
    assert places.tolist() == [[[1, 2, 5, 6], [3, 4, 7, 8], [9, 10, 13, 14], [11, 12, 15, 16]]]
    around = windows(image, 4, 2, 1)
    assert around[0, 3].tolist() == [6, 7, 8, 0, 10, 11, 12, 0, 14, 15, 16, 0, 0, 0, 0, 0]
    assert around[0, 0].reshape(4, 4)[1:3, 1:3].ravel().tolist() == [1, 2, 5, 6]


def test_what_a_code_draws_is_the_mean_of_where_it_stands():
    images = np.array([[0.0, 1, 2, 3], [4, 5, 6, 7]])           # 2 x 2 pixels, 2 x 2 places
    codes = np.array([[0, 1, 1, 0], [0, 0, 3, 1]])
    assert drawn_by(codes, 4, images).ravel().tolist() == [3, 10 / 3, 0, 6]     # 0, 3, 4, 5; 1, 2, 7; never; 6


# ---- drawings -------------------------------------------------------------------------------------------------------

def test_colours_follow_the_ink():
    colours = code_colours(np.array([0.5, 0.1, 0.9]))
    np.testing.assert_array_equal(colours, colormaps[COLOURS]([0.5, 0.0, 1.0]))
    assert code_colours(np.array([0.3])).shape == (1, 4)


def test_code_maps_show_images_and_numbered_codes():
    rng = np.random.default_rng(0)
    images, codes = rng.random((2, 64)), np.array([[0, 1, 2, 0], [2, 2, 1, 0]])
    colours = code_colours(np.array([0.0, 0.5, 1.0]))
    figure = code_maps({"image": images, "codes": codes}, 8, {"codes": colours})
    (ax,) = figure.axes
    assert [text.get_text() for text in ax.texts] == [str(code) for code in codes.ravel()]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["image", "codes"]
    canvas = ax.images[0].get_array()
    for text, code in zip(ax.texts, codes.ravel()):
        x, y = (round(place) for place in text.get_position())
        np.testing.assert_allclose(canvas[y, x], colours[code])
        assert text.get_fontsize() <= LARGEST
        assert (text.get_color() == "#ffffff") == (code == 2)           # white on the darkest only
    shade = colormaps["gray_r"](images[0, 0])
    np.testing.assert_allclose(canvas[5, 5], shade)


def test_kernels_stand_above_their_maps():
    kernels = np.zeros((2, 3, 3))
    kernels[1, 1, 1] = -2.0
    maps = np.zeros((1, 2, 16))
    maps[0, 0, 0] = 0.5                                                  # the largest: as red as can be
    figure = kernel_maps(kernels, np.zeros((1, 64)), maps)
    canvas = figure.axes[0].images[0].get_array()
    tile = canvas.shape[1] // 3
    red, blue = colormaps["RdBu_r"](1.0), colormaps["RdBu_r"](0.0)
    assert np.isclose(canvas[:tile], blue).all(axis=2).any() and not np.isclose(canvas[:tile], red).all(axis=2).any()
    below = np.isclose(canvas[tile:], red).all(axis=2)
    assert below.any() and not below[:, 2 * tile:].any()                # of the first kernel
    assert figure.axes[0].texts[0].get_text() == "kernels"


@pytest.mark.parametrize("model", [
    Autoencoder(hidden_dims=(7, 5), latent_dim=3), ConvolutionalAutoencoder(channels=(4, 6), hidden_dims=(5,), latent_dim=3),
    VectorQuantizedAutoencoder(n_slots=3, hidden_dims=(7,), latent_dim=2),
    VectorQuantizedAutoencoder(n_slots=None, channels=(4,), latent_dim=3)], ids=lambda model: type(model).__name__)
def test_widths_are_those_of_the_layers(model):
    model.initialize(64)
    x = np.zeros((1, 64), np.float32)
    encoded = network.forward(model._encoder, model.params, x)
    decoded = network.forward(model._decoder, model.params, encoded[-1].y)
    seen = [64, *(step.y.shape[1] for step in (*encoded, *decoded))]
    assert layer_widths(model, 64) == (seen, [len(encoded)])


def test_widths_of_two_levels(two):
    widths, codes = layer_widths(two, 64)
    assert (widths, codes) == ([64, 64, 16, 8, 16, 64, 32, 64, 64], [3, 6])
    assert sum(widths[code] for code in codes) == two.transform(np.zeros((1, 64))).shape[1]
