r"""Principal angles: how far two subspaces are turned against each other, whatever bases describe them.

Key: A (p, n), B (q, n) whose rows span the two spaces; Qa, Qb orthonormal rows spanning the same; r = min(rank A, rank
B) angles.

The smallest angle is the least between any unit vectors a in the one and b in the other space; the next is the least
among the directions orthogonal to these; and so on. With a = Qa^T u and b = Qb^T v the cosine is u . (Qa Qb^T) v, and
its successive maxima are singular values:

    cosines = singular values of Qa @ Qb.T                           (1)

What is left of Qb, the smaller space, outside of the other has the squared lengths 1 - cos^2:

    sines = singular values of Qb - (Qb @ Qa.T) @ Qa                 (2)

Failure mode: the cosine of 1e-9 is 1 - 5e-19, which is 1 in float64. Where the angle is below 45 degrees take (2),
above it take (1), as near 90 degrees the sine is the one that is flat. Both are accurate to rounding there (Bjorck &
Golub, 1973).

Use: a linear autoencoder finds the space of the principal components but not the components. Compare spaces, not
weights.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ..validation import check_matrix


def principal_angles(A: ArrayLike, B: ArrayLike) -> np.ndarray:
    """Return the angles between the row spaces of A (p, n) and B (q, n), in degrees, ascending."""
    Qa = _row_basis(check_matrix(A, "A"), "A")
    Qb = _row_basis(check_matrix(B, "B", n_features=Qa.shape[1]), "B")
    if len(Qa) < len(Qb):
        Qa, Qb = Qb, Qa
    cosines = np.linalg.svd(Qa @ Qb.T, compute_uv=False)                            # (1) descending: angles ascend
    sines = np.linalg.svd(Qb - (Qb @ Qa.T) @ Qa, compute_uv=False)[:len(Qb)][::-1]  # (2) turned round to match
    small = cosines**2 > 0.5
    angles = np.where(small, np.arcsin(np.minimum(sines, 1)), np.arccos(np.minimum(cosines, 1)))
    return np.degrees(angles)


def _row_basis(A: np.ndarray, name: str) -> np.ndarray:
    """Orthonormal rows (rank, n) spanning the rows of A."""
    _, S, Vt = np.linalg.svd(A, full_matrices=False)
    rounding = S[0] * max(A.shape) * np.finfo(A.dtype).eps
    rank = np.count_nonzero(rounding < S)
    if rank == 0:
        raise ValueError(f"{name} is zero: its rows span no subspace")
    return Vt[:rank]
