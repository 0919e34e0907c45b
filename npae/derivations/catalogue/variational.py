"""The variational autoencoder: the divergence of a Gaussian from its prior, and the evidence lower bound."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...checks.probabilistic_oracles_exact import (
    exact_noise,
    gaussian_divergence,
    gaussian_log_density,
    linear_posterior,
    linear_vae,
)
from ...penalties import gaussian_kl, gaussian_kl_backward, gaussian_kl_entries
from ..calculus import gauss_hermite
from ..derivation import Derivation
from ..step import Step
from ..vocabulary import integral, normal_density, normal_log_density


def _kl_point(rng: np.random.Generator) -> dict[str, Any]:
    m, k = rng.integers(1, 4, 2)
    mu, logvar = rng.uniform(0.5, 2, (m, k)) * rng.choice([-1, 1], (m, k)), rng.uniform(-1.5, 0.7, (m, k))
    prior_mean, prior_logvar = rng.uniform(0.2, 1, k), rng.uniform(-1, 1, k)
    return {"m": m, "mu": mu, "logvar": logvar, "prior_mean": prior_mean, "prior_logvar": prior_logvar,
            "variance": np.exp(logvar), "prior_variance": np.exp(prior_logvar),
            "over_z": lambda f: integral(lambda z: f(z[:, None, None]), -20.0, 20.0),
            "q": lambda z: normal_density(z, mu, np.exp(logvar)), "log_q": lambda z: normal_log_density(z, mu, np.exp(logvar)),
            "log_p": lambda z: normal_log_density(z, prior_mean, np.exp(prior_logvar)), "gaussian_kl": gaussian_kl,
            "gaussian_kl_entries": gaussian_kl_entries, "gaussian_kl_backward": gaussian_kl_backward}


GAUSSIAN_KL = Derivation(
    name="gaussian-kl", title="The divergence of a Gaussian from a Gaussian prior: integral, closed form, gradients",
    key="m examples, k latent units: mu, logvar (m, k), variance = exp(logvar); q(z) = N(z; mu, variance), one density for each "
        "entry, and log_q(z); the prior N(prior_mean, prior_variance), all (k,), and log_p(z). over_z(f) is the integral of "
        "f(z) over all z, for each entry (quadrature; exact to rounding for Gaussians). log is the natural logarithm: nats.",
    draw=_kl_point,
    steps=(
        Step(r"D = \int q(z) \log \frac{q(z)}{p(z)}\, dz", "over_z(lambda z: q(z) * (log_q(z) - log_p(z)))",
             "by definition, for one latent unit of one example: the mean of log q - log p under q (000-(18) does not say under "
             "which of the two: E000-13)", ""),
        Step(r"\int q \log q\, dz - \int q \log p\, dz", "over_z(lambda z: q(z) * log_q(z)) - over_z(lambda z: q(z) * log_p(z))",
             "the integral is linear; one part at a time now"),
        Step(r"\int q \log q\, dz", "over_z(lambda z: q(z) * log_q(z))", "first part: minus the entropy of q", ""),
        Step(r"-\int q(z) \left( \frac{(z - \mu)^2}{2 \sigma^2} + \frac{1}{2} \log 2 \pi \sigma^2 \right) dz",
             "-over_z(lambda z: q(z) * ((z - mu)**2 / (2 * variance) + np.log(2 * np.pi * variance) / 2))",
             "the logarithm of a Gaussian density"),
        Step(r"-\frac{1}{2 \sigma^2} \int q(z) (z - \mu)^2\, dz - \frac{1}{2} \log 2 \pi \sigma^2",
             "-over_z(lambda z: q(z) * (z - mu)**2) / (2 * variance) - np.log(2 * np.pi * variance) / 2", "q integrates to 1"),
        Step(r"-\frac{1}{2} (1 + \log 2 \pi + \log \sigma^2)", "-0.5 * (1 + np.log(2 * np.pi) + logvar)",
             "the integral is the variance of q"),
        Step(r"\int q \log p\, dz", "over_z(lambda z: q(z) * log_p(z))", "second part", ""),
        Step(r"-\frac{1}{2 \sigma_0^2} \int q(z) (z - \mu_0)^2\, dz - \frac{1}{2} \log 2 \pi \sigma_0^2",
             "-over_z(lambda z: q(z) * (z - prior_mean)**2) / (2 * prior_variance) - np.log(2 * np.pi * prior_variance) / 2",
             "the logarithm of the prior's density, averaged under q in the same way"),
        Step(r"-\frac{\sigma^2 + (\mu - \mu_0)^2}{2 \sigma_0^2} - \frac{1}{2} \log 2 \pi \sigma_0^2",
             "-(variance + (mu - prior_mean)**2) / (2 * prior_variance) - np.log(2 * np.pi * prior_variance) / 2",
             "z - prior_mean = (z - mu) + (mu - prior_mean), and under q the first has the mean 0 and this variance"),
        Step(r"-\frac{1}{2} \left( \log 2 \pi + \log \sigma_0^2 + (\sigma^2 + (\mu - \mu_0)^2)\, e^{-\log \sigma_0^2} \right)",
             "-0.5 * (np.log(2 * np.pi) + prior_logvar + (variance + (mu - prior_mean)**2) * np.exp(-prior_logvar))",
             "prior_variance = exp(prior_logvar)"),
        Step(r"D", "over_z(lambda z: q(z) * (log_q(z) - log_p(z)))", "both parts together", ""),
        Step(r"-\frac{1}{2} (1 + \log 2 \pi + \log \sigma^2) + \frac{1}{2} \left( \log 2 \pi + \log \sigma_0^2 + (\sigma^2 + "
             r"(\mu - \mu_0)^2)\, e^{-\log \sigma_0^2} \right)",
             "-0.5 * (1 + np.log(2 * np.pi) + logvar) + 0.5 * (np.log(2 * np.pi) + prior_logvar + (variance + (mu - "
             "prior_mean)**2) * np.exp(-prior_logvar))", "first part minus second"),
        Step(r"\frac{1}{2} \left( \log \sigma_0^2 - \log \sigma^2 + (\sigma^2 + (\mu - \mu_0)^2)\, e^{-\log \sigma_0^2} - 1 "
             r"\right)", "0.5 * (prior_logvar - logvar + (variance + (mu - prior_mean)**2) * np.exp(-prior_logvar) - 1)",
             "log 2 pi goes"),
        Step(r"l", "gaussian_kl_entries(mu, logvar, prior_mean, prior_logvar)", "the code"),
        Step(r"D_{KL}(N(\mu, \sigma^2) \,\Vert\, N(0, 1))", "over_z(lambda z: q(z) * (log_q(z) - normal_log_density(z)))",
             "for the standard prior", ""),
        Step(r"\frac{1}{2} (\mu^2 + \sigma^2 - 1 - \log \sigma^2)", "0.5 * (mu**2 + variance - 1 - logvar)",
             "prior_mean = 0 and prior_logvar = 0"),
        Step(r"-\frac{1}{2} (1 + \log \sigma^2 - \mu^2 - \sigma^2)", "-0.5 * (1 + logvar - mu**2 - variance)",
             "000-(41) prints this without the minus in front: as a loss it would push q away from the prior (E000-21)"),
        Step(r"l", "gaussian_kl_entries(mu, logvar)", "the code"),
        Step(r"\frac{1}{2} \mu^2", "0.5 * mu**2", "what the mean alone costs", ""),
        Step(r"\frac{1}{2} (\mu^2 + (1 + \log \sigma^2) - 1 - \log \sigma^2)", "0.5 * (mu**2 + (1 + logvar) - 1 - logvar)",
             "1 + logvar added and taken away"),
        Step(r"\frac{1}{2} (\mu^2 + \sigma^2 - 1 - \log \sigma^2) = l", "gaussian_kl_entries(mu, logvar)",
             "1 + a is at most exp(a), for a = logvar, and equal only for a = 0: the divergence is never negative, and 0 only "
             "for mu = 0, logvar = 0", "<="),
        Step(r"\frac{\partial P}{\partial \mu_{ij}}",
             "gradient(lambda mu: gaussian_kl(mu, logvar, prior_mean, prior_logvar), mu)",
             "P is the sum over the units, as independent units add their logarithms, and the mean over the examples", ""),
        Step(r"\frac{1}{m} (\mu_{ij} - \mu_{0j})\, e^{-\log \sigma_{0j}^2}", "(mu - prior_mean) * np.exp(-prior_logvar) / m",
             "half the derivative of the square"),
        Step(r"d\mu", "gaussian_kl_backward(mu, logvar, prior_mean, prior_logvar)[0]", "the code"),
        Step(r"\frac{\partial P}{\partial \log \sigma_{ij}^2}",
             "gradient(lambda logvar: gaussian_kl(mu, logvar, prior_mean, prior_logvar), logvar)",
             "by the log-variance, which is what the encoder gives", ""),
        Step(r"\frac{1}{2m} \left( e^{\log \sigma_{ij}^2 - \log \sigma_{0j}^2} - 1 \right)",
             "0.5 * (np.exp(logvar - prior_logvar) - 1) / m",
             "exp is its own derivative: a variance above the prior's is pulled down, one below is pushed up"),
        Step(r"d\log\sigma^2", "gaussian_kl_backward(mu, logvar, prior_mean, prior_logvar)[1]", "the code"),
    ),
    leads_to=("npae.penalties.gaussian_kl", "npae.penalties.gaussian_kl_backward"),
    sources=("000-(17)", "000-(18)", "000-(28)", "000-(31)", "000-(32)", "000-(33)", "000-(34)", "000-(35)", "000-(36)",
             "000-(37)", "000-(38)", "000-(39)", "000-(40)", "000-(41)"))


# ---- the bound ----------------------------------------------------------------------------------------------------------


def _elbo_point(rng: np.random.Generator) -> dict[str, Any]:
    n, k, sigma2 = int(rng.integers(2, 5)), 2, rng.uniform(0.5, 1)
    vae = linear_vae(n, k, sigma2=sigma2)
    W = rng.uniform(0.7, 1.5, (k, 1)) * np.linalg.qr(rng.normal(size=(n, n)))[0][:k] + 0.2 * rng.normal(size=(k, n))
    b, x = rng.normal(size=n), rng.normal(size=n)
    C = W.T @ W + sigma2 * np.eye(n)
    (posterior_mean,), posterior_covariance = linear_posterior(W, b, sigma2, x[None])
    logvar = np.log(np.diag(posterior_covariance) * rng.uniform(1.2, 2, k))         # wider than the posterior, and elsewhere
    mu = posterior_mean + rng.uniform(0.5, 1, k) * np.exp(0.5 * logvar)
    for name, value in {"decoder.0.W": W, "decoder.0.b": b, "encoder.mu.b": mu - x @ vae.params["encoder.mu.W"],
                        "encoder.logvar.b": logvar - x @ vae.params["encoder.logvar.W"]}.items():
        vae.params[name] = value
    eps, weights = gauss_hermite(k, 30)
    z = mu + np.exp(0.5 * logvar) * eps
    terms, _ = vae.loss_and_gradients([x], noise=exact_noise(1, k))
    return {"n": n, "x": x, "W": W, "b": b, "sigma2": sigma2, "C": C, "mu": mu, "logvar": logvar,
            "mean": lambda values: weights @ values, "log_evidence": gaussian_log_density(x[None], b, C)[0],
            "log_prior": normal_log_density(z).sum(axis=1), "log_q": normal_log_density(z, mu, np.exp(logvar)).sum(axis=1),
            "log_likelihood": normal_log_density(x, z @ W + b, sigma2).sum(axis=1), "z": z,
            "log_posterior": gaussian_log_density(z, posterior_mean, posterior_covariance), "vae_loss": terms["loss"],
            "reconstruction": terms["reconstruction"], "kl": terms["kl"], "gaussian_kl_entries": gaussian_kl_entries,
            "kl_to_posterior": gaussian_divergence(mu, np.diag(np.exp(logvar)), posterior_mean, posterior_covariance)}


ELBO = Derivation(
    name="elbo", title="The evidence lower bound both ways, and why it is a bound",
    key="One example x (n,), k latent units. Prior N(0, I), decoder N(z W + b, sigma2 I), encoder q = N(mu, diag exp(logvar)), "
        "any; linear, so that everything is known exactly. C = W^T W + sigma2 I. z (p, k) are points and mean(values) a "
        "weighted mean over them that is the expectation under q (Gauss-Hermite: exact for polynomials). At these points, (p,): "
        "log_likelihood = log p(x given z), log_prior = log p(z), log_q = log q(z), log_posterior = log p(z given x). "
        "log_evidence = log N(x; b, C). kl_to_posterior = KL(q, p(z given x)), between Gaussians. vae_loss, reconstruction, kl: "
        "what VariationalAutoencoder returns, averaged over noise that is exact for a linear decoder.",
    draw=_elbo_point,
    steps=(
        Step(r"\log p(x)", "log_evidence",
             "the evidence, known here: x = z W + b + noise is Gaussian, of mean b and covariance C", ""),
        Step(r"E_q[\log p(x|z) + \log p(z) - \log p(z|x)]", "mean(log_likelihood + log_prior - log_posterior)",
             "Bayes, p(x) = p(x given z) p(z) / p(z given x): the same number at every z, so its mean under any q as well"),
        Step(r"E_q[\log p(x|z) + \log p(z) - \log q(z) + \log q(z) - \log p(z|x)]",
             "mean(log_likelihood + log_prior - log_q + log_q - log_posterior)",
             "log q taken away and added (001-elbo-3 forgets to add it: E001-04)"),
        Step(r"E_q[\log p(x|z) + \log p(z) - \log q(z)] + E_q[\log q(z) - \log p(z|x)]",
             "mean(log_likelihood + log_prior - log_q) + mean(log_q - log_posterior)", "the expectation is linear"),
        Step(r"\mathrm{ELBO} + D_{KL}(q \,\Vert\, p(z|x))", "mean(log_likelihood + log_prior - log_q) + kl_to_posterior",
             "the second mean is a divergence: how far the encoder is from the true posterior"),
        Step(r"-L + D_{KL}(q \,\Vert\, p(z|x))", "-vae_loss + kl_to_posterior", "the code: the loss is minus the first mean"),
        Step(r"\mathrm{ELBO} = E_q[\log p(x|z) + \log p(z) - \log q(z)]", "mean(log_likelihood + log_prior - log_q)",
             "the same bound, grouped the other way", ""),
        Step(r"E_q[\log p(x|z)] - E_q[\log q(z) - \log p(z)]", "mean(log_likelihood) - mean(log_q - log_prior)",
             "the expectation is linear; 000-(25) and (27) print minus this as if it were equal (E000-15, E000-16)"),
        Step(r"E_q[\log p(x|z)] - \frac{1}{2} \sum_j (\mu_j^2 + \sigma_j^2 - 1 - \log \sigma_j^2)",
             "mean(log_likelihood) - np.sum(gaussian_kl_entries(mu, logvar))", "the divergence from the prior: see gaussian-kl"),
        Step(r"-\frac{1}{2} \left( \frac{1}{\sigma_x^2} E_q |x - zW - b|^2 + n \log 2 \pi \sigma_x^2 \right) - D_{KL}(q "
             r"\,\Vert\, p(z))",
             "-(mean(np.sum((x - (z @ W + b))**2, axis=1)) / sigma2 + n * np.log(2 * np.pi * sigma2)) / 2 - "
             "np.sum(gaussian_kl_entries(mu, logvar))", "the logarithm of the decoder's density: a squared error and a constant"),
        Step(r"-(L_{rec} + L_{KL})", "-(reconstruction + kl)", "the code, term by term, both to be minimized"),
        Step(r"-L", "-vae_loss", "the code: their sum"),
        Step(r"\log p(x)", "log_evidence", "the third way: a bound without the posterior", ""),
        Step(r"\log E_q \left[ \frac{p(x|z)\, p(z)}{q(z)} \right]", "np.log(mean(np.exp(log_likelihood + log_prior - log_q)))",
             "the integral of p(x given z) p(z), multiplied and divided by q (quadrature: to 1e-8)", tolerance=1e-08),
        Step(r"E_q[\log p(x|z) + \log p(z) - \log q(z)] = -L", "-vae_loss",
             "Jensen: the logarithm is concave, so the logarithm of a mean is at least the mean of the logarithms", ">="),
    ),
    leads_to=("npae.models.VariationalAutoencoder",),
    sources=("000-(23)", "000-(25)", "000-(27)", "001-elbo-3", "001-elbo-5", "001-elbo-6", "001-elbo2-5", "004-vae-3"))

VARIATIONAL = (GAUSSIAN_KL, ELBO)
