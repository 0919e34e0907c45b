"""The catalogue of pairs: every forward function, its backward, and random inputs for both."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from .. import latents, layers, losses, penalties

Inputs = dict[str, Any]


class Pair(NamedTuple):
    """A differentiable operation as `check_gradients` takes it."""

    name: str
    forward: Callable[..., Any]
    backward: Callable[..., Any]
    draw: Callable[[np.random.Generator, int, int, int], Inputs]     # (rng, m, n, h) -> inputs of forward, by name
    wrt: tuple[str, ...]


def _activation(name: str) -> Pair:
    return Pair(name, getattr(layers, name), getattr(layers, f"{name}_backward"),
                lambda rng, m, n, h: {"a": rng.normal(scale=2, size=(m, n))}, ("a",))


def _loss(name: str) -> Pair:
    def draw(rng: np.random.Generator, m: int, n: int, h: int) -> Inputs:
        weight = None if rng.random() < 0.5 else rng.uniform(0.1, 1, (m, n))
        return {"o": rng.normal(size=(m, n)), "x": rng.uniform(0, 1, (m, n)), "weight": weight}
    return Pair(name, getattr(losses, name), getattr(losses, f"{name}_backward"), draw, ("o",))


def _code_penalty(name: str) -> Pair:
    def draw(rng: np.random.Generator, m: int, n: int, h: int) -> Inputs:
        nu = {"nu": rng.uniform(0.5, 4)} if name == "student_t_sparsity" else {}
        weight = None if rng.random() < 0.5 else rng.uniform(0.1, 1, (m, 1))
        return {"z": 2 * rng.normal(size=(m, h)), **nu, "weight": weight}
    return Pair(name, getattr(penalties, name), getattr(penalties, f"{name}_backward"), draw, ("z",))


def _kl_inputs(rng: np.random.Generator, m: int, n: int, h: int) -> Inputs:
    return {"y": rng.uniform(0.05, 0.95, (m, h)), "rho": rng.uniform(0.05, 0.5)}


def _mean_inputs(rng: np.random.Generator, m: int, n: int, h: int) -> Inputs:
    return {"r": rng.uniform(0.05, 0.95, h), "rho": rng.uniform(0.05, 0.5)}


def _softmax_inputs(rng: np.random.Generator, m: int, n: int, h: int) -> Inputs:
    return {"o": 3 * rng.normal(size=(m, n)), "t": np.eye(n)[rng.integers(0, n, m)]}


def _contraction_inputs(rng: np.random.Generator, m: int, n: int, h: int) -> Inputs:
    return {"s": rng.normal(size=(m, h)), "W": rng.normal(size=(n, h))}


def _row_step() -> Pair:
    """D alone is looked at: U is only kept for the way back."""
    def draw(rng: np.random.Generator, m: int, n: int, h: int) -> Inputs:
        return {"V": rng.normal(size=(m, h)), "W": rng.normal(size=(n, h)), "s": rng.normal(size=(m, n))}
    return Pair("row_step", lambda V, W, s: penalties.row_step(V, W, s)[1],
                lambda dD, V, W, s: penalties.row_step_backward(dD, penalties.row_step(V, W, s)[0], V, W, s), draw,
                ("V", "W", "s"))


def _row_length() -> Pair:
    """G comes from a matrix of weights, so that it is symmetric, as the backward function may assume."""
    def backward(V: np.ndarray, A: np.ndarray, w: np.ndarray):
        dV, dG = penalties.row_length_backward(V, penalties.gram(A), w)
        return dV, penalties.gram_backward(dG, A)
    return Pair("row_length", lambda V, A, w: penalties.row_length(V, penalties.gram(A), w), backward,
                lambda rng, m, n, h: {"V": rng.normal(size=(m, h)), "A": rng.normal(size=(n, h)),
                                      "w": rng.uniform(0.1, 1, (m, 1))}, ("V", "A"))


def _deep_contraction(method: str) -> Pair:
    """Three layers; probes stand for the whole set of units where the method says so."""
    names = ("s1", "s2", "s3", "W1", "W2", "W3")

    def arguments(inputs: Inputs) -> Inputs:
        S, W = [inputs[name] for name in names[:3]], [inputs[name] for name in names[3:]]
        how = {"probes": inputs["probes"].real} if method == "probes" else {"method": method}
        return {"S": S, "W": W, **how}

    def draw(rng: np.random.Generator, m: int, n: int, h: int) -> Inputs:
        widths = (n, h, *rng.integers(1, 6, 2))
        slopes = {f"s{i}": rng.normal(size=(m, widths[i])) for i in (1, 2, 3)}
        weights = {f"W{i}": rng.normal(size=(widths[i - 1], widths[i])) for i in (1, 2, 3)}
        return {**slopes, **weights, "probes": rng.choice([-1.0, 1.0], (m, 2, widths[3]))}

    def forward(s1: Any, s2: Any, s3: Any, W1: Any, W2: Any, W3: Any, probes: Any) -> Any:
        return penalties.deep_contraction(**arguments(locals()))

    def backward(s1: Any, s2: Any, s3: Any, W1: Any, W2: Any, W3: Any, probes: Any) -> Any:
        dS, dW = penalties.deep_contraction_backward(**arguments(locals()))
        return (*dS, *dW)
    return Pair(f"deep_contraction, {method}", forward, backward, draw, names)


def _located(name: str, label: str, shape: Callable[[int, int], tuple[int, ...]]) -> Pair:
    def draw(rng: np.random.Generator, m: int, n: int, h: int) -> Inputs:
        return {"mu": rng.normal(size=(m, n)), "x": rng.normal(size=(m, n)), "logvar": rng.normal(size=shape(m, n))}
    return Pair(f"{name}, {label} variance", getattr(losses, name), getattr(losses, f"{name}_backward"), draw,
                ("mu", "logvar"))


def _kl_to_prior(label: str, prior: Callable[[np.random.Generator, int], Inputs]) -> Pair:
    return Pair(f"gaussian_kl, {label} prior", penalties.gaussian_kl, penalties.gaussian_kl_backward,
                lambda rng, m, n, h: {"mu": rng.normal(size=(m, h)), "logvar": rng.normal(size=(m, h)), **prior(rng, h)},
                ("mu", "logvar"))


def _sampled_kl() -> Pair:
    """logvar reaches every sample, so the sum of its gradients over the samples is what is checked."""
    def draw(rng: np.random.Generator, m: int, n: int, h: int) -> Inputs:
        return {"z": rng.normal(size=(m, n, h)), "logvar": rng.normal(size=(m, 1, h)), "eps": rng.normal(size=(m, n, h)),
                "prior_mean": rng.normal(size=h), "prior_logvar": rng.normal(size=h)}

    def backward(z: Any, prior_mean: Any, prior_logvar: Any):
        dz, dlogvar = penalties.sampled_kl_backward(z, prior_mean, prior_logvar)
        return dz, dlogvar.sum(axis=1, keepdims=True)
    return Pair("sampled_kl", penalties.sampled_kl, backward, draw, ("z", "logvar"))


def _covariance_inputs(rng: np.random.Generator, m: int, n: int, h: int) -> Inputs:
    return {"lower": rng.normal(size=(m, h, h)), "w": rng.uniform(0.1, 1, (m, h)), "v": rng.uniform(0.5, 2, h)}


def _cholesky_inputs(rng: np.random.Generator, m: int, n: int, h: int) -> Inputs:
    return {"mu": rng.normal(size=(m, h)), "logvar": rng.normal(size=(m, h)), "lower": rng.normal(size=(m, h, h)),
            "eps": rng.normal(size=(m, n, h))}


def _decay(name: str) -> Pair:
    return Pair(name, getattr(penalties, name), getattr(penalties, f"{name}_backward"),
                lambda rng, m, n, h: {"W": rng.normal(size=(n, h))}, ("W",))


def _affine_inputs(rng: np.random.Generator, m: int, n: int, h: int) -> Inputs:
    return {"x": rng.normal(size=(m, n)), "W": rng.normal(size=(n, h)), "b": rng.normal(size=h)}


def _masked_affine_inputs(rng: np.random.Generator, m: int, n: int, h: int) -> Inputs:
    return {**_affine_inputs(rng, m, n, h), "mask": rng.integers(0, 2, (n, h)).astype(float)}


def _convolution(name: str) -> Pair:
    """Images as large as the windows need, with few channels: every entry of every array is moved."""
    def draw(rng: np.random.Generator, m: int, n: int, h: int) -> Inputs:
        c, o, k = min(n, 2), min(h, 3), int(rng.integers(1, 5))
        stride, p = int(rng.integers(1, min(k, 3) + 1)), int(rng.integers(k))
        padding = (p, int(rng.integers(k - p)))
        small = rng.integers(1, 4, 2)
        size = stride * (small - 1) + k - sum(padding) if name == "conv2d" else small
        channels, biases = (c, o) if name == "conv2d" else (o, c)
        return {"x": rng.normal(size=(m, channels, *size)), "W": rng.normal(size=(o, c, k, k)), "b": rng.normal(size=biases),
                "stride": stride, "padding": padding}
    return Pair(name, getattr(layers, name), getattr(layers, f"{name}_backward"), draw, ("x", "W", "b"))


def _codebook_inputs(rng: np.random.Generator, m: int, n: int, h: int) -> Inputs:
    """m vectors that chose among h codes: some codes several times, some not at all."""
    weight = None if rng.random() < 0.5 else rng.uniform(0.1, 1, (m, 1))
    return {"E": rng.normal(size=(h, n)), "z": rng.normal(size=(m, n)), "j": rng.integers(0, h, m), "weight": weight}


def _commitment_inputs(rng: np.random.Generator, m: int, n: int, h: int) -> Inputs:
    weight = None if rng.random() < 0.5 else rng.uniform(0.1, 1, (m, 1))
    return {"z": rng.normal(size=(m, h)), "e": rng.normal(size=(m, h)), "weight": weight}


PAIRS: tuple[Pair, ...] = (
    Pair("affine", layers.affine, layers.affine_backward, _affine_inputs, ("x", "W", "b")),
    Pair("masked_affine", layers.masked_affine, layers.masked_affine_backward, _masked_affine_inputs, ("x", "W", "b")),
    *map(_convolution, ("conv2d", "conv2d_transpose")),
    *map(_activation, layers.ACTIVATIONS),
    *map(_loss, ("squared_error", "absolute_error", "bernoulli_nll")),
    _loss("continuous_bernoulli_nll"),
    *(_located(name, label, shape) for name in ("gaussian_nll", "laplace_nll") for label, shape in (
        ("shared", lambda m, n: ()), ("per-feature", lambda m, n: (n,)), ("per-entry", lambda m, n: (m, n)))),
    Pair("softmax_nll", losses.softmax_nll, losses.softmax_nll_backward, _softmax_inputs, ("o",)),
    *map(_code_penalty, ("l1_sparsity", "student_t_sparsity", "gaussian_prior")),
    Pair("bernoulli_kl", penalties.bernoulli_kl, penalties.bernoulli_kl_backward, _mean_inputs, ("r",)),
    Pair("kl_sparsity", penalties.kl_sparsity, penalties.kl_sparsity_backward, _kl_inputs, ("y",)),
    Pair("contraction", penalties.contraction, penalties.contraction_backward, _contraction_inputs, ("s", "W")),
    _row_step(),
    Pair("gram", penalties.gram, lambda dG, W: penalties.gram_backward((dG + dG.T) / 2, W),
         lambda rng, m, n, h: {"W": rng.normal(size=(n, h))}, ("W",)),
    _row_length(),
    *map(_deep_contraction, ("units", "inputs", "probes")),
    _kl_to_prior("unit", lambda rng, k: {}),
    _kl_to_prior("diagonal", lambda rng, k: {"prior_mean": rng.normal(size=k), "prior_logvar": rng.normal(size=k)}),
    _sampled_kl(),
    Pair("covariance_kl", penalties.covariance_kl, penalties.covariance_kl_backward, _covariance_inputs, ("lower",)),
    Pair("unit_noise", latents.unit_noise, latents.unit_noise_backward,
         lambda rng, m, n, h: {"f": rng.normal(size=(m, h)), "eps": rng.normal(size=(m, h))}, ("f",)),
    Pair("reparameterize", latents.reparameterize, latents.reparameterize_backward,
         lambda rng, m, n, h: {name: rng.normal(size=(m, h)) for name in ("mu", "logvar", "eps")}, ("mu", "logvar")),
    Pair("reparameterize_cholesky", latents.reparameterize_cholesky, latents.reparameterize_cholesky_backward,
         _cholesky_inputs, ("mu", "logvar", "lower")),
    Pair("straight_through", latents.straight_through, latents.straight_through_backward,
         lambda rng, m, n, h: {name: rng.normal(size=(m, h)) for name in ("z", "z_still", "e")}, ("z",)),
    Pair("codebook_term", latents.codebook_term, latents.codebook_term_backward, _codebook_inputs, ("E",)),
    Pair("commitment", latents.commitment, latents.commitment_backward, _commitment_inputs, ("z",)),
    *map(_decay, ("l1_decay", "l2_decay")),
)
