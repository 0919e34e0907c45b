"""Like EM, but the bound need not touch: log p(x) - ELBO for a mixture under EM and for a linear VAE under gradient descent.

For both the exact log p(x) is known. The E-step sets q to the exact posterior of every example: the gap is zero. A VAE has
one encoder for all examples, one step behind a decoder that moves: the gap, the mean KL(q(z|x) || p(z|x)), only becomes
small. (In the slides the mixture's likelihood is called intractable; it is a finite sum: erratum E001-08.)
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from matplotlib.figure import Figure

from ..baselines import GaussianMixture, ProbabilisticPCA
from ..datasets import correlated_gaussian, gaussian_mixture
from ..models import VariationalAutoencoder
from ..plots import LinePanel, line_panels
from .variational_common import save

MEANS = ((-2.0, 0.0), (2.0, 0.5), (0.0, 2.5))
SCALES = (4.0, 2.0, 1.0, 0.3, 0.3, 0.3)                 # eigenvalues of the data of the linear VAE


class Bounds(NamedTuple):
    """log p(x) and the ELBO, means over the examples in nats, after each step."""

    log_p: np.ndarray
    elbo: np.ndarray
    gap: np.ndarray


def bounds_of_em(steps: int) -> tuple[Bounds, Bounds]:
    """Return the bounds after each M-step (the responsibilities are the old ones) and after each E-step."""
    x, _ = gaussian_mixture(400, MEANS, covariances=0.7, random_state=0)
    after_m, after_e, r = [], [], None
    for iterations in range(1, steps + 1):              # the same start every time: iteration after iteration of one run
        mixture = GaussianMixture(n_components=3, max_iterations=iterations, tolerance=0, n_starts=1, random_state=2).fit(x)
        log_p = mixture.score(x)
        after_m.append((log_p, np.nan if r is None else mixture.elbo(x, r)))
        r = mixture.predict_proba(x)
        after_e.append((log_p, mixture.elbo(x, r)))
    m, e = np.array(after_m), np.array(after_e)
    return Bounds(m[:, 0], m[:, 1], m[:, 0] - m[:, 1]), Bounds(e[:, 0], e[:, 1], e[:, 0] - e[:, 1])


def exact_density(model: VariationalAutoencoder) -> ProbabilisticPCA:
    """Return the density of a linear VAE: probabilistic PCA with the decoder's weights."""
    density = ProbabilisticPCA(n_components=model.latent_dim)
    density.W_ = model.params["decoder.0.W"].astype(np.float64)
    density.mean_ = model.params["decoder.0.b"].astype(np.float64)
    density.noise_variance_, density.n_features_in_ = float(np.exp(model.params["log_sigma2"])), model.n_features_in_
    return density


def exact_gap(model: VariationalAutoencoder, x: np.ndarray) -> np.ndarray:
    """Return KL(q(z|x) || p(z|x)) of each example for a linear VAE: between two Gaussians, in closed form."""
    q: Any = model.encoder_distribution(x)              # a Gaussian
    density = exact_density(model)
    z_mean = density.transform(x)
    precision = (density.W_ @ density.W_.T + density.noise_variance_ * np.eye(len(density.W_))) / density.noise_variance_
    away, variance = q.mean - z_mean, np.exp(q.logvar)
    quadratic = np.sum(away @ precision * away, axis=1) + variance @ np.diag(precision)
    return 0.5 * (quadratic - len(precision) - np.linalg.slogdet(precision)[1] - q.logvar.sum(axis=1))


def bounds_of_vae(epochs: int) -> tuple[Bounds, float]:
    """Return the bounds after each epoch of a linear VAE, and by how much log p - gap misses the sampled ELBO at the end."""
    x = correlated_gaussian(500, np.diag(SCALES), random_state=0)
    model = VariationalAutoencoder(latent_dim=2, hidden_dims=(), sigma2="shared", dtype="float64", batch_size=50,
                                   learning_rate=0.01, random_state=0)
    found = []
    for _ in range(epochs):
        model.partial_fit(x)
        log_p, gap = exact_density(model).score(x), float(exact_gap(model, x).mean())
        found.append((log_p, log_p - gap, gap))
    sampled = float(model.elbo(x, n_samples=400, random_state=0).mean())
    return Bounds(*np.array(found).T), abs(sampled - found[-1][1])


def like_em(out: Path, quick: bool) -> dict[str, float]:
    """Print, draw and return the two gaps."""
    steps, epochs = (12, 40) if quick else (25, 120)
    after_m, after_e = bounds_of_em(steps)
    vae, missed = bounds_of_vae(epochs)
    numbers = {"em_gap": float(np.abs(after_e.gap).max()), "em_gap_after_m": float(np.nanmax(after_m.gap)),
               "em_smallest_gain": float(np.diff(after_e.log_p).min()), "vae_gap_first": float(vae.gap[0]),
               "vae_gap_last": float(vae.gap[-1]), "vae_gap_smallest": float(vae.gap.min()), "vae_identity": missed}
    print(f"Like EM: log p(x) - ELBO, nats per example.\n"
          f"  EM, mixture of 3: after every E-step at most {numbers['em_gap']:.1e}; after an M-step, with the old "
          f"responsibilities, up to {numbers['em_gap_after_m']:.2g}\n"
          f"  linear VAE, 2 units: {vae.gap[0]:.3f} after the first epoch, {vae.gap[-1]:.4f} after {epochs}, never below "
          f"{vae.gap.min():.1e}; the ELBO estimated\n  from 400 draws differs from log p - KL(q || posterior) "
          f"by {missed:.1e}\n")
    save(_draw(after_m, after_e, vae), out, "like_em")
    return numbers


def _draw(after_m: Bounds, after_e: Bounds, vae: Bounds) -> Figure:
    iterations, epochs = np.arange(2, len(after_e.gap) + 1), np.arange(1, len(vae.gap) + 1)
    halves = np.repeat(iterations, 2) + np.tile([0, 0.5], len(iterations))         # M-step, then E-step
    both = np.stack([after_m.elbo[1:], after_e.elbo[1:]], axis=1).ravel()
    panels = [
        LinePanel("EM: the bound touches", halves, {"log p(x)": np.repeat(after_e.log_p[1:], 2), "ELBO": both},
                  "iteration: M-step, then E-step", "nats per example", "mixture of 3 Gaussians", legend="lower right"),
        LinePanel("Linear VAE: the bound follows", epochs, {"log p(x)": vae.log_p, "ELBO": vae.elbo}, "epoch",
                  "nats per example", "2 units, exact log p(x)", legend="lower right"),
        LinePanel("The gap, log p(x) - ELBO", epochs, {"linear VAE": vae.gap}, "epoch or iteration", "nats per example",
                  "EM after its E-step: 0, below the axis", points={"EM after M-step": (iterations, after_m.gap[1:])},
                  log=True, x_limits=(0, len(vae.gap))),
    ]
    return line_panels(panels, columns=3, width=11.0, height=3.3)
