"""Codes with noise of a fixed size: the probabilistic autoencoder, as a beta-VAE and as a linear model."""

from __future__ import annotations

from typing import Any

import numpy as np

from ... import network
from ...checks.probabilistic_oracles_exact import exact_loss, exact_noise, gaussian_data
from ...latents import unit_noise, unit_noise_backward
from ...losses import gaussian_nll_entries, squared_error_backward
from ...models import ProbabilisticAutoencoder, VariationalAutoencoder
from ...penalties import gaussian_kl_entries, gaussian_prior_backward
from ..derivation import Derivation
from ..step import Step
from ..vocabulary import integral


def _probabilistic_point(rng: np.random.Generator) -> dict[str, Any]:
    (m, n, k, S), sigma2, beta = (int(size) for size in rng.integers(2, 4, 4)), rng.uniform(0.4, 1.5), rng.uniform(0.5, 1.5)
    shape: dict[str, Any] = {"latent_dim": k, "hidden_dims": (3,), "activation": "tanh", "dtype": "float64", "n_samples": S}
    pae = ProbabilisticAutoencoder(code_weight=beta * sigma2, **shape).initialize(n)
    pae.theta = 0.7 * rng.normal(size=pae.theta.shape)
    x = rng.normal(size=(m, n))
    noise = pae.draw_noise(x, rng)
    terms, grads = pae.loss_and_gradients(x, noise=noise)
    vae_terms, vae_grads = _frozen_vae(pae, n, beta, sigma2, shape).loss_and_gradients(x, noise=noise)
    f = network.forward(pae._encoder, pae.params, x)[-1].y
    decoded = network.forward(pae._decoder, pae.params, (f[:, None] + noise["eps"]).reshape(m * S, k))
    dz = network.backward(squared_error_backward(decoded[-1].y, np.repeat(x, S, axis=0)), pae.params, decoded,
                          pae.params.gradients(), need_dx=True)

    def decode(z):
        return network.forward(pae._decoder, pae.params, z.reshape(m * S, k))[-1].y.reshape(m, S, n)

    return {"m": m, "n": n, "k": k, "S": S, "x": x, "f": f, "eps": noise["eps"], "z": f[:, None] + noise["eps"],
            "o": decoded[-1].y.reshape(m, S, n), "decode": decode, "dz": dz.reshape(m, S, k), "sigma2": sigma2, "beta": beta,
            "code_weight": beta * sigma2, "pae_loss": terms["loss"], "vae_loss": vae_terms["loss"],
            "pae_dW": grads["encoder.1.W"], "vae_dW": vae_grads["encoder.mu.W"],
            "over_z": lambda f: integral(lambda z: f(z[:, None, None]), -20.0, 20.0), "gaussian_kl_entries": gaussian_kl_entries,
            "gaussian_nll_entries": gaussian_nll_entries, "unit_noise_backward": unit_noise_backward,
            "gaussian_prior_backward": gaussian_prior_backward}


def _frozen_vae(pae: ProbabilisticAutoencoder, n: int, beta: float, sigma2: float, shape: dict) -> VariationalAutoencoder:
    """Return the beta-VAE with the weights of a probabilistic autoencoder and an encoder variance of one."""
    vae = VariationalAutoencoder(beta=beta, sigma2=sigma2, **shape).initialize(n)
    for name, value in pae.params.items():
        vae.params[name.replace("encoder.1", "encoder.mu")] = value
    vae.params["encoder.logvar.W"], vae.params["encoder.logvar.b"] = 0 * vae.params["encoder.logvar.W"], np.zeros(pae.latent_dim)
    return vae


PROBABILISTIC_AUTOENCODER = Derivation(
    name="probabilistic-autoencoder", title="The regularized probabilistic autoencoder is a beta-VAE",
    key="m examples x (m, n), S samples each, k code units: f (m, k) the code, eps (m, S, k) unit noise, z = f + eps, o = "
        "decode(z) (m, S, n), dz the gradient of the squared error by z. The beta-VAE has the encoder N(f, I), the decoder N(o, "
        "sigma2 I), the prior N(0, I) and the weight beta on its divergence; code_weight = beta sigma2 is the price of the "
        "squared code. over_z(...) is an integral over z (quadrature). vae_loss, pae_loss, vae_dW, pae_dW are what the "
        "package's two models return with the same weights and the same noise.",
    draw=_probabilistic_point,
    steps=(
        Step(r"D_{KL}(N(f, I) \,\Vert\, N(0, I))_{ij}",
             "over_z(lambda z: normal_density(z, f) * (normal_log_density(z, f) - normal_log_density(z)))",
             "what a code unit of variance one costs, by definition", ""),
        Step(r"\frac{1}{2} f_{ij}^2", "f**2 / 2", "log q - log p = f z - f^2 / 2, and z has the mean f"),
        Step(r"l", "gaussian_kl_entries(f, np.zeros_like(f))", "the code, with logvar = 0"),
        Step(r"2 \sigma^2 L_{VAE}", "2 * sigma2 * vae_loss", "the code: minus the ELBO with the weight beta, times 2 sigma2", ""),
        Step(r"2 \sigma^2 \left( \frac{1}{mS} \sum_{isj} -\log N(x_{ij}; o_{isj}, \sigma^2) + \frac{\beta}{m} \sum_{ij} "
             r"\frac{f_{ij}^2}{2} \right)",
             "2 * sigma2 * (np.sum(gaussian_nll_entries(o, x[:, None], np.log(sigma2))) / (m * S) + beta * np.sum(f**2 / 2) / m)",
             "by definition, with the divergence from above"),
        Step(r"\frac{1}{mS} \sum_{is} |x_i - o_{is}|^2 + n \sigma^2 \log 2 \pi \sigma^2 + \frac{\beta \sigma^2}{m} \sum_i "
             r"|f_i|^2",
             "np.sum((x[:, None] - o)**2) / (m * S) + n * sigma2 * np.log(2 * np.pi * sigma2) + beta * sigma2 * np.sum(f**2) / m",
             "a Gaussian's -log is its squared error over 2 sigma2 and a constant: the halves of both terms cancel (E001-07)"),
        Step(r"L_{PAE} + n \sigma^2 \log 2 \pi \sigma^2", "pae_loss + n * sigma2 * np.log(2 * np.pi * sigma2)",
             "the code, with code_weight = beta sigma2; for sigma2 = 1 it is beta itself (E001-06)"),
        Step(r"\frac{\partial L_{PAE}}{\partial f}",
             "gradient(lambda f: np.sum((x[:, None] - decode(f[:, None] + eps))**2) / (m * S) + code_weight * np.sum(f**2) / m, "
             "f)", "by definition", ""),
        Step(r"\sum_s \frac{\partial}{\partial z_s} \frac{1}{mS} \sum_{is} |x_i - g(z_{is})|^2 + \frac{2 \lambda}{m} f",
             "np.sum(gradient(lambda z: np.sum((x[:, None] - decode(z))**2) / (m * S), z), axis=1) + 2 * code_weight * f / m",
             "z_s = f + eps_s for every sample: the slopes of all samples add up, and the price has its own"),
        Step(r"df", "np.sum(unit_noise_backward(dz), axis=1) + 2 * code_weight * gaussian_prior_backward(f)",
             "the code: two paths"),
        Step(r"2 \sigma^2\, dW_{VAE}", "2 * sigma2 * vae_dW",
             "so the weights are pulled alike: the encoder's last layer, say", ""),
        Step(r"dW_{PAE}", "pae_dW", "the code"),
    ),
    leads_to=("npae.models.ProbabilisticAutoencoder", "npae.models.VariationalAutoencoder"),
    sources=("001-prob-1", "001-prob-2", "001-vanilla-5", "001-cmp-4", "001-cmp-5", "001-cmp-6"))


# ---- linear -------------------------------------------------------------------------------------------------------------


def _linear_code_point(rng: np.random.Generator) -> dict[str, Any]:
    n = int(rng.integers(2, 5))
    s, lam, c = np.sort(rng.uniform(0.5, 4, n))[::-1], rng.uniform(0.1, 0.4), rng.uniform(2, 5)
    y, axes = gaussian_data(rng, s)
    A, B, v, (a, b) = rng.normal(size=(n, n)), rng.normal(size=(n, n)), np.sqrt(s / lam) - 1, rng.uniform(0.5, 1.5, (2, n))
    best_a = np.sqrt(v / s)
    return {"y": y, "s": s, "lam": lam, "c": c, "A": A, "B": B, "v": v, "a": a, "b": b, "any_v": a**2 * s,
            "loss": lambda a, b: s * (1 - a * b)**2 + b**2 + lam * a**2 * s, "exact_eps": exact_noise(len(y), n)["eps"],
            "unit_noise": unit_noise, "vanilla_loss": _linear_loss(y, c * A, B / c, 0.0),
            "any_loss": _linear_loss(y, axes.T * a, b[:, None] * axes, lam),
            "best_loss": _linear_loss(y, axes.T * best_a, (best_a * s / (1 + v))[:, None] * axes, lam)}


def _linear_loss(x: np.ndarray, encoder: np.ndarray, decoder: np.ndarray, code_weight: float) -> float:
    model = ProbabilisticAutoencoder(latent_dim=len(decoder), hidden_dims=(), code_weight=code_weight, dtype="float64")
    model.initialize(x.shape[1])
    model.params["encoder.0.W"], model.params["decoder.0.W"] = encoder, decoder
    return exact_loss(model, x)


LINEAR_PROBABILISTIC = Derivation(
    name="linear-probabilistic", title="Noise alone does not regularize a linear model; a price drops directions",
    key="Data y (m, n), centred, with the covariance eigenvalues s (n,). First any linear codes y A with a decoder B (n, n); c "
        "scales the code up and the decoder down; exact_eps is noise over which the mean of a squared error is exact. Then "
        "along the principal axes, entry by entry: t a coordinate of variance s, code a t + eps, reconstruction b (a t + eps), "
        "lam the price of the squared code, loss(a, b) = s (1 - a b)^2 + b^2 + lam a^2 s; any_v = a^2 s the variance of the "
        "code, v = sqrt(s / lam) - 1 the best one, for lam below all s. vanilla_loss, any_loss, best_loss: the package's.",
    draw=_linear_code_point,
    steps=(
        Step(r"E\, |y - (c\, y A + \epsilon) \tfrac{1}{c} B|^2",
             "np.mean(np.sum((y[:, None] - unit_noise(c * (y @ A)[:, None], exact_eps) @ B / c)**2, axis=2))",
             "noise without a price; the code scaled up by c, the decoder down", ""),
        Step(r"\frac{1}{m} \sum_i |y_i - y_i A B|^2 + \frac{1}{c^2} |B|_F^2",
             "np.mean(np.sum((y - y @ A @ B)**2, axis=1)) + np.sum(B**2) / c**2",
             "c cancels in the signal and not in the noise, which has the mean 0 and the covariance I: for large c only the "
             "plain autoencoder is left (E001-13)"),
        Step(r"L_{PAE}", "vanilla_loss", "the code, with code_weight = 0"),
        Step(r"L_{PAE}", "any_loss", "with the price, along the principal axes: the code", ""),
        Step(r"\sum_j \left( s_j (1 - a_j b_j)^2 + b_j^2 + \lambda a_j^2 s_j \right)", "np.sum(loss(a, b))",
             "E (t - b (a t + eps))^2 = (1 - a b)^2 E t^2 + b^2 for each axis, and the code has the variance a^2 s"),
        Step(r"\frac{\partial}{\partial b} \left( s (1 - ab)^2 + b^2 \right)",
             "gradient(lambda b: np.sum(s * (1 - a * b)**2 + b**2), b)",
             "the best decoder for a given encoder; the price does not contain b", ""),
        Step(r"2 \left( (1 + a^2 s)\, b - a s \right)", "2 * ((1 + a**2 * s) * b - a * s)", "it is 0 at b = a s / (1 + a^2 s)"),
        Step(r"s (1 - ab)^2 + b^2 + \lambda a^2 s, \quad b = \frac{as}{1 + a^2 s}", "loss(a, a * s / (1 + a**2 * s))",
             "with this decoder", ""),
        Step(r"\frac{s}{1 + v} + \lambda v, \quad v = a^2 s", "s / (1 + any_v) + lam * any_v", "1 - a b = 1 / (1 + v)"),
        Step(r"\frac{\partial}{\partial v} \left( \frac{s}{1 + v} + \lambda v \right)",
             "gradient(lambda v: np.sum(s / (1 + v) + lam * v), any_v)", "the best variance of the code", ""),
        Step(r"\lambda - \frac{s}{(1 + v)^2}", "lam - s / (1 + any_v)**2",
             "it rises with v and is 0 at v = sqrt(s / lam) - 1; for s at most lam the best v >= 0 is 0: the direction is "
             "dropped"),
        Step(r"\sum_j \left( \frac{s_j}{1 + v_j} + \lambda v_j \right)", "np.sum(s / (1 + v) + lam * v)", "the least loss", ""),
        Step(r"\sum_j (2 \sqrt{\lambda s_j} - \lambda)", "np.sum(2 * np.sqrt(lam * s) - lam)", "1 + v = sqrt(s / lam)"),
        Step(r"L_{PAE}", "best_loss", "the code at this encoder and decoder (E001-14)"),
        Step(r"\sum_j \left( s_j (1 - a_j b_j)^2 + b_j^2 + \lambda a_j^2 s_j \right)", "np.sum(loss(a, b))",
             "no other a and b do better", "<="),
    ),
    leads_to=("npae.models.ProbabilisticAutoencoder",),
    sources=("001-cmp-4", "001-cmp-5"))

LINEAR_CODES = (PROBABILISTIC_AUTOENCODER, LINEAR_PROBABILISTIC)
