r"""Strokes: images of one line each, whose angle and length are known. What has a code found out about them?

Key: images (m, side * side), gray in [0, 1]; angle in [0, pi), for a line has no direction; length in pixels.

A pixel at distance d from the segment is exp(-d^2 / (2 width^2)): smooth, so that a little turn is a little change. Angles are
even over [0, pi), lengths over [side / 4, 3 side / 4], centres over a square of side / 4 in the middle.

Angles 0 and pi are one line, so the angle itself jumps where the image does not. Its double does: (cos 2a, sin 2a) are the
numbers to ask a code for.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..validation import Seed, check_integer, check_random_state, check_real


class Strokes(NamedTuple):
    """X (m, side * side) float32 in [0, 1]; angle (m,) radians in [0, pi); length (m,) pixels; centre (m, 2) pixels (x, y)."""

    X: np.ndarray
    angle: np.ndarray
    length: np.ndarray
    centre: np.ndarray
    image_shape: tuple[int, int]


def strokes(m: int, side: int = 16, width: float = 0.8, random_state: Seed = None) -> Strokes:
    """Return m images of one stroke each; y points down, as rows of images do. width: of the pen, standard deviation, pixels."""
    check_integer(m, "m", 1)
    check_integer(side, "side", 4)
    check_real(width, "width", 0, open_low=True)
    rng = check_random_state(random_state)
    angle, length = rng.uniform(0, np.pi, m), rng.uniform(side / 4, 3 * side / 4, m)
    centre = (side - 1) / 2 + rng.uniform(-side / 8, side / 8, (m, 2))
    direction = np.stack([np.cos(angle), np.sin(angle)], axis=1)                        # (m, 2)
    y, x = np.mgrid[:side, :side].reshape(2, -1)
    offset = np.stack([x, y], axis=1) - centre[:, np.newaxis]                           # (m, pixels, 2)
    along = offset @ direction[:, :, np.newaxis]                                        # (m, pixels, 1)
    half = length[:, np.newaxis, np.newaxis] / 2
    nearest = np.clip(along, -half, half) * direction[:, np.newaxis]
    distance2 = np.sum((offset - nearest) ** 2, axis=2)
    return Strokes(np.exp(-distance2 / (2 * width ** 2)).astype(np.float32), angle, length, centre, (side, side))
