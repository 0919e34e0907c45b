"""The catalogue of pairs: every forward function, its backward, and random inputs for both."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from .. import layers, losses, penalties

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


def _gaussian_nll(label: str, shape: Callable[[int, int], tuple[int, ...]]) -> Pair:
    def draw(rng: np.random.Generator, m: int, n: int, h: int) -> Inputs:
        return {"mu": rng.normal(size=(m, n)), "x": rng.normal(size=(m, n)), "logvar": rng.normal(size=shape(m, n))}
    return Pair(f"gaussian_nll, {label} variance", losses.gaussian_nll, losses.gaussian_nll_backward, draw,
                ("mu", "logvar"))


def _decay(name: str) -> Pair:
    return Pair(name, getattr(penalties, name), getattr(penalties, f"{name}_backward"),
                lambda rng, m, n, h: {"W": rng.normal(size=(n, h))}, ("W",))


def _affine_inputs(rng: np.random.Generator, m: int, n: int, h: int) -> Inputs:
    return {"x": rng.normal(size=(m, n)), "W": rng.normal(size=(n, h)), "b": rng.normal(size=h)}


PAIRS: tuple[Pair, ...] = (
    Pair("affine", layers.affine, layers.affine_backward, _affine_inputs, ("x", "W", "b")),
    *map(_activation, layers.ACTIVATIONS),
    *map(_loss, ("squared_error", "absolute_error", "bernoulli_nll")),
    _gaussian_nll("shared", lambda m, n: ()),
    _gaussian_nll("per-feature", lambda m, n: (n,)),
    _gaussian_nll("per-entry", lambda m, n: (m, n)),
    *map(_decay, ("l1_decay", "l2_decay")),
)
