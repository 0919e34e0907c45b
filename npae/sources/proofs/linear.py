"""Linear autoencoders: principal components, what the optimum is, and what changes nothing."""

from __future__ import annotations

import numpy as np

from ...applications import sample_from_codes
from ...baselines import PCA, principal_angles
from ...checks.oracles import minimize
from ...derivations.vocabulary import expectation
from ...gradcheck import richardson
from ...losses import absolute_error, squared_error_backward
from ...models import Autoencoder, SparseAutoencoder
from ...sparseness import zero_fraction
from ..erratum import Comparison

EIGENVALUES = np.array([4.0, 2.0, 1.0, 0.5, 0.2])


def _data(mean: float = 0.0) -> np.ndarray:
    """Return 60 examples whose covariance has exactly these eigenvalues."""
    rng = np.random.default_rng(0)
    white = rng.normal(size=(60, 5))
    white = np.linalg.qr(white - white.mean(axis=0))[0] * np.sqrt(60)
    return (white * np.sqrt(EIGENVALUES)) @ np.linalg.qr(rng.normal(size=(5, 5)))[0] + mean


def _linear(x: np.ndarray, k: int, **hyperparameters) -> Autoencoder:
    return Autoencoder(latent_dim=k, hidden_dims=(), optimizer="lbfgs", epochs=1000, dtype="float64", random_state=0,
                       **hyperparameters).fit(x)


def when_it_is_pca() -> list[Comparison]:
    """E000-10: with biases yes; without them, on data with a mean, or for absolute errors, no."""
    x = _data(mean=1.5)
    pca, model = PCA(2).fit(x), _linear(x, 2)
    bare = Autoencoder(latent_dim=2, hidden_dims=(), dtype="float64", random_state=0).initialize(5)
    minimize(bare, x, ["encoder.0.W", "decoder.0.W"])
    V = np.linalg.svd(x)[2][:2]
    angles = np.radians(np.linspace(0, 180, 721))
    axes = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    cloud = np.random.default_rng(1).standard_t(1.5, size=(400, 2)) * [1.5, 1.0]
    cloud -= cloud.mean(axis=0)
    best = axes[np.argmin([absolute_error(cloud @ axis[:, None] * axis, cloud) for axis in axes])]
    return [Comparison("least loss with biases, two of five directions", "L-BFGS", model.history_["loss"][-1],
                       EIGENVALUES[2:].sum(), tolerance=1e-7),
            Comparison("largest angle to the principal subspace, degrees, at most", "L-BFGS",
                       principal_angles(model.params["decoder.0.W"], pca.components_).max(), 1e-2, relation="<="),
            Comparison("least loss without biases, data of mean 1.5", "L-BFGS", bare.loss_and_gradients(x)[0]["loss"],
                       np.sum((x - x @ V.T @ V)**2) / len(x), pca.floor_, tolerance=1e-7),
            Comparison("angle between its subspace and the principal one, degrees", "L-BFGS",
                       principal_angles(bare.params["decoder.0.W"], pca.components_).max(),
                       principal_angles(V, pca.components_).max(), 0.0, tolerance=1e-3),
            Comparison("angle of the best line for absolute errors, heavy tails, degrees, at least", "brute force over 721 lines",
                       principal_angles(best[None], PCA(1).fit(cloud).components_).max(), 1.0, 0.0, relation=">=")]


def other_bases_of_the_code() -> list[Comparison]:
    """E001-12: A -> A Q, B -> Q^-1 B, for any invertible Q."""
    x = _data()
    model = _linear(x, 2)
    before, Q = model.history_["loss"][-1], np.array([[2.0, 1.0], [-0.5, 3.0]])
    p = model.params
    p["encoder.0.W"], p["encoder.0.b"] = p["encoder.0.W"] @ Q, p["encoder.0.b"] @ Q
    p["decoder.0.W"] = np.linalg.inv(Q) @ p["decoder.0.W"]
    gram = p["decoder.0.W"] @ p["decoder.0.W"].T
    return [Comparison("loss after a change of basis in the code", "npae.Autoencoder", model.loss_and_gradients(x)[0]["loss"],
                       before),
            Comparison("largest product of different decoder rows, at least", "orthogonal axes would give 0", abs(gram[0, 1]),
                       0.01, 0.0, relation=">=")]


def decay_is_not_sparseness() -> list[Comparison]:
    """E003-07: L2 on the weights of a linear autoencoder lowers the rank; no code is zero. L1 on the codes makes zeros."""
    x, decay = _data(), 0.4
    model = _linear(x, 5, weight_decay=decay)
    W = model.params["encoder.0.W"] @ model.params["decoder.0.W"]
    sparse = SparseAutoencoder(latent_dim=5, hidden_dims=(), sparsity="l1", sparsity_weight=1.0, epochs=100, learning_rate=0.02,
                               dtype="float64", random_state=0).fit(x)
    return [Comparison("share of codes that are exactly 0, with weight decay; printed: trained with L1 on the codes", "L-BFGS",
                       zero_fraction(model.transform(x)), 0.0, zero_fraction(sparse.transform(x))),
            Comparison("rank of the map, lambda = 0.4", "L-BFGS, singular values above 1e-3",
                       np.sum(np.linalg.svd(W, compute_uv=False) > 1e-3), np.sum(decay < EIGENVALUES), 5),
            Comparison("its singular values", "L-BFGS", np.linalg.svd(W, compute_uv=False),
                       np.maximum(1 - decay / EIGENVALUES, 0), np.ones(5), tolerance=1e-4)]


def curvature() -> list[Comparison]:
    """E003-10: the Hessian in the output is 2/M everywhere; in the weights it can have either sign."""
    x, o = np.ones((7, 1)), np.zeros((7, 1))
    hessian = richardson(lambda o: squared_error_backward(o, x), o).value

    def gradient(ab: np.ndarray) -> np.ndarray:
        a, b = ab
        return np.array([-2 * b * (1 - a * b), -2 * a * (1 - a * b)])

    step = 1e-5
    H = np.array([(gradient(step * e) - gradient(-step * e)) / (2 * step) for e in np.eye(2)])
    return [Comparison("second derivative in the output, M = 7", "finite differences", hessian[0, 0], 2 / 7, tolerance=1e-8),
            Comparison("eigenvalues of the Hessian of (1 - ab)^2 at 0", "finite differences", np.linalg.eigvalsh(H),
                       np.array([-2.0, 2.0]), np.array([2.0, 2.0]), tolerance=1e-8)]


def independent_features() -> list[Comparison]:
    """E002-14: unexplained share of ten features through two units: independent, or in two blocks of correlation 0.9."""
    block = np.full((5, 5), 0.9) + 0.1 * np.eye(5)
    blocks = np.kron(np.eye(2), block)
    white = np.random.default_rng(0).normal(size=(40, 10))
    white = np.linalg.qr(white - white.mean(axis=0))[0] * np.sqrt(40)
    found = [PCA(2).fit(white @ root).floor_ / 10 for root in (np.eye(10), np.linalg.cholesky(blocks).T)]
    return [Comparison("unexplained share, independent features", "PCA", found[0], 8 / 10),
            Comparison("unexplained share, two blocks", "PCA", found[1], 8 * 0.1 / 10)]


def generator_from_codes() -> list[Comparison]:
    """E001-11: a density fitted to the codes of a plain autoencoder makes it a generator."""
    x = _data(mean=1.0)
    model = _linear(x, 5)
    samples = sample_from_codes(model, x, 4000, n_components=1, random_state=0)
    centred = samples - 1.0
    return [Comparison("mean of the generated data", "4,000 samples", expectation(samples), np.ones(5), "said not to generate"),
            Comparison("their variances", "4,000 samples", expectation(centred**2), x.var(axis=0))]


def lookup_table() -> list[Comparison]:
    """E001-15: one number as a code, and nothing learnt."""
    rng = np.random.default_rng(0)
    train, test = rng.normal(size=(20, 10)), rng.normal(size=(300, 10))

    def encode(rows: np.ndarray) -> np.ndarray:
        same = np.all(rows[:, None] == train, axis=2)                   # (m, 20)
        return np.where(same.any(axis=1), same.argmax(axis=1) + 1, 0)

    def decode(index: np.ndarray) -> np.ndarray:
        return np.where(index[:, None] > 0, train[index - 1], 0.0)

    errors = [np.mean(np.sum((decode(encode(rows)) - rows)**2, axis=1)) for rows in (train, test)]
    return [Comparison("squared error on the 20 training examples", "the table", errors[0], 0.0),
            Comparison("squared error on new examples", "the table", errors[1], np.mean(np.sum(test**2, axis=1)))]


def identity_costs_nothing() -> list[Comparison]:
    """E001-01: the terms are not negative; positive they are not."""
    x = np.random.default_rng(0).normal(size=(20, 5))
    model = Autoencoder(latent_dim=7, hidden_dims=(), dtype="float64").initialize(5)
    model.params["encoder.0.W"], model.params["decoder.0.W"] = np.eye(5, 7), np.eye(7, 5)
    return [Comparison("loss of the identity", "npae.Autoencoder with unit matrices", model.loss_and_gradients(x)[0]["loss"],
                       0.0)]
