"""JAX: the same models, one jitted step with its parameters donated, Adam by hand (JAX brings none)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .configurations import CONTRACTION, DECAY, RHO, SPARSITY, Configuration
from .contender import LEARNING_RATE, Contender, Missing, initial_parameters, layer_names

try:
    import jax
    import jax.numpy as jnp
except ImportError:
    jax = None


def loss(configuration: Configuration, params, x, eps, penalty: str = "formula"):
    """Return npae's loss of a batch."""
    activation = {"relu": jax.nn.relu, "tanh": jnp.tanh, "sigmoid": jax.nn.sigmoid}[configuration.activation]

    def run(names, h, last):
        for name in names:
            h = h @ params[f"{name}.W"] + params[f"{name}.b"]
            h = last(h) if name == names[-1] else activation(h)
        return h

    encoder, decoder = layer_names(configuration, "encoder"), layer_names(configuration, "decoder")
    extra = 0.0
    if configuration.kind == "vae":
        h = run(encoder, x, activation)
        mu = h @ params["encoder.mu.W"] + params["encoder.mu.b"]
        logvar = h @ params["encoder.logvar.W"] + params["encoder.logvar.b"]
        z = mu + jnp.exp(0.5 * logvar) * eps
        extra = 0.5 * (mu ** 2 + jnp.exp(logvar) - 1 - logvar).sum() / len(x)
    else:
        z = run(encoder, x, (lambda a: a) if configuration.code == "identity" else activation)
    o = run(decoder, z, jax.nn.sigmoid if configuration.kind == "sparse" else lambda a: a)
    if configuration.kind == "contractive":
        extra = CONTRACTION * _contraction(params, encoder, x, penalty) / len(x)
    if configuration.kind == "sparse":
        r = z.mean(0)
        extra = SPARSITY * (RHO * jnp.log(RHO / r) + (1 - RHO) * jnp.log((1 - RHO) / (1 - r))).sum()
        extra = extra + DECAY * sum((W ** 2).sum() for name, W in params.items() if name.endswith(".W"))
    if configuration.loss == "mse":
        return ((o - x) ** 2).sum() / len(x) + extra
    return (jax.nn.softplus(o) - x * o).sum() / len(x) + extra


def _contraction(params, names, x, penalty):
    def code(row):
        for name in names:
            row = jax.nn.sigmoid(row @ params[f"{name}.W"] + params[f"{name}.b"])
        return row

    if penalty == "jacrev":
        return (jax.vmap(jax.jacrev(code))(x) ** 2).sum()
    h, slopes = x, []
    for name in names:
        h = jax.nn.sigmoid(h @ params[f"{name}.W"] + params[f"{name}.b"])
        slopes.append(h * (1 - h))
    if len(names) == 1:
        return (slopes[0] ** 2 * (params[f"{names[0]}.W"] ** 2).sum(0)).sum()
    first, second = (params[f"{name}.W"] for name in names)
    V = slopes[1][:, :, None] * second.T[None] * slopes[0][:, None, :]
    return ((V @ (first.T @ first)) * V).sum()


def make(penalty: str = "formula") -> Contender:
    """Return the contender."""
    def contender(configuration: Configuration) -> Callable[[], float]:
        if jax is None:
            raise Missing("JAX is not installed")
        if penalty != "formula" and configuration.kind != "contractive":
            raise Missing("no penalty in this configuration")
        X = jnp.asarray(configuration.data())
        params = {name: jnp.asarray(array) for name, array in initial_parameters(configuration).items()}
        state = [params, jax.tree.map(jnp.zeros_like, params), jax.tree.map(jnp.zeros_like, params), jnp.zeros((), jnp.float32),
                 jax.random.PRNGKey(0)]

        def step(params, m, v, t, key, X, chosen):
            key, draw = jax.random.split(key)
            x = X[chosen]
            eps = jax.random.normal(draw, (len(chosen), configuration.latent)) if configuration.latent else None
            L, g = jax.value_and_grad(lambda p: loss(configuration, p, x, eps, penalty))(params)
            t = t + 1
            m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, g)
            v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, v, g)
            a, c = 1 / (1 - 0.9 ** t), 1 / (1 - 0.999 ** t)
            params = jax.tree.map(lambda p, m, v: p - LEARNING_RATE * a * m / (jnp.sqrt(c * v) + 1e-8), params, m, v)
            return L, params, m, v, t, key

        step = jax.jit(step, donate_argnums=(0, 1, 2, 3, 4))
        rng = np.random.default_rng(0)

        def epoch() -> float:
            total, order = 0.0, rng.permutation(len(X))
            for start in range(0, len(X), configuration.batch):
                chosen = order[start:start + configuration.batch]
                result = step(*state, X, chosen)
                L, state[:] = result[0], result[1:]
                total += float(L) * len(chosen)
            return total / len(X)

        return epoch

    return contender
