"""The variational autoencoder: what it learns, what it generates, what its bound is worth.

    graphs       the reparameterization, training and inference, as drawings
    latents      the learned manifold; samples at 2, 5, 10, 20 units; interpolations; traversals
    rate         rate and distortion over beta
    posterior    codes against the prior; the VAE and an autoencoder with a mixture, as generators
    sharpness    blur, measured
    gradients    pathwise against score function
    gap          like EM, but the bound need not touch
    norm         the probabilistic autoencoder that outgrows its noise
    samples      its gradient: the variance over the number of draws
    directions   its linear form: the directions that are worth their price
    comparison   five objectives on one architecture
"""

from __future__ import annotations

from pathlib import Path

from ..datasets import load_digits
from .probabilistic_comparison import five_objectives
from .probabilistic_directions import active_directions
from .probabilistic_norm import code_norm
from .probabilistic_samples import gradient_variance
from .variational_common import deterministic, variational
from .variational_gap import like_em
from .variational_gradients import gradient_estimators
from .variational_graphs import graphs
from .variational_latents import interpolations, learned_manifold, samples_by_dimension, traversals
from .variational_posterior import aggregate_posterior, generators
from .variational_rate import rate_distortion
from .variational_sharpness import sharpness

UNITS = (2, 5, 10, 20)


def run(out: Path, quick: bool = False) -> dict[str, float]:
    """Print the account, write its figures into the folder `out`, and return its numbers by name."""
    out.mkdir(parents=True, exist_ok=True)
    data = load_digits()
    numbers = graphs(out, quick)
    models = {k: variational(data, k, quick) for k in UNITS}
    for chapter in (learned_manifold, samples_by_dimension, interpolations):
        numbers |= chapter(out, data, models)
    measured, of_many_units = rate_distortion(out, data, quick)
    numbers |= measured | traversals(out, data, of_many_units)
    plain = deterministic(data, 10, quick)
    numbers |= aggregate_posterior(out, data, models[10], plain)
    numbers |= generators(out, data, models[10], plain, quick)
    numbers |= sharpness(out, data, models, quick)
    numbers |= gradient_estimators(out, quick)
    numbers |= like_em(out, quick)
    for probabilistic in (code_norm, gradient_variance, active_directions, five_objectives):
        numbers |= probabilistic(out, data, quick)
    return numbers
