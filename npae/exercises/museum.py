"""The checks of the museum: for every specimen the kinds of check that apply, and a correct version that passes them.

A specimen lives in the file that the student is given (catalogue/e24_museum.py). Here stand its correct version and what is
asked of both: RIGHT[name] and SPECIMENS[name].checks, functions from a version to whether it passes.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import latents, layers, losses, penalties
from ..gradcheck import check_gradients

KINDS = ("gradients", "oracles", "invariances", "determinism", "behaviour")
Version = Callable[..., Any]
Check = Callable[[Version], bool]


@dataclass(frozen=True)
class Specimen:
    """A mistake: what it is about, and the checks that apply to it, by kind."""

    title: str
    checks: dict[str, Check]


def checks_passed(name: str, version: Version) -> dict[str, bool]:
    """Run the checks of a specimen on a version of it, its own or the correct one; return which kinds pass."""
    with np.errstate(all="ignore"):
        return {kind: bool(check(version)) for kind, check in SPECIMENS[name].checks.items()}


# ---- the material: small, fixed, the same for all -----------------------------------------------------------------------

RNG = np.random.default_rng(24)
X, W, V, T = (RNG.normal(size=shape) for shape in ((7, 5), (5, 3), (3, 2), (7, 3)))
MU, LOGVAR, EPS = (0.7 * RNG.normal(size=(7, 3)) for _ in range(3))
O, BITS = RNG.normal(size=(7, 5)), RNG.integers(0, 2, (7, 5)).astype(float)
E, D, Z = RNG.normal(size=(4, 3)), RNG.normal(size=(3, 5)), RNG.normal(size=(7, 3))
J = latents.nearest_code(Z, E)
Y = RNG.uniform(0.1, 0.9, (7, 3))
LOGITS = RNG.normal(size=(7, 5))


# ---- what is asked ------------------------------------------------------------------------------------------------------

def gradients(inputs: dict[str, Any], *wrt: str) -> Check:
    """The gradient that is returned is that of the value that is returned, at frozen randomness."""
    def check(version: Version) -> bool:
        def forward(**arguments: Any) -> Any:
            return version(**arguments)[0]

        def backward(**arguments: Any) -> Any:
            return version(**arguments)[1]
        for function in (forward, backward):
            function.__signature__ = _signature(inputs)         # type: ignore[attr-defined]
        return check_gradients(forward, backward, inputs, wrt=list(wrt), method="central").passed
    return check


def close(value: Any, expected: Any, tolerance: float = 1e-9) -> bool:
    """Whether two numbers agree."""
    return bool(np.abs(value - expected) <= tolerance * max(1.0, abs(expected)))


def explicit(inputs: dict[str, Any], norm: Callable[..., float]) -> Check:
    """The value is the mean squared norm of the Jacobians, taken one by one."""
    return lambda version: close(version(**inputs)[0], norm(inputs))


def same_when_repeated(inputs: dict[str, Any], *per_example: str) -> Check:
    """With every example three times, the value stays."""
    tripled = {name: np.repeat(value, 3, axis=0) if name in per_example else value for name, value in inputs.items()}
    return lambda version: close(version(**tripled)[0], version(**inputs)[0])


def doubled_when_widened(inputs: dict[str, Any]) -> Check:
    """With every latent unit twice, the value doubles."""
    wide = {name: np.hstack([value, value]) for name, value in inputs.items()}
    return lambda version: close(version(**wide)[0], 2 * version(**inputs)[0])


def repeatable(inputs: dict[str, Any]) -> Check:
    """Two equal calls give the same bits."""
    return lambda version: bool(version(**inputs)[0] == version(**inputs)[0])


def falls(inputs: dict[str, Any], measure: Callable[..., float], step: float = 0.3) -> Check:
    """Descending along the gradient of W lowers what is penalized."""
    def check(version: Version) -> bool:
        weights = inputs["W"].copy()
        for _ in range(20):
            weights = weights - step * version(**{**inputs, "W": weights})[1]["W"]
        return measure({**inputs, "W": weights}) < 0.9 * measure(inputs)
    return check


def one_layer_norm(inputs: dict[str, Any]) -> float:
    """Return the mean squared norm of dh/dx, h = sigmoid(x @ W), from the Jacobians."""
    h = layers.sigmoid(inputs["x"] @ inputs["W"])
    return float(np.mean([np.sum((np.diag(slope) @ inputs["W"].T) ** 2) for slope in h * (1 - h)]))


def two_layer_norm(inputs: dict[str, Any]) -> float:
    """Return the mean squared norm of dz/dx, z = tanh(tanh(x @ W) @ V), from the Jacobians."""
    h = np.tanh(inputs["x"] @ inputs["W"])
    z = np.tanh(h @ inputs["V"])
    jacobians = [np.diag(upper) @ inputs["V"].T @ np.diag(lower) @ inputs["W"].T for upper, lower in zip(1 - z ** 2, 1 - h ** 2)]
    return float(np.mean([np.sum(jacobian ** 2) for jacobian in jacobians]))


def closed_form(version: Version) -> bool:
    """The divergence is that of the formula: by quadrature of log(q/p) q."""
    points = np.linspace(-40, 40, 8001)[:, None, None]
    std = np.exp(LOGVAR / 2)
    log_q = -((points - MU) / std) ** 2 / 2 - np.log(std)
    integrand = np.exp(log_q) / np.sqrt(2 * np.pi) * (log_q + points ** 2 / 2)
    return close(version(MU, LOGVAR)[0], np.sum(integrand) * 0.01 / len(MU), 1e-6)


def moments(sample: Callable[[Version], np.ndarray], variance: float) -> Check:
    """Many samples have the variance that they should."""
    return lambda version: abs(float(np.var(sample(version))) / variance - 1) < 0.05


def many_samples(version: Version) -> np.ndarray:
    """Return 20,000 samples of N(0, 1/4)."""
    eps = np.random.default_rng(0).normal(size=(20_000, 1))
    return version(np.zeros_like(eps), np.full_like(eps, np.log(0.25)), eps)[2]


def exact_evidence(version: Version) -> bool:
    """With x = z + N(0, 1) noise and z ~ N(0, 1), proposed from the prior, log p(x) is known: 500 samples come close."""
    x, z = 1.0, np.random.default_rng(1).normal(size=(1, 500))
    log_w = -0.5 * np.log(2 * np.pi) - (x - z) ** 2 / 2
    return close(version(log_w)[0], -0.5 * np.log(4 * np.pi) - x ** 2 / 4, 0.1)


def ideal_code(version: Version) -> bool:
    """A code that is on in 5% of the examples, and off in the others, costs (almost) nothing."""
    y = np.full((100, 1), 0.001)
    y[:5] = 0.99
    return float(version(y, 0.05)[0]) < 0.1


def saturated(version: Version) -> bool:
    """A logit of 40 against the target 0 costs 40 nats, and its gradient is 1."""
    value, grads = version(np.full((1, 1), 40.0), np.zeros((1, 1)))
    return close(value, 40) and close(grads["o"][0, 0], 1)


def codebook_moves(version: Version) -> bool:
    """A step along the gradient moves the rows that are used."""
    return bool(np.any(version(Z, E, J, E[J] - Z)[1]["E"] != 0))


def new_noise_each_epoch(version: Version) -> bool:
    """Two epochs see different corrupted inputs."""
    return bool(np.any(version(X, np.eye(5), 0, 3)[2] != version(X, np.eye(5), 1, 3)[2]))


# ---- the correct versions -----------------------------------------------------------------------------------------------

def contraction(x: Any, W: Any, factor: float = 1.0) -> Any:
    """The contractive penalty of one sigmoid layer."""
    h = layers.sigmoid(x @ W)
    ds, dW = penalties.contraction_backward(layers.sigmoid_derivative(h), W)
    return penalties.contraction(layers.sigmoid_derivative(h), W), {
        "W": dW + x.T @ (ds * layers.sigmoid_second_derivative(h))}


def deep_contraction(x: Any, W: Any, V: Any) -> Any:
    """The contractive penalty of two tanh layers."""
    h = np.tanh(x @ W)
    z = np.tanh(h @ V)
    value, dS, (dW, dV) = penalties.deep_contraction_and_gradients(
        [layers.tanh_derivative(h), layers.tanh_derivative(z)], [W, V])
    dc = dS[1] * layers.tanh_second_derivative(z)
    da = dS[0] * layers.tanh_second_derivative(h) + dc @ V.T * layers.tanh_derivative(h)
    return value, {"W": dW + x.T @ da, "V": dV + h.T @ dc}


def relu_layer(x: Any, W: Any, t: Any) -> Any:
    """Squared error of a ReLU layer."""
    h = layers.relu(x @ W)
    return losses.squared_error(h, t), {"W": x.T @ layers.relu_backward(losses.squared_error_backward(h, t), h)}


def sampler(mu: Any, logvar: Any, eps: Any) -> Any:
    """Squared sample plus divergence."""
    z = latents.reparameterize(mu, logvar, eps)
    dmu, dlogvar = latents.reparameterize_backward(2 * z / len(mu), logvar, eps)
    kl_mu, kl_logvar = penalties.gaussian_kl_backward(mu, logvar)
    return np.sum(z ** 2) / len(mu) + penalties.gaussian_kl(mu, logvar), {"mu": dmu + kl_mu, "logvar": dlogvar + kl_logvar}, z


def unit_noise(f: Any, seed: int) -> Any:
    """A code with noise N(0, 1) on it."""
    z = latents.unit_noise(f, np.random.default_rng(seed).normal(size=f.shape))
    return np.sum(z ** 2) / len(f), {"f": 2 * z / len(f)}, z


def gaussian_kl(mu: Any, logvar: Any) -> Any:
    """The divergence, summed over latent units and averaged over examples."""
    return penalties.gaussian_kl(mu, logvar), dict(zip(("mu", "logvar"), penalties.gaussian_kl_backward(mu, logvar)))


def noise_drawn_first(mu: Any, logvar: Any, seed: int) -> Any:
    """Squared sample; the noise is drawn once for both directions."""
    eps = np.random.default_rng(seed).normal(size=mu.shape)
    z = latents.reparameterize(mu, logvar, eps)
    grads = latents.reparameterize_backward(2 * z / len(mu), logvar, eps)
    return np.sum(z ** 2) / len(mu), dict(zip(("mu", "logvar"), grads))


def averaged_quantization(z: Any, E: Any, j: Any, x: Any, D: Any) -> Any:
    """Both terms averaged over examples."""
    dE = latents.codebook_term_backward(E, z, j)
    np.add.at(dE, j, losses.squared_error_backward(E[j] @ D, x) @ D.T)
    return losses.squared_error(E[j] @ D, x) + latents.codebook_term(E, z, j), {"E": dE}


def codebook_loss(z: Any, E: Any, j: Any, stopped: Any) -> Any:
    """|z - E[j]|^2, before any copy."""
    return latents.codebook_term(E, z, j), {"E": latents.codebook_term_backward(E, z, j)}


def importance_bound(logits: Any) -> Any:
    """The logarithm of the mean weight."""
    largest = logits.max(axis=1, keepdims=True)
    weights = np.exp(logits - largest)
    value = np.sum(largest[:, 0] + np.log(weights.mean(axis=1))) / len(logits)
    return value, {"logits": weights / weights.sum(axis=1, keepdims=True) / len(logits)}


def sparsity_of_means(y: Any, rho: float) -> Any:
    """KL sparsity of the batch means."""
    return penalties.kl_sparsity(y, rho), {"y": penalties.kl_sparsity_backward(y, rho)}


def on_logits(o: Any, x: Any) -> Any:
    """Cross-entropy on logits."""
    return losses.bernoulli_nll(o, x), {"o": losses.bernoulli_nll_backward(o, x)}


def fresh_noise(x: Any, W: Any, epoch: int, seed: int) -> Any:
    """Denoising loss; every epoch draws its own noise."""
    noisy = x + np.random.default_rng([seed, epoch]).normal(0, 0.3, x.shape)
    o = noisy @ W
    return losses.squared_error(o, x), {"W": noisy.T @ losses.squared_error_backward(o, x)}, noisy


def steady_scores(x: Any, W: Any, seed: int | None = None) -> Any:
    """The squared error of the autoencoder without noise."""
    do = losses.squared_error_backward(x @ W @ W.T, x)
    return losses.squared_error(x @ W @ W.T, x), {"W": x.T @ (do @ W) + do.T @ (x @ W)}


def _signature(inputs: dict[str, Any]) -> inspect.Signature:
    return inspect.Signature([inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY) for name in inputs])


ONE, TWO, LATENT = {"x": X, "W": W}, {"x": X, "W": W, "V": V}, {"mu": MU, "logvar": LOGVAR}
STALE = {"x": X, "W": W, "copy": W / 1.1}           # the copy was made one update ago
NOISE, QUANTIZED = {**LATENT, "seed": 3}, {"z": Z, "E": E, "j": J, "x": O, "D": D}
COPIED, EPOCH = {"z": Z, "E": E, "j": J, "stopped": E[J] - Z}, {"x": X, "W": np.eye(5), "epoch": 0, "seed": 3}

SPECIMENS: dict[str, Specimen] = {
    "integer_division": Specimen("a contractive penalty with //", {
        "gradients": gradients(ONE, "W"), "oracles": explicit(ONE, one_layer_norm), "determinism": repeatable(ONE),
        "behaviour": falls(ONE, one_layer_norm)}),
    "frozen_weights": Specimen("a contractive penalty with a copy of the weights", {
        "gradients": gradients(STALE, "W"), "oracles": explicit(STALE, one_layer_norm),
        "invariances": same_when_repeated(STALE, "x"), "determinism": repeatable(STALE)}),
    "last_layer_only": Specimen("a deep encoder's penalty from its last layer", {
        "gradients": gradients(TWO, "W", "V"), "oracles": explicit(TWO, two_layer_norm),
        "invariances": same_when_repeated(TWO, "x"), "determinism": repeatable(TWO)}),
    "sum_before_square": Specimen("a contractive penalty from summed units", {
        "gradients": gradients(ONE, "W"), "oracles": explicit(ONE, one_layer_norm),
        "invariances": same_when_repeated(ONE, "x"), "determinism": repeatable(ONE)}),
    "half_the_gradient": Specimen("a contractive penalty and its gradient", {
        "gradients": gradients(ONE, "W"), "oracles": explicit(ONE, one_layer_norm),
        "invariances": same_when_repeated(ONE, "x"), "determinism": repeatable(ONE), "behaviour": falls(ONE, one_layer_norm)}),
    "slope_of_another": Specimen("a ReLU layer", {
        "gradients": gradients({**ONE, "t": T}, "W"), "invariances": same_when_repeated({**ONE, "t": T}, "x", "t"),
        "determinism": repeatable({**ONE, "t": T})}),
    "variance_as_deviation": Specimen("a sampler and its divergence", {
        "gradients": gradients({**LATENT, "eps": EPS}, "mu", "logvar"), "oracles": moments(many_samples, 0.25),
        "invariances": same_when_repeated({**LATENT, "eps": EPS}, "mu", "logvar", "eps"),
        "determinism": repeatable({**LATENT, "eps": EPS})}),
    "tenth_of_the_noise": Specimen("unit noise on a code", {
        "gradients": gradients({"f": MU, "seed": 3}, "f"), "determinism": repeatable({"f": MU, "seed": 3}),
        "oracles": moments(lambda version: version(np.zeros((20_000, 1)), 3)[2], 1.0)}),
    "divergence_averaged": Specimen("a mean where a sum belongs", {
        "gradients": gradients(LATENT, "mu", "logvar"), "oracles": closed_form,
        "invariances": doubled_when_widened(LATENT), "determinism": repeatable(LATENT)}),
    "divergence_clamped": Specimen("a divergence with limits", {
        "gradients": gradients(LATENT, "mu", "logvar"), "oracles": closed_form,
        "invariances": same_when_repeated(LATENT, "mu", "logvar"), "determinism": repeatable(LATENT)}),
    "noise_drawn_again": Specimen("a sampler with a generator", {
        "gradients": gradients(NOISE, "mu", "logvar"), "determinism": repeatable(NOISE)}),
    "summed_over_the_batch": Specimen("a codebook loss beside a reconstruction", {
        "gradients": gradients(QUANTIZED, "E"), "invariances": same_when_repeated(QUANTIZED, "z", "j", "x"),
        "determinism": repeatable(QUANTIZED)}),
    "codebook_after_the_copy": Specimen("a codebook loss on the copy", {
        "gradients": gradients(COPIED, "E"), "invariances": same_when_repeated(COPIED, "z", "j", "stopped"),
        "determinism": repeatable(COPIED), "behaviour": codebook_moves}),
    "worst_sample_first": Specimen("importance weights", {
        "gradients": gradients({"logits": LOGITS}, "logits"), "oracles": exact_evidence,
        "invariances": same_when_repeated({"logits": LOGITS}, "logits"), "determinism": repeatable({"logits": LOGITS})}),
    "sparsity_per_example": Specimen("KL sparsity, example by example", {
        "gradients": gradients({"y": Y, "rho": 0.2}, "y"), "oracles": ideal_code,
        "invariances": same_when_repeated({"y": Y, "rho": 0.2}, "y"), "determinism": repeatable({"y": Y, "rho": 0.2})}),
    "clipped_probability": Specimen("cross-entropy with a safety net", {
        "gradients": gradients({"o": O, "x": BITS}, "o"), "oracles": saturated,
        "invariances": same_when_repeated({"o": O, "x": BITS}, "o", "x"), "determinism": repeatable({"o": O, "x": BITS})}),
    "noise_drawn_once": Specimen("corruption in a training loop", {
        "gradients": gradients(EPOCH, "W"), "determinism": repeatable(EPOCH), "behaviour": new_noise_each_epoch}),
    "scores_that_change": Specimen("anomaly scores", {
        "gradients": gradients({**ONE, "seed": 3}, "W"), "determinism": repeatable(ONE)}),
}

RIGHT: dict[str, Version] = {
    "integer_division": contraction, "frozen_weights": lambda x, W, copy: contraction(x, W),
    "last_layer_only": deep_contraction, "sum_before_square": contraction, "half_the_gradient": contraction,
    "slope_of_another": relu_layer, "variance_as_deviation": sampler, "tenth_of_the_noise": unit_noise,
    "divergence_averaged": gaussian_kl, "divergence_clamped": gaussian_kl, "noise_drawn_again": noise_drawn_first,
    "summed_over_the_batch": averaged_quantization, "codebook_after_the_copy": codebook_loss,
    "worst_sample_first": importance_bound, "sparsity_per_example": sparsity_of_means, "clipped_probability": on_logits,
    "noise_drawn_once": fresh_noise, "scores_that_change": steady_scores,
}
