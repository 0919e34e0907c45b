"""What a segmentation network has to beat: a threshold, and a classifier that sees the window around a pixel and nothing else."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from ..applications import SoftmaxRegression, mean_iou

WINDOWS, QUICK_WINDOWS = (1, 3, 5, 9, 13), (1, 5, 9)        # sides, in pixels
N_PIXELS, ITERATIONS, DECAY = 40_000, 100, 1e-5
LEVELS = np.linspace(0.1, 0.9, 41)

Scenes = tuple[np.ndarray, np.ndarray]      # images and labels, both (m, side^2)


@dataclass
class Threshold:
    """Pixels darker than `level` (0 is white, 1 is black) are of class `label`, the others background (0)."""

    level: float
    label: int

    def predict(self, X: np.ndarray) -> np.ndarray:
        """Return the class (m, side^2) of every pixel."""
        return np.where(X > self.level, self.label, 0)


def best_threshold(scenes: Scenes, n_classes: int) -> Threshold:
    """Return the threshold with the highest mean IoU on the scenes. Gray tells one class from the background, no more."""
    X, y = scenes
    candidates = [Threshold(float(level), label) for level in LEVELS for label in range(1, n_classes)]
    return max(candidates, key=lambda threshold: mean_iou(y, threshold.predict(X), n_classes))


@dataclass
class PixelRegression:
    """Softmax regression (logistic for two classes) on the k x k gray values around each pixel; outside the image they are 0."""

    k: int
    n_pixels: int = N_PIXELS        # of the training scenes, drawn at random: more of them change little

    def fit(self, scenes: Scenes, rng: np.random.Generator) -> PixelRegression:
        """Train on randomly drawn pixels of the scenes and return self."""
        X, y = scenes
        image, pixel = np.divmod(rng.choice(y.size, min(self.n_pixels, y.size), replace=False), y.shape[1])
        self._regression = SoftmaxRegression(decay=DECAY, max_iterations=ITERATIONS)
        self._regression.fit(self._windows(X, image, pixel), y[image, pixel])
        return self

    def predict(self, X: np.ndarray) -> np.ndarray:
        """Return the class (m, side^2) of every pixel."""
        pixels = np.arange(X.shape[1])
        return np.array([self._regression.predict(self._windows(x[np.newaxis], 0, pixels)) for x in X])

    def _windows(self, X: np.ndarray, image: np.ndarray | int, pixel: np.ndarray) -> np.ndarray:
        """Return the windows (q, k k) around q pixels, each given by the number of its image and its place there."""
        side, edge = math.isqrt(X.shape[1]), self.k // 2
        framed = np.pad(X.reshape(-1, side, side), ((0, 0), (edge, edge), (edge, edge)))
        windows = sliding_window_view(framed, (self.k, self.k), axis=(1, 2))            # a view, (m, side, side, k, k)
        return windows[image, pixel // side, pixel % side].reshape(len(pixel), -1)


def best_window(train: Scenes, validation: Scenes, n_classes: int, n_pixels: int, windows: Sequence[int] = WINDOWS) -> int:
    """Return the window with the highest mean IoU on validation scenes."""
    scores = {}
    for k in windows:
        classifier = PixelRegression(k, n_pixels).fit(train, np.random.default_rng(0))
        scores[k] = mean_iou(validation[1], classifier.predict(validation[0]), n_classes)
    return max(scores, key=lambda k: scores[k])
