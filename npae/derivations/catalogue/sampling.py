"""Gradients through samples, and bounds from several of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...checks.probabilistic_oracles_exact import exact_loss, gaussian_log_density, linear_posterior, linear_vae
from ...latents import reparameterize, reparameterize_backward
from ...models import VariationalAutoencoder
from ..calculus import gauss_hermite, jacobian
from ..derivation import Derivation
from ..step import Step
from ..vocabulary import integral, normal_density, normal_log_density

DRAWS = 20_000


def _reparameterization_point(rng: np.random.Generator) -> dict[str, Any]:
    mu, std = np.asarray(rng.uniform(0.5, 1.2)), rng.uniform(0.7, 1.2)
    logvar, (a, b, c) = np.asarray(2 * np.log(std)), rng.uniform(0.5, 1.5, 3)
    eps = rng.standard_normal(DRAWS)

    def variance(estimate):
        def mean(f):
            return integral(lambda z: normal_density(z, mu, std**2) * f(z), -20.0, 20.0)
        return mean(lambda z: estimate(z)**2) - mean(estimate)**2

    return {"mu": mu, "std": std, "logvar": logvar, "eps": eps, "z": reparameterize(mu, logvar, eps), "low": -20.0, "high": 20.0,
            "f": lambda z: a * z**2 + b * np.sin(z + c), "df": lambda z: 2 * a * z + b * np.cos(z + c),
            "pathwise": lambda z: 2 * z, "score_function": lambda z: z**2 * (z - mu) / std**2, "variance": variance,
            "dlog_q": lambda z: np.imag(normal_log_density(z, mu + 1e-20j, std**2)) / 1e-20,
            "reparameterize": reparameterize, "reparameterize_backward": reparameterize_backward}


REPARAMETERIZATION = Derivation(
    name="reparameterization",
    title="The gradient of an expectation: along a sample's path, or by the score function",
    key="One latent unit: q(z) = N(z; mu, std^2), logvar = 2 log std, f any smooth function of the sample and df its "
        "derivative; dlog_q(z) the derivative of log q(z) by mu; integrals by quadrature. eps are 20,000 draws from N(0, 1), "
        "and z = reparameterize(mu, logvar, eps) = mu + std eps the samples; expectation(...) is the mean over the draws, which "
        "may be off by five of its standard errors. For f(z) = z^2: pathwise(z) = 2 z and score_function(z) = z^2 (z - mu) / "
        "std^2, the two estimates from one sample, and variance(...) their variances under q.",
    draw=_reparameterization_point,
    steps=(
        Step(r"\frac{d}{d\mu} \int q(z)\, f(z)\, dz",
             "gradient(lambda mu: integral(lambda z: normal_density(z, mu, std**2) * f(z), low, high), mu)",
             "what training needs. mu is in the measure and not in f(z): moved inside as it stands, the derivative would be 0 "
             "(E000-17)", ""),
        Step(r"\frac{d}{d\mu} \int N(\epsilon; 0, 1)\, f(\mu + \sigma \epsilon)\, d\epsilon",
             "gradient(lambda mu: integral(lambda eps: normal_density(eps) * f(reparameterize(mu, logvar, eps)), low, high), mu)",
             "z = mu + std eps has the density q: now the measure does not depend on mu, and the sample does"),
        Step(r"\int N(\epsilon; 0, 1)\, f'(\mu + \sigma \epsilon)\, d\epsilon",
             "integral(lambda eps: normal_density(eps) * df(reparameterize(mu, logvar, eps)), low, high)",
             "so the derivative goes inside; dz/dmu = 1"),
        Step(r"E_\epsilon[d\mu]",
             "integral(lambda eps: normal_density(eps) * reparameterize_backward(df(reparameterize(mu, logvar, eps)), logvar, "
             "eps)[0], low, high)", "the code, averaged: dz = df(z)"),
        Step(r"\frac{d}{d \log \sigma^2} \int q(z)\, f(z)\, dz",
             "gradient(lambda logvar: integral(lambda z: normal_density(z, mu, np.exp(logvar)) * f(z), low, high), logvar)",
             "the same by the log-variance", ""),
        Step(r"\int N(\epsilon; 0, 1)\, f'(\mu + \sigma \epsilon)\, \frac{1}{2} \sigma \epsilon\, d\epsilon",
             "integral(lambda eps: normal_density(eps) * df(reparameterize(mu, logvar, eps)) * eps * std / 2, low, high)",
             "std = exp(logvar / 2), hence dz/dlogvar = eps std / 2"),
        Step(r"E_\epsilon[d\log\sigma^2]",
             "integral(lambda eps: normal_density(eps) * reparameterize_backward(df(reparameterize(mu, logvar, eps)), logvar, "
             "eps)[1], low, high)", "the code, averaged"),
        Step(r"\frac{d}{d\mu} \int q(z)\, f(z)\, dz",
             "gradient(lambda mu: integral(lambda z: normal_density(z, mu, std**2) * f(z), low, high), mu)",
             "the other way: leave the samples where they are and differentiate the measure", ""),
        Step(r"\int q(z)\, \frac{d \log q(z)}{d\mu}\, f(z)\, dz",
             "integral(lambda z: normal_density(z, mu, std**2) * dlog_q(z) * f(z), low, high)",
             "the derivative of a density is the density times the derivative of its logarithm"),
        Step(r"\int q(z)\, \frac{z - \mu}{\sigma^2}\, f(z)\, dz",
             "integral(lambda z: normal_density(z, mu, std**2) * (z - mu) / std**2 * f(z), low, high)",
             "log q = -(z - mu)^2 / (2 std^2) and a constant. No derivative of f is needed, and no path through it"),
        Step(r"\frac{d}{d\mu} E[z^2]",
             "gradient(lambda mu: integral(lambda z: normal_density(z, mu, std**2) * z**2, low, high), mu)",
             "an example: f(z) = z^2", ""),
        Step(r"2 \mu", "2 * mu", "E[z^2] = mu^2 + std^2"),
        Step(r"\frac{1}{S} \sum_s z_s^2\, \frac{z_s - \mu}{\sigma^2}", "expectation(z**2 * (z - mu) / std**2)",
             "the score function over samples: unbiased (within five standard errors)"),
        Step(r"\frac{1}{S} \sum_s 2 z_s", "expectation(2 * z)", "along the path: unbiased too"),
        Step(r"\frac{1}{S} \sum_s d\mu_s", "expectation(reparameterize_backward(2 * z, logvar, eps)[0])",
             "the code, with dz = 2 z"),
        Step(r"\mathrm{Var}[2 z]", "variance(pathwise)", "how noisy each is, for one sample", ""),
        Step(r"\int q(z)\, (2 z - 2 \mu)^2\, dz",
             "integral(lambda z: normal_density(z, mu, std**2) * (2 * z - 2 * mu)**2, low, high)", "the mean is 2 mu"),
        Step(r"4 \sigma^2", "4 * std**2", "the variance of q, four times"),
        Step(r"\mathrm{Var}[z^2 (z - \mu) / \sigma^2]", "variance(score_function)",
             "for this f the path is quieter; where f oscillates it can be the other way round", "<="),
        Step(r"\frac{1}{\sigma^4} \int q(z)\, z^4 (z - \mu)^2\, dz - (2 \mu)^2",
             "integral(lambda z: normal_density(z, mu, std**2) * z**4 * (z - mu)**2, low, high) / std**4 - (2 * mu)**2",
             "a variance is the mean square minus the squared mean"),
        Step(r"\frac{1}{\sigma^4} (\mu^4 \sigma^2 + 6 \mu^2 \cdot 3 \sigma^4 + 15 \sigma^6) - 4 \mu^2",
             "(mu**4 * std**2 + 6 * mu**2 * 3 * std**4 + 15 * std**6) / std**4 - 4 * mu**2",
             "z = mu + (z - mu), to the fourth power; the even moments of z - mu are std^2, 3 std^4, 15 std^6, the odd ones 0"),
        Step(r"\frac{\mu^4}{\sigma^2} + 14 \mu^2 + 15 \sigma^2", "mu**4 / std**2 + 14 * mu**2 + 15 * std**2",
             "at least 15/4 of the other, and the further mu is from 0 the more: 22.1 against 4 for mu = 0.7, std = 1"),
    ),
    leads_to=("npae.latents.reparameterize", "npae.latents.reparameterize_backward"),
    sources=("000-(30)", "001-rep-1", "001-rep-2", "001-sgd-2"))


# ---- several samples ----------------------------------------------------------------------------------------------------


def _importance_point(rng: np.random.Generator) -> dict[str, Any]:
    n, S, sigma2 = int(rng.integers(2, 5)), int(rng.integers(3, 6)), rng.uniform(0.5, 1)
    vae = linear_vae(n, 1, sigma2=sigma2, objective="iwae", n_samples=S)
    W, b, x = rng.normal(size=(1, n)), rng.normal(size=n), rng.normal(size=n)
    (posterior_mean,), posterior_variance = linear_posterior(W, b, sigma2, x[None])
    logvar = np.log(np.diag(posterior_variance) * rng.uniform(1.5, 2))
    std = np.exp(0.5 * logvar)
    mu = posterior_mean + rng.uniform(0.7, 1) * std             # the encoder is wrong: there is a gap
    for name, value in {"decoder.0.W": W, "decoder.0.b": b, "encoder.mu.b": mu - x @ vae.params["encoder.mu.W"],
                        "encoder.logvar.b": logvar - x @ vae.params["encoder.logvar.W"]}.items():
        vae.params[name] = value
    eps = rng.standard_normal((S, 1))
    _, grads = vae.loss_and_gradients([x], noise={"eps": eps[None]})

    def log_w(eps, mu=mu, b=b):
        z = mu + std * eps
        log_q = normal_log_density(eps) - np.log(std)
        return np.sum(normal_log_density(x, z @ W + b, sigma2), axis=1) + np.sum(normal_log_density(z) - log_q, axis=1)

    def mean(K, f):
        points, weights = gauss_hermite(1, 60 if K == 1 else 16)
        values = f(*np.meshgrid(*[np.exp(log_w(points))] * K, indexing="ij"))
        for _ in range(K):
            values = weights @ values
        return values

    l, z = log_w(eps), mu + std * eps
    return {"x": x, "b": b, "mu": mu, "std": std, "W": W, "sigma2": sigma2, "eps": eps, "z": z, "o": z @ W + b, "l": l,
            "v": np.exp(l) / np.sum(np.exp(l)), "log_w": log_w, "mean": mean, "jacobian": jacobian,
            "log_evidence": gaussian_log_density(x[None], b, W.T @ W + sigma2 * np.eye(n))[0], "grads": grads,
            "importance_weights": vae._importance_weights(x[None], eps[None])[0], "sample_weights": _sample_weights(vae, x, eps),
            "elbo_loss": _elbo_loss(vae, x)}


def _elbo_loss(vae: VariationalAutoencoder, x: np.ndarray) -> float:
    vae.set_params(objective="elbo")
    return exact_loss(vae, x[None])


def _sample_weights(vae: VariationalAutoencoder, x: np.ndarray, eps: np.ndarray) -> np.ndarray:
    _, _, q = vae._encode(vae.params, x[None])
    z = vae._posterior.sample(q, eps[None])
    _, o, logvar = vae._decode(vae.params, z[0])
    return vae._sample_weights(q, z, eps[None], o, np.tile(x, (len(eps), 1)), logvar)[0][0]


IMPORTANCE_WEIGHTED = Derivation(
    name="importance-weighted",
    title="Bounds from several samples, between ELBO and evidence, and their gradient",
    key="One example x (n,), one latent unit, S samples: eps (S, 1) from N(0, 1), z = mu + std eps from the encoder q, o = z W "
        "+ b (S, n) the decoder's means, its variance sigma2, prior N(0, 1). log_w(eps) = log p(x given z) + log p(z) - log "
        "q(z), (S,), also as a function of mu or b; l = log_w(eps); v = exp(l) / sum exp(l). mean(K, f) is the expectation of "
        "f(w1, ..., wK) over K independent samples (Gauss-Hermite). log_evidence = log N(x; b, W^T W + sigma2 I), exact for "
        "this linear decoder. elbo_loss, sample_weights, importance_weights and grads are the package's, of the same model.",
    draw=_importance_point,
    steps=(
        Step(r"\log w_s = \log p(x|z_s) + \log p(z_s) - \log q(z_s)",
             "np.sum(normal_log_density(x, o, sigma2), axis=1) + np.sum(normal_log_density(z) - normal_log_density(z, mu, "
             "std**2), axis=1)",
             "by definition: how much more likely the model makes this z, together with x, than the encoder", ""),
        Step(r"\log p(x|z_s) + \log p(z_s) - (\log N(\epsilon_s; 0, 1) - \log \sigma)",
             "np.sum(normal_log_density(x, o, sigma2), axis=1) + np.sum(normal_log_density(z) - (normal_log_density(eps) - "
             "np.log(std)), axis=1)", "at z = mu + std eps the encoder's density depends on the noise and std alone"),
        Step(r"\log w_s", "importance_weights", "the code"),
        Step(r"\log p(x)", "log_evidence", "now the bounds", ""),
        Step(r"\log E[w]", "np.log(mean(1, lambda w: w))",
             "E_q[p(x, z) / q(z)] is the integral of p(x, z) (quadrature: to 1e-8)", tolerance=1e-08),
        Step(r"L_3 = E \log \frac{w_1 + w_2 + w_3}{3}", "mean(3, lambda w1, w2, w3: np.log((w1 + w2 + w3) / 3))",
             "the mean of three has the mean E[w], and the logarithm is concave (Jensen)", ">="),
        Step(r"L_2 = E \log \frac{w_1 + w_2}{2}", "mean(2, lambda w1, w2: np.log((w1 + w2) / 2))",
             "the mean of three is the mean of the means of its three pairs: Jensen again, and all pairs are alike. In the same "
             "way from any K to K - 1 (Burda et al. 2016)", ">="),
        Step(r"L_1 = E \log w", "mean(1, lambda w: np.log(w))", "and once more", ">="),
        Step(r"-L", "-elbo_loss", "the code: one sample is the ELBO"),
        Step(r"v_s = \frac{w_s}{\sum_t w_t}", "np.exp(l) / np.sum(np.exp(l))",
             "the share of a sample in the sum, for the gradient", ""),
        Step(r"\frac{e^{\log w_s - \max_t \log w_t}}{\sum_t e^{\log w_t - \max_t \log w_t}}",
             "np.exp(l - np.max(l)) / np.sum(np.exp(l - np.max(l)))", "numerator and denominator divided by the largest w"),
        Step(r"v_s", "sample_weights", "the code"),
        Step(r"\frac{\partial}{\partial b} \left( -\log \frac{1}{S} \sum_s w_s \right)",
             "gradient(lambda b: -np.log(np.mean(np.exp(log_w(eps, b=b)))), b)", "a parameter of the decoder, its bias", ""),
        Step(r"-\frac{\sum_s w_s\, \partial \log w_s / \partial b}{\sum_t w_t}",
             "-np.exp(l) @ jacobian(lambda b: log_w(eps, b=b), b) / np.sum(np.exp(l))",
             "chain rule through the logarithm, and dw = w dlog w; S cancels"),
        Step(r"-\sum_s v_s \frac{\partial \log w_s}{\partial b}", "-v @ jacobian(lambda b: log_w(eps, b=b), b)",
             "every sample pulls with its share v_s, where the ELBO has 1/S"),
        Step(r"\sum_s v_s \frac{o_s - x}{\sigma_x^2}", "v @ (o - x) / sigma2", "b is in log p(x given z) only, a squared error"),
        Step(r"db", "grads['decoder.0.b']", "the code"),
        Step(r"\frac{\partial}{\partial \mu} \left( -\log \frac{1}{S} \sum_s w_s \right)",
             "gradient(lambda mu: -np.log(np.mean(np.exp(log_w(eps, mu=mu)))), mu)", "a parameter of the encoder, its mean", ""),
        Step(r"-\sum_s v_s \frac{\partial \log w_s}{\partial \mu}", "-v @ jacobian(lambda mu: log_w(eps, mu=mu), mu)",
             "with the same shares"),
        Step(r"\sum_s v_s \left( \frac{(o_s - x) W^T}{\sigma_x^2} + z_s \right)", "v @ ((o - x) @ W.T / sigma2 + z)",
             "along the path of z: through the decoder, and from the prior; log q depends on the noise alone"),
        Step(r"d\mu", "grads['encoder.mu.b']", "the code"),
    ),
    leads_to=("npae.models.VariationalAutoencoder",),
    sources=("000-(16)", "001-net-5", "001-elbo-6"))

SAMPLING = (REPARAMETERIZATION, IMPORTANCE_WEIGHTED)
