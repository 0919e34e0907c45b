"""What the oracles of the probabilistic family share: data of known covariance, and exact expectations of linear models.

The noise enters a linear decoder linearly, so the squared error is a quadratic function of eps. The 2k points +-sqrt(k) e_j
have mean 0 and covariance I: the average over them *is* the expectation of any quadratic. With these "samples" the model's
own loss_and_gradients returns the exact expected loss and its gradient, without noise, for L-BFGS to minimize.
"""

from __future__ import annotations

import numpy as np

from ..models import Model, VariationalAutoencoder
from ..optimizers import LBFGS

Rng = np.random.Generator


def gaussian_data(rng: Rng, eigenvalues: np.ndarray, m: int = 20) -> tuple[np.ndarray, np.ndarray]:
    """Return X (m, n), centred, whose covariance (1/m) has exactly these eigenvalues, and its axes (n, n) as rows."""
    n = len(eigenvalues)
    white = rng.normal(size=(m, n))
    white = np.linalg.qr(white - white.mean(axis=0))[0] * np.sqrt(m)        # columns orthogonal, mean 0, variance 1
    axes = np.linalg.qr(rng.normal(size=(n, n)))[0]
    return (white * np.sqrt(eigenvalues)) @ axes, axes


def exact_noise(m: int, k: int) -> dict[str, np.ndarray]:
    """Return the noise (m, 2k, k) whose average is the expectation of everything quadratic in it."""
    points = np.sqrt(k) * np.vstack([np.eye(k), -np.eye(k)])
    return {"eps": np.broadcast_to(points, (m, 2 * k, k))}


def exact_loss(model: Model, x: np.ndarray) -> float:
    """Return the expected loss of a linear model on x (m, n)."""
    return float(model.loss_and_gradients(x, noise=exact_noise(len(x), model.latent_dim))[0]["loss"])


def largest_exact_gradient(model: Model, x: np.ndarray) -> float:
    """Return the largest absolute entry of the gradient of the expected loss of a linear model."""
    return float(np.abs(model.loss_and_gradients(x, noise=exact_noise(len(x), model.latent_dim))[1].theta).max())


def minimize_exactly(model: Model, x: np.ndarray, iterations: int = 1000, tolerance: float = 1e-7) -> float:
    """Minimize the expected loss of a linear model with L-BFGS, in place, until no gradient is larger; return the loss."""
    noise, steepest = exact_noise(len(x), model.latent_dim), np.inf

    def loss_and_gradient(theta: np.ndarray) -> tuple[float, np.ndarray]:
        nonlocal steepest
        terms, grads = model._loss_and_gradients(model.params.with_theta(theta), x, noise)
        steepest = np.abs(grads.theta).max()
        return float(terms["loss"]), grads.theta

    optimizer, loss = LBFGS(), np.inf
    optimizer.start(model.theta)
    for _ in range(iterations):
        loss = optimizer.iterate(loss_and_gradient, model.theta)
        if optimizer.converged or steepest < tolerance:
            break
    return loss


def linear_vae(n: int, k: int, seed: int = 0, **hyperparameters) -> VariationalAutoencoder:
    """Return a linear variational autoencoder in float64, initialized for n features."""
    model = VariationalAutoencoder(latent_dim=k, hidden_dims=(), dtype="float64", random_state=seed, **hyperparameters)
    return model.initialize(n)      # type: ignore[return-value]


def set_closed_form(model: VariationalAutoencoder, s: np.ndarray, axes: np.ndarray, noise_variance: float) -> None:
    """Put the linear VAE at its optimum for centred data with eigenvalues s (k,) and axes (k, n) (fact E001-18).

    b^2 = max(s - v, 0), posterior mean b / (b^2 + v) times the coordinate, variance v / (b^2 + v), v = beta sigma2.
    """
    b = np.sqrt(np.maximum(s - noise_variance, 0))
    total = b ** 2 + noise_variance
    p = model.params
    p["decoder.0.W"], p["decoder.0.b"] = b[:, None] * axes, np.zeros(axes.shape[1])
    p["encoder.mu.W"], p["encoder.mu.b"] = (b / total)[None, :] * axes.T, np.zeros(len(s))
    p["encoder.logvar.W"], p["encoder.logvar.b"] = np.zeros((axes.shape[1], len(s))), np.log(noise_variance / total)


def linear_posterior(W: np.ndarray, b: np.ndarray, sigma2: float, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the means (m, k) and the covariance (k, k) of p(z|x) for x = z W + b + noise of variance sigma2."""
    M = W @ W.T + sigma2 * np.eye(len(W))
    return np.linalg.solve(M, W @ (x - b).T).T, sigma2 * np.linalg.inv(M)


def gaussian_log_density(x: np.ndarray, mean: np.ndarray, covariance: np.ndarray) -> np.ndarray:
    """Return log N(x; mean, covariance) of each row, (m,), by the formula as it stands in a textbook."""
    r = x - mean
    quadratic = np.einsum("ij,ij->i", r, np.linalg.solve(covariance, r.T).T)
    return -0.5 * (r.shape[1] * np.log(2 * np.pi) + np.linalg.slogdet(covariance)[1] + quadratic)


def gaussian_divergence(mean: np.ndarray, covariance: np.ndarray, other_mean: np.ndarray, other: np.ndarray) -> float:
    """Return KL(N(mean, covariance) || N(other_mean, other)) in nats, full matrices."""
    r = other_mean - mean
    trace = np.trace(np.linalg.solve(other, covariance)) + r @ np.linalg.solve(other, r)
    return 0.5 * (trace - len(mean) + np.linalg.slogdet(other)[1] - np.linalg.slogdet(covariance)[1])
