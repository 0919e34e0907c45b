"""Oracles of the contractive penalty: the explicit Jacobian, closed forms, all probes at once, and what it cannot see."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np

from .. import network
from ..layers import sigmoid
from ..models import Autoencoder
from ..penalties import Contraction, L1Sparsity, deep_contraction, deep_contraction_and_gradients
from .result import Check

HIDDEN = ((), (5,), (5, 4), (5, 4, 6))          # encoders of one to four layers
UNITS = (("tanh", "sigmoid"), ("softplus", "tanh"), ("sigmoid", "softplus"))    # hidden, code


def contractive_oracle_checks(seed: int = 0) -> Iterator[Check]:
    """Yield the checks of the contractive penalty against what is known exactly."""
    rng = np.random.default_rng(seed)
    yield from explicit_jacobian(rng)
    yield linear_encoder(rng)
    yield two_methods(rng)
    yield from every_probe(rng)
    yield drawn_probes(rng)
    yield from scale_can_be_hidden(rng)
    yield from museum(rng)


def random_model(rng: np.random.Generator, n: int = 6, **hyperparameters: Any) -> Autoencoder:
    """Return a float64 model for n features, all of its parameters off zero."""
    model = Autoencoder(**{"latent_dim": 3, "dtype": "float64", "random_state": 0, **hyperparameters})
    model.initialize(n)
    model.theta[:] = rng.normal(0, 0.6, model.theta.shape)
    return model


def differentiate(model: Autoencoder, x: np.ndarray, layers: list[network.Layer]) -> np.ndarray:
    """Return dy/dx (m, h, n) by the complex step: the map alone, and no derivative written by hand.

    y is the output of the last of these layers; of logits, the sigmoid.
    """
    def outputs(inputs: np.ndarray) -> np.ndarray:
        y = network.forward(layers, model.params, inputs)[-1].y
        return y if layers[-1].link is None else sigmoid(y)

    step = 1e-30
    return np.stack([outputs(x + 1j * step * unit).imag / step for unit in np.eye(x.shape[1])], axis=2)


def explicit_jacobian(rng: np.random.Generator, weight: float = 0.7) -> Iterator[Check]:
    """One to four layers, tied or not, mixed activations: |J|^2 of the code, of a hidden layer, of the whole map."""
    found: dict[str, list[float]] = {}
    for hidden, units, tied, loss in product(HIDDEN, UNITS, (False, True), ("mse", "bce")):
        penalized = {"code": (Contraction(weight), len(hidden) + 1), "first layer": (Contraction(weight, layer=0), 1),
                     "reconstruction": (Contraction(weight, "reconstruction"), 2 * len(hidden) + 2)}
        for name, (penalty, depth) in penalized.items():
            model = random_model(rng, hidden_dims=hidden, activation=units[0], latent_activation=units[1], tied=tied,
                                 loss=loss, penalties=[penalty])
            x = rng.uniform(0, 1, (4, 6))
            J = differentiate(model, x, (model._encoder + model._decoder)[:depth])
            value = weight * np.mean(np.sum(J ** 2, axis=(1, 2)))
            error = abs(model.loss_and_gradients(x)[0]["contraction"] / value - 1)
            found.setdefault(f"penalty of the {name} over |J|^2, minus 1", []).append(error)
            if name == "code":
                error = np.abs(model.jacobian(x) - J).max() / np.abs(J).max()
                found.setdefault("model.jacobian against the complex step", []).append(error)
    for claim, errors in found.items():
        yield Check("oracles", f"{len(errors)} models, depth 1 to 4", claim, max(errors), 1e-12)


def linear_encoder(rng: np.random.Generator, weight: float = 0.7) -> Check:
    """A linear layer has the same Jacobian everywhere: the penalty is weight * sum W^2, whatever the data."""
    model = random_model(rng, hidden_dims=(), penalties=[Contraction(weight)])
    value = model.loss_and_gradients(rng.normal(size=(9, 6)))[0]["contraction"]
    return Check("oracles", "contraction, linear encoder", "value over weight * sum W^2, minus 1",
                 abs(value / (weight * np.sum(model.params["encoder.0.W"] ** 2)) - 1), 1e-14)


def stack(rng: np.random.Generator, m: int, widths: tuple[int, ...]) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Return random slopes S[l] (m, d_l) and weights W[l] (d_{l-1}, d_l) for these widths."""
    pairs = list(zip(widths, widths[1:]))
    return [rng.uniform(0.1, 1, (m, h)) for _, h in pairs], [rng.normal(0, 0.6, pair) for pair in pairs]


def jacobian_of(S: list[np.ndarray], W: list[np.ndarray]) -> np.ndarray:
    """Return J (m, k, n) of such a stack."""
    J = np.eye(S[-1].shape[1])[None]
    for s, matrix in zip(S[::-1], W[::-1]):
        J = (J * s[:, None, :]) @ matrix.T
    return J


def two_methods(rng: np.random.Generator) -> Check:
    """By rows or by columns of the Jacobian: the value and every gradient agree."""
    errors = []
    for widths in ((4, 5), (3, 7, 5), (7, 5, 4, 3), (2, 6, 5, 4, 8)):
        S, W = stack(rng, 5, widths)
        (value, dS, dW), (other, other_dS, other_dW) = (
            deep_contraction_and_gradients(S, W, method=method) for method in ("units", "inputs"))
        errors += [abs(value / other - 1)]
        errors += [np.abs(a - b).max() / np.abs(a).max() for a, b in zip([*dS, *dW], [*other_dS, *other_dW])]
    return Check("oracles", "deep_contraction", "units and inputs, value and gradients", max(errors), 1e-13)


def every_probe(rng: np.random.Generator) -> Iterator[Check]:
    """All 2^k sign vectors of one example: their mean is |J|^2 and their variance 2 sum_{a != b} (J J^T)_ab^2, exactly."""
    S, W = stack(rng, 1, (5, 6, 4))
    probes = np.array(list(product((-1.0, 1.0), repeat=4)))
    values = np.array([deep_contraction(S, W, probes=probe[None, None]) for probe in probes])
    J = jacobian_of(S, W)[0]
    gram = J @ J.T
    variance = 2 * (np.sum(gram ** 2) - np.sum(np.diag(gram) ** 2))
    yield Check("oracles", "deep_contraction, all 16 probes", "mean over |J|^2, minus 1",
                abs(values.mean() / np.trace(gram) - 1), 1e-12)
    yield Check("oracles", "deep_contraction, all 16 probes", "variance over its formula, minus 1",
                abs(values.var() / variance - 1), 1e-12)


def drawn_probes(rng: np.random.Generator, n_probes: int = 4000) -> Check:
    """The sampler that the models use: the mean of many probes against |J|^2, in standard errors."""
    exact, drawn = (random_model(rng, hidden_dims=(5,), activation="tanh", penalties=[penalty])
                    for penalty in (Contraction(1.0), Contraction(1.0, method="probes", n_probes=n_probes)))
    drawn.theta, x = exact.theta, rng.normal(size=(3, 6))
    value, J = exact.loss_and_gradients(x)[0]["contraction"], exact.jacobian(x)
    gram = J @ J.transpose(0, 2, 1)
    variance = 2 * (np.sum(gram ** 2) - np.sum(np.diagonal(gram, axis1=1, axis2=2) ** 2))       # of the sum over examples
    error = abs(drawn.loss_and_gradients(x, rng)[0]["contraction"] - value)
    return Check("oracles", f"contraction, {n_probes} drawn probes", "mean minus |J|^2, in standard errors",
                 error / (np.sqrt(variance / n_probes) / len(x)), 4)


def scale_can_be_hidden(rng: np.random.Generator) -> Iterator[Check]:
    """Untied rectifiers, code / c and decoder * c: the same reconstruction, penalties / c^2 and / c (erratum E002-11)."""
    model = random_model(rng, hidden_dims=(), latent_activation="relu", penalties=[Contraction(1.0), L1Sparsity(1.0)])
    x = rng.normal(size=(20, 6))
    before, output = model.loss_and_gradients(x)[0], model.reconstruct(x)
    for c in (10.0, 1000.0):
        twin = random_model(rng, **model.get_params())
        twin.theta = model.theta
        for name, factor in (("encoder.0.W", 1 / c), ("encoder.0.b", 1 / c), ("decoder.0.W", c)):
            twin.params[name] = factor * model.params[name]
        after, subject = twin.loss_and_gradients(x)[0], f"untied relu, code / {c:g}"
        yield Check("oracles", subject, "reconstruction, largest change", np.abs(twin.reconstruct(x) - output).max(), 1e-12)
        yield Check("oracles", subject, "contraction * c^2 over what it was, minus 1",
                    abs(after["contraction"] * c ** 2 / before["contraction"] - 1), 1e-12)
        yield Check("oracles", subject, "L1 * c over what it was, minus 1",
                    abs(after["l1_sparsity"] * c / before["l1_sparsity"] - 1), 1e-12)


def museum(rng: np.random.Generator) -> Iterator[Check]:
    """Two published mistakes that pass a gradient check; only the explicit Jacobian shows them."""
    column = rng.normal(size=(6, 1))
    S, W = [np.ones((4, 2))], [np.hstack([column, -column])]        # two units of opposite sign
    length = np.sum(jacobian_of(S, W).sum(axis=1) ** 2, axis=1).mean()
    yield Check("oracles", "contraction, opposite units", "|J^T 1|^2, where the units cancel", length, 1e-12)
    yield Check("oracles", "contraction, opposite units", "the penalty over 2 |w|^2, minus 1",
                abs(deep_contraction(S, W) / (2 * np.sum(column ** 2)) - 1), 1e-12)
    S, W = stack(rng, 4, (6, 5, 3))                                 # the penalty of the last layer alone knows no W[0]
    yield Check("oracles", "contraction, two layers", "first weights times 10: 100 times the penalty, minus 1",
                abs(deep_contraction(S, [10 * W[0], W[1]]) / (100 * deep_contraction(S, W)) - 1), 1e-12)
