"""Random points for claims about autoencoders: a small model with random parameters, and the functions it is made of.

Names that all of them share: m examples, n features, k code units, all different; x (m, n); W (n, k), b (k,) of the encoder;
V (k, n), c (n,) of the decoder; lam the weight of a penalty. A function `loss` is always the package's.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ... import layers, losses, models, penalties
from ...applications import nearest
from ...models import Model
from ...optimizers import SGD

Rng = np.random.Generator
Point = dict[str, Any]

FUNCTIONS = {function.__name__: function for function in (
    layers.affine, layers.relu, layers.sigmoid, layers.tanh, losses.squared_error, losses.squared_error_backward,
    losses.absolute_error, penalties.gaussian_kl, penalties.l1_sparsity, penalties.kl_sparsity, penalties.mean_activation,
    penalties.l2_decay,
    penalties.contraction, nearest)}


def autoencoder(rng: Rng) -> Point:
    """encode(x) = tanh(x W + b), decode(z) = z V + c; loss that of npae.Autoencoder, theta its parameters, d the gradient"""
    point, model = _point(rng, models.Autoencoder)
    sgd = SGD()

    def step(theta: np.ndarray, d: np.ndarray, rate: float) -> np.ndarray:
        moved = theta.copy()
        sgd.start(moved)
        sgd.step(moved, d, rate)
        return moved

    def loss_at(theta: np.ndarray) -> float:
        return model._loss_and_gradients(model.params.with_theta(theta), point["x"], {})[0]["loss"]

    return {**point, "loss_at": loss_at, "theta": model.theta, "d": model.loss_and_gradients(point["x"])[1].theta, "sgd": step}


def linear(rng: Rng) -> Point:
    """encode(x) = x W + b, decode(z) = z V + c, no other nonlinearity; loss that of npae.Autoencoder"""
    return _point(rng, models.Autoencoder, latent_activation="identity")[0]


def copying(rng: Rng) -> Point:
    """a linear npae.Autoencoder with as many code units as features, both weight matrices the identity"""
    point, model = _point(rng, models.Autoencoder, latent_activation="identity", latent_dim=5, n=5)
    model.params["encoder.0.W"], model.params["decoder.0.W"] = np.eye(5), np.eye(5)
    model.params["encoder.0.b"], model.params["decoder.0.b"] = np.zeros(5), np.zeros(5)
    return point


def convolutional(rng: Rng) -> Point:
    """npae.ConvolutionalAutoencoder, 4 x 4 images: kernels K (2, 3, 3), biases a (2,), step 2, tanh; then W, b to the code

    x (m, 16); window(row, r, s) (3, 3) begins in row 2 r - 1, column 2 s - 1 of an image, and is 0 outside of it
    """
    model: Any = models.ConvolutionalAutoencoder(channels=(2,), activation="tanh", latent_dim=3, dtype="float64",
                                                 random_state=0).initialize(16)
    model.theta += 0.5 * rng.normal(size=model.theta.shape)
    p = model.params

    def window(row: np.ndarray, r: int, s: int) -> np.ndarray:
        return np.pad(row.reshape(4, 4), 1)[2 * r:2 * r + 3, 2 * s:2 * s + 3]

    return {**FUNCTIONS, "x": rng.normal(size=(3, 16)), "K": p["encoder.0.W"][:, 0], "a": p["encoder.0.b"], "W": p["encoder.1.W"],
            "b": p["encoder.1.b"], "window": window, "encode": model.transform}


def decayed(rng: Rng) -> Point:
    """the autoencoder with weight decay lam on weights and biases"""
    return _point(rng, models.Autoencoder, weight_decay=0.3, decay_biases=True, lam=0.3)[0]


def penalized(rng: Rng) -> Point:
    """the autoencoder with a penalty from a list, here weight lam times the L1 norm of the code"""
    return _point(rng, models.Autoencoder, penalties=[penalties.L1Sparsity(0.3)], lam=0.3)[0]


def sparse(rng: Rng) -> Point:
    """loss that of npae.SparseAutoencoder: L1 with weight lam, codes tanh(x W + b) of either sign"""
    return _point(rng, models.SparseAutoencoder, sparsity="l1", sparsity_weight=0.3, lam=0.3)[0]


def kl_sparse(rng: Rng) -> Point:
    """loss that of npae.SparseAutoencoder: KL with weight beta and target rho; codes y = sigmoid(x W + b)"""
    point, _ = _point(rng, models.SparseAutoencoder, latent_activation="sigmoid", sparsity="kl", sparsity_weight=0.7, rho=0.2)
    return {**point, "beta": 0.7, "rho": 0.2, "y": point["encode"](point["x"])}


def denoising(rng: Rng) -> Point:
    """loss(x, eps) that of npae.DenoisingAutoencoder; noisy = x + mean + sd eps with eps ~ N(0, 1)"""
    point, model = _point(rng, models.DenoisingAutoencoder, noise_level=0.4, noise_mean=0.2)
    eps = rng.normal(size=point["x"].shape)
    return {**point, "eps": eps, "sd": 0.4, "mean": 0.2, "corrupt": model._corruption(),
            "noisy": point["x"] + 0.2 + 0.4 * eps,
            "loss": lambda x, eps: model.loss_and_gradients(x, noise={"corruption": eps})[0]["loss"]}


def contractive(rng: Rng) -> Point:
    """loss that of npae.ContractiveAutoencoder, weight lam; y = sigmoid(x W + b), J[i] the Jacobian (k, n) at example i"""
    point, model = _point(rng, models.ContractiveAutoencoder, latent_activation="sigmoid", tied=False,
                          contraction_weight=0.3, lam=0.3)
    x = point["x"]
    return {**point, "y": point["encode"](x), "J": np.stack([explicit_jacobian(model, row) for row in x]),
            "jacobian": model.jacobian}


def unit_noise(rng: Rng) -> Point:
    """f(x) = x W + b, g(z) = z V + c; loss(x, eps) that of npae.ProbabilisticAutoencoder with code_weight lam; eps (m, S, k)

    vanilla(x, eps) is its loss with code_weight 0
    """
    point, model = _point(rng, models.ProbabilisticAutoencoder, latent_activation="identity", code_weight=0.7, lam=0.7)
    plain = models.ProbabilisticAutoencoder(**{**model.get_params(), "code_weight": 0.0}).initialize(point["n"])
    plain.theta = model.theta
    x, S = point["x"], 3
    return {**point, "S": S, "eps": rng.normal(size=(point["m"], S, point["k"])), "z": rng.normal(size=(point["m"], point["k"])),
            "f": point["encode"](x), "g": point["decode"], "encoder": model.encoder_distribution(x),
            "decoder_at": model.decoder_distribution, **{
                name: lambda x, eps, model=which: model.loss_and_gradients(x, noise={"eps": eps})[0]["loss"]
                for name, which in (("loss", model), ("vanilla", plain))}}


def _point(rng: Rng, kind: type[Model], n: int = 4, lam: float = 0.0, **hyperparameters: Any) -> tuple[Point, Any]:
    """Return names and the model."""
    options: dict[str, Any] = {"latent_dim": 3, "hidden_dims": (), "latent_activation": "tanh", "dtype": "float64",
                               "random_state": 0, **hyperparameters}
    model: Any = kind(**options).initialize(n)
    model.theta += 0.5 * rng.normal(size=model.theta.shape)
    m, p = 6, model.params
    names = {"m": m, "n": n, "k": model.latent_dim, "lam": lam, "x": rng.normal(size=(m, n)), "p": p,
             "W": p["encoder.0.W"], "b": p["encoder.0.b"], "V": p["decoder.0.W"], "c": p["decoder.0.b"],
             "encode": model.transform, "decode": model.inverse_transform, "reconstruct": model.reconstruct,
             "loss": lambda x: model.loss_and_gradients(x)[0]["loss"],
             "terms": lambda x: model.loss_and_gradients(x)[0]}
    return {**FUNCTIONS, **names}, model


def explicit_jacobian(model: Any, row: np.ndarray, step: float = 1e-4) -> np.ndarray:
    """Return the derivative (k, n) of the code of one example, by differences of fourth order: no formula of the package."""
    def code(shift: float) -> np.ndarray:
        return model.transform(row + shift * np.eye(len(row)))          # (n, k), feature by feature

    return ((8 * (code(step) - code(-step)) - (code(2 * step) - code(-2 * step))) / (12 * step)).T
