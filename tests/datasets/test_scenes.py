"""Scenes with known label maps: the shapes are what they are called, the labels lie where the things are, no digit leaks."""

import numpy as np
import pytest

from npae.datasets import SHAPES, digit_scenes, load_digits, scenes, shapes

SIDE = 32


def areas(label):
    """Area, height and width in pixels of what is labelled, and the share of its box that it fills."""
    rows, columns = np.nonzero(label)
    height, width = np.ptp(rows) + 1, np.ptp(columns) + 1
    return len(rows), height, width, len(rows) / (height * width)


# ---- shapes ---------------------------------------------------------------------------------------------------------


def test_arrays():
    X, y = shapes(7, 12, random_state=0)
    assert X.shape == y.shape == (7, 144) and X.dtype == np.float64 and y.dtype == np.int64
    assert set(np.unique(shapes(50, random_state=0)[1])) == set(range(len(SHAPES)))


def test_each_kind_fills_its_box_as_it_should():
    _, y = shapes(600, 64, n_shapes=1, random_state=0)
    filled = {kind: [] for kind in range(1, 4)}
    for label in y.reshape(-1, 64, 64):
        kind = label.max()
        rows, columns = np.nonzero(label)
        if 0 < rows.min() and rows.max() < 63 and 0 < columns.min() and columns.max() < 63:     # nothing is cut off
            filled[kind].append(areas(label))
    for kind, share, ratio in ((1, np.pi / 4, 1), (2, 1, 1), (3, 0.5, np.sqrt(3) / 2)):
        area, height, width, part = np.mean(filled[kind], axis=0)
        assert len(filled[kind]) > 100
        assert part == pytest.approx(share, abs=0.03) and height / width == pytest.approx(ratio, abs=0.03)
        assert area == pytest.approx(np.pi * 64 ** 2 * (0.21 ** 2 + 0.1 ** 2 / 12), rel=0.06)      # the same for all kinds


def test_triangles_stand_on_their_side():
    _, y = shapes(100, SIDE, n_shapes=1, random_state=1)
    for label in y.reshape(-1, SIDE, SIDE):
        if label.max() == 3:
            rows, widths = np.nonzero(label)[0], (label > 0).sum(axis=1)
            assert np.all(np.diff(widths[rows.min():rows.max() + 1]) >= 0) and widths[rows.max()] > widths[rows.min()]


def test_shapes_do_not_touch():
    _, y = shapes(300, SIDE, n_shapes=4, random_state=2)
    y = y.reshape(-1, SIDE, SIDE)
    for before, after in ((y[:, 1:], y[:, :-1]), (y[:, :, 1:], y[:, :, :-1])):
        assert not np.any((before != after) & (before > 0) & (after > 0))


def test_grays_without_noise():
    X, y = shapes(200, SIDE, n_shapes=3, noise=0, random_state=3)
    for x, label in zip(X, y):
        assert len(np.unique(x[label == 0])) == 1 and 0 <= x[label == 0][0] <= 0.2
    assert X[y > 0].min() >= 0.4 and X.max() <= 1
    assert X[y > 0].min() < 0.42 and X.max() > 0.98


def test_noise_has_its_standard_deviation_and_changes_no_label():
    clean, noisy = shapes(100, random_state=4, noise=0), shapes(100, random_state=4, noise=0.1)
    np.testing.assert_array_equal(clean[1], noisy[1])
    assert np.std(noisy[0] - clean[0]) == pytest.approx(0.1, rel=0.02)


def test_counts_are_uniform_up_to_those_that_find_no_place():
    _, y = shapes(400, 64, n_shapes=2, random_state=5)
    assert np.mean((y > 0).any(axis=1)) == 1
    kinds = np.bincount([label.max() for label in shapes(600, n_shapes=1, random_state=6)[1]])
    assert kinds[0] == 0 and np.all(np.abs(kinds[1:] - 200) < 4 * np.sqrt(600 * 2 / 9))


# ---- digits ---------------------------------------------------------------------------------------------------------


def test_the_label_is_the_ink_of_a_digit_of_that_part():
    data = load_digits()
    known = {"train": data.X_train[:1150], "validation": data.X_train[1150:], "test": data.X_test}
    inked = {part: {(image.reshape(8, 8) >= 0.5).tobytes() for image in images} for part, images in known.items()}
    for part in scenes.PARTS:
        for label in digit_scenes(20, part, random_state=0)[1].reshape(-1, 16, 16):
            windows = [label[i:i + 8, j:j + 8] for i in range(9) for j in range(9)]
            assert any(window.sum() == label.sum() and (window > 0).tobytes() in inked[part] for window in windows)


def test_the_parts_have_no_digit_in_common_and_together_all_of_them():
    data, parts = load_digits(), [scenes._digits(part).reshape(-1, 64) for part in scenes.PARTS]
    np.testing.assert_array_equal(np.concatenate(parts), np.concatenate([data.X_train, data.X_test]))
    assert [len(part) for part in parts] == [1150, 287, 360]


def test_a_scene_without_clutter_and_noise_is_the_digit_on_its_background():
    X, y = digit_scenes(50, clutter=0, noise=0, random_state=1)
    assert X[y == 1].min() >= 0.5 and X[y == 0].max() < 0.5
    assert np.all(X.min(axis=1) <= 0.2)


def test_gray_values_do_not_tell_clutter_from_digits():
    X, y = digit_scenes(400, noise=0, random_state=2)
    clean, same = digit_scenes(400, clutter=0, noise=0, random_state=2)
    assert X.max() <= 1 and clean.max() <= 1
    clutter = np.mean((X >= 0.5) & (y == 0), axis=1)
    assert 0.05 < clutter.mean() < 0.4 and np.mean(y) == pytest.approx(np.mean(same), rel=0.2)
    assert np.mean(X[(X >= 0.5) & (y == 0)]) == pytest.approx(np.mean(X[y == 1]), abs=0.1)


@pytest.mark.parametrize("draw", [shapes, digit_scenes])
def test_bad_arguments(draw):
    for argument, value, message in (("n_examples", 0, "of at least 1"), ("side", 7, "of at least 8"),
                                     ("side", 16.0, "an integer"), ("noise", -0.1, "a finite number"),
                                     ("random_state", [1], "None, a non-negative integer")):
        with pytest.raises((TypeError, ValueError), match=f"{argument} must be .*{message}"):
            draw(**{"n_examples": 2, argument: value})


def test_bad_arguments_of_their_own():
    with pytest.raises(ValueError, match="n_shapes must be an integer of at least 1, got 0"):
        shapes(2, n_shapes=0)
    with pytest.raises(ValueError, match="clutter must be an integer of at least 0, got -1"):
        digit_scenes(2, clutter=-1)
    with pytest.raises(ValueError, match="part must be one of 'train', 'validation', 'test', got 'all'"):
        digit_scenes(2, "all")
