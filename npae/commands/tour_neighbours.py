"""Nearest neighbours: how much a code says about the class, asked of the simplest classifier there is."""

from __future__ import annotations

import numpy as np


def neighbour_accuracy(codes: np.ndarray, labels: np.ndarray, new_codes: np.ndarray, new_labels: np.ndarray,
                       k: int = 5) -> float:
    """Return the share of new codes (q, d) whose class is that of most of their k nearest codes (m, d).

    Distances are Euclidean; among classes with equally many votes the smallest label wins.
    """
    squared = ((new_codes[:, None, :] - codes[None, :, :]) ** 2).sum(axis=-1)       # (q, m)
    nearest = labels[np.argsort(squared, axis=1, kind="stable")[:, :k]]             # (q, k) labels
    votes = np.array([np.bincount(row).argmax() for row in nearest])
    return float(np.mean(votes == new_labels))
