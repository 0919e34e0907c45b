"""Gaussian mixtures: expectation maximization, from a bound that touches the likelihood."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...baselines import GaussianMixture
from ...baselines.gaussian_mixture import _m_step
from ..derivation import Derivation
from ..step import Step


def _em_point(rng: np.random.Generator) -> dict[str, Any]:
    K, n = int(rng.integers(2, 4)), int(rng.integers(1, 4))
    m = 4 * K + 3 * n
    x = rng.normal(size=(m, n)) * rng.uniform(1.5, 3, n) + 3 * rng.integers(0, 2, (m, 1))
    w, mu = rng.dirichlet(np.full(K, 3.0)), x[rng.choice(m, K, replace=False)]
    root = rng.normal(size=(K, n, n))
    S = root @ root.swapaxes(1, 2) / n + np.eye(n)
    old = _mixture(w, mu, S)
    r, any_r = old.predict_proba(x), rng.dirichlet(np.full(K, 2.0), size=m)
    new_w, new_mu, new_S = _maximized(x, r)
    best_w, best_mu, best_S = _maximized(x, any_r)

    def log_joint(w, mu, P):
        quadratic = np.array([np.sum((x - mu[k]) @ P[k] * (x - mu[k]), axis=1) for k in range(K)]).T
        return np.log(w) + (np.log(np.array([np.linalg.det(p) for p in P])) - n * np.log(2 * np.pi) - quadratic) / 2

    def bound(w, mu, P):
        return np.sum(any_r * (log_joint(w, mu, P) - np.log(any_r)))

    return {"m": m, "K": K, "x": x, "w": w, "mu": mu, "S": S, "P": np.linalg.inv(S), "r": r, "any_r": any_r, "old": old,
            "new": _mixture(new_w, new_mu, new_S), "N": any_r.sum(axis=0), "best_w": best_w, "best_mu": best_mu, "best_S": best_S,
            "bound": bound, "lj": log_joint(w, mu, np.linalg.inv(S)), "new_lj": log_joint(new_w, new_mu, np.linalg.inv(new_S))}


def _mixture(w: np.ndarray, mu: np.ndarray, S: np.ndarray) -> GaussianMixture:
    mixture = GaussianMixture(n_components=len(w))
    mixture.weights_, mixture.means_, mixture.covariances_ = w, mu, S
    mixture.min_variance_, mixture.n_features_in_ = 1e-9, mu.shape[1]
    return mixture


def _maximized(x: np.ndarray, r: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return weights, means and covariances after the package's M step."""
    parts = _m_step(x, r, "full", 1e-9)
    return parts.weights, parts.means, np.stack([(Q * s) @ Q.T for s, Q in zip(parts.variances, parts.axes) if Q is not None])


MIXTURE_EM = Derivation(
    name="mixture-em", title="Expectation maximization for Gaussian mixtures: a bound, made tight and then raised",
    key="m examples x (m, n), K components with weights w, means mu, covariances S and their inverses P; lj (m, K) = log w_k + "
        "log N(x_i; mu_k, S_k), the logarithm of p(x_i, k). old is this mixture in the package; r (m, K) = p(k given x_i), its "
        "responsibilities; any_r any others, rows of sum 1, N (K,) their column sums. bound(w, mu, P) is the sum of any_r (lj - "
        "log any_r), as a function of the parameters. best_w, best_mu, best_S: the package's M step for any_r. new: the mixture "
        "after the M step for r, new_lj its lj.",
    draw=_em_point,
    steps=(
        Step(r"\sum_i \log p(x_i) = \sum_i \log \sum_k p(x_i, k)", "np.sum(np.log(np.sum(np.exp(lj), axis=1)))",
             "the log-likelihood: a sum inside of the logarithm ties all parameters together", ""),
        Step(r"\sum_{ik} \tilde r_{ik} \left( \log p(x_i, k) - \log p(k|x_i) \right)", "np.sum(any_r * (lj - np.log(r)))",
             "p(x) = p(x, k) / p(k given x) for every k, so also averaged over k with any weights of sum 1"),
        Step(r"\sum_{ik} \tilde r_{ik} \left( \log p(x_i, k) - \log \tilde r_{ik} \right) + \sum_{ik} \tilde r_{ik} \left( \log "
             r"\tilde r_{ik} - \log p(k|x_i) \right)",
             "np.sum(any_r * (lj - np.log(any_r))) + np.sum(any_r * (np.log(any_r) - np.log(r)))",
             "log any_r taken away and added: a bound, and the divergence of any_r from the responsibilities"),
        Step(r"\mathrm{ELBO}(\tilde r)", "m * old.elbo(x, any_r)",
             "the divergence is not negative. In the bound no sum stands inside of a logarithm. The code", ">="),
        Step(r"p(k|x_i) = \frac{p(x_i, k)}{\sum_l p(x_i, l)}", "np.exp(lj) / np.sum(np.exp(lj), axis=1, keepdims=True)",
             "E step, Bayes: the responsibilities of these parameters", ""),
        Step(r"\exp \left( \log p(x_i, k) - \log p(x_i) \right)",
             "np.exp(lj - np.log(np.sum(np.exp(lj), axis=1, keepdims=True)))", "in logarithms"),
        Step(r"r", "old.predict_proba(x)", "the code"),
        Step(r"\mathrm{ELBO}(r) = \sum_{ik} r_{ik} \left( \log p(x_i, k) - \log r_{ik} \right)", "np.sum(r * (lj - np.log(r)))",
             "with them the divergence is 0", ""),
        Step(r"\sum_i \log p(x_i)", "np.sum(np.log(np.sum(np.exp(lj), axis=1)))", "so the bound touches the log-likelihood"),
        Step(r"\mathrm{ELBO}(r)", "m * old.elbo(x, old.predict_proba(x))", "the code of the bound"),
        Step(r"\sum_i \log p(x_i)", "m * old.score(x)", "the code of the log-likelihood"),
        Step(r"\frac{\partial}{\partial w_k} \mathrm{ELBO}", "gradient(lambda w: bound(w, mu, P), w)",
             "M step: the best parameters for given weights any_r. First w", ""),
        Step(r"\frac{N_k}{w_k}", "N / w", "w_k occurs in any_r_ik log w_k for every i"),
        Step(r"m \frac{N_k / m}{w_k}", "m * best_w / w",
             "the code. At w = best_w it is m for every k, and the sum of all w is fixed: what one gains another loses, so no "
             "change helps to first order"),
        Step(r"\frac{\partial}{\partial \mu_k} \mathrm{ELBO}", "gradient(lambda mu: bound(w, mu, P), mu)", "then the means", ""),
        Step(r"\sum_i \tilde r_{ik} (x_i - \mu_k) P_k", "np.array([any_r[:, k] @ (x - mu[k]) @ P[k] for k in range(K)])",
             "half the gradient of a quadratic form, P_k being symmetric"),
        Step(r"N_k \left( \frac{1}{N_k} \sum_i \tilde r_{ik} x_i - \mu_k \right) P_k",
             "np.array([N[k] * (any_r[:, k] @ x / N[k] - mu[k]) @ P[k] for k in range(K)])",
             "the weights of component k add up to N_k"),
        Step(r"N_k (\hat \mu_k - \mu_k) P_k", "np.array([N[k] * (best_mu[k] - mu[k]) @ P[k] for k in range(K)])",
             "the code: it is 0 at the weighted mean, and only there"),
        Step(r"\frac{\partial}{\partial P_k} \mathrm{ELBO}", "gradient(lambda P: bound(w, mu, P), P)",
             "then the covariances, by their inverses", ""),
        Step(r"\frac{1}{2} \left( N_k P_k^{-1} - \sum_i \tilde r_{ik} (x_i - \mu_k)^T (x_i - \mu_k) \right)",
             "np.array([N[k] * S[k] - (any_r[:, k] * (x - mu[k]).T) @ (x - mu[k]) for k in range(K)]) / 2",
             "the gradient of log det P is P^-1 = S, that of y P y^T is y^T y"),
        Step(r"\frac{N_k}{2} \left( S_k - \hat S_k - (\hat \mu_k - \mu_k)^T (\hat \mu_k - \mu_k) \right)",
             "np.array([N[k] * (S[k] - best_S[k] - np.outer(best_mu[k] - mu[k], best_mu[k] - mu[k])) for k in range(K)]) / 2",
             "the code: the spread around mu is that around the weighted mean and the square of the distance between them. At "
             "the best mean it is 0 for S = best_S, and only there"),
        Step(r"\sum_i \log p_{new}(x_i)", "m * new.score(x)",
             "one iteration: E step, r; M step with this r. The log-likelihood after it", ""),
        Step(r"\sum_i \log \sum_k p_{new}(x_i, k)", "np.sum(np.log(np.sum(np.exp(new_lj), axis=1)))", "by definition"),
        Step(r"\mathrm{ELBO}_{new}(r)", "m * new.elbo(x, r)", "r belongs to the old parameters: a bound for the new ones", ">="),
        Step(r"\mathrm{ELBO}_{old}(r)", "m * old.elbo(x, r)",
             "the M step has raised this bound as far as it goes: to its one stationary point", ">="),
        Step(r"\sum_i \log p_{old}(x_i)", "m * old.score(x)",
             "where the E step had made it touch: EM never goes downhill. An encoder network gives up the touching"),
    ),
    leads_to=("npae.baselines.GaussianMixture",),
    sources=("001-net-5", "001-elbo-6"))

MIXTURES = (MIXTURE_EM,)
