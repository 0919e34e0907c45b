"""Invariances: changes of the question that must not change the answer, or change it by a known factor."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ..gradcheck import relative_error
from ..models import Model
from ..models.quantized import QuantizedAutoencoder
from .cases import CASES, CODES
from .result import Check

LIMIT = 1e-12


def invariance_checks(seed: int = 0) -> Iterator[Check]:
    """Yield the invariances of every model, each the worst of ten random instances."""
    for case in CASES:
        rng = np.random.default_rng(seed)
        instances = [case.random_instance(rng) for _ in range(10)]
        yield _worst(case.name, "every row of batch and noise repeated", (repeated(*pair, rng) for pair in instances))
        yield _worst(case.name, "rows in another order", (reordered(*pair, rng) for pair in instances))
        model = case.build()
        if isinstance(model, QuantizedAutoencoder):
            yield _worst(case.name, "codes renumbered", (renumbered(*pair, rng) for pair in instances))
        elif case.data != CODES and getattr(model, "covariance", "diagonal") == "diagonal":     # Cholesky has an order
            yield _worst(case.name, "code units permuted", (permuted(*pair, rng) for pair in instances))
        bound = getattr(model, "objective", "elbo") == "iwae"           # importance weights depend on the loss
        if not (model.tied or bound or case.image or case.data == CODES):
            yield _worst(case.name, "every feature twice doubles the reconstruction", (widened(*pair) for pair in instances))
        for weight in case.weights:
            limits = (plain_limit(*pair, weight, rng) for pair in instances)
            yield _worst(case.name, f"{weight} to zero is as if it were zero", limits)


def _worst(subject: str, claim: str, errors: Iterator[float]) -> Check:
    return Check("invariances", subject, claim, max(errors), LIMIT)


def _difference(left: tuple[Any, Any], right: tuple[Any, Any]) -> float:
    """Largest relative error over all terms and all gradients of two results of loss_and_gradients.

    A tensor whose gradient cancels to (almost) nothing is measured against a thousandth of the largest gradient there is:
    its own size is rounding.
    """
    (terms, grads), (other_terms, other_grads) = left, right
    errors = [relative_error(np.asarray(terms[name]), np.asarray(other_terms[name])) for name in terms]
    least = 1e-3 * np.abs(grads.theta).max()
    for name in (name for name in grads if grads[name].size):       # one latent unit has no entries below a diagonal
        own = max(np.abs(grads[name]).max(), np.abs(other_grads[name]).max())
        errors.append(relative_error(grads[name], other_grads[name]) * own / max(own, least) if own else 0.0)
    return max(errors)


def repeated(model: Model, x: np.ndarray, rng: np.random.Generator) -> float:
    """A mean over examples does not see that each of them came three times."""
    noise = model.draw_noise(x, rng)
    tripled = {name: np.repeat(array, 3, axis=0) for name, array in noise.items()}
    return _difference(model.loss_and_gradients(x, noise=noise),
                       model.loss_and_gradients(np.repeat(x, 3, axis=0), noise=tripled))


def reordered(model: Model, x: np.ndarray, rng: np.random.Generator) -> float:
    """Examples have no order."""
    noise, order = model.draw_noise(x, rng), rng.permutation(len(x))
    return _difference(model.loss_and_gradients(x, noise=noise),
                       model.loss_and_gradients(x[order], noise={name: array[order] for name, array in noise.items()}))


def permuted(model: Model, x: np.ndarray, rng: np.random.Generator) -> float:
    """Renaming the code units changes no term of the loss."""
    noise = model.draw_noise(x, rng)
    terms, _ = model.loss_and_gradients(x, noise=noise)
    order = rng.permutation(model.latent_dim)
    if "eps" in noise:
        noise["eps"] = noise["eps"][..., order]
    for name, penalty in model._named_penalties().items():
        if penalty.is_noisy:
            noise[name] = noise[name][..., order]       # probes of the code
        if penalty.has_state:
            model._state[name] = model._state[name][order]
    heads = ["encoder.mu", "encoder.logvar"] if "encoder.mu.W" in model.params else [
        model._encoder[-1].name]                        # type: ignore[attr-defined]
    for name, axis in (*((f"{head}.{part}", -1) for head in heads for part in "Wb"), ("decoder.0.W", 0)):
        if name in model.params:
            model.params[name] = np.take(model.params[name], order, axis)
    other, _ = model.loss_and_gradients(x, noise=noise)
    return max(relative_error(np.asarray(terms[name]), np.asarray(other[name])) for name in terms)


def renumbered(model: Model, x: np.ndarray, rng: np.random.Generator) -> float:
    """Codes are names: with the rows of every codebook in another order, every slot gets the same vector."""
    noise = model.draw_noise(x, rng)
    terms, _ = model.loss_and_gradients(x, noise=noise)
    for name in (name for name in model.params if name.startswith("codebook")):
        model.params[name] = rng.permutation(model.params[name])
    other, _ = model.loss_and_gradients(x, noise=noise)
    return max(relative_error(np.asarray(terms[name]), np.asarray(other[name])) for name in terms)


def widened(model: Model, x: np.ndarray) -> float:
    """Sums over features: with every feature twice, and the same code, the reconstruction loss is twice as large."""
    wide = model.__class__(**model.get_params()).initialize(2 * x.shape[1])
    last = f"decoder.{len(model.hidden_dims)}"
    for name, array in model.params.items():
        wide.params[name] = {
            "encoder.0.W": lambda W: np.vstack([W, W]) / 2,
            f"{last}.W": lambda W: np.hstack([W, W]),
            f"{last}.b": lambda b: np.hstack([b, b]),
            "decoder.logvar.W": lambda W: np.hstack([W, W]),
            "decoder.logvar.b": lambda b: np.hstack([b, b]),
            "log_sigma2": lambda s: np.hstack([s, s]) if s.ndim else s,
        }.get(name, lambda same: same)(array)
    noise = model.draw_noise(x, np.random.default_rng(0))
    narrow_loss = model.loss_and_gradients(x, noise=noise)[0]["reconstruction"]
    wide_noise = {name: np.hstack([array, array]) if name == "corruption" else array for name, array in noise.items()}
    wide_loss = wide.loss_and_gradients(np.hstack([x, x]), noise=wide_noise)[0]["reconstruction"]
    return relative_error(np.asarray(wide_loss), np.asarray(2 * narrow_loss))


def plain_limit(model: Model, x: np.ndarray, weight: str, rng: np.random.Generator) -> float:
    """A weight of 1e-16 is as good as none: nothing else of the penalty enters."""
    results, noise = [], model.draw_noise(x, rng)
    for value in (0.0, 1e-16):
        twin = model.__class__(**{**model.get_params(), weight: value}).initialize(x.shape[1])
        twin.theta, twin._state = model.theta, model._state
        terms, grads = twin.loss_and_gradients(x, noise=noise)
        results.append((np.asarray(terms["loss"]), grads.theta))        # as one vector: a unit may have no other gradient
    return max(relative_error(left, right) for left, right in zip(*results))
