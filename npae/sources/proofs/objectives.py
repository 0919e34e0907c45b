"""What is minimized, and what its parts are: errata about objectives, compositions and gradients of penalties."""

from __future__ import annotations

import numpy as np

from ...gradcheck import richardson
from ...layers import affine, sigmoid, tanh
from ...losses import squared_error, squared_error_backward
from ...models import Autoencoder, SparseAutoencoder
from ...optimizers import SGD
from ...penalties import l1_sparsity, l1_sparsity_backward
from ..erratum import Comparison, refusal

X = np.random.default_rng(0).normal(size=(6, 5))


def _layers(rng: np.random.Generator):
    """Return an encoder from 5 to 2 numbers and a decoder from 2 to 5."""
    W, V = rng.normal(size=(5, 2)), rng.normal(size=(2, 5))
    return (lambda x: tanh(affine(x, W, np.zeros(2)))), (lambda h: affine(h, V, np.zeros(5)))


def order_of_encoder_and_decoder() -> list[Comparison]:
    """E000-01 and E003-05: the decoder comes after the encoder."""
    encode, decode = _layers(np.random.default_rng(1))
    return [Comparison("numbers in the reconstruction of 5 numbers through a code of 2", "the width of x", X.shape[1],
                       decode(encode(X)).shape[1], refusal(lambda: encode(decode(X))))]


def minimum_is_not_a_gradient() -> list[Comparison]:
    """E000-02: L(t) = (t - 1)^2 + 3."""
    grid = np.linspace(-4, 6, 1001)
    theta, sgd = np.zeros(1), SGD()
    sgd.start(theta)
    for _ in range(200):
        sgd.step(theta, 2 * (theta - 1), 0.1)
    least = np.min((grid - 1) ** 2 + 3)
    return [Comparison("min of L(t) = (t - 1)^2 + 3", "a grid of 1001 points", least, (theta[0] - 1) ** 2 + 3,
                       2 * (theta[0] - 1)),
            Comparison("where it is", "a grid of 1001 points", grid[np.argmin((grid - 1) ** 2)], theta[0], 2 * (theta[0] - 1))]


def dropped_penalty() -> list[Comparison]:
    """E000-03: the gradient of L + lambda Psi in the code."""
    h, target, lam = np.array([[0.5, -2.0]]), np.array([[1.0, 1.0]]), 0.7

    def objective(h: np.ndarray) -> float:
        return squared_error(h, target) + lam * l1_sparsity(h)

    return [Comparison("gradient of L + lambda |h|_1 at h = (0.5, -2)", "finite differences", richardson(objective, h).value,
                       squared_error_backward(h, target) + lam * l1_sparsity_backward(h), squared_error_backward(h, target),
                       tolerance=1e-8)]


def parts_outside_their_functions() -> list[Comparison]:
    """E003-01: activations, not the encoder and the decoder again."""
    encode, decode = _layers(np.random.default_rng(2))
    rng = np.random.default_rng(3)
    W_e, W_d = rng.normal(size=(5, 2)), rng.normal(size=(2, 5))
    h = sigmoid(X @ W_e)
    return [Comparison("shape of the code of 6 examples", "6 codes of 2 numbers", np.array([6, 2]), np.array(h.shape),
                       np.array(decode(X @ W_e).shape)),
            Comparison("shape of their reconstruction", "that of the examples", np.array(X.shape), np.array((h @ W_d).shape),
                       np.array(encode(h @ W_d).shape))]


def reconstruction_is_not_the_input() -> list[Comparison]:
    """E004-01: the least squared error through one unit, and what the decoder gives."""
    x = X - X.mean(axis=0)
    model = Autoencoder(latent_dim=1, hidden_dims=(), optimizer="lbfgs", epochs=500, dtype="float64", random_state=0).fit(x)
    axis = np.linalg.svd(x)[2][0]
    return [Comparison("g(f(x)) of a trained linear autoencoder with one unit", "training", model.reconstruct(x),
                       np.outer(x @ axis, axis), x, tolerance=1e-4)]


def _signed() -> tuple[SparseAutoencoder, np.ndarray, np.floating]:
    """Return a model with codes of either sign, its codes of X, its squared error."""
    model = SparseAutoencoder(latent_dim=2, hidden_dims=(), latent_activation="identity", sparsity="l1", sparsity_weight=0.3,
                              dtype="float64", random_state=0).initialize(5)
    return model, model.transform(X), squared_error(model.reconstruct(X), X)


def a_vector_is_no_loss() -> list[Comparison]:
    """E004-02: L + lambda h adds a vector to a number."""
    model, h, error = _signed()
    return [Comparison("the loss of a batch, one number", "npae.SparseAutoencoder", model.loss_and_gradients(X)[0]["loss"],
                       error + 0.3 * np.sum(np.abs(h)) / len(h), error + 0.3 * h)]


def no_bars_no_bound() -> list[Comparison]:
    """E004-03: shift the code of a linear autoencoder down, and let the decoder's bias undo it."""
    model, h, error = _signed()
    found = []
    for shift in (1.0, 100.0):
        model.params["encoder.0.b"] = np.full(2, -shift)
        model.params["decoder.0.b"] = shift * model.params["decoder.0.W"].sum(axis=0)
        moved = model.transform(X)
        found.append(Comparison(f"loss, code shifted by -{shift:g}, reconstruction unchanged", "npae.SparseAutoencoder",
                                model.loss_and_gradients(X)[0]["loss"], error + 0.3 * np.mean(np.sum(np.abs(moved), axis=1)),
                                error + 0.3 * np.mean(np.sum(moved, axis=1))))
    return found


def input_against_itself() -> list[Comparison]:
    """E004-04: L(x, x) has no gradient."""
    model = Autoencoder(latent_dim=2, hidden_dims=(), dtype="float64", random_state=0).initialize(5)

    def loss(theta: np.ndarray) -> float:
        return model._loss_and_gradients(model.params.with_theta(theta), X, {})[0]["loss"]

    return [Comparison("gradient of L(x, g(f(x))), 27 parameters", "finite differences", richardson(loss, model.theta).value,
                       model.loss_and_gradients(X)[1].theta, np.zeros(model.theta.size), tolerance=1e-7)]


def penalty_is_not_of_the_reconstruction() -> list[Comparison]:
    """E004-06: the penalty is added to the error; it does not act on the output."""
    model, h, _ = _signed()
    o = model.reconstruct(X)

    def objective(o: np.ndarray) -> float:
        return squared_error(o, X) + 0.3 * l1_sparsity(h)

    return [Comparison("gradient of the objective in the output", "finite differences", richardson(objective, o).value,
                       squared_error_backward(o, X), squared_error_backward(o, X) + 0.3 * l1_sparsity_backward(o),
                       tolerance=1e-8)]


def units_and_observations() -> list[Comparison]:
    """E002-01: the L1 penalty runs over both."""
    a = np.random.default_rng(4).normal(size=(5, 3))
    return [Comparison("L1 penalty of 3 units, mean over 5 observations", "a double loop",
                       sum(abs(a[i, j]) for i in range(5) for j in range(3)) / 5, l1_sparsity(a), np.sum(np.abs(a[:, 0])) / 5)]
