"""The linear variational autoencoder: probabilistic PCA, and the collapse of its units."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...baselines import ProbabilisticPCA
from ...checks.probabilistic_oracles_exact import (
    exact_loss,
    exact_noise,
    gaussian_data,
    gaussian_log_density,
    linear_vae,
    set_closed_form,
)
from ...penalties import gaussian_kl_entries
from ..derivation import Derivation
from ..step import Step


def _linear_vae_point(rng: np.random.Generator) -> dict[str, Any]:
    n = int(rng.integers(3, 6))
    k = int(rng.integers(1, n - 1))
    lam = np.sort(rng.uniform(0.5, 4, n))[::-1]
    x, _ = gaussian_data(rng, lam)
    ppca = ProbabilisticPCA(k).fit(x)
    sigma2 = ppca.noise_variance_
    vae = linear_vae(n, k, sigma2=sigma2)
    set_closed_form(vae, lam[:k], ppca.W_ / np.linalg.norm(ppca.W_, axis=1, keepdims=True), sigma2)
    W, q = vae.params["decoder.0.W"], vae._encode(vae.params, x)[2]
    terms, _ = vae.loss_and_gradients(x, noise=exact_noise(len(x), k))

    def nll(W, sigma2):
        return -np.mean(gaussian_log_density(x, np.zeros(n), W.T @ W + sigma2 * np.eye(n)))

    return {"n": n, "k": k, "x": x, "S": x.T @ x / len(x), "lam": lam, "ppca": ppca, "sigma2": sigma2, "W": W,
            "C": W.T @ W + sigma2 * np.eye(n), "c": np.append(lam[:k], np.full(n - k, sigma2)), "kept": lam[:k], "rest": lam[k:],
            "c_any": rng.uniform(0.5, 4, n), "v_any": rng.uniform(0.5, 4), "nll": nll, "W_any": rng.normal(size=(k, n)),
            "sigma2_any": rng.uniform(0.5, 2), "xi": x[0], "z": rng.normal(size=k), "z_mean": q["mu"], "logvar": q["logvar"],
            "gaussian_kl_entries": gaussian_kl_entries,
            "reconstruction": terms["reconstruction"], "kl": terms["kl"], "vae_loss": terms["loss"]}


LINEAR_VAE = Derivation(
    name="linear-vae", title="The linear variational autoencoder is probabilistic PCA, and its bound is tight",
    key="m examples x (m, n), centred, covariance S with the eigenvalues lam (n,), descending: kept the first k, rest the "
        "others. Model: z ~ N(0, I), x = z W + noise of variance sigma2, so x ~ N(0, C), C = W^T W + sigma2 I; nll(W, sigma2) "
        "the mean of -log N(x; 0, C). At the optimum row i of W is sqrt(lam_i - sigma2) times the i-th principal axis, sigma2 "
        "the mean of the rest, and c = (kept, sigma2, ..., sigma2) are the eigenvalues of C. xi is one example, z (k,) any "
        "code; z_mean (m, k) and logvar (m, k) what the linear encoder gives; reconstruction, kl, vae_loss the package's terms, "
        "averaged over noise that is exact for a linear decoder. c_any, v_any, W_any, sigma2_any: any others.",
    draw=_linear_vae_point,
    steps=(
        Step(r"\frac{1}{m} \sum_i -\log N(x_i; 0, C)", "nll(W, sigma2)", "the marginal likelihood, without any encoder", ""),
        Step(r"\frac{1}{2} \left( n \log 2 \pi + \log |C| + \mathrm{tr}(C^{-1} S) \right)",
             "(n * np.log(2 * np.pi) + np.log(np.linalg.det(C)) + np.trace(np.linalg.inv(C) @ S)) / 2",
             "the mean of x C^-1 x^T is the trace of C^-1 times the mean of x^T x"),
        Step(r"\frac{1}{2} \left( n \log 2 \pi + \sum_i \left( \log c_i + \frac{\lambda_i}{c_i} \right) \right)",
             "(n * np.log(2 * np.pi) + np.sum(np.log(c) + lam / c)) / 2",
             "C has the axes of S, in the same order, which makes the trace least (von Neumann), and the eigenvalues c"),
        Step(r"\frac{1}{2} \left( n \log 2 \pi + \sum_{i \le k} \log \lambda_i + (n - k) \log \sigma^2 + n \right)",
             "(n * np.log(2 * np.pi) + np.sum(np.log(kept)) + (n - k) * np.log(sigma2) + n) / 2",
             "lam_i / c_i is 1 for each one kept, and the rest add up to n - k, sigma2 being their mean"),
        Step(r"-\log p", "-ppca.score(x)", "the code"),
        Step(r"\frac{\partial}{\partial c_i} \sum_i \left( \log c_i + \frac{\lambda_i}{c_i} \right)",
             "gradient(lambda c: np.sum(np.log(c) + lam / c), c_any)", "why these c: an eigenvalue of C that is free", ""),
        Step(r"\frac{c_i - \lambda_i}{c_i^2}", "(c_any - lam) / c_any**2", "falls until c = lam and rises after it"),
        Step(r"\frac{\partial}{\partial v} \sum_{i > k} \left( \log v + \frac{\lambda_i}{v} \right)",
             "gradient(lambda v: np.sum(np.log(v) + rest / v), v_any)", "and the one that n - k directions share", ""),
        Step(r"\frac{1}{v^2} \left( (n - k)\, v - \sum_{i > k} \lambda_i \right)", "((n - k) * v_any - np.sum(rest)) / v_any**2",
             "a sum of the same"),
        Step(r"(n - k) \frac{v - \sigma^2}{v^2}", "(n - k) * (v_any - ppca.noise_variance_) / v_any**2",
             "the code: the noise variance is the mean of the rest"),
        Step(r"\frac{1}{m} \sum_i -\log N(x_i; 0, C)", "nll(W, sigma2)", "hence", ""),
        Step(r"-\log p", "-ppca.log_likelihood_", "the code"),
        Step(r"\frac{1}{m} \sum_i -\log N(x_i; 0, C')", "nll(W_any, sigma2_any)", "no other W and sigma2 do better", "<="),
        Step(r"\frac{\partial}{\partial z} \left( \log p(x_i|z) + \log p(z) \right)",
             "gradient(lambda z: -np.sum((xi - z @ W)**2) / (2 * sigma2) - np.sum(z**2) / 2, z)",
             "now the encoder: the true posterior is proportional to the joint density, a Gaussian in z", ""),
        Step(r"\frac{1}{\sigma^2} (x_i - zW) W^T - z", "(xi - z @ W) @ W.T / sigma2 - z", "two squares"),
        Step(r"\frac{1}{\sigma^2} \left( x_i W^T - z (W W^T + \sigma^2 I) \right)",
             "(xi @ W.T - z @ (W @ W.T + sigma2 * np.eye(k))) / sigma2", "z collected"),
        Step(r"\frac{1}{\sigma^2} \left( x_i W^T - z\, \mathrm{diag}(\lambda_1, \ldots, \lambda_k) \right)",
             "(xi @ W.T - z * kept) / sigma2", "the rows of W are orthogonal, of squared lengths lam_i - sigma2"),
        Step(r"\frac{\lambda}{\sigma^2} (E[z|x_i] - z)", "(ppca.transform([xi])[0] - z) * kept / sigma2",
             "the code: 0 at the posterior mean; each unit has the variance sigma2 / lam_i, and no unit leans on another"),
        Step(r"(\mu(x_i) - z)\, e^{-\log \sigma^2(x_i)}", "(z_mean[0] - z) * np.exp(-logvar[0])",
             "the code: a linear encoder with a diagonal covariance can be exactly this, so the bound has no gap"),
        Step(r"\frac{1}{m} \sum_i D_{KL}(q(z|x_i) \,\Vert\, p(z))",
             "np.mean(np.sum(gaussian_kl_entries(z_mean, logvar), axis=1))", "what that encoder costs", ""),
        Step(r"\frac{1}{2} \sum_{j \le k} \left( \frac{\lambda_j - \sigma^2}{\lambda_j} + \frac{\sigma^2}{\lambda_j} - 1 - \log "
             r"\frac{\sigma^2}{\lambda_j} \right)",
             "np.sum((kept - sigma2) / kept + sigma2 / kept - 1 - np.log(sigma2 / kept)) / 2",
             "over the data a posterior mean has the variance (lam_j - sigma2) / lam_j; see gaussian-kl"),
        Step(r"\frac{1}{2} \sum_{j \le k} \log \frac{\lambda_j}{\sigma^2}", "np.sum(np.log(kept / sigma2)) / 2",
             "the mean square and the variance of a code add up to 1, as in the prior"),
        Step(r"L_{KL}", "kl", "the code"),
        Step(r"E\, |x - zW|^2", "np.mean(np.sum((x - z_mean @ W)**2, axis=1)) + np.sum(np.exp(logvar[0]) @ W**2)",
             "and the squared error: of the posterior mean, and from the posterior's variance", ""),
        Step(r"\sum_{j \le k} \left( \frac{\sigma^4}{\lambda_j} + \frac{\sigma^2}{\lambda_j} (\lambda_j - \sigma^2) \right) + "
             r"\sum_{j > k} \lambda_j", "np.sum(sigma2**2 / kept + sigma2 / kept * (kept - sigma2)) + np.sum(rest)",
             "a coordinate kept is shrunk by (lam_j - sigma2) / lam_j, so sigma2 / lam_j of it is lost; the rest is lost"),
        Step(r"n \sigma^2", "n * sigma2", "sigma2 for each kept direction, and on average for each of the rest"),
        Step(r"2 \sigma^2 L_{rec} - n \sigma^2 \log 2 \pi \sigma^2",
             "2 * sigma2 * reconstruction - n * sigma2 * np.log(2 * np.pi * sigma2)", "the code, its constant taken away"),
        Step(r"L", "vae_loss", "together: the code, minus the evidence lower bound", ""),
        Step(r"\frac{1}{2} \left( n \log 2 \pi \sigma^2 + n + \sum_{j \le k} \log \frac{\lambda_j}{\sigma^2} \right)",
             "(n * np.log(2 * np.pi * sigma2) + n + np.sum(np.log(kept / sigma2))) / 2",
             "reconstruction and divergence from above"),
        Step(r"\frac{1}{2} \left( n \log 2 \pi + \sum_{j \le k} \log \lambda_j + (n - k) \log \sigma^2 + n \right)",
             "(n * np.log(2 * np.pi) + np.sum(np.log(kept)) + (n - k) * np.log(sigma2) + n) / 2",
             "k of the n log sigma2 go: the negative log-likelihood"),
        Step(r"-\log p", "-ppca.score(x)", "the code: the bound is the likelihood itself (E001-16)"),
    ),
    leads_to=("npae.baselines.ProbabilisticPCA", "npae.models.VariationalAutoencoder"),
    sources=("000-(16)", "001-net-5", "001-elbo-6"))

# ---- collapse -----------------------------------------------------------------------------------------------------------


def _collapse_point(rng: np.random.Generator) -> dict[str, Any]:
    n, sigma2, beta = int(rng.integers(2, 5)), rng.uniform(0.3, 0.6), rng.uniform(0.5, 1.5)
    v = beta * sigma2
    s = v * np.sort(rng.uniform(1.5, 6, n))[::-1]
    x, axes = gaussian_data(rng, s)
    a, b, w = rng.uniform(0.3, 1.5, (3, n))
    best = linear_vae(n, n, sigma2=sigma2, beta=beta)
    set_closed_form(best, s, axes, v)
    anywhere = linear_vae(n, n, sigma2=sigma2, beta=beta)
    for name, value in {"encoder.mu.W": axes.T * a, "encoder.logvar.W": np.zeros((n, n)), "encoder.logvar.b": np.log(w),
                        "decoder.0.W": b[:, None] * axes}.items():
        anywhere.params[name] = value
    return {"n": n, "s": s, "v": v, "sigma2": sigma2, "a": a, "b": b, "w": w, "u": b**2 + v,
            "loss": lambda a, b, w: s * (1 - a * b)**2 + b**2 * w + v * (a**2 * s + w - 1 - np.log(w)),
            "best_b": np.sqrt(s - v), "any_loss": exact_loss(anywhere, x), "best_loss": exact_loss(best, x)}


COLLAPSE = Derivation(
    name="collapse", title="When a unit of a linear beta-VAE collapses",
    key="Data with the covariance eigenvalues s (n,), a unit for each principal axis, entry by entry: t the coordinate of "
        "variance s, q(z given t) = N(a t, w), decoder b z with the variance sigma2, weight beta; v = beta sigma2. loss(a, b, "
        "w) = s (1 - a b)^2 + b^2 w + v (a^2 s + w - 1 - log w), for any a, b, w; u = b^2 + v; best_b^2 = s - v. any_loss and "
        "best_loss are the package's, at a, b, w and at its closed form. Here all s are above v.",
    draw=_collapse_point,
    steps=(
        Step(r"2 \sigma^2 L_{VAE} - n \sigma^2 \log 2 \pi \sigma^2",
             "2 * sigma2 * any_loss - n * sigma2 * np.log(2 * np.pi * sigma2)",
             "the code, its constant taken away, in units of the squared error", ""),
        Step(r"\sum_j \left( s (1 - ab)^2 + b^2 w + v (a^2 s + w - 1 - \log w) \right)", "np.sum(loss(a, b, w))",
             "E (t - b (a t + sqrt(w) eps))^2, and beta times twice the divergence, with a mean of the variance a^2 s"),
        Step(r"\frac{\partial}{\partial w}", "gradient(lambda w: np.sum(b**2 * w + v * (w - np.log(w))), w)",
             "the best variance of the posterior, for a given decoder", ""),
        Step(r"b^2 + v - \frac{v}{w}", "u - v / w", "it is 0 at w = v / u"),
        Step(r"\frac{\partial}{\partial a}", "gradient(lambda a: np.sum(s * (1 - a * b)**2 + v * a**2 * s), a)",
             "the best encoder, for a given decoder", ""),
        Step(r"2 s \left( a (b^2 + v) - b \right)", "2 * s * (a * u - b)", "it is 0 at a = b / u"),
        Step(r"s \left( 1 - \frac{b^2}{u} \right)^2 + v \frac{b^2}{u^2} s + u w - v - v \log w", "loss(b / u, b, v / u)",
             "with both", ""),
        Step(r"\frac{s v}{u} + v \log \frac{u}{v}", "s * v / u + v * np.log(u / v)",
             "1 - b^2 / u = v / u, so the first two are s v (v + b^2) / u^2; and u w = v"),
        Step(r"\frac{\partial}{\partial u}", "gradient(lambda u: np.sum(s * v / u + v * np.log(u / v)), u)",
             "the best decoder", ""),
        Step(r"\frac{v (u - s)}{u^2}", "v * (u - s) / u**2",
             "it falls until u = s, that is b^2 = s - v. But u = b^2 + v is at least v: where s is at most v = beta sigma2, b = "
             "0 is best, and the unit collapses to the prior, a = 0 and w = 1 (E001-18)"),
        Step(r"n v + \sum_j v \log \frac{s_j}{v}", "n * v + np.sum(v * np.log(s / v))", "the least loss, u = s", ""),
        Step(r"\sum_j \left( s (1 - ab)^2 + b^2 w + v (a^2 s + w - 1 - \log w) \right)",
             "np.sum(loss(best_b / s, best_b, v / s))", "at a = b / s, w = v / s"),
        Step(r"2 \sigma^2 L_{VAE} - n \sigma^2 \log 2 \pi \sigma^2",
             "2 * sigma2 * best_loss - n * sigma2 * np.log(2 * np.pi * sigma2)", "the code at its closed form"),
        Step(r"\sum_j \left( s (1 - ab)^2 + b^2 w + v (a^2 s + w - 1 - \log w) \right)", "np.sum(loss(a, b, w))",
             "no other a, b and w do better", "<="),
    ),
    leads_to=("npae.models.VariationalAutoencoder",),
    sources=("001-cmp-6",))

LINEAR_VAES = (LINEAR_VAE, COLLAPSE)
