r"""Scenes whose every pixel has a known label: filled shapes, and handwritten digits among clutter.

Key: m scenes of side x side pixels, flattened row by row. X (m, side^2) float64 gray values, 0 white and 1 black; labels
(m, side^2) int64, what each pixel belongs to. Pixel (i, j) belongs to a shape if its centre, the point (i, j), lies in it.

A regular polygon of K sides whose sides have the distance a from its centre is what K half planes have in common,
    max over k of  y sin(angle_k) + x cos(angle_k)  <=  a,      angle_k = pi / 2 + 2 pi k / K,      area = K a^2 tan(pi / K),
with x to the right and y down from the centre: the side k = 0 is the bottom.
Shapes of one size r are drawn with one area, pi r^2: how many pixels a shape has does not say which shape it is.

Gray values are not clipped: noise carries some of them out of [0, 1].
"""

from __future__ import annotations

import numpy as np

from ..validation import Seed, check_choice, check_integer, check_random_state, check_real
from .digits import load_digits

SHAPES = ("background", "disc", "square", "triangle")       # by label
SIDES = {1: 0, 2: 4, 3: 3}                                  # of the polygon; a disc has none
PARTS = ("train", "validation", "test")
UPRIGHT = np.pi / 2                                         # the direction of the bottom side, y being downwards
TRIES = 20                                                  # to find a place for a shape
N_VALIDATION = 287                                          # the last ones of the training digits


def shapes(n_examples: int, side: int = 16, *, n_shapes: int = 2, noise: float = 0.1,
           random_state: Seed = None) -> tuple[np.ndarray, np.ndarray]:
    """Draw scenes of 1 to n_shapes upright discs, squares and triangles that do not touch each other.

    Returns X and labels, both (n_examples, side^2): 0 background, 1 disc, 2 square, 3 triangle (SHAPES). Each scene has a
    background of a gray from 0 to 0.2; each shape has a gray from 0.4 to 1, a size (the radius of the disc of its area) from 0.16
    to 0.26 of the side, and a centre at least that far from the border (a triangle's corner may be cut off). All are uniform and
    independent; then Gaussian noise of standard deviation `noise` comes on every pixel. A shape that would touch another gets
    another size and place, and is left out when 20 of them do not fit: with n_shapes=3 one in five is.
    Raises ValueError or TypeError, naming the argument, for a count below 1, a side below 8 or a negative noise.
    """
    _check(n_examples, side, noise)
    check_integer(n_shapes, "n_shapes", 1)
    rng = check_random_state(random_state)
    X, labels = _backgrounds(n_examples, side, rng), np.zeros((n_examples, side, side), dtype=np.int64)
    for image, label in zip(X, labels):
        for _ in range(rng.integers(1, n_shapes + 1)):
            _add_shape(image, label, rng)
    return _flat(X + noise * rng.standard_normal(X.shape)), _flat(labels)


def _add_shape(image: np.ndarray, label: np.ndarray, rng: np.random.Generator) -> None:
    """Write a shape into image and label (side, side), or nothing where no place for it is found."""
    side = len(image)
    kind, gray = int(rng.integers(1, len(SHAPES))), rng.uniform(0.4, 1.0)
    for _ in range(TRIES):
        size = side * rng.uniform(0.16, 0.26)
        centre = rng.uniform(size, side - 1 - size, 2)
        if not label[_inside(side, centre, size, SIDES[kind], margin=1)].any():
            inside = _inside(side, centre, size, SIDES[kind])
            image[inside], label[inside] = gray, kind
            return


def digit_scenes(n_examples: int, part: str = "train", side: int = 16, *, clutter: int = 4, noise: float = 0.05,
                 random_state: Seed = None) -> tuple[np.ndarray, np.ndarray]:
    """Lay one of the embedded digits (8 x 8 pixels) over a background, strokes and blobs of the same gray values.

    part: which digits are used: "train" (the first 1,150 training images), "validation" (their last 287) or "test" (the 360 test
    images). No digit is in two parts, so that what is learnt on one is tried on handwriting that it has not met.

    Returns X and labels, both (n_examples, side^2): 1 where the digit has at least half of the full ink, else 0. A pixel shows
    the digit's gray value or that of what is behind it, whichever is darker. There are `clutter` pieces in each scene, a stroke
    (4 to 8 pixels long, 1 to 2 wide) or a blob (radius 1 to 2) with equal chance, of a gray from 0.5 to 1; last, Gaussian noise
    of standard deviation `noise` comes on every pixel.
    Raises ValueError or TypeError, naming the argument, for an unknown part, a count below 1, a side below 8 or a negative noise.
    """
    _check(n_examples, side, noise)
    check_choice(part, "part", PARTS)
    check_integer(clutter, "clutter", 0)
    rng, digits = check_random_state(random_state), _digits(part)
    X, labels = _backgrounds(n_examples, side, rng), np.zeros((n_examples, side, side), dtype=np.int64)
    for image, label in zip(X, labels):
        for _ in range(clutter):
            piece, gray = _clutter(side, rng), rng.uniform(0.5, 1.0)
            image[piece] = np.maximum(image[piece], gray)
        digit = digits[rng.integers(len(digits))]
        top, left = rng.integers(0, side - 8 + 1, 2)
        place = slice(top, top + 8), slice(left, left + 8)
        image[place] = np.maximum(image[place], digit)
        label[place] = digit >= 0.5
    return _flat(X + noise * rng.standard_normal(X.shape)), _flat(labels)


def _check(n_examples: int, side: int, noise: float) -> None:
    check_integer(n_examples, "n_examples", 1)
    check_integer(side, "side", 8)
    check_real(noise, "noise", 0.0)


def _backgrounds(m: int, side: int, rng: np.random.Generator) -> np.ndarray:
    """Return (m, side, side), each scene of one gray."""
    return np.repeat(rng.uniform(0.0, 0.2, (m, 1)), side * side, axis=1).reshape(m, side, side)


def _digits(part: str) -> np.ndarray:
    """Return the digits (q, 8, 8) of a part."""
    data = load_digits()
    cut = len(data.X_train) - N_VALIDATION
    X = {"train": data.X_train[:cut], "validation": data.X_train[cut:], "test": data.X_test}[part]
    return X.reshape(len(X), *data.image_shape).astype(np.float64)


def _clutter(side: int, rng: np.random.Generator) -> np.ndarray:
    """Return the pixels (side, side) bool of a stroke or a blob."""
    centre, angle = rng.uniform(0, side - 1, 2), rng.uniform(0, np.pi)
    if rng.random() < 0.5:
        return _inside(side, centre, rng.uniform(1, 2), 0)
    y, x = _grid(side, centre)
    along, across = y * np.sin(angle) + x * np.cos(angle), y * np.cos(angle) - x * np.sin(angle)
    return (np.abs(along) <= rng.uniform(2, 4)) & (np.abs(across) <= rng.uniform(0.5, 1))


def _inside(side: int, centre: np.ndarray, size: float, sides: int, margin: float = 0.0) -> np.ndarray:
    """Return which pixels (side, side) lie in the disc (sides=0) or regular polygon of area pi size^2, or `margin` around it."""
    y, x = _grid(side, centre)
    if not sides:
        return y ** 2 + x ** 2 <= (size + margin) ** 2
    apothem = size * np.sqrt(np.pi / (sides * np.tan(np.pi / sides)))
    angles = UPRIGHT + 2 * np.pi * np.arange(sides) / sides
    return np.max([y * np.sin(angle) + x * np.cos(angle) for angle in angles], axis=0) <= apothem + margin


def _grid(side: int, centre: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return how far each pixel lies below and to the right of the centre, (side, 1) and (1, side)."""
    return np.arange(side)[:, np.newaxis] - centre[0], np.arange(side)[np.newaxis] - centre[1]


def _flat(images: np.ndarray) -> np.ndarray:
    return images.reshape(len(images), -1)
