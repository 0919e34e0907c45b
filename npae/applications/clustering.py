r"""Clustering on codes: k-means where distances mean more than between pixels, and two measures of what it found.

Key: m examples, classes u (m,) and clusters v (m,), names of any kind; contingency table N (c, K), N_ij the number of examples
of class i in cluster j; a_i = sum_j N_ij, b_j = sum_i N_ij. Names carry no meaning: both measures use N alone, and permuting
its rows or columns changes nothing.

Normalized mutual information. With p_ij = N_ij/m, p_i = a_i/m, q_j = b_j/m, knowing the cluster takes the uncertainty
H(u) = -sum_i p_i log p_i of the class down by

    I(u; v) = sum_ij p_ij log( p_ij / (p_i q_j) )                                                           (1)
    NMI     = I(u; v) / ( (H(u) + H(v))/2 )                                                                 (2)

I is at most the smaller of the two entropies, so NMI is at most 1, which only a renaming has: I = H(u) = H(v). Two partitions
into one part each are a renaming of each other, 1. It is not corrected for chance: many small clusters raise it.

Adjusted Rand index. Count pairs of examples: S = sum_ij C(N_ij, 2) are together in both, A = sum_i C(a_i, 2) of one class,
B = sum_j C(b_j, 2) of one cluster, of C(m, 2) pairs altogether. If the clusters were dealt out at random with sizes b_j, a pair
of one class would share a cluster with probability B / C(m, 2); so E[S] = A B / C(m, 2), and as S is at most (A + B)/2,

    ARI = (S - E[S]) / ( (A + B)/2 - E[S] )                                                                 (3)

is 1 for a renaming, 0 on average for clusters dealt out at random whatever their number, and below 0 for worse than that. The
denominator is 0 for two partitions into one part, or two into m parts, alone; they are renamings, 1.
(Example: u = 0 0 1 1, v = 0 0 1 2 has N = [[2, 0, 0], [0, 1, 1]], S = 1, A = 2, B = 1, E[S] = 1/3: ARI = (2/3)/(7/6) = 4/7;
I = H(u) = log 2, H(v) = 3/2 log 2: NMI = 4/5.)

Choosing without labels. Which codes to cluster has to be decided before anybody names the clusters. What can be seen then is
whether the clusters come back: k-means on one half of the examples and on the other, and the ARI of what both say about new
ones, `cluster_stability`. Clusters that are there are found twice. (Stable is not yet right: one stable boundary in the wrong
place counts as much. Source: Lange et al. 2004; Hubert and Arabie 1985 for (3).)
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..baselines import KMeans
from ..validation import Seed, as_array, check_integer, check_random_state
from .code_scale import codes_of

STARTS = 20     # of k-means: on the digits' pixels two runs then agree with an ARI of 0.96, with one start of 0.72


def cluster_codes(model: Any, X: ArrayLike, n_clusters: int, *, n_init: int = STARTS, random_state: Seed = None) -> KMeans:
    """Return k-means fitted to the codes of X (m, n): `labels_` are the clusters of X, `predict(model.transform(X_new))` others.

    model: anything fitted with `transform` (several: SideBySide); None clusters X itself.
    """
    return KMeans(n_clusters=n_clusters, n_init=n_init, random_state=random_state).fit(codes_of(model, X))


def cluster_stability(model: Any, X: ArrayLike, X_new: ArrayLike, n_clusters: int, *, repeats: int = 5, n_init: int = STARTS,
                      random_state: Seed = None) -> float:
    """Return how well the clusters of X_new agree that two halves of X give: the mean ARI over `repeats` ways to halve X.

    1: the same clusters whichever half they are found in; 0: no more alike than by chance. Uses no labels. model as above.
    """
    check_integer(repeats, "repeats", 1)
    z, new, rng = codes_of(model, X), codes_of(model, X_new, "X_new"), check_random_state(random_state)
    agreements = []
    for _ in range(repeats):
        halves = np.array_split(rng.permutation(len(z)), 2)
        found = [KMeans(n_clusters=n_clusters, n_init=n_init, random_state=rng).fit(z[half]).predict(new) for half in halves]
        agreements.append(adjusted_rand_index(*found))
    return float(np.mean(agreements))


def contingency_table(labels: ArrayLike, clusters: ArrayLike) -> np.ndarray:
    """Return N (c, K): how many examples have the i-th class and the j-th cluster, both in sorted order of their names."""
    u, v = as_array(labels, "labels"), as_array(clusters, "clusters")
    if u.ndim != 1 or u.shape != v.shape or not len(u):
        raise ValueError(f"labels and clusters must hold one name for each example, got shapes {u.shape} and {v.shape}")
    classes, i = np.unique(u, return_inverse=True)
    parts, j = np.unique(v, return_inverse=True)
    return np.bincount(i * len(parts) + j, minlength=len(classes) * len(parts)).reshape(len(classes), len(parts))


def normalized_mutual_information(labels: ArrayLike, clusters: ArrayLike) -> float:
    """Return the NMI (arithmetic mean of the entropies) of two partitions (m,), from 0 to 1, the same in either order."""
    p = contingency_table(labels, clusters) / np.size(labels)               # (c, K)
    rows, columns = p.sum(axis=1), p.sum(axis=0)
    entropies = _entropy(rows) + _entropy(columns)
    if entropies == 0:
        return 1.0
    there = p > 0                                                           # 0 log 0 = 0
    information = np.sum(p[there] * np.log(p[there] / np.outer(rows, columns)[there]))                      # (1)
    return float(information / (entropies / 2))                                                             # (2)


def adjusted_rand_index(labels: ArrayLike, clusters: ArrayLike) -> float:
    """Return the ARI of two partitions (m,): 1 for the same parts, about 0 for unrelated ones; the same in either order."""
    N = contingency_table(labels, clusters)
    S, A, B, all_pairs = (float(_pairs(count).sum()) for count in (N, N.sum(axis=1), N.sum(axis=0), N.sum(keepdims=True)))
    if A == B in (0, all_pairs):
        return 1.0
    expected = A * B / all_pairs
    return (S - expected) / ((A + B) / 2 - expected)                                                        # (3)


def _entropy(p: np.ndarray) -> float:
    return float(-np.sum(p[p > 0] * np.log(p[p > 0])))


def _pairs(count: np.ndarray) -> np.ndarray:
    return count * (count - 1) // 2
