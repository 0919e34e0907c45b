"""Principal components as the optimum of the linear autoencoder."""

from __future__ import annotations

from typing import Any

import numpy as np

from ... import baselines, losses
from ..derivation import Derivation
from ..step import Step


def _point(rng: np.random.Generator) -> dict[str, Any]:
    m, n = rng.integers(8, 12), rng.integers(4, 6)
    k = int(rng.integers(2, n - 1))
    x0 = rng.normal(size=(m, n)) @ rng.normal(size=(n, n)) + rng.normal(size=n)
    A, B, c = rng.normal(size=(n, k)), rng.normal(size=(k, n)), rng.normal(size=n)
    x = x0 - x0.mean(axis=0)
    z = x @ A
    U, S, Vt = np.linalg.svd(x, full_matrices=False)
    H = z @ np.linalg.solve(z.T @ z, z.T)
    q = np.diag(U.T @ H @ U)
    pca = baselines.PCA(k).fit(x0)
    return {"x0": x0, "x": x, "A": A, "B": B, "c": c, "c0": np.mean(x0 - x0 @ A @ B, axis=0), "z": z,
            "best": np.linalg.solve(z.T @ z, z.T @ x), "H": H, "U": U, "S": S, "Vt": Vt, "q": q, "lost": 1 - q,
            "Q": rng.normal(size=(k, k)), "C": pca.components_, "pca": pca, "m": m, "n": n, "k": k,
            "squared_error": losses.squared_error}


PCA = Derivation(
    name="pca", title="Principal components as the optimum of the linear autoencoder (Eckart-Young)",
    key="m examples x0 (m, n); x = x0 minus its column means = U diag(S) Vt, S descending. A random encoder A (n, k), decoder "
        "B (k, n) and bias c (n,); codes z = x A; c0 = mean of x0 - x0 A B. best solves (z^T z) best = z^T x. "
        "H = z (z^T z)^-1 z^T projects onto the span of the codes: of U_i it keeps the share q_i = U_i^T H U_i, and "
        "lost_i = 1 - q_i. C (k, n) holds the components of the fitted pca. Q (k, k) is any invertible matrix.",
    draw=_point,
    steps=(
        Step(r"L = \frac1m \lVert x_0 - (x_0 A B + c)\rVert^2", "squared_error(x0 @ A @ B + c, x0)",
             "a linear encoder and decoder; an encoder bias only adds to c", ""),
        Step(r"\frac1m \lVert x_0 - x_0 A B - c_0\rVert^2 + \lVert c_0 - c\rVert^2",
             "np.sum((x0 - x0 @ A @ B - c0)**2) / m + np.sum((c0 - c)**2)",
             "it misses by x0 - x0 A B - c0, of mean 0 over the examples, plus c0 - c: no cross term. c = c0 is best"),
        Step(r"\frac1m \lVert x - x A B\rVert^2 + \lVert c_0 - c\rVert^2", "squared_error(x @ A @ B, x) + np.sum((c0 - c)**2)",
             "the code: with the best bias everything is centred, and from here on it is"),
        Step(r"z^T x", "z.T @ x", "for a fixed encoder the best decoder is the one with", ""),
        Step(r"z^T z B^*", "z.T @ z @ best", "the normal equations: x - z best is orthogonal to every column of z"),
        Step(r"\frac1m \lVert x - z B^*\rVert^2", "squared_error(z @ best, x)", "then, for any other decoder B,", ""),
        Step(r"\frac1m \lVert x - z B\rVert^2 - \frac1m \lVert z (B - B^*)\rVert^2",
             "squared_error(z @ B, x) - np.sum((z @ (B - best))**2) / m",
             "Pythagoras: x - z B is x - z best, plus z (best - B), which is orthogonal to it"),
        Step(r"\frac1m \lVert x - z B\rVert^2", "squared_error(z @ B, x)",
             "a square has been taken away: no B does better than best", "<="),
        Step(r"\min_B L", "squared_error(z @ best, x)", "what an encoder A costs, whatever its decoder", ""),
        Step(r"\frac1m \lVert x - H x\rVert^2", "np.sum((x - H @ x)**2) / m", "z best = z (z^T z)^-1 z^T x = H x"),
        Step(r"\frac1m \left[\mathrm{tr}(x^T x) - \mathrm{tr}(x^T H x)\right]", "(np.trace(x.T @ x) - np.trace(x.T @ H @ x)) / m",
             "H is a projection, H = H^T = H H: of x^T (I - H) (I - H) x only x^T (I - H) x is left"),
        Step(r"\frac1m \left[\sum_i S_i^2 - \sum_i S_i^2 q_i\right]", "(np.sum(S**2) - np.sum(S**2 * q)) / m",
             "x = sum of S_i U_i V_i^T: the trace of x^T H x is the sum of S_i^2 U_i^T H U_i"),
        Step(r"\frac1m \sum_i S_i^2 \ell_i,\ \ell_i = 1 - q_i", "np.sum(S**2 * lost) / m",
             "every direction costs its variance, as far as it is lost"),
        Step(r"\mathrm{tr} H", "np.trace(H)", "how much can k codes keep?", ""),
        Step(r"\mathrm{tr}\left((z^T z)^{-1} z^T z\right)", "np.trace(np.linalg.inv(z.T @ z) @ (z.T @ z))",
             "tr(z Y) = tr(Y z), with Y = (z^T z)^-1 z^T"),
        Step(r"k", "k", "the trace of the identity of the k codes"),
        Step(r"\sum_i q_i", "np.sum(q)", "z = x A lies in the span of the U_i. And 0 <= q_i <= 1, the squared length of H U_i"),
        Step(r"\sum_{i > k} S_i^2 q_i", "np.sum(S[k:]**2 * q[k:])", "what is kept beyond the k-th direction", ""),
        Step(r"\sum_{i > k} S_i^2 (1 - \ell_i)", "np.sum(S[k:]**2 * (1 - lost[k:]))", "is what is not lost there"),
        Step(r"S_{k + 1}^2 \sum_{i > k} q_i", "S[k]**2 * np.sum(q[k:])", "S is descending, and q_i >= 0", "<="),
        Step(r"S_{k + 1}^2 \left(k - \sum_{i \le k} q_i\right)", "S[k]**2 * (k - np.sum(q[:k]))", "the q_i add up to k"),
        Step(r"S_{k + 1}^2 \sum_{i \le k} \ell_i", "S[k]**2 * np.sum(lost[:k])", "k is a sum of k ones: lost_i = 1 - q_i"),
        Step(r"\sum_{i \le k} S_i^2 \ell_i", "np.sum(S[:k]**2 * lost[:k])",
             "S is descending, and q_i <= 1: it cannot make up for what is lost of the first k", "<="),
        Step(r"\sum_{i > k} \lambda_i", "np.sum(np.linalg.eigvalsh(x.T @ x / m)[::-1][k:])",
             "the smallest eigenvalues of the covariance, all but k of them", ""),
        Step(r"\frac1m \sum_{i > k} S_i^2", "np.sum(S[k:]**2) / m", "x^T x / m = V diag(S^2 / m) V^T"),
        Step(r"\mathrm{floor}", "pca.floor_", "the code"),
        Step(r"\frac1m \left[\sum_{i > k} S_i^2 q_i + \sum_{i > k} S_i^2 \ell_i\right]",
             "(np.sum(S[k:]**2 * q[k:]) + np.sum(S[k:]**2 * lost[k:])) / m", "q_i + lost_i = 1"),
        Step(r"\frac1m \sum_i S_i^2 \ell_i", "np.sum(S**2 * lost) / m",
             "the first sum is at most that of S_i^2 lost_i over i <= k, from above; with the second it is over all i", "<="),
        Step(r"\min_B L", "squared_error(z @ best, x)",
             "from above. No encoder, here a random one, gets below the floor: Eckart and Young"),
        Step(r"\frac1m \lVert x - x C^T C\rVert^2", "squared_error(x @ C.T @ C, x)",
             "but the leading eigenvectors get there: encoder C^T, decoder C, the first k rows of Vt up to their signs", ""),
        Step(r"\frac1m \left[\lVert x\rVert^2 - \lVert x C^T\rVert^2\right]", "(np.sum(x**2) - np.sum((x @ C.T)**2)) / m",
             "the rows of C are orthonormal: x C^T C is a projection, as long as x C^T"),
        Step(r"\frac1m \left[\sum_i S_i^2 - \sum_{i \le k} S_i^2\right]", "(np.sum(S**2) - np.sum(S[:k]**2)) / m",
             "x V_i = S_i U_i has the length S_i"),
        Step(r"\mathrm{floor}", "pca.floor_", "the code: what is left is S_(k+1)^2 + ..., over m"),
        Step(r"\frac1m \lVert x - (x A Q)(Q^{-1} B)\rVert^2", "squared_error((x @ A @ Q) @ (np.linalg.inv(Q) @ B), x)",
             "any other basis of the code, with the decoder in step", ""),
        Step(r"\frac1m \lVert x - x A B\rVert^2", "squared_error(x @ A @ B, x)",
             "Q Q^-1 = I. The loss knows the space of the components, not their axes: the optimum need not be C (E000-10)"),
    ),
    leads_to=("npae.baselines.PCA", "npae.losses.squared_error"),
    sources=("001-linear-1", "001-linear-2", "001-linear-3"))

LINEAR = (PCA,)
