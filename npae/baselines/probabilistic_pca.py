r"""Probabilistic PCA: the linear model with Gaussian code and Gaussian noise, at maximum likelihood in closed form.

Key: m examples, n features, k < n latents; z (k,) a code, x (n,) an example, W (k, n), mu (n,), sigma2 > 0 a variance.

    z ~ N(0, I),    x = z @ W + mu + sqrt(sigma2) * noise,    noise ~ N(0, I)               (1)

so that x ~ N(mu, C) with C = W^T W + sigma2 I, (n, n). Everything about C goes through the small matrix
    M = W @ W.T + sigma2 * I                                                                (2)   (k, k)

Posterior. log p(z | x) is -|x - mu - z W|^2 / (2 sigma2) - |z|^2 / 2 plus a constant. Its quadratic part is
-z M z^T / (2 sigma2), its linear part (x - mu) W^T z^T / sigma2. Completing the square gives a Gaussian with
    z_mean = (x - mu) @ W.T @ inv(M)                                                        (3)
    z_covariance = sigma2 * inv(M)                                                          (4)   the same for every x

Density. W C = W W^T W + sigma2 W = M W, hence W C^-1 = M^-1 W. Put that into I = C C^-1 = W^T W C^-1 + sigma2 C^-1:
    C^-1 = (I - W^T M^-1 W) / sigma2                                                              (Woodbury)
Then (x - mu) C^-1 = (x - mu - z_mean W) / sigma2 = e / sigma2, with e what is left of x. By (3) and (2)
e W^T = z_mean M - z_mean W W^T = sigma2 z_mean, and with x - mu = e + z_mean W the quadratic form is a sum of squares,
    (x - mu) C^-1 (x - mu)^T = |e|^2 / sigma2 + |z_mean|^2                                  (5)
in which nothing cancels, as it would in |x - mu|^2 - .... W^T W and W W^T share their non-zero eigenvalues, so
    log|C| = (n - k) log sigma2 + log|M|                                                    (6)
    log p(x) = -1/2 (n log 2 pi + log|C| + (x - mu) C^-1 (x - mu)^T)                        (7)

Maximum likelihood (Tipping & Bishop 1999). The best mu is the mean. With S the covariance (1/m) of the data, eigenvalues
lambda_1 >= lambda_2 >= ..., the mean of (7) is -1/2 (n log 2 pi + log|C| + tr(C^-1 S)). Let C have the eigenvalues
c_1 >= c_2 >= ...: by (1) the last n - k are sigma2 and the others are free above it. The trace is least, and equal to
sum_i lambda_i / c_i, when C has the eigenvectors of S in the same order (von Neumann). Then sum_i log c_i + lambda_i / c_i
is left, least at c_i = lambda_i for each free one, and for the common one at their mean:
    sigma2 = (lambda_(k+1) + ... + lambda_n) / (n - k)                                      (8)
    w_i = sqrt(lambda_i - sigma2) u_i,   row i of W, u_i the principal component            (9)
The roots exist: a kept eigenvalue is at least the mean of smaller ones. The trace is then k + (n - k) = n:
    mean log p(x) = -1/2 (n log 2 pi + sum_(i<=k) log lambda_i + (n - k) log sigma2 + n)    (10)

W is one of many: O W with O orthogonal has the same C. At ours M = diag(lambda_1, ..., lambda_k), so that the units are
independent in the posterior too: an encoder with diagonal covariance loses nothing, and (10) is the highest ELBO of a linear
variational autoencoder (fact E001-16), where unit i costs KL = 1/2 log(lambda_i / sigma2) on average.

Failure modes: for k = n, or discarded eigenvalues of zero, sigma2 = 0 and the likelihood has no maximum. The posterior mean
is shrunk towards 0: `reconstruct` does not reach the error of PCA, whose codes are the limit of (3) for sigma2 to 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..transformer import Transformer
from ..validation import Seed, check_integer, check_matrix, check_random_state
from .pca import PCA


@dataclass(repr=False, eq=False)
class ProbabilisticPCA(Transformer):
    """Probabilistic PCA with `n_components` latents (None: as many as leave a direction to the noise, min(m - 1, n) - 1).

    Fitted: `mean_` (n,), `W_` (k, n) with orthogonal rows, `noise_variance_` sigma2, `explained_variance_` (k,) the first
    eigenvalues of the 1/m covariance, `log_likelihood_` of the training data in nats per example, `n_features_in_`.
    """

    n_components: int | None = None

    def fit(self, X: ArrayLike, y: Any = None) -> ProbabilisticPCA:
        """Find the most likely mean, W and noise variance for X (m, n)."""
        x = check_matrix(X)
        n, k = x.shape[1], self._count_components(*x.shape)
        pca = PCA(k).fit(x)
        _check_noise(pca.floor_, x, k)
        eigenvalues, sigma2 = pca.explained_variance_, pca.floor_ / (n - k)                 # (8)
        scale = np.sqrt(np.maximum(eigenvalues - sigma2, 0))    # of equal eigenvalues, rounding may leave one below the mean
        log_det = np.log(eigenvalues).sum() + (n - k) * np.log(sigma2)
        self._remember_features(X, n)
        self.mean_, self.W_ = pca.mean_, scale[:, None] * pca.components_                   # (9)
        self.explained_variance_, self.noise_variance_ = eigenvalues, sigma2
        self.log_likelihood_ = float(-0.5 * (n * np.log(2 * np.pi) + log_det + n))          # (10)
        return self

    def posterior(self, X: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
        """Return the means (m, k) of p(z | x) and the covariance (k, k) that all of them share."""
        M = self._inner_matrix()
        z_mean = np.linalg.solve(M, self.W_ @ (self._check_input(X) - self.mean_).T).T      # (3)
        return z_mean, self.noise_variance_ * np.linalg.inv(M)                              # (4)

    def _transform(self, X: ArrayLike) -> np.ndarray:
        """Return the posterior means (m, k)."""
        return self.posterior(X)[0]

    def inverse_transform(self, Z: ArrayLike) -> np.ndarray:
        """Return E[x | z], (m, n), for codes (m, k)."""
        self._check_fitted()
        return check_matrix(Z, "Z", n_features=len(self.W_)) @ self.W_ + self.mean_

    def reconstruct(self, X: ArrayLike) -> np.ndarray:
        """Return E[x | z] at the posterior mean of each example."""
        return self.inverse_transform(self.transform(X))

    def score_samples(self, X: ArrayLike) -> np.ndarray:
        """Return log p(x) of each example in nats, constants included."""
        x, z_mean = self._check_input(X), self._transform(X)
        k, n = self.W_.shape
        e = x - self.inverse_transform(z_mean)
        quadratic = (e**2).sum(axis=1) / self.noise_variance_ + (z_mean**2).sum(axis=1)     # (5)
        log_det = (n - k) * np.log(self.noise_variance_) + np.linalg.slogdet(self._inner_matrix())[1]   # (6)
        return -0.5 * (n * np.log(2 * np.pi) + log_det + quadratic)                         # (7)

    def score(self, X: ArrayLike, y: Any = None) -> float:
        """Return the mean of `score_samples`: `log_likelihood_` on the training data."""
        return float(self.score_samples(X).mean())

    def sample(self, n: int, random_state: Seed = None) -> np.ndarray:
        """Draw n examples."""
        self._check_fitted()
        check_integer(n, "n", 1)
        rng = check_random_state(random_state)
        z, noise = rng.standard_normal((n, len(self.W_))), rng.standard_normal((n, self.n_features_in_))
        return self.inverse_transform(z) + np.sqrt(self.noise_variance_) * noise            # (1)

    def _code_size(self) -> int:
        return len(self.W_)

    def _inner_matrix(self) -> np.ndarray:
        self._check_fitted()
        return self.W_ @ self.W_.T + self.noise_variance_ * np.eye(len(self.W_))            # (2)

    def _count_components(self, m: int, n: int) -> int:
        most = min(m - 1, n) - 1                                # centred, m examples span m - 1 directions at most
        if most < 1:
            raise ValueError(f"X must have at least 3 examples and 2 features, so that a component and some noise find "
                             f"a direction each, got n_samples = {m}, n_features = {n}")
        if self.n_components is None:
            return most
        check_integer(self.n_components, "n_components", 1)
        if self.n_components > most:
            raise ValueError(f"n_components must be at most min(m - 1, n) - 1 = {most} for X of shape ({m}, {n}), got "
                             f"{self.n_components}: the noise variance, the mean of the discarded eigenvalues, needs some")
        return int(self.n_components)


def _check_noise(floor: float, x: np.ndarray, k: int) -> None:
    """Raise where the discarded variance is no more than the rounding of x leaves behind."""
    rounding = max(x.shape) * np.finfo(x.dtype).eps
    if floor <= rounding**2 * (x**2).sum() / len(x):
        raise ValueError(f"X has no variance outside of its first {k} components: the noise variance would be 0 and the "
                         f"likelihood infinite; choose a smaller n_components, or PCA")
