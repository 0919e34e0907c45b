"""What makes no sense for a segmentation network, and labels that are none."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..optimizers import get_optimizer
from ..validation import as_array, check_flag, check_integer, check_real

NOT_FOR_US = {
    "latent_dim": (2, "its code is the last layer of convolutions; channels has all the widths"),
    "hidden_dims": ((128,), "a dense layer would forget where things are; channels has all the widths"),
    "latent_activation": ("identity", "all layers of the encoder have the one activation"),
    "loss": ("mse", "the target is a label map and the loss its cross-entropy"),
    "output_activation": (None, "the outputs are logits, and the loss contains the softmax"),
    "tied": (False, "the decoder makes logits of the classes, and no images"),
    "require_decreasing": (False, "it has no bottleneck to insist on"),
    "corruption": (None, "corrupt the images that you pass to fit"),
    "penalties": ((), "they act on a code layer of units; use weight_decay"),
}


def validate_segmentation(model: Any) -> None:
    """Raise for hyperparameters of SegmentationNetwork that make no sense."""
    for name, (neutral, reason) in NOT_FOR_US.items():
        value = getattr(model, name)
        same = np.array_equal(value, neutral) if isinstance(neutral, tuple) else value is neutral or value == neutral
        if not same:
            raise ValueError(f"{type(model).__name__} does not take {name}={getattr(model, name)!r}: {reason}")
    if get_optimizer(model.optimizer).full_batch:
        raise ValueError(f"optimizer={model.optimizer!r} is for losses without labels; use 'adam'")
    if not len(model.channels):
        raise ValueError("channels must hold the channels of at least one convolution, such as (16, 32), got none")
    check_integer(model.n_classes, "n_classes", 2)
    check_flag(model.skip_connections, "skip_connections")
    if model.class_weights is not None:
        if np.shape(model.class_weights) != (model.n_classes,):
            raise ValueError(f"class_weights must hold one weight for each of the {model.n_classes} classes, got "
                             f"{model.class_weights!r}")
        for index, weight in enumerate(model.class_weights):
            check_real(weight, f"class_weights[{index}]", 0, open_low=True)


def check_labels(labels: Any, shape: tuple[int, ...], n_classes: int, name: str) -> np.ndarray:
    """Return labels as integers of this shape (m, n), or raise unless they are whole numbers from 0 to n_classes - 1."""
    if labels is None:
        raise TypeError(f"{name} must hold the label of every pixel, got None")
    array = as_array(labels, name)
    if array.dtype.kind not in "iufb":
        raise TypeError(f"{name} must hold labels, whole numbers from 0 to {n_classes - 1}, got {array.dtype} data")
    if array.shape != shape:
        raise ValueError(f"{name} must hold one label for each pixel, shape {shape}, got shape {array.shape}")
    wrong = (array < 0) | (array >= n_classes) | (array != np.rint(array))
    if wrong.any():
        place = tuple(np.argwhere(wrong)[0].tolist())
        raise ValueError(f"{name} must hold whole numbers from 0 to {n_classes - 1}, found {array[place]} at {place}")
    return array.astype(np.intp, copy=False)
