r"""Nearest neighbours: how much a code says about the class, asked of the simplest classifier there is.

Key: m known codes Z (m, d) with labels, q new codes Q (q, d). Squared distances come from one matrix product,

    |q - z|^2 = |q|^2 - 2 q . z + |z|^2,

in which |q|^2 is the same for all z and is left out. Both sets are first shifted by the mean of Z: the terms are then
not large numbers with a small difference. A block of queries at a time: memory is QUERIES * m numbers, never q * m * d.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..validation import as_array, check_integer, check_matrix

QUERIES = 256


def nearest(codes: ArrayLike, new_codes: ArrayLike, k: int = 5) -> np.ndarray:
    """Return the row numbers (q, k) of the k codes (m, d) nearest to each new code (q, d), the nearest first.

    Distances are Euclidean; of equally distant codes the one with the smaller row number comes first.
    """
    Z = check_matrix(codes, "codes")
    Q = check_matrix(new_codes, "new_codes", n_features=Z.shape[1])
    check_integer(k, "k", 1, len(Z))
    centre = Z.mean(axis=0)
    Z, Q = Z - centre, Q - centre
    lengths = np.sum(Z ** 2, axis=1)                                    # (m,)
    rows = [np.argsort(lengths - 2 * block @ Z.T, axis=1, kind="stable")[:, :k]
            for block in np.split(Q, range(QUERIES, len(Q), QUERIES))]
    return np.concatenate(rows)


def predict_by_neighbours(codes: ArrayLike, labels: ArrayLike, new_codes: ArrayLike, k: int = 5) -> np.ndarray:
    """Return for each new code (q, d) the label that most of its k nearest codes (m, d) have, (q,).

    Among labels with equally many votes the smallest wins.
    """
    rows = nearest(codes, new_codes, k)                                 # (q, k)
    return majority(_check_labels(labels, np.shape(codes)[0], "labels")[rows])


def majority(votes: np.ndarray) -> np.ndarray:
    """Return the label that comes most often in each row of votes (q, k), (q,); of several such labels the smallest."""
    classes, numbers = np.unique(votes, return_inverse=True)
    counts = (numbers.reshape(votes.shape)[:, :, np.newaxis] == np.arange(len(classes))).sum(axis=1)    # (q, c)
    return classes[counts.argmax(axis=1)]


def neighbour_accuracy(codes: ArrayLike, labels: ArrayLike, new_codes: ArrayLike, new_labels: ArrayLike,
                       k: int = 5) -> float:
    """Return the share of new codes (q, d) whose label is predicted rightly by their k nearest codes (m, d)."""
    predicted = predict_by_neighbours(codes, labels, new_codes, k)
    return float(np.mean(predicted == _check_labels(new_labels, len(predicted), "new_labels")))


def _check_labels(labels: Any, count: int, name: str) -> np.ndarray:
    array = as_array(labels, name)
    if array.shape != (count,):
        raise ValueError(f"{name} must hold one label for each of the {count} codes, got shape {array.shape}")
    return array
