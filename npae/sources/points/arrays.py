"""Random points for claims about losses, activations and sparsity: arrays and the functions of the package."""

from __future__ import annotations

from typing import Any

import numpy as np

from ... import layers, losses, penalties

Rng = np.random.Generator
Point = dict[str, Any]


def activations(rng: Rng) -> Point:
    """x (m, n) numbers of either sign"""
    return {"x": rng.normal(size=(5, 4)), "relu": layers.relu, "sigmoid": layers.sigmoid}


def outputs(rng: Rng) -> Point:
    """M examples, n features: x targets, o outputs, both (M, n); the losses are npae.losses"""
    return {"M": 6, "n": 4, "x": rng.normal(size=(6, 4)), "o": rng.normal(size=(6, 4)),
            "squared_error": losses.squared_error, "squared_error_backward": losses.squared_error_backward,
            "entries": losses.squared_error_entries, "absolute_error": losses.absolute_error}


def logits(rng: Rng) -> Point:
    """M examples, n features: x targets in (0, 1), o logits, p = sigmoid(o); the losses are npae.losses"""
    o = rng.normal(size=(6, 4))
    return {"M": 6, "n": 4, "x": rng.uniform(0.05, 0.95, size=(6, 4)), "o": o, "p": 1 / (1 + np.exp(-o)),
            "sigmoid": layers.sigmoid,
            "bernoulli_nll": losses.bernoulli_nll, "entries": losses.bernoulli_nll_entries}


def units(rng: Rng) -> Point:
    """y (m, k) outputs of k units in (0, 1) for m examples, r (k,) their means, rho the target, beta a weight"""
    y = rng.uniform(0.02, 0.9, size=(6, 3))
    return {"m": 6, "k": 3, "y": y, "r": y.mean(axis=0), "rho": 0.2, "beta": rng.uniform(0.5, 2),
            "kl_sparsity": penalties.kl_sparsity, "bernoulli_kl": penalties.bernoulli_kl,
            "mean_activation": penalties.mean_activation}
