r"""A codebook without a gradient: every code is a running mean of the vectors that chose it.

Key: p vectors z (p, k) with their codes j (p,), K codes. N (K,) running counts, M (K, k) running sums, E (K, k) codebook,
decay gamma in [0, 1).

    R = (j[:, np.newaxis] == np.arange(len(N))).astype(z.dtype)     (1)
    n = R.sum(axis=0)                                               (2)
    counts = decay * N + (1 - decay) * n                            (3)
    sums = decay * M + (1 - decay) * R.T @ z                        (4)
    smoothed = N.sum() * (N + smoothing) / (N.sum() + smoothing * len(N))       (5)
    codebook = M / smoothed[:, np.newaxis]                          (6)

smoothing (Laplace) adds a little to every count and keeps their sum. It keeps the division safe, and pulls codes that are
seldom chosen to the origin: 0 unless asked for.

Why that is gradient descent. With smoothing 0 and M = N E before the step, the new code is
E_j + (1 - gamma) n_j / N'_j (zbar_j - E_j), where zbar_j is the mean of the z that chose j and N' the counts (3); and the
gradient of the codebook term, with rows weighted by 1/m, is 2 n_j / m (E_j - zbar_j). So (3) to (6) are a step along that
gradient with step size m (1 - gamma) / (2 N'_j), one for every code: a code that is seldom chosen takes large steps, one that
is often chosen small ones. `npae derive vector-quantization` has the lines in between.

gamma = 0 leaves nothing of the past: E_j = zbar_j, one step of k-means. A code that was not chosen stays where it is: for
gamma > 0 its count and sum shrink by the same factor; for gamma = 0 they would be 0 / 0, and the caller keeps its E_j.

Convention: the averages start as N = 1, M = E and are therefore never biased towards zero (others start at 0, and correct).

Failure mode: a code that is chosen by nothing never moves again, its count decays and the first vector that chooses it takes it
all: dead codes must be moved, and their averages with them, or the next step undoes the move.
Source: 001 VQ-VAE-2 slides; van den Oord et al. 2017, appendix A.1.
"""

from __future__ import annotations

import numpy as np


def code_counts(j: np.ndarray, K: int) -> np.ndarray:
    """Return n (K,): how often each of K codes stands in j, float64."""
    return np.bincount(np.ravel(j), minlength=K).astype(np.float64)


def updated_averages(N: np.ndarray, M: np.ndarray, z: np.ndarray, j: np.ndarray, decay: float):
    """Return the counts (K,) and sums (K, k) after the vectors z (p, k) have chosen the codes j (p,)."""
    R = (j[:, np.newaxis] == np.arange(len(N))).astype(z.dtype)     # (1)
    n = R.sum(axis=0)                                               # (2)
    counts = decay * N + (1 - decay) * n                            # (3)
    sums = decay * M + (1 - decay) * R.T @ z                        # (4)
    return counts, sums


def averaged_codebook(N: np.ndarray, M: np.ndarray, smoothing: float = 0.0) -> np.ndarray:
    """Return the codebook (K, k) of counts N (K,), all positive unless smoothing is, and sums M (K, k)."""
    smoothed = N.sum() * (N + smoothing) / (N.sum() + smoothing * len(N))       # (5)
    return M / smoothed[:, np.newaxis]                              # (6)
