r"""A deterministic autoencoder as a generator: a mixture of Gaussians fitted to its codes, and its draws decoded.

An autoencoder says how to decode a code, and not which codes there are. "Autoencoders do not provide a generative model"
(001) holds for the autoencoder alone: any density fitted to the codes afterwards gives one (erratum E001-11). It is the
generator that a variational autoencoder has to be compared with. Two differences remain: no bound on log p(x) comes with it,
and nothing has asked the decoder to be sensible between the codes that it has seen.

A generator can also copy. The distance from a sample to the nearest training example shows that, beside the same distance
for examples that were held out: much smaller means copied, much larger means that it looks like nothing in the data.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ..baselines import GaussianMixture
from ..models import Model
from ..validation import Seed, check_integer, check_matrix, check_random_state
from .neighbours import nearest


def sample_from_codes(model: Model, X: ArrayLike, n: int, *, n_components: int = 10,
                      random_state: Seed = None) -> np.ndarray:
    """Return n generated examples (n, n_features): a mixture fitted to the codes of X (m, n_features), drawn from, decoded.

    The mixture has full covariances. For a probabilistic model the codes are the means of its posteriors.
    """
    check_integer(n, "n", 1)
    rng = check_random_state(random_state)
    codes = np.asarray(model.transform(X), dtype=np.float64)
    mixture = GaussianMixture(n_components=n_components, random_state=rng).fit(codes)
    return model.inverse_transform(mixture.sample(n, rng)[0])


def nearest_distances(samples: ArrayLike, X: ArrayLike) -> np.ndarray:
    """Return the Euclidean distance (s,) from each sample (s, n) to the nearest row of X (m, n)."""
    known = check_matrix(X, "X")
    new = check_matrix(samples, "samples", n_features=known.shape[1])
    closest = known[nearest(known, new, 1)[:, 0]]
    return np.linalg.norm(np.asarray(new, dtype=np.float64) - closest, axis=1)
