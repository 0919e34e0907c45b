r"""Dimensionality reduction: what is lost when n numbers become k, in the reconstruction and in the neighbourhoods.

Key: m examples x (m, n), their codes z (m, k); K the number of neighbours that are looked at.

Error against code size. The squared error on examples that trained nothing, for codes of 2, 4, 8, ... units. PCA is the
baseline to draw beside it: no affine encoder and decoder of k units have a lower error on the training examples, so what lies
below PCA there is due to curvature. On new examples this bound does not hold, and overfitting shows.

Neighbourhoods (Venna and Kaski 2001). A map of the codes is read by looking at what lies together. It can mislead in two ways.
Let r(i, j) be the rank of j among the others by distance from i in x (1 the nearest), r'(i, j) the same in z:

    trustworthiness  = 1 - 2/(m K (2m - 3K - 1)) sum_i sum over j with r'(i, j) <= K of max(r(i, j) - K, 0)     (1)
    continuity       = the same with x and z exchanged                                                      (2)

(1) falls when strangers are drawn as neighbours (classes printed over each other), (2) when neighbours are drawn apart (a class
torn in two). Each intruder costs by how many ranks it is too far. The factor makes the worst case 0: with all K neighbours of i
intruders of the last ranks m - K .. m - 1, the inner sum is K (2m - K - 1)/2 - K^2 = K (2m - 3K - 1)/2, for K < m/2. A random
map has about 1/2, so 0.8 is not much.

Both look at ranks alone: a code may be scaled or turned and nothing changes. Neither asks whether the neighbours in x were worth
keeping: noise in x counts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..losses import squared_error
from ..validation import check_integer, check_mapping, check_matrix, check_model, check_sequence

CODE_SIZES = (2, 4, 8, 16, 32)


def fit_by_code_size(build: Callable[[int], Any], X: ArrayLike, sizes: Sequence[int] = CODE_SIZES) -> dict[int, Any]:
    """Return models fitted to X (m, n), by their number of code units.

    build: returns an untrained model of k code units, such as `PCA` or `lambda k: Autoencoder(latent_dim=k)`.
    """
    if not callable(build):
        raise TypeError(f"build must be a function of the number of code units, such as PCA, got {build!r}")
    check_sequence(sizes, "sizes", "numbers of code units such as (2, 4)")
    check_matrix(X)
    for index, k in enumerate(sizes):
        check_integer(k, f"sizes[{index}]", 1)
    models = {int(k): build(int(k)) for k in sizes}
    for model in models.values():
        check_model(model, "fit", name="what build returns")
    return {k: model.fit(X) for k, model in models.items()}


def error_by_code_size(models: Mapping[int, Any], X: ArrayLike) -> dict[int, float]:
    """Return the squared error per example of X (m, n), summed over the features, by number of code units."""
    x = check_matrix(X)
    check_mapping(models, "models", "fitted models by number of code units")
    for k, model in models.items():
        check_model(model, "reconstruct", name=f"models[{k!r}]")
    return {k: float(squared_error(np.asarray(model.reconstruct(x), np.float64), x)) for k, model in models.items()}


def trustworthiness(X: ArrayLike, Z: ArrayLike, k: int = 10) -> float:
    """Return how far the k nearest in the codes Z (m, d) are near in X (m, n): 1 all of them, 1/2 as if by chance, at worst 0.

    Needs k < m/2, and memory for m^2 numbers. Of equally distant examples the one with the smaller row number counts as nearer.
    """
    x, z = check_matrix(X), check_matrix(Z, "Z")
    m = len(x)
    if len(z) != m:
        raise ValueError(f"Z must hold one code for each of the {m} examples of X, got {len(z)}")
    check_integer(k, "k", 1, (m - 1) // 2)
    r, neighbour = _ranks(x), _ranks(z) <= k            # an example itself has rank 0 in both, and adds nothing
    intruded = np.maximum(r - k, 0)[neighbour].sum()
    return float(1 - 2 / (m * k * (2 * m - 3 * k - 1)) * intruded)                                              # (1)


def continuity(X: ArrayLike, Z: ArrayLike, k: int = 10) -> float:
    """Return how far the k nearest in X (m, n) are near in the codes Z (m, d): 1 all of them, at worst 0."""
    x, z = check_matrix(X), check_matrix(Z, "Z")
    if len(z) != len(x):
        raise ValueError(f"Z must hold one code for each of the {len(x)} examples of X, got {len(z)}")
    return trustworthiness(z, x, k)                                                                             # (2)


def _ranks(x: np.ndarray) -> np.ndarray:
    """Return at [i, j] the rank of row j of x among the others by distance from row i, (m, m); 0 on the diagonal."""
    x = x - x.mean(axis=0)
    lengths = np.sum(x ** 2, axis=1)
    distances = lengths - 2 * x @ x.T                   # but for |x_i|^2, which the order within a row does not see
    np.fill_diagonal(distances, -np.inf)
    order = np.argsort(distances, axis=1, kind="stable")
    ranks = np.empty(order.shape, np.intp)
    np.put_along_axis(ranks, order, np.arange(len(x)), axis=1)
    return ranks
