r"""How good a label map is: the confusion matrix of its pixels, and what is read off it.

Key: labels y and predictions p of any one shape, entries 0 .. C - 1; N (C, C) with N_ij the number of pixels of class i that were
called j. All pixels of all images count together: a class is not punished twice for being absent from many images.

    accuracy = sum_i N_ii / sum_ij N_ij
    IoU_c    = N_cc / (sum_j N_cj + sum_i N_ic - N_cc)          pixels in both over pixels in either: intersection over union
    mean IoU = the mean of IoU_c over the classes

The background decides accuracy: calling everything background has an accuracy of .85 where things cover 15 % of the pixels, and,
with C = 2, a mean IoU of (.85 + 0) / 2.

Convention for absent classes. If class c is neither in the labels nor in the predictions, IoU_c is 0 / 0: it is returned as NaN
and left out of the mean. If it is predicted and not there, IoU_c is 0 and counts.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ..validation import as_array, check_size
from .segmentation_checks import check_labels


def confusion_matrix(labels: ArrayLike, predicted: ArrayLike, n_classes: int) -> np.ndarray:
    """Return N (C, C), int64: how many pixels of the class of the row were called the class of the column.

    labels and predicted: whole numbers from 0 to n_classes - 1, of the same shape. Raises ValueError or TypeError otherwise.
    """
    check_size(n_classes, "n_classes")
    y = check_labels(labels, as_array(labels, "labels").shape, n_classes, "labels")
    p = check_labels(predicted, y.shape, n_classes, "predicted")
    if not y.size:
        raise ValueError("labels is empty: there is no pixel to compare")
    return np.bincount(n_classes * y.ravel() + p.ravel(), minlength=n_classes ** 2).reshape(n_classes, n_classes)


def pixel_accuracy(labels: ArrayLike, predicted: ArrayLike, n_classes: int) -> float:
    """Return the share of pixels whose class is predicted rightly."""
    counts = confusion_matrix(labels, predicted, n_classes)
    return float(np.trace(counts) / counts.sum())


def intersection_over_union(labels: ArrayLike, predicted: ArrayLike, n_classes: int) -> np.ndarray:
    """Return IoU (C,) of every class, NaN for a class that is neither in labels nor in predicted."""
    counts = confusion_matrix(labels, predicted, n_classes)
    both = np.diag(counts)
    either = counts.sum(axis=0) + counts.sum(axis=1) - both
    return np.divide(both, either, out=np.full(n_classes, np.nan), where=either > 0)


def mean_iou(labels: ArrayLike, predicted: ArrayLike, n_classes: int) -> float:
    """Return the mean of the IoU over the classes that are in labels or in predicted."""
    return float(np.nanmean(intersection_over_union(labels, predicted, n_classes)))
