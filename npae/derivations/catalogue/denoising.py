"""Denoising: the best denoiser and the score, and what a little noise does to the loss."""

from __future__ import annotations

from typing import Any

import numpy as np

from ... import network
from ...baselines import NoisedDensity, wiener_filter
from ...models import Autoencoder, DenoisingAutoencoder
from ...penalties import Contraction
from ..calculus import gauss_hermite, jacobian, laplacian
from ..derivation import Derivation
from ..step import Step
from ..vocabulary import integral, normal_density

LOW, HIGH = -12.0, 12.0


def _denoiser_point(rng: np.random.Generator) -> dict[str, Any]:
    K, n = int(rng.integers(2, 5)), int(rng.integers(2, 4))
    w = rng.dirichlet(np.full(K, 3.0))
    centres, variances, sd = rng.uniform(0.5, 3, K), rng.uniform(0.1, 0.5, K), rng.uniform(0.4, 0.8)
    xt = np.asarray(rng.uniform(1, 3))
    noised = NoisedDensity(centres[:, None], sd, variances[:, None], w)

    def p(x):
        return sum(w[k] * normal_density(x, centres[k], variances[k]) for k in range(K))

    def posterior(x):
        return p(x) * normal_density(xt, x, sd**2) / evidence

    def cost(o):
        return integral(lambda x: posterior(x) * (o - x)**2, LOW, HIGH)

    evidence = integral(lambda x: p(x) * normal_density(xt, x, sd**2), LOW, HIGH)
    mean = integral(lambda x: x * posterior(x), LOW, HIGH)
    return {"p": p, "posterior": posterior, "cost": cost, "mean": mean, "xt": xt, "sd": sd, "o": mean + rng.uniform(0.3, 0.8),
            "low": LOW, "high": HIGH, "noised": noised, **_mixture_point(rng, K, n, w, sd)}


def _mixture_point(rng: np.random.Generator, K: int, n: int, w: np.ndarray, sd: float) -> dict[str, Any]:
    root = rng.normal(size=(K, n, n))
    S, mu = root @ root.swapaxes(1, 2) / n, rng.normal(size=(K, n))
    C = S + sd**2 * np.eye(n)
    P, t = np.linalg.inv(C), mu[0] + rng.normal(size=n)
    scale = w / np.sqrt(np.linalg.det(2 * np.pi * C))

    def joint(k, t):
        return scale[k] * np.exp(-(t - mu[k]) @ P[k] @ (t - mu[k]) / 2)

    def density(t):
        return sum(joint(k, t) for k in range(K))

    return {"K": K, "mu": mu, "S": S, "P": P, "t": t, "joint": joint, "density": density,
            "r": np.array([joint(k, t) / density(t) for k in range(K)]),
            "mixture": NoisedDensity(mu, sd, S, w), "examples": NoisedDensity(mu, sd), "wiener": wiener_filter(mu[0], S[0], sd)}


DENOISER = Derivation(
    name="denoiser", title="The best denoiser is the posterior mean, and with Gaussian noise it knows the score",
    key="First in one dimension: x a clean value with any density p(x), xt = x + N(0, sd^2) the noised value; posterior(x) = "
        "p(x) N(xt; x, sd^2) / p(xt) and mean = E[x given xt]; o an output for xt, cost(o) = E[(o - x)^2 given xt], whose mean "
        "over xt is the loss of denoising; noised the package's density of xt. Then in n dimensions: component k, of K, has the "
        "weight w_k, mean mu_k and covariance S_k, noised the covariance S_k + sd^2 I, with inverse P_k; t (n,) is a noised "
        "point, joint(k, t) = w_k N(t; mu_k, S_k + sd^2 I), density(t) their sum, r_k = joint(k, t) / density(t). mixture is "
        "the same in the package, wiener its filter for component 1 alone, and in examples all S_k = 0 and all w_k are equal.",
    draw=_denoiser_point,
    steps=(
        Step(r"\frac{d}{do} E[(o - x)^2 \mid \tilde x]",
             "gradient(lambda o: integral(lambda x: posterior(x) * (o - x)**2, low, high), o)",
             "what an output o costs on average over all x that can have become xt: its slope in o", ""),
        Step(r"\int p(x \mid \tilde x)\, 2 (o - x)\, dx", "integral(lambda x: posterior(x) * 2 * (o - x), low, high)",
             "o is not in the measure: the derivative goes inside of the integral"),
        Step(r"2 \left( o - \int x\, p(x \mid \tilde x)\, dx \right)",
             "2 * (o - integral(lambda x: x * posterior(x), low, high))", "the posterior integrates to 1"),
        Step(r"2 (o - E[x \mid \tilde x])", "2 * (o - noised.denoise([[xt]])[0, 0])",
             "the code: the slope rises through 0 at the posterior mean, and only there"),
        Step(r"E[(E[x \mid \tilde x] - x)^2 \mid \tilde x]", "cost(mean)", "how much the posterior mean costs", ""),
        Step(r"\mathrm{Var}[x \mid \tilde x]", "noised.posterior_variance([[xt]])[0]", "the code"),
        Step(r"E[(o - x)^2 \mid \tilde x]", "cost(o)", "no other output costs less", "<="),
        Step(r"E[(E[x \mid \tilde x] - x)^2 \mid \tilde x] + (o - E[x \mid \tilde x])^2", "cost(mean) + (o - mean)**2",
             "since o - x = (mean - x) + (o - mean), and the mixed term has the factor E[mean - x given xt] = 0"),
        Step(r"\frac{d}{d\tilde x} p(\tilde x) = \frac{d}{d\tilde x} \int p(x)\, N(\tilde x; x, \sigma^2)\, dx",
             "gradient(lambda t: integral(lambda x: p(x) * normal_density(t, x, sd**2), low, high), xt)",
             "by definition: the noised density is the clean one, blurred by the noise", ""),
        Step(r"\int p(x)\, N(\tilde x; x, \sigma^2)\, \frac{x - \tilde x}{\sigma^2}\, dx",
             "integral(lambda x: p(x) * normal_density(xt, x, sd**2) * (x - xt) / sd**2, low, high)",
             "the slope of a Gaussian in xt is itself times (x - xt) / sd^2"),
        Step(r"p(\tilde x) \int p(x \mid \tilde x)\, \frac{x - \tilde x}{\sigma^2}\, dx",
             "np.exp(noised.log_density([[xt]])[0]) * integral(lambda x: posterior(x) * (x - xt) / sd**2, low, high)",
             "Bayes: p(x) N(xt; x, sd^2) = p(xt) posterior(x)"),
        Step(r"p(\tilde x)\, \frac{E[x \mid \tilde x] - \tilde x}{\sigma^2}",
             "np.exp(noised.log_density([[xt]])[0]) * (mean - xt) / sd**2",
             "the integral is linear, and the posterior has the mass 1"),
        Step(r"\frac{d}{d\tilde x} \log p(\tilde x)",
             "gradient(lambda t: np.log(integral(lambda x: p(x) * normal_density(t, x, sd**2), low, high)), xt)",
             "the score of the noised density", ""),
        Step(r"\frac{E[x \mid \tilde x] - \tilde x}{\sigma^2}", "(mean - xt) / sd**2",
             "the slope of a logarithm is slope over value: the chain before, divided by p(xt)"),
        Step(r"s(\tilde x)", "noised.score([[xt]])[0, 0]", "the code"),
        Step(r"E[x \mid \tilde x]", "mean", "the same, solved for the posterior mean (Tweedie, Miyasawa)", ""),
        Step(r"\tilde x + \sigma^2 \frac{d}{d\tilde x} \log p(\tilde x)", "xt + sd**2 * noised.score([[xt]])[0, 0]",
             "whatever p is, since nothing was assumed of it: a step of length sd^2 up the slope of the noised log-density"),
        Step(r"\hat x(\tilde x)", "noised.denoise([[xt]])[0, 0]", "the code, which computes it without the score"),
        Step(r"\nabla_t \log \sum_k w_k N(t; \mu_k, S_k + \sigma^2 I)", "gradient(lambda t: np.log(density(t)), t)",
             "for a Gaussian mixture both sides are known; the score first. Noise adds its variance to every component", ""),
        Step(r"\frac{1}{p(t)} \sum_k w_k N_k(t)\, P_k (\mu_k - t)",
             "sum(joint(k, t) * P[k] @ (mu[k] - t) for k in range(K)) / density(t)",
             "the gradient of a Gaussian is itself times P_k (mu_k - t)"),
        Step(r"\sum_k r_k P_k (\mu_k - t)", "sum(r[k] * P[k] @ (mu[k] - t) for k in range(K))",
             "r_k is the share of component k in p(t): how likely t comes from it"),
        Step(r"s(t)", "mixture.score([t])[0]", "the code"),
        Step(r"t + \sigma^2 \sum_k r_k P_k (\mu_k - t)", "t + sd**2 * sum(r[k] * P[k] @ (mu[k] - t) for k in range(K))",
             "Tweedie's formula with that score", ""),
        Step(r"\sum_k r_k \left( t + \sigma^2 P_k (\mu_k - t) \right)",
             "sum(r[k] * (t + sd**2 * P[k] @ (mu[k] - t)) for k in range(K))", "the r_k add up to 1"),
        Step(r"\sum_k r_k \left( \mu_k + S_k P_k (t - \mu_k) \right)",
             "sum(r[k] * (mu[k] + S[k] @ P[k] @ (t - mu[k])) for k in range(K))",
             "I - sd^2 P_k = S_k P_k, as S_k + sd^2 I times P_k is I: the Wiener filter of each component"),
        Step(r"\hat x(t)", "mixture.denoise([t])[0]", "the code"),
        Step(r"\mu_1 + S_1 P_1 (t - \mu_1)", "mu[0] + S[0] @ P[0] @ (t - mu[0])",
             "one Gaussian alone: the best denoiser is linear, and shrinks a direction of variance s by s / (s + sd^2)", ""),
        Step(r"\hat x(t)", "wiener.denoise([t])[0]", "the code: the Wiener filter"),
        Step(r"\frac{\sum_k e^{-|t - \mu_k|^2 / 2 \sigma^2} \mu_k}{\sum_k e^{-|t - \mu_k|^2 / 2 \sigma^2}}",
             "np.exp(-np.sum((t - mu)**2, axis=1) / (2 * sd**2)) @ mu / np.sum(np.exp(-np.sum((t - mu)**2, axis=1) / (2 * "
             "sd**2)))",
             "finitely many examples mu_k and nothing between them, S_k = 0: the average of the examples, weighted by how "
             "likely each has become t. This best denoiser has learnt the training set by heart (E002-10)", ""),
        Step(r"\hat x(t)", "examples.denoise([t])[0]", "the code"),
    ),
    leads_to=("npae.baselines.NoisedDensity", "npae.baselines.wiener_filter", "npae.models.DenoisingAutoencoder"),
    sources=("000-(3)", "000-(4)", "000-(5)", "001-dae-1", "001-cmp-3", "004-dae-1"))


# ---- a little noise ------------------------------------------------------------------------------------------------------

SLOPES_OF_TANH = (1.0, 1.0, 0.77, 2.0, 4.09)    # no |d^p tanh / da^p| is larger, p = 0, 1, 2, 3, 4


def _small_noise_point(rng: np.random.Generator) -> dict[str, Any]:
    n, k = int(rng.integers(2, 4)), int(rng.integers(2, 4))
    x, curved = rng.normal(size=n), _autoencoder(n, k, "tanh")
    curved.theta = 0.7 * rng.normal(size=curved.theta.shape)
    W, V, c = (curved.params[name] for name in ("encoder.0.W", "decoder.0.W", "decoder.0.b"))
    h, error = np.tanh(x @ W + curved.params["encoder.0.b"]), _run(curved, x) - x
    slopes, curvature = curved._encoder[0].slope(h), curved._encoder[0].curvature(h)
    J, C = (V.T * slopes) @ W.T, _fourth_order(W, V, c - x)
    bend = (curvature * np.sum(W**2, axis=0)) @ V
    # as little noise as leaves the remainder small beside each term of the second order
    small = np.sqrt(0.3 * min(abs(error @ bend), np.sum(J**2)) / C)
    at_rest = _autoencoder(n, k, "tanh", small)
    at_rest.theta = curved.theta.copy()
    at_rest.params["decoder.0.b"] -= error
    points, weights = gauss_hermite(n, 10)

    def mean_loss(r):
        return weights @ np.sum((r(x + small * points) - x)**2, axis=1)

    return {"x": x, "small": small, "W": W, "V": V, "e": error, "J": J, "slopes": slopes, "curvature": curvature, "C": C,
            "bend": bend, "r": lambda t: _run(curved, t), "r0": lambda t: _run(at_rest, t), "mean_loss": mean_loss,
            "C0": _fourth_order(W, V, at_rest.params["decoder.0.b"] - x), "both": np.array([1, -1]),
            "network_jacobian": network.jacobian(curved.params, _trace(curved, x[None]))[0], "jacobian": jacobian,
            "laplacian": laplacian, "contractive_loss_at_rest": _loss(at_rest, x),
            **_linear_point(rng, x, k, rng.uniform(0.3, 1))}


def _linear_point(rng: np.random.Generator, x: np.ndarray, k: int, sd: float) -> dict[str, Any]:
    n, contractive = len(x), _autoencoder(len(x), k, "identity", sd)
    contractive.theta = rng.normal(size=contractive.theta.shape) / np.sqrt(n)
    denoising = DenoisingAutoencoder(noise_level=sd, latent_dim=k, hidden_dims=(), dtype="float64").initialize(n)
    denoising.theta = contractive.theta
    eps = _simplex(n) @ np.linalg.qr(rng.normal(size=(n, n)))[0]
    terms, _ = denoising.loss_and_gradients(np.tile(x, (n + 1, 1)), noise={"corruption": eps})
    A = contractive.params["encoder.0.W"] @ contractive.params["decoder.0.W"]
    return {"A": A, "eps": eps, "sd": sd, "noised": x + sd * eps, "linear": lambda t: _run(contractive, t),
            "d": _run(contractive, x) - x, "denoising_loss": terms["loss"], "contractive_loss": _loss(contractive, x)}


def _autoencoder(n: int, k: int, activation: str, sd: float = 0.0) -> Autoencoder:
    penalties = (Contraction(sd**2, of="reconstruction"),) if sd else ()
    model = Autoencoder(latent_dim=k, hidden_dims=(), latent_activation=activation, penalties=penalties, dtype="float64")
    return model.initialize(n)


def _trace(model: Autoencoder, t: np.ndarray) -> network.Trace:
    return network.forward(model._encoder + model._decoder, model.params, t)


def _run(model: Autoencoder, t: np.ndarray) -> np.ndarray:
    """Return the reconstruction of one example (n,) or of several (p, n); t may be complex."""
    return _trace(model, np.atleast_2d(t))[-1].y.reshape(np.shape(t))


def _loss(model: Autoencoder, x: np.ndarray) -> Any:
    return model.loss_and_gradients([x])[0]["loss"]


def _simplex(n: int) -> np.ndarray:
    """Return n + 1 points (n + 1, n) with mean 0 and covariance I: the corners of a regular simplex."""
    return np.sqrt(n + 1) * np.linalg.svd(np.eye(n + 1) - 1 / (n + 1))[0][:, :n]


def _fourth_order(W: np.ndarray, V: np.ndarray, offset: np.ndarray) -> float:
    """Return C, with C sd^4 a bound of the Taylor remainder of the mean of |r(x + sd eps) - x|^2, r = tanh(. W + b) V + c.

    Along a unit vector the p-th derivative of r is at most B_p = max |tanh^(p)| sum_j |W_j|^p |V_j|, and the fourth one of
    the squared error at most D = 2 (3 B_2^2 + 4 B_1 B_3 + B_0 B_4), B_0 with the offset c - x. E |eps|^4 = n (n + 2).
    """
    n, columns, rows = len(W), np.linalg.norm(W, axis=0), np.linalg.norm(V, axis=1)
    B = [largest * columns**p @ rows for p, largest in enumerate(SLOPES_OF_TANH)]
    return float(n * (n + 2) / 24 * 2 * (3 * B[2]**2 + 4 * B[1] * B[3] + (B[0] + np.linalg.norm(offset)) * B[4]))


SMALL_NOISE = Derivation(
    name="small-noise", title="Denoising with a little noise is contraction of the reconstruction",
    key="x (n,) an example, eps noise of mean 0 and covariance I, sd its size. A linear autoencoder: linear(t) = t A + b, where "
        "A (n, n) is the transposed Jacobian, d = linear(x) - x, and noised holds x + sd eps for n + 1 values of eps that have "
        "exactly this mean and covariance. A nonlinear one: r(t) = tanh(t W + b) V + c, e = r(x) - x, slopes and curvature the "
        "tanh' and tanh'' of its hidden units at x, J and bend its Jacobian and its Laplacian; r0 = r - e reconstructs x "
        "perfectly; small is a small sd, and mean_loss(r) = E |r(x + small eps) - x|^2 for Gaussian eps (Gauss-Hermite). both = "
        "(1, -1): a relation times both holds from above and from below. C small^4 bounds what the fourth derivative can do: C "
        "= n (n + 2) D / 24, no fourth derivative of the squared error along a unit vector being larger than D, for any t; C0 "
        "the same for r0. The contractive losses are the package's, with weight sd^2, of the whole reconstruction.",
    draw=_small_noise_point,
    steps=(
        Step(r"E\, |r(x + \sigma \epsilon) - x|^2", "denoising_loss",
             "the loss of a linear denoising autoencoder, over noise of exactly the mean 0 and the covariance I", ""),
        Step(r"E\, |(x + \sigma \epsilon) A + b - x|^2", "np.mean(np.sum((linear(noised) - x)**2, axis=1))", "by definition"),
        Step(r"|d|^2 + \sigma^2 E\, |\epsilon A|^2", "d @ d + sd**2 * np.mean(np.sum((eps @ A)**2, axis=1))",
             "the output moves by sd eps A; the mixed term 2 sd d . eps A has the mean 0"),
        Step(r"|d|^2 + \sigma^2\, \mathrm{tr}(A^T E[\epsilon^T \epsilon] A)",
             "d @ d + sd**2 * np.trace(A.T @ (eps.T @ eps / len(eps)) @ A)", "a square is the trace of an outer product"),
        Step(r"|d|^2 + \sigma^2 |A|_F^2", "d @ d + sd**2 * np.sum(A**2)", "the covariance of the noise is I"),
        Step(r"L", "contractive_loss", "the code: for a linear map the two models have the same loss, at any size of the noise"),
        Step(r"\frac{\partial r_i}{\partial x_j}", "jacobian(r, x)", "now a nonlinear one. Its Jacobian, by definition", ""),
        Step(r"\sum_h V_{hi}\, \tanh'(a_h)\, W_{jh}", "(V.T * slopes) @ W.T", "chain rule, unit by unit"),
        Step(r"J", "network_jacobian", "the code"),
        Step(r"\sum_j \frac{\partial^2 r_i}{\partial x_j^2}", "laplacian(r, x)", "its Laplacian, by definition", ""),
        Step(r"\sum_h \tanh''(a_h)\, |W_h|^2\, V_{hi}", "(curvature * np.sum(W**2, axis=0)) @ V",
             "unit h bends along its own weights W_h only (numerical second derivatives: to 1e-8)", tolerance=1e-08),
        Step(r"\frac{1}{2} \sum_j \frac{\partial^2}{\partial x_j^2} |r(x) - t|^2_{t = x}",
             "laplacian(lambda t: np.sum((r(t) - x)**2), x) / 2",
             "half the Laplacian of the squared error at x, the target being held", ""),
        Step(r"\sum_{ij} \left( J_{ij}^2 + e_i \frac{\partial^2 r_i}{\partial x_j^2} \right)", "np.sum(J**2) + e @ bend",
             "product rule: (f^2)'' / 2 = f'^2 + f f'' (to 1e-8)", tolerance=1e-08),
        Step(r"\pm E\, |r(x + \sigma \epsilon) - x|^2", "both * mean_loss(r)", "the loss of denoising, nonlinear", ""),
        Step(r"\pm \left( |e|^2 + \sigma^2 (|J|_F^2 + e \cdot \Delta r) \right) + C \sigma^4",
             "both * (e @ e + small**2 * (np.sum(J**2) + e @ bend)) + C * small**4",
             "Taylor: odd powers of eps have the mean 0, the second the mean sd^2, the fourth is in the bound. Besides the "
             "contraction stands the curvature of r, times the error", "<="),
        Step(r"\pm E\, |r_0(x + \sigma \epsilon) - x|^2", "both * mean_loss(r0)",
             "where x is reconstructed perfectly, e = 0, the curvature does not count", ""),
        Step(r"\pm \sigma^2 |J|_F^2 + C_0 \sigma^4", "both * small**2 * np.sum(J**2) + C0 * small**4",
             "the Jacobian is that of the whole map r, not of the encoder or the decoder (E002-08)", "<="),
        Step(r"\pm L + C_0 \sigma^4", "both * contractive_loss_at_rest + C0 * small**4", "the code"),
    ),
    leads_to=("npae.penalties.Contraction", "npae.models.DenoisingAutoencoder"),
    sources=("001-dae-1", "002-cae-3", "004-cae-1"))

DENOISING = (DENOISER, SMALL_NOISE)
