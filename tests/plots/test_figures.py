"""Figures are Figure objects that hold what they claim to hold, and drawing them leaves matplotlib as it was."""

import os
import subprocess
import sys
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

import npae
from npae import plots
from npae.plots import style, tiles
from npae.plots.labels import class_medians, push_apart

SHAPE = (3, 2)      # neither square nor symmetric: a transposed picture shows
HISTORY = {"loss": [9.0, 3.0, 1.0], "val_loss": [8.0, 4.0, 2.0], "seconds": [0.1, 0.1, 0.1]}


def draw_one_of_each() -> list[Figure]:
    rng = np.random.default_rng(3)
    images, labels = rng.random((7, 6)), np.arange(20) % 10
    return [
        plots.image_grid(images, SHAPE, columns=4, title="grid"),
        plots.reconstructions({"original": images, "model": images}, SHAPE, column_titles=list("0123456")),
        plots.filters(rng.normal(size=(6, 5)), SHAPE, title="filters"),
        plots.learning_curves({"a": HISTORY, "b": HISTORY}, floors={"a": ("PCA", 0.5)}),
        plots.scatter_codes({"a": rng.normal(size=(20, 2)), "b": rng.normal(size=(20, 2))}, labels, {"a": "note"}),
    ]


def canvas_of(figure: Figure) -> np.ndarray:
    return figure.axes[0].images[0].get_array()


def titles(figure: Figure) -> list[str]:
    return [ax.get_title(loc="left") for ax in figure.axes]


# ---- nothing global -------------------------------------------------------------------------------------------------

def test_figures_render_and_leave_rcparams_alone():
    before = dict(matplotlib.rcParams)
    for figure in draw_one_of_each():
        assert isinstance(figure, Figure)
        assert plots.png_bytes(figure, dpi=40).startswith(b"\x89PNG")
    assert dict(matplotlib.rcParams) == before


def test_neither_pyplot_nor_scipy_nor_sklearn_is_imported():
    program = ("import sys, numpy as np; from npae import plots\n"
               "plots.png_bytes(plots.filters(np.eye(4), (2, 2)), dpi=30)\n"
               "print([n for n in ('matplotlib.pyplot', 'scipy', 'sklearn') if n in sys.modules])")
    root = str(Path(npae.__file__).parents[1])
    done = subprocess.run([sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=False,
                          env={**os.environ, "PYTHONPATH": root})
    assert (done.stdout.strip(), done.stderr) == ("[]", "")


def test_same_figure_same_bytes():
    first, second = (plots.png_bytes(plots.filters(np.eye(4), (2, 2)), dpi=60) for _ in range(2))
    assert first == second


# ---- images ---------------------------------------------------------------------------------------------------------

def test_mosaic_puts_every_image_in_its_place():
    images = np.arange(5 * 6).reshape(5, 3, 2) / 30
    canvas = tiles.mosaic(images, 2, lambda image: np.stack([image] * 4, axis=-1))
    pitch_y, pitch_x = tiles.pitch(3, 2)
    assert canvas.shape == (3 * pitch_y - tiles.SPACE, 2 * pitch_x - tiles.SPACE, 4)
    zoom = tiles.TILE // 3
    for index, image in enumerate(images):
        top, left = index // 2 * pitch_y + tiles.FRAME, index % 2 * pitch_x + tiles.FRAME
        tile = canvas[top:top + 3 * zoom:zoom, left:left + 2 * zoom:zoom, 0]
        np.testing.assert_array_equal(tile, image)
    assert np.all(canvas[2 * pitch_y:, pitch_x:] == 1)                  # the unused place is paper


def test_image_grid_is_dark_on_white_with_a_fixed_scale():
    images = np.array([[0, 0.5, 1, 2, -1, 0.5]])
    canvas = canvas_of(plots.image_grid(images, SHAPE))
    zoom = tiles.TILE // 3
    middle = tiles.FRAME + zoom // 2
    gray = canvas[middle::zoom, middle::zoom, 0][:3, :2]
    np.testing.assert_allclose(gray.ravel(), [1, 0.5, 0, 0, 1, 0.5], atol=0.01)


def test_image_grid_accepts_pictures_as_well_as_rows():
    rows = np.random.default_rng(0).random((4, 6))
    np.testing.assert_array_equal(canvas_of(plots.image_grid(rows, SHAPE)),
                                  canvas_of(plots.image_grid(rows.reshape(4, 3, 2), SHAPE)))


def test_reconstructions_label_rows_and_columns():
    images = np.random.default_rng(1).random((3, 6))
    figure = plots.reconstructions({"original": images, "PCA": images, "deep": 1 - images}, SHAPE, column_titles="abc")
    ax, = figure.axes
    assert [label.get_text() for label in ax.get_yticklabels()] == ["original", "PCA", "deep"]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["a", "b", "c"]
    assert ax.get_yticklabels()[0].get_fontweight() == "bold"


def test_reconstructions_tick_at_the_middle_of_their_rows():
    images = np.zeros((2, 6))
    rows = {"original": images, "first": images + 1, "second": images + 0.5}
    figure = plots.reconstructions(rows, SHAPE)
    column = tiles.FRAME + 5
    shades = [canvas_of(figure)[int(y), column, 0] for y in figure.axes[0].get_yticks()]
    np.testing.assert_allclose(shades, [1, 0, 0.5], atol=0.01)


@pytest.mark.parametrize("rows, message", [
    ({}, "rows is empty"),
    ({"original": np.zeros((3, 6)), "short": np.zeros((2, 6))}, r"rows\['short'\] has 2 images, the originals are 3"),
    ({"original": np.zeros((3, 5))}, r"rows\['original'\] has 5 features"),
])
def test_reconstructions_refuse_what_does_not_fit(rows, message):
    with pytest.raises(ValueError, match=message):
        plots.reconstructions(rows, SHAPE)


# ---- filters --------------------------------------------------------------------------------------------------------

def test_filters_show_columns_of_W_on_one_scale_around_zero():
    W = np.zeros((6, 2))
    W[0, 0], W[5, 0], W[:, 1] = 1, -1, 0.5
    figure = plots.filters(W, SHAPE, limit=1)
    scale = figure.axes[1]
    zoom, middle = tiles.TILE // 3, tiles.FRAME + tiles.TILE // 6
    first = canvas_of(figure)[middle::zoom, middle::zoom, :3][:3, :2]
    red, _, blue = first[0, 0]
    assert red > 2 * blue                                               # positive is red
    red, _, blue = first[2, 1]
    assert blue > 2 * red                                               # negative is blue
    assert first[1, 0].min() > 0.95                                     # zero is white
    assert [label.get_text() for label in scale.get_yticklabels()] == ["−1", "0", "1"]


def test_filters_keep_the_largest_units_in_their_order():
    W = np.ones((6, 5)) * [1, 5, 2, 4, 3]
    full, chosen = plots.filters(W[:, [1, 3, 4]], SHAPE, limit=5), plots.filters(W, SHAPE, max_units=3, limit=5)
    np.testing.assert_array_equal(canvas_of(chosen), canvas_of(full))


def test_filters_of_zeros_are_white():
    assert canvas_of(plots.filters(np.zeros((6, 1)), SHAPE))[20:30, 20:30].min() > 0.95


# ---- curves ---------------------------------------------------------------------------------------------------------

def test_learning_curves_draw_the_history():
    units = {"b": "nats per image"}
    figure = plots.learning_curves({"a": HISTORY, "b": HISTORY}, units, {"b": ("entropy", 0.5)})
    assert titles(figure) == ["a", "b"]
    first, second = figure.axes
    assert (first.get_ylabel(), second.get_ylabel()) == ("squared error per image", "nats per image")
    assert first.get_xlabel() == "epoch"
    for line, key in zip(first.lines, ("loss", "val_loss")):
        np.testing.assert_array_equal(line.get_data(), ([1, 2, 3], HISTORY[key]))
    assert [text.get_text() for text in second.get_legend().get_texts()] == ["training", "validation", "entropy"]
    assert set(second.lines[2].get_ydata()) == {0.5}


def test_learning_curves_are_logarithmic_where_it_helps():
    small = {"loss": [3.0, 2.0]}
    figure = plots.learning_curves({"large": HISTORY, "small": small, "negative": {"loss": [9.0, -1.0]}})
    assert [ax.get_yscale() for ax in figure.axes] == ["log", "linear", "linear"]


def test_learning_curves_of_another_term():
    figure = plots.learning_curves({"a": {**HISTORY, "kl": [3, 2, 1]}}, term="kl")
    np.testing.assert_array_equal(figure.axes[0].lines[0].get_ydata(), [3, 2, 1])
    with pytest.raises(ValueError, match="no 'kl', it has loss, val_loss, seconds"):
        plots.learning_curves({"a": HISTORY}, term="kl")


# ---- codes ----------------------------------------------------------------------------------------------------------

def test_scatter_codes_draws_every_point_and_labels_every_class():
    rng = np.random.default_rng(5)
    points, labels = rng.normal(size=(40, 2)), np.arange(40) % 10
    figure = plots.scatter_codes({"one": points, "two": 3 * points}, labels, {"one": "a note"})
    assert titles(figure) == ["one", "two"]
    ax = figure.axes[0]
    assert len(ax.collections) == 10
    for label, drawn in enumerate(ax.collections):
        np.testing.assert_array_equal(drawn.get_offsets(), points[labels == label])
    assert [text.get_text() for text in ax.texts] == [*"0123456789", "a note"]
    assert ax.get_aspect() == 1
    assert np.ptp(ax.get_xlim()) == pytest.approx(np.ptp(ax.get_ylim()))
    for low, high, values in zip(*np.transpose([ax.get_xlim(), ax.get_ylim()]), points.T):
        assert low < values.min() and values.max() < high


def test_scatter_codes_takes_words_and_many_classes_as_labels():
    points = np.random.default_rng(6).normal(size=(24, 2))
    figure = plots.scatter_codes({"a": points}, np.array(["cat$", "dog", "eel"] * 8))
    assert [text.get_text() for text in figure.axes[0].texts[1:]] == ["dog", "eel"]
    assert len(plots.scatter_codes({"a": points}, np.arange(24) % 12).axes[0].collections) == 12


def test_scatter_codes_of_a_single_point():
    assert plots.png_bytes(plots.scatter_codes({"a": np.ones((1, 2))}, [3]), dpi=30)


@pytest.mark.parametrize("codes, labels, message", [
    ({}, [], "codes is empty"),
    ({"a": np.zeros((3, 4))}, [1, 2, 3], r"codes\['a'\] has 4 features"),
    ({"a": np.zeros((3, 2))}, [1, 2], r"labels must have shape \(3,\)"),
])
def test_scatter_codes_refuse_what_does_not_fit(codes, labels, message):
    with pytest.raises(ValueError, match=message):
        plots.scatter_codes(codes, labels)


def test_class_medians():
    classes, medians = class_medians(np.array([[0, 0], [2, 4], [10, 1], [4, 2.0]]), np.array([7, 7, 2, 7]))
    np.testing.assert_array_equal(classes, [2, 7])
    np.testing.assert_array_equal(medians, [[10, 1], [2, 2]])


def test_push_apart_separates_even_equal_places_and_moves_no_others():
    places = np.array([[0, 0], [0, 0], [0.1, 0], [9, 9.0]])
    moved = push_apart(places, 1.0)
    gaps = np.linalg.norm(moved[:, None] - moved[None], axis=-1) + 9 * np.eye(4)
    assert gaps.min() >= 1 - 1e-6
    np.testing.assert_array_equal(moved[3], places[3])
    np.testing.assert_allclose(moved.mean(axis=0), places.mean(axis=0))
    np.testing.assert_array_equal(places[0], [0, 0])


# ---- colours --------------------------------------------------------------------------------------------------------

def test_class_colours_are_distinct_and_stand_out_from_white_paper():
    assert len(set(style.CLASS_COLOURS)) == 10
    for colour in style.CLASS_COLOURS:
        linear = np.where(np.array(to_rgb(colour)) <= 0.04045, np.array(to_rgb(colour)) / 12.92,
                          ((np.array(to_rgb(colour)) + 0.055) / 1.055) ** 2.4)
        assert 1.05 / (linear @ [0.2126, 0.7152, 0.0722] + 0.05) > 3, colour     # contrast as WCAG defines it
