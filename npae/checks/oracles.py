"""Oracles: cases with a known exact answer. A gradient check cannot tell that the wrong function is differentiated."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..baselines import PCA, principal_angles
from ..losses import bernoulli_entropy, bernoulli_nll, gaussian_nll, squared_error_backward
from ..models import Autoencoder, Model
from ..optimizers import LBFGS
from ..parameters import Parameters
from .contractive_oracles import contractive_oracle_checks
from .convolution_oracles import convolution_oracle_checks
from .denoising_oracles import denoising_oracle_checks
from .probabilistic_oracles import probabilistic_oracle_checks
from .quantization_oracles import quantization_oracle_checks
from .result import Check
from .sparse_oracles import sparse_oracle_checks

EIGENVALUES = np.array([9.0, 4.0, 2.0, 0.5, 0.3, 0.1])      # a clear gap after each of the first three


def oracle_checks(seed: int = 0) -> Iterator[Check]:
    """Yield the checks of every model and loss against what is known exactly."""
    rng = np.random.default_rng(seed)
    x = gaussian_data(rng)
    yield from linear_autoencoder_is_pca(x, seed)
    yield from without_biases_it_is_not(x + 3.0, seed)
    yield from nonlinear_encoder_cannot_beat_pca(x, seed)
    yield from weight_decay_shrinks_eigenvalues(x, seed)
    yield identity_solution(rng)
    yield from loss_facts(rng)
    yield from sparse_oracle_checks(seed)
    yield from denoising_oracle_checks(seed)
    yield from contractive_oracle_checks(seed)
    yield from probabilistic_oracle_checks(seed)
    yield from convolution_oracle_checks(seed)
    yield from quantization_oracle_checks(seed)


def gaussian_data(rng: np.random.Generator, m: int = 400) -> np.ndarray:
    """Return X (m, 6) whose covariance (1/m) has exactly EIGENVALUES, in a random orientation, and mean zero."""
    white = rng.normal(size=(m, len(EIGENVALUES)))
    white -= white.mean(axis=0)
    white = np.linalg.qr(white)[0] * np.sqrt(m)                 # columns orthogonal, variance one
    rotation = np.linalg.qr(rng.normal(size=(6, 6)))[0]
    return (white * np.sqrt(EIGENVALUES)) @ rotation.T


def linear_autoencoder_is_pca(x: np.ndarray, seed: int, k: int = 3) -> Iterator[Check]:
    """Linear layers, squared error, biases: the optimum is the PCA subspace (Baldi and Hornik 1989)."""
    model = Autoencoder(latent_dim=k, hidden_dims=(), optimizer="lbfgs", epochs=2000, dtype="float64", random_state=seed)
    model.fit(x)
    pca = PCA(k).fit(x)
    excess = model.history_["loss"][-1] / pca.floor_ - 1
    yield Check("oracles", "linear autoencoder", "loss over the PCA floor, minus 1", abs(excess), 1e-8)
    yield Check("oracles", "linear autoencoder", "largest principal angle to PCA, degrees",
                principal_angles(model.params["decoder.0.W"], pca.components_).max(), 1e-3)

    before, rotation = model.loss_and_gradients(x)[0]["loss"], np.linalg.qr(np.random.default_rng(seed).normal(size=(k, k)))[0]
    model.params["encoder.0.W"] = model.params["encoder.0.W"] @ rotation
    model.params["encoder.0.b"] = model.params["encoder.0.b"] @ rotation
    model.params["decoder.0.W"] = rotation.T @ model.params["decoder.0.W"]
    after = model.loss_and_gradients(x)[0]["loss"]
    yield Check("oracles", "linear autoencoder", "another basis of the code, change of the loss", abs(after - before), 1e-10)


def without_biases_it_is_not(x: np.ndarray, seed: int, k: int = 2) -> Iterator[Check]:
    """On data with a mean and no biases the optimum is the uncentred SVD, another subspace (erratum E000-10)."""
    model = Autoencoder(latent_dim=k, hidden_dims=(), dtype="float64", random_state=seed).initialize(x.shape[1])
    minimize(model, x, [name for name in model.params if name.endswith(".W")])
    floor = np.sum(np.linalg.svd(x, compute_uv=False)[k:] ** 2) / len(x)
    loss = model.loss_and_gradients(x)[0]["loss"]
    yield Check("oracles", "linear, no biases, uncentred data", "loss over the uncentred SVD floor, minus 1",
                abs(loss / floor - 1), 1e-8)
    yield Check("oracles", "linear, no biases, uncentred data", "largest principal angle to PCA, degrees",
                principal_angles(model.params["decoder.0.W"], PCA(k).fit(x).components_).max(), 10, at_least=True)


def minimize(model: Model, x: np.ndarray, trained: list[str], iterations: int = 2000) -> None:
    """Minimize the loss with L-BFGS over the named parameters only, in place; the others stay as they are."""
    mask = Parameters(model.params.shapes)
    for name in trained:
        mask[name] = np.ones(mask[name].shape)

    def loss_and_gradient(theta: np.ndarray) -> tuple[float, np.ndarray]:
        terms, grads = model._loss_and_gradients(model.params.with_theta(theta), x, {})
        return float(terms["loss"]), grads.theta * mask.theta

    optimizer = LBFGS()
    optimizer.start(model.theta)
    for _ in range(iterations):
        optimizer.iterate(loss_and_gradient, model.theta)
        if optimizer.converged:
            return


def nonlinear_encoder_cannot_beat_pca(x: np.ndarray, seed: int, k: int = 2) -> Iterator[Check]:
    """With a linear decoder the reconstructions lie in a k-dimensional plane: Eckart and Young's bound holds."""
    model = Autoencoder(latent_dim=k, hidden_dims=(), latent_activation="tanh", optimizer="lbfgs", epochs=3000,
                        dtype="float64", random_state=seed).fit(x)
    ratio = model.history_["loss"][-1] / PCA(k).fit(x).floor_
    yield Check("oracles", "tanh encoder, linear decoder", "loss over the PCA floor, not below", ratio, 1 - 1e-12, True)
    yield Check("oracles", "tanh encoder, linear decoder", "loss over the PCA floor, near", ratio, 1.01)


def weight_decay_shrinks_eigenvalues(x: np.ndarray, seed: int, decay: float = 0.4) -> Iterator[Check]:
    """With decay lambda the minimum is the sum over s_i > lambda of 2 lambda - lambda^2 / s_i, plus the other s_i.

    Kunin et al. 2019. Directions whose eigenvalue s_i is below lambda vanish: the rank falls, no code becomes sparse.
    """
    model = Autoencoder(latent_dim=6, hidden_dims=(), weight_decay=decay, optimizer="lbfgs", epochs=3000,
                        dtype="float64", random_state=seed).fit(x)
    kept = EIGENVALUES[EIGENVALUES > decay]
    minimum = np.sum(2 * decay - decay ** 2 / kept) + EIGENVALUES[EIGENVALUES <= decay].sum()
    W_e, W_d = model.params["encoder.0.W"], model.params["decoder.0.W"]
    rank = int(np.sum(np.linalg.svd(W_e @ W_d, compute_uv=False) > 1e-3))
    yield Check("oracles", "linear, L2 decay", "relative distance to the closed-form minimum",
                abs(model.history_["loss"][-1] / minimum - 1), 1e-8)
    yield Check("oracles", "linear, L2 decay", "rank minus the number of eigenvalues above lambda", abs(rank - len(kept)), 0)
    yield Check("oracles", "linear, L2 decay", "W_encoder minus W_decoder transposed", np.abs(W_e - W_d.T).max(), 1e-4)


def identity_solution(rng: np.random.Generator) -> Check:
    """An overcomplete linear autoencoder can copy: W_e = [I 0], W_d its transpose, loss exactly 0."""
    x = rng.normal(size=(20, 5))
    model = Autoencoder(latent_dim=7, hidden_dims=(), dtype="float64").initialize(5)
    model.params["encoder.0.W"], model.params["decoder.0.W"] = np.eye(5, 7), np.eye(7, 5)
    return Check("oracles", "overcomplete linear autoencoder", "loss of the identity solution",
                 model.loss_and_gradients(x)[0]["loss"], 0.0)


def loss_facts(rng: np.random.Generator) -> Iterator[Check]:
    """What is known of the losses themselves."""
    x = rng.uniform(0.02, 0.98, (50, 4))
    floor = bernoulli_entropy(x).sum() / len(x)
    logits = np.log(x / (1 - x))
    excess = [bernoulli_nll(logits + shift, x) - floor for shift in (0.0, -0.1, 0.1)]
    yield Check("oracles", "bernoulli_nll", "excess over the entropy at the target itself", abs(excess[0]), 1e-12)
    yield Check("oracles", "bernoulli_nll", "excess elsewhere is positive", min(excess[1:]), 1e-4, at_least=True)
    gray = (np.arange(100_000) + 0.5) / 100_000
    yield Check("oracles", "bernoulli_nll", "mean entropy of uniform gray minus 1/2 nat",
                abs(bernoulli_entropy(gray).mean() - 0.5), 1e-6)

    residual = rng.normal(size=(50, 4))
    best = np.log(np.mean(residual ** 2, axis=0))
    exact = 50 * 0.5 * np.sum(np.log(2 * np.pi) + best + 1) / 50
    yield Check("oracles", "gaussian_nll", "value at the best variances, against the formula",
                abs(gaussian_nll(np.zeros_like(residual), residual, best) - exact), 1e-12)

    o, target, step = rng.normal(size=(7, 3)), rng.normal(size=(7, 3)), 1e-3
    bumped = o.copy()
    bumped[2, 1] += step
    hessian_column = (squared_error_backward(bumped, target) - squared_error_backward(o, target)) / step
    yield Check("oracles", "squared_error", "one column of the Hessian minus 2/m times a unit vector",
                np.abs(hessian_column - (bumped - o) / step * 2 / 7).max(), 1e-12)
