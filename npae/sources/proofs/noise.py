"""Noise on the input, and gradients through noise: exact denoisers, quadrature, fixed-seed samples."""

from __future__ import annotations

import math
from itertools import product

import numpy as np

from ... import network
from ...baselines import NoisedDensity, noised_circle, wiener_filter
from ...corruption import GaussianNoise
from ...derivations.vocabulary import expectation, integral, normal_density
from ...latents import reparameterize
from ...losses import gaussian_nll, squared_error
from ...models import Autoencoder, DenoisingAutoencoder
from ...penalties import sampled_kl_backward
from ..erratum import Comparison


def variance_or_sd() -> list[Comparison]:
    """E001-03: N(mu, sigma I) with sigma = 0.3 a standard deviation."""
    corruption, x = GaussianNoise(0.3), np.zeros((200, 100))
    noise = corruption(x, corruption.draw(x, np.random.default_rng(0))).ravel()
    return [Comparison("noise power per entry, sigma = 0.3", "20,000 draws of npae.GaussianNoise(0.3)", expectation(noise**2),
                       0.3**2, 0.3)]


# ---- little noise, and much ---------------------------------------------------------------------------------------------

def _squared_gain(model: Autoencoder, x: np.ndarray, sd: float) -> float:
    """Return (E |r(x + sd e) - x|^2 - |r(x) - x|^2) / sd^2, by Gauss-Hermite quadrature over 9^n points."""
    points, weights = np.polynomial.hermite_e.hermegauss(9)
    e = np.array(list(product(points, repeat=x.shape[1])))
    w = np.prod(list(product(weights / weights.sum(), repeat=x.shape[1])), axis=1)
    noisy = np.sum((model.reconstruct(x + sd * e) - x)**2, axis=1)
    return float(w @ noisy - np.sum((model.reconstruct(x) - x)**2)) / sd**2


def little_noise() -> list[Comparison]:
    """E002-08: what small noise contracts is r = decoder(encoder(x)), not the decoder."""
    x = np.random.default_rng(0).normal(size=(1, 2))
    model = Autoencoder(hidden_dims=(6,), latent_dim=2, activation="tanh", dtype="float64", random_state=0).initialize(2)
    model.params["decoder.1.b"] = (x - model.reconstruct(x))[0]         # x is reconstructed perfectly
    trace = network.forward(model._encoder + model._decoder, model.params, x)
    decoder = network.forward(model._decoder, model.params, model.transform(x))
    coarse, fine = (_squared_gain(model, x, sd) for sd in (0.02, 0.01))
    return [Comparison("(L_DAE - L_AE)/sd^2 at a perfectly reconstructed point, sd -> 0", "quadrature, extrapolated",
                       fine + (fine - coarse) / 3, np.sum(network.jacobian(model.params, trace)**2),
                       np.sum(network.jacobian(model.params, decoder)**2), tolerance=1e-4)]


def denoisers_memorize() -> list[Comparison]:
    """E002-10: the best denoiser of 20 points in ten dimensions, fresh noise; and of noise drawn once, a table."""
    points = np.random.default_rng(1).normal(size=(20, 10))
    found = []
    for sd in (0.1, 0.3):
        density = NoisedDensity(points, sd)
        error = density.posterior_variance(density.sample(500, 0)[1]).mean()
        found.append(Comparison(f"squared error of the best denoiser, sd {sd:g}, identity {10 * sd**2:g}, at most",
                                "its posterior variance, 500 draws", error, 0.01 * 10 * sd**2, 10 * sd**2, relation="<="))
    x, noisy = NoisedDensity(points, 0.1).sample(50, 1)
    table = points[np.argmin(np.sum((noisy[:, None] - points)**2, axis=2), axis=1)]
    found.append(Comparison("squared error of a table of the nearest point", "50 draws, sd 0.1", squared_error(table, x), 0.0,
                            squared_error(noisy, x)))
    return found


def far_from_the_data() -> list[Comparison]:
    """E002-15: far away a large |r(x) - x|, straight back to the data, is what the best denoiser does."""
    density = noised_circle(0.2)
    x = 4 * np.array([[1.0, 0.0], [0.0, -1.0], [0.6, 0.8]])
    step = density.denoise(x) - x
    cosine = np.sum(step * -x, axis=1) / (np.linalg.norm(step, axis=1) * np.linalg.norm(x, axis=1))
    return [Comparison("|r(x) - x| of the best denoiser, 3 away from the circle", "the noised circle, sd 0.2",
                       np.linalg.norm(step, axis=1), np.full(3, 3.0), np.zeros(3), tolerance=0.01),
            Comparison("cosine between r(x) - x and the way to the circle", "the same", cosine, np.ones(3))]


def denoiser_learns_a_map() -> list[Comparison]:
    """E004-09: the best linear denoiser of variances 4, 1, 0.25 with noise of variance 0.25."""
    s, sd = np.array([4.0, 1.0, 0.25]), 0.5
    rng = np.random.default_rng(0)
    x = np.sqrt(s) * rng.normal(size=(4000, 3))
    best = wiener_filter(np.zeros(3), np.diag(s), sd)
    errors = np.sum((best.denoise(x + sd * rng.normal(size=x.shape)) - x)**2, axis=1)
    return [Comparison("squared error of the best linear denoiser", "4,000 examples", expectation(errors),
                       np.sum(s * sd**2 / (s + sd**2)), np.sum(s)),
            Comparison("its factors; the identity has 1, no map has 0", "the normal equations", np.diag(best.W), s / (s + sd**2),
                       np.zeros(3)),
            Comparison("the identity is not the optimum: its error, at least", "3 sd^2", 3 * sd**2,
                       np.sum(s * sd**2 / (s + sd**2)) + 0.1, relation=">=")]


def what_denoising_compares() -> list[Comparison]:
    """E004-10: corrupted in, clean as the target."""
    x = np.random.default_rng(0).normal(size=(6, 5))
    model = DenoisingAutoencoder(latent_dim=2, hidden_dims=(), noise_level=0.5, dtype="float64", random_state=0).initialize(5)
    noise = model.draw_noise(x, np.random.default_rng(1))
    return [Comparison("the loss of a denoising autoencoder", "npae.DenoisingAutoencoder",
                       model.loss_and_gradients(x, noise=noise)[0]["loss"],
                       squared_error(model.reconstruct(x + 0.5 * noise["corruption"]), x),
                       squared_error(model.reconstruct(x), x))]


# ---- gradients through noise --------------------------------------------------------------------------------------------

def gradient_inside_an_expectation() -> list[Comparison]:
    """E000-17: d/dphi of E z^2 under N(phi, 1) at phi = 0.7."""
    def mean_square(phi: float) -> float:
        return integral(lambda z: normal_density(z, phi) * z**2, phi - 14, phi + 14)

    phi, step, eps = 0.7, 1e-4, np.random.default_rng(0).normal(size=200_000)
    z = reparameterize(np.array(phi), np.array(0.0), eps)
    pathwise, score = 2 * z, z**2 * (z - phi)
    return [Comparison("derivative of E z^2 in the mean 0.7", "differences of an integral",
                       (mean_square(phi + step) - mean_square(phi - step)) / (2 * step), 1.4, 0.0, tolerance=1e-7),
            Comparison("reparameterized estimate", "200,000 samples", expectation(pathwise), 1.4, 0.0),
            Comparison("score-function estimate", "200,000 samples", expectation(score), 1.4, 0.0),
            Comparison("variance of one reparameterized sample", "200,000 samples", expectation((pathwise - 1.4)**2), 4.0),
            Comparison("variance of one score-function sample", "200,000 samples", expectation((score - 1.4)**2),
                       integral(lambda e: normal_density(e) * ((phi + e)**2 * e - 1.4)**2, -14, 14))]


def logarithm_of_a_gaussian() -> list[Comparison]:
    """E000-18: log p(x|z) against the residual 0, 1, 2."""
    r = np.array([0.0, 1.0, 2.0])
    density = np.exp(-r**2 / 2) / math.sqrt(2 * math.pi)
    return [Comparison("log p(x|z) at residuals 0, 1, 2", "log of the density", np.log(density),
                       -np.array([gaussian_nll(np.zeros((1, 1)), np.array([[v]]), np.zeros(1)) for v in r]), density),
            Comparison("its fall from residual 0", "log of the density", np.log(density[0] / density), r**2 / 2,
                       density[0] - density)]


def sampled_divergence() -> list[Comparison]:
    """E001-17: the gradient of the sampled KL in the mean is f + eps, of the closed form f."""
    f, eps = 0.7, np.random.default_rng(0).normal(size=(50_000, 1, 1))
    gradient = sampled_kl_backward(f + eps, weight=1.0)[0].ravel()
    return [Comparison("its mean", "50,000 samples of sampled_kl_backward", expectation(gradient), f),
            Comparison("its variance", "the same", expectation((gradient - f)**2), 1.0)]
