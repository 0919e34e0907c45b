"""All contenders by name: where their code is. A worker imports only the one that it runs."""

from __future__ import annotations

from importlib import import_module

from .contender import Contender

FLOOR, OURS, FRESH, BARE = "floor", "npae", "npae, fresh arrays", "bare loop"
PEERS = ("PyTorch", "PyTorch, fused Adam", "PyTorch, compiled", "JAX, jit", "scikit-learn")
PENALTIES = ("PyTorch, jacrev", "PyTorch, double backward", "JAX, jacrev")
VARIANTS = ("textbook, float64", "float32", "no input gradient for the first layer", "a stable loss from logits, no logaddexp",
            "Adam in place on one vector")

_WHERE = {
    FLOOR: ("floor", {}), BARE: ("bare", {}), OURS: ("ours", {}), FRESH: ("ours", {"workspace": False}),
    "PyTorch": ("pytorch", {"fused": False}), "PyTorch, fused Adam": ("pytorch", {}),
    "PyTorch, compiled": ("pytorch", {"compiled": True}), "JAX, jit": ("jax_peer", {}), "scikit-learn": ("scikit", {}),
    "PyTorch, jacrev": ("pytorch", {"penalty": "jacrev"}),
    "PyTorch, double backward": ("pytorch", {"penalty": "double backward"}),
    "JAX, jacrev": ("jax_peer", {"penalty": "jacrev"}),
    **{variant: ("textbook", {"level": level}) for level, variant in enumerate(VARIANTS)},
}


def contender(name: str) -> Contender:
    """Return the contender of this name: a function of a configuration that returns its epoch."""
    module, choices = _WHERE[name]
    return import_module(f"tests.benchmarks.speed.{module}").make(**choices)
