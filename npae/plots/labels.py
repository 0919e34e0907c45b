"""Class labels on a map of points: at the median of each class, pushed apart where they would cover each other."""

from __future__ import annotations

import numpy as np


def class_medians(points: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the classes (c,) and the coordinatewise median (c, 2) of the points (m, 2) of each."""
    classes = np.unique(labels)
    return classes, np.array([np.median(points[labels == label], axis=0) for label in classes])


def push_apart(places: np.ndarray, distance: float, rounds: int = 200) -> np.ndarray:
    """Return places (c, 2) moved as little as needs be until all lie `distance` apart (or the rounds are over).

    In each round every pair that is too close steps back, each by half of what is missing.
    """
    moved = places.astype(np.float64, copy=True)
    for _ in range(rounds):
        gap = moved[:, None] - moved[None]                              # (c, c, 2) from the second to the first
        length = np.linalg.norm(gap, axis=-1)
        missing = np.triu(distance - length, k=1)
        if not (missing > 1e-9 * distance).any():
            break
        for i, j in np.argwhere(missing > 0):
            away = gap[i, j] / length[i, j] if length[i, j] else np.array([0.0, 1.0])
            moved[i] += away * missing[i, j] / 2
            moved[j] -= away * missing[i, j] / 2
    return moved
