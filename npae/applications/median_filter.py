r"""The median filter: every pixel becomes the median of its neighbourhood. It learns nothing and needs to be told nothing.

Key: m images (m, height * width) in rows, flattened row by row; windows of size x size pixels.

A mean spreads an outlier over the neighbourhood, a median ignores it, as long as fewer than half of the pixels are outliers:
this is the classical remedy for salt and pepper. It keeps straight edges, and it deletes whatever is thinner than half
its window: strokes of one or two pixels, which is all there is in an image of 8 x 8. Beyond the edge the nearest pixel is
repeated.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike

from ..validation import check_integer, check_matrix


@dataclass(frozen=True)
class MedianFilter:
    """Medians over windows of size x size pixels, size odd, in images of image_shape = (height, width)."""

    image_shape: tuple[int, int]
    size: int = 3

    def denoise(self, X: ArrayLike) -> np.ndarray:
        """Return the filtered images (m, height * width)."""
        height, width = self.image_shape
        check_integer(self.size, "size", 1)
        if self.size % 2 == 0:
            raise ValueError(f"size must be odd, so that a window has a middle, got {self.size}")
        images = check_matrix(X, n_features=height * width).reshape(-1, height, width)
        beyond = self.size // 2
        padded = np.pad(images, ((0, 0), (beyond, beyond), (beyond, beyond)), mode="edge")
        windows = sliding_window_view(padded, (self.size, self.size), axis=(1, 2))          # (m, height, width, size, size)
        return np.median(windows, axis=(3, 4)).reshape(len(images), -1)
