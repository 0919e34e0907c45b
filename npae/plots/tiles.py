"""Many small images as one array of colours: framed tiles in rows, on one colour scale.

One array instead of one axes per image: a hundred axes take seconds to lay out, and their pixels come out unequal.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from matplotlib.colors import to_rgba
from numpy.typing import ArrayLike

from ..validation import check_matrix
from .style import FAINT, PAPER

TILE = 96               # array pixels along the longer side of an image, about
FRAME, SPACE = 2, 8     # array pixels: the line around a tile, the paper between two tiles
Colours = Callable[[np.ndarray], np.ndarray]


def as_images(images: ArrayLike, image_shape: tuple[int, int], name: str = "images") -> np.ndarray:
    """Return (m, height, width) from rows (m, height * width), or from an array that has that shape already."""
    height, width = image_shape
    array = np.asarray(images)
    if array.ndim == 3:
        array = array.reshape(len(array), -1)
    return check_matrix(array, name, n_features=height * width).reshape(-1, height, width)


def mosaic(images: np.ndarray, columns: int, colours: Colours) -> np.ndarray:
    """Return images (m, h, w) as an array of colours (height, width, 4); unused places are paper."""
    m, height, width = images.shape
    pitch_y, pitch_x = pitch(height, width)
    rows = -(-m // columns)
    canvas = np.empty((rows * pitch_y - SPACE, columns * pitch_x - SPACE, 4))
    canvas[:] = to_rgba(PAPER)
    for index, image in enumerate(images):
        y, x = index // columns * pitch_y, index % columns * pitch_x
        canvas[y:y + pitch_y - SPACE, x:x + pitch_x - SPACE] = _framed(colours(image))
    return canvas


def pitch(height: int, width: int) -> tuple[int, int]:
    """Return the distance from one tile to the next, in array pixels, downwards and to the right."""
    zoom, around = _zoom(height, width), 2 * FRAME + SPACE
    return height * zoom + around, width * zoom + around


def _zoom(height: int, width: int) -> int:
    return max(1, TILE // max(height, width))


def _framed(image: np.ndarray) -> np.ndarray:
    """Return an image of colours (h, w, 4), enlarged, with a hairline around it."""
    zoom = _zoom(*image.shape[:2])
    enlarged = image.repeat(zoom, axis=0).repeat(zoom, axis=1)
    framed = np.empty((enlarged.shape[0] + 2 * FRAME, enlarged.shape[1] + 2 * FRAME, 4))
    framed[:] = to_rgba(FAINT)
    framed[FRAME:-FRAME, FRAME:-FRAME] = enlarged
    return framed
