"""The 1,797 handwritten digits of 8x8 pixels that are part of the package (origin and licence: data/README.md)."""

from importlib import resources

import numpy as np

from .images import ImageData

N_TRAIN = 1437  # the split of the whole library: the first 1,437 images train, the last 360 test
_MAX_GRAY = 16  # each pixel counts the inked points of a 4x4 block


def load_digits() -> ImageData:
    """Return the embedded digits as fresh arrays: X_train (1437, 64), X_test (360, 64), labels 0..9, image_shape (8, 8).

    The pixels are the counts 0..16 of the original data divided by 16: float32, exact, in [0, 1].
    """
    file = resources.files(__package__) / "data" / "digits.npz"
    with file.open("rb") as handle, np.load(handle, allow_pickle=False) as arrays:
        X = arrays["images"].astype(np.float32) / np.float32(_MAX_GRAY)
        y = arrays["labels"].astype(np.int64)
    return ImageData(X[:N_TRAIN], y[:N_TRAIN], X[N_TRAIN:], y[N_TRAIN:], (8, 8))
