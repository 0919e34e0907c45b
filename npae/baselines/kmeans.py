r"""k-means: K centres, and every example at the nearest one. A codebook without networks, which one with networks must reach.

Key: m examples x (m, d), K centres c (K, d), assignment a (m,): example i belongs to centre a_i.

    J(a, c) = sum_i |x_i - c_(a_i)|^2                                                       (1)
is called the inertia. Lloyd's algorithm lowers it in turns, each turn exactly:
    given c, the best a_i is the nearest centre,        argmin_k |x_i - c_k|^2              (2)
    given a, the best c_k is the mean of its examples,  dJ/dc_k = 2 sum_i (c_k - x_i) = 0   (3)
No turn raises J and there are finitely many assignments, so it ends: when the assignment stays as it was, and with it J. What it
ends in is a local minimum, and the start decides which: `n_init` starts are tried and the best is kept. (The Gaussian mixture by
EM does the same with soft assignments; shrink its round, equal components to points and it is k-means.)

The start, k-means++ (Arthur and Vassilvitskii 2007): the first centre is an example; each further one is an example drawn in
proportion to its squared distance from the nearest centre so far. In expectation its J is within a factor 8 (log K + 2) of the
best, where K examples drawn evenly have no bound at all: two of them in one cluster leave another one without.

A centre that no example chooses has no mean. `lloyd_step` leaves it where it is, as a codebook does between its revivals; the
estimator moves it to the example that is farthest from its own centre, which lowers J in the next turn.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..estimator import Estimator
from ..latents import nearest_code
from ..validation import Seed, check_generator, check_integer, check_matrix, check_numbers, check_random_state


@dataclass(kw_only=True, repr=False, eq=False)
class KMeans(Estimator):
    """k-means by Lloyd's algorithm from k-means++ starts.

    Lloyd steps end when no assignment changes, or after `max_iterations`; the best of `n_init` runs is kept.
    Fitted: `centers_` (K, d), `labels_` (m,), `inertia_` in squared units of X summed over the examples, `history_` (the
    inertia at the start and after each of the `n_iter_` steps, always falling), `n_features_in_`.
    """

    n_clusters: int = 8
    max_iterations: int = 100
    n_init: int = 1
    random_state: Seed = None

    def fit(self, X: ArrayLike, y: Any = None) -> KMeans:
        """Cluster X (m, d) with m >= n_clusters and return self. Raises ValueError for fewer examples than clusters."""
        for name in ("n_clusters", "max_iterations", "n_init"):
            check_integer(getattr(self, name), name, 1)
        x, rng = check_matrix(X), check_random_state(self.random_state)
        if self.n_clusters > len(x):
            raise ValueError(f"n_clusters must be at most the number of examples in X, {len(x)}, got {self.n_clusters}")
        middle = x.mean(axis=0)
        runs = [self._run(x - middle, rng) for _ in range(self.n_init)]
        centers, self.history_ = min(runs, key=lambda run: run[1][-1])
        self._remember_features(X, x.shape[1])
        self.centers_, self.n_iter_ = centers + middle, len(self.history_) - 1
        self.labels_ = self.predict(x)
        self.inertia_ = _inertia(x, self.centers_, self.labels_)
        return self

    def predict(self, X: ArrayLike) -> np.ndarray:
        """Return the number of the nearest centre for each row of X (m, d), (m,)."""
        x = self._check_input(X)
        middle = self.centers_.mean(axis=0)     # |c|^2 - 2 x.c loses its digits far from the origin
        return nearest_code(x - middle, self.centers_ - middle)

    def fit_predict(self, X: ArrayLike, y: Any = None) -> np.ndarray:
        """Cluster X (m, d) and return the number of its centre for each row, (m,)."""
        return self.fit(X).labels_

    def score_samples(self, X: ArrayLike) -> np.ndarray:
        """Return minus the squared distance (m,) of each row of X (m, d) from its centre: higher is better."""
        return -_squared_distances(self._check_input(X), self.centers_, self.predict(X))

    def score(self, X: ArrayLike, y: Any = None) -> float:
        """Return the mean of score_samples(X)."""
        return float(self.score_samples(X).mean())

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.estimator_type = "clusterer"
        return tags

    def _run(self, x: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, list[float]]:
        """Return the centres after Lloyd's algorithm, and the inertia at the start and after each step."""
        centers = plus_plus(x, self.n_clusters, rng)
        moved, assignment = lloyd_step(x, centers)
        history = [_inertia(x, centers, assignment)]
        for _ in range(self.max_iterations):
            candidate = _with_empty_moved(x, moved, assignment)
            moved, assignment = lloyd_step(x, candidate)
            inertia = _inertia(x, candidate, assignment)
            if inertia >= history[-1]:          # the assignment is what it was, or equal examples changed between equal centres
                break
            centers = candidate
            history.append(inertia)
        return centers, history


def lloyd_step(x: np.ndarray, centers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the new centres (K, d) for x (m, d), and the assignment (m,) to the old ones that they are the means of.

    A centre that nobody chose stays where it is.
    """
    x, centers = _checked(x, "x"), _checked(centers, "centers")
    if x.shape[1] != centers.shape[1]:
        raise ValueError(f"centers must have the {x.shape[1]} features of x, got {centers.shape[1]}")
    assignment = nearest_code(x, centers)                                                   # (2)
    counts = np.bincount(assignment, minlength=len(centers))
    sums = np.stack([np.bincount(assignment, column, minlength=len(centers)) for column in x.T], axis=1)
    moved, chosen = centers.copy(), counts > 0
    moved[chosen] = sums[chosen] / counts[chosen, np.newaxis]                               # (3)
    return moved, assignment


def plus_plus(x: np.ndarray, K: int, rng: np.random.Generator) -> np.ndarray:
    """Return K rows of x (m, d) as k-means++ draws them, (K, d). Once all rows of x are taken, any of them comes again."""
    x = _checked(x, "x")
    check_integer(K, "K", 1)
    check_generator(rng)
    chosen = [int(rng.integers(len(x)))]
    distance = ((x - x[chosen[0]]) ** 2).sum(axis=1)            # squared, to the nearest centre so far
    while len(chosen) < K:
        p = distance / distance.sum() if distance.any() else None
        chosen.append(int(rng.choice(len(x), p=p)))
        distance = np.minimum(distance, ((x - x[chosen[-1]]) ** 2).sum(axis=1))
    return x[chosen]


def _checked(x: ArrayLike, name: str) -> np.ndarray:
    """Return x (m, d) in its own real dtype, or raise."""
    array = check_numbers(x, name)
    return check_matrix(array, name, dtype=array.dtype if array.dtype.kind == "f" else np.float64)


def _with_empty_moved(x: np.ndarray, centers: np.ndarray, assignment: np.ndarray) -> np.ndarray:
    """Return the centres, those that nobody chose moved to the examples that are farthest from their own."""
    empty = np.setdiff1d(np.arange(len(centers)), assignment)
    distance = _squared_distances(x, centers, assignment)
    centers[empty] = x[np.argsort(-distance, kind="stable")[:len(empty)]]
    return centers


def _inertia(x: np.ndarray, centers: np.ndarray, assignment: np.ndarray) -> float:
    return float(_squared_distances(x, centers, assignment).sum())                          # (1)


def _squared_distances(x: np.ndarray, centers: np.ndarray, assignment: np.ndarray) -> np.ndarray:
    return ((x - centers[assignment]) ** 2).sum(axis=1)
