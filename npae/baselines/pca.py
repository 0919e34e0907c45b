r"""Principal component analysis: the best affine autoencoder, in closed form.

Key: x (m, n) examples in rows; mu (n,) their mean; k components; C (k, n) orthonormal rows.

Encode, decode:
    z = (x - mu) @ C.T                                               (1)
    x_hat = z @ C + mu                                               (2)

Which C? Let xc = x - mu = U S V^T with singular values S_1 >= S_2 >= .... Then 1/m xc^T xc = V (S^2/m) V^T: the columns
of V, that is the rows of Vt = V^T, are the eigenvectors of the covariance (with 1/m), and its eigenvalues are
    eigenvalues = S**2 / m                                           (3)

Eckart-Young: no matrix of rank k is nearer to xc (sum of squares) than the first k terms of the SVD. Proof. The rows of
a rank-k approximation lie in a k-dimensional space, and the nearest such rows are projections onto it, so let C be an
orthonormal basis:
    |xc - xc C^T C|^2 = |xc|^2 - |xc C^T|^2 = sum_i S_i^2 - sum_i S_i^2 p_i,     p_i = |C v_i|^2.
The weights obey 0 <= p_i <= 1 (C v_i is the shadow of a unit vector) and add up to |C|^2 = k. The second sum is largest
with all weight on the k largest S_i, that is with C = the first k rows of Vt; what remains is S_(k+1)^2 + .... No
offset but the mean does better: residuals with the mean e can be shifted by -e, which lowers the error by m |e|^2.
Divided by m:
    floor = eigenvalues[k:].sum()                                    (4)
the least possible reconstruction error, summed over features and averaged over examples, of ANY affine map of rank k. A
linear autoencoder with squared error comes down to (4) and not below; its weights span the same space, but need not be
C.

An SVD of xc, not an eigendecomposition of the covariance: forming xc^T xc squares the singular values, and those below
1e-8 S_1 drown. For m > n take the triangle R of xc = Q R, only (n, n): if R = U' S V^T then xc = (Q U') S V^T, the same
S and V.

Signs: v and -v serve alike. We turn the largest absolute entry of each component positive.
Elsewhere: scikit-learn divides by m - 1; its `explained_variance_` is m/(m - 1) times ours, everything else agrees up
to signs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..transformer import Transformer
from ..validation import check_integer, check_matrix


@dataclass(repr=False, eq=False)
class PCA(Transformer):
    """The first `n_components` principal components (None: all, min(m, n)).

    Fitted: `mean_` (n,), `components_` (k, n), `explained_variance_` (k,) the eigenvalues of the 1/m covariance,
    `singular_values_` (k,), `n_features_in_`, and `floor_`, the mean squared error (sum over features) that no affine
    map of rank k can beat.
    """

    n_components: int | None = None

    def fit(self, X: ArrayLike, y: Any = None) -> PCA:
        """Find mean and components of X (m, n)."""
        x = check_matrix(X)
        m, n = x.shape
        k = self._count_components(m, n)
        mu = x.mean(axis=0)
        xc = x - mu
        R = np.linalg.qr(xc, mode="r") if m > n else xc
        _, S, Vt = np.linalg.svd(R, full_matrices=False)
        eigenvalues = S**2 / m                                       # (3)
        self._remember_features(X, n)
        self.mean_, self.components_ = mu, _fix_signs(Vt[:k])
        self.singular_values_, self.explained_variance_ = S[:k].copy(), eigenvalues[:k].copy()
        self.floor_ = float(eigenvalues[k:].sum())                   # (4)
        return self

    def _transform(self, X: ArrayLike) -> np.ndarray:
        """Return the codes (m, k)."""
        return (self._check_input(X) - self.mean_) @ self.components_.T  # (1)

    def inverse_transform(self, Z: ArrayLike) -> np.ndarray:
        """Return the examples (m, n) that belong to codes (m, k)."""
        self._check_fitted()
        z = check_matrix(Z, "Z", n_features=len(self.components_))
        return z @ self.components_ + self.mean_                     # (2)

    def reconstruct(self, X: ArrayLike) -> np.ndarray:
        """Return the projections of X onto the affine space of the components."""
        return self.inverse_transform(self.transform(X))

    def score_samples(self, X: ArrayLike) -> np.ndarray:
        """Return minus the squared reconstruction error, summed over features, of each example (higher is better)."""
        return -((self._check_input(X) - self.reconstruct(X)) ** 2).sum(axis=1)

    def score(self, X: ArrayLike, y: Any = None) -> float:
        """Return the mean of `score_samples`: minus `floor_` on the training data."""
        return float(self.score_samples(X).mean())

    def _code_size(self) -> int:
        return len(self.components_)

    def _count_components(self, m: int, n: int) -> int:
        if self.n_components is None:
            return min(m, n)
        check_integer(self.n_components, "n_components", 1)
        if self.n_components > min(m, n):
            raise ValueError(f"n_components must be at most min(m, n) = {min(m, n)} for X of shape ({m}, {n}), "
                             f"got {self.n_components}")
        return int(self.n_components)


def _fix_signs(C: np.ndarray) -> np.ndarray:
    """Turn each row so that its largest absolute entry is positive."""
    largest = C[np.arange(len(C)), np.abs(C).argmax(axis=1)]
    return C * np.sign(largest)[:, None]
