"""The one type in which every image data set comes."""

from typing import NamedTuple

import numpy as np


class ImageData(NamedTuple):
    """Labelled images, split into train and test. Rows are examples.

    X_train, X_test: float32 in [0, 1], (m, height * width); `X[i].reshape(image_shape)` is a picture, 0 the background.
    y_train, y_test: int64 labels, (m,).
    image_shape:     (height, width).
    """

    X_train: np.ndarray
    y_train: np.ndarray
    X_test: np.ndarray
    y_test: np.ndarray
    image_shape: tuple[int, int]

    def __repr__(self) -> str:
        height, width = self.image_shape
        return f"ImageData({len(self.X_train):,} + {len(self.X_test):,} images of {height} x {width})"
