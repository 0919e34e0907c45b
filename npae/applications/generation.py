r"""A deterministic autoencoder as a generator: a mixture of Gaussians fitted to its codes, and its draws decoded.

An autoencoder says how to decode a code, and not which codes there are. "Autoencoders do not provide a generative model"
(001) holds for the autoencoder alone: any density fitted to the codes afterwards gives one (erratum E001-11). It is the
generator that a variational autoencoder has to be compared with. Two differences remain: no bound on log p(x) comes with it,
and nothing has asked the decoder to be sensible between the codes that it has seen.

Precision and recall (Kynkaanniemi et al. 2019) ask two questions in a feature space. Around every example stands a ball that
reaches to its k-th nearest neighbour of the same set; the union of the balls is where the set lives.
    precision = share of samples within the balls of the data            (is it plausible?)
    recall    = share of the data within the balls of the samples        (is everything there?)
Held-out data against training data give the values that a perfect generator would have; both depend on the sizes of the sets,
so only equal sizes are comparable.

A generator can also copy. The distance from a sample to the nearest training example shows that, beside the same distance
for examples that were held out: much smaller means copied, much larger means that it looks like nothing in the data.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ..baselines import GaussianMixture
from ..models import Model
from ..validation import Seed, check_integer, check_matrix, check_model, check_random_state
from .neighbours import nearest


def sample_from_codes(model: Model, X: ArrayLike, n: int, *, n_components: int = 10,
                      random_state: Seed = None) -> np.ndarray:
    """Return n generated examples (n, n_features): a mixture fitted to the codes of X (m, n_features), drawn from, decoded.

    The mixture has full covariances. For a probabilistic model the codes are the means of its posteriors.
    """
    check_model(model, "transform", "inverse_transform")
    check_integer(n, "n", 1)
    rng = check_random_state(random_state)
    codes = np.asarray(model.transform(X), dtype=np.float64)
    mixture = GaussianMixture(n_components=n_components, random_state=rng).fit(codes)
    return model.inverse_transform(mixture.sample(n, rng)[0])


def precision_recall(samples: ArrayLike, data: ArrayLike, k: int = 3) -> tuple[float, float]:
    """Return precision and recall of samples (s, d) against data (m, d), both as features, with balls to the k-th neighbour."""
    real = np.asarray(check_matrix(data, "data"), np.float64)
    made = np.asarray(check_matrix(samples, "samples", real.shape[1]), np.float64)
    check_integer(k, "k", 1, min(len(real), len(made)) - 1)
    between = _distances(made, real)                                            # (s, m)
    precision = np.mean((between <= _radii(real, k)).any(axis=1))
    recall = np.mean((between.T <= _radii(made, k)).any(axis=1))
    return float(precision), float(recall)


def _distances(A: np.ndarray, B: np.ndarray) -> np.ndarray:
    squares = np.sum(A ** 2, axis=1)[:, np.newaxis] - 2 * A @ B.T + np.sum(B ** 2, axis=1)
    return np.sqrt(np.maximum(squares, 0))


def _radii(points: np.ndarray, k: int) -> np.ndarray:
    """Return the distance of each point (p, d) to its k-th neighbour; the nearest, at distance 0, is the point itself."""
    return np.partition(_distances(points, points), k, axis=1)[:, k]


def nearest_distances(samples: ArrayLike, X: ArrayLike) -> np.ndarray:
    """Return the Euclidean distance (s,) from each sample (s, n) to the nearest row of X (m, n)."""
    known = check_matrix(X, "X")
    new = check_matrix(samples, "samples", n_features=known.shape[1])
    closest = known[nearest(known, new, 1)[:, 0]]
    return np.linalg.norm(np.asarray(new, dtype=np.float64) - closest, axis=1)
