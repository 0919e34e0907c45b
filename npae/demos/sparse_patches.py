r"""The Stanford exercise (CS294A): a sparse autoencoder on patches of a photograph finds edges.

Their objective is half of the squared error, (lambda/2) times the squared weights, and beta times the KL divergences:

    1/(2m) sum |o - x|^2 + (lambda/2) (|W1|^2 + |W2|^2) + beta sum_j KL(rho || rho_j)

Ours has no halves in front of the first two. Twice theirs has the same minimum: our weight decay is their lambda, and our
weight of the KL is twice their beta.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from .. import plots
from ..datasets import load_patches
from ..models import Model, SparseAutoencoder

THEIR_LAMBDA, THEIR_BETA, RHO, UNITS, SIZE = 1e-4, 3.0, 0.01, 25, 8
BINS = 8                    # of orientations over 180 degrees
ORIENTED = 0.5              # this much of a filter's energy must agree on one orientation


def stanford_exercise(out: Path, quick: bool) -> dict[str, float]:
    """64-25-64 with L-BFGS, on the patches as they are, whitened, and whitened at unit variance."""
    m, iterations = (2000, 100) if quick else (10_000, 400)
    plain, white = (load_patches(m, size=SIZE, normalize=kind, random_state=0) for kind in ("range", "whiten"))
    theirs: dict[str, Any] = {"weight_decay": THEIR_LAMBDA, "sparsity_weight": 2 * THEIR_BETA,
                              "output_activation": "sigmoid"}
    runs = {"plain": ("Patches as they are", plain, theirs), "collapsed": ("Whitened, same settings", white, theirs),
            "whitened": ("Whitened, unit variance", (white - white.mean()) / white.std(),
                         {"weight_decay": 3e-3, "sparsity_weight": 60.0})}
    print(f"The Stanford exercise: 64-{UNITS}-64 sigmoid, {m} patches of one photograph, rho {RHO}, {iterations} steps of\n"
          f"L-BFGS. Their lambda {THEIR_LAMBDA:g} is our weight_decay {THEIR_LAMBDA:g}; their beta {THEIR_BETA:g} is our "
          f"sparsity_weight {2 * THEIR_BETA:g} (their 1/2).\n")
    print("  patches                    variance   error left   mean activations   lifetime sp.   oriented   orientations")
    measured: dict[str, float] = {}
    for name, (title, x, settings) in runs.items():
        model = SparseAutoencoder(latent_dim=UNITS, hidden_dims=(), rho=RHO, optimizer="lbfgs", epochs=iterations,
                                  dtype="float64", random_state=0, **settings).fit(x)
        measured |= {f"{name}_{key}": value for key, value in _describe(title, model, x).items()}
        W = model.params["encoder.0.W"]
        shown = f"{title}: constant units" if measured[f"{name}_lifetime"] < 0.01 else title
        figure = plots.filters(W / np.linalg.norm(W, axis=0), (SIZE, SIZE), columns=5, tile=0.72, title=shown)
        (out / f"patches-{name}.png").write_bytes(plots.png_bytes(figure))
    print("\n  One portrait, much of it out of focus: smooth patches, wide edges. Whitening takes the smoothness away and\n"
          "  leaves every direction as much variance as any other. In the range [.1, .9] that variance is so small that no\n"
          "  unit earns its keep: all of them sit at rho, pay nothing and say nothing (E002-03). At unit variance, with\n"
          "  weights to match and a linear output, the edges are narrow.")
    return measured


def _describe(title: str, model: Model, x: np.ndarray) -> dict[str, float]:
    r = model.transform(x).mean(axis=0)
    angles, strengths = orientations(model.params["encoder.0.W"])
    oriented = strengths > ORIENTED
    distinct = len(np.unique((angles[oriented] / np.pi * BINS).astype(int) % BINS))
    variance, left = float(x.var(axis=0).sum()), model.history_["reconstruction"][-1]
    lifetime = model.metrics_["lifetime_sparseness"][-1]
    print(f"  {title:<25} {variance:9.3f} {left / variance:12.1%} {r.min():9.4f} to {r.max():.4f} {lifetime:13.3f} "
          f"{oriented.sum():7d} of {len(oriented)} {distinct:7d} of {BINS}")
    return {"error_left": left / variance, "lifetime": lifetime, "oriented": oriented.sum(), "orientations": distinct,
            "mean_off": np.abs(r - RHO).max()}


def orientations(W: np.ndarray, padded: int = 32) -> tuple[np.ndarray, np.ndarray]:
    """Return the dominant orientation of every column of W (n, k), in [0, pi), and its strength in [0, 1].

    The energy of the Fourier transform at the angle t counts as the vector exp(2 i t): opposite frequencies are one
    orientation, perpendicular ones cancel. The strength is the length of the sum over that of its parts.
    """
    pictures = W.T.reshape(-1, SIZE, SIZE)
    pictures = pictures - pictures.mean(axis=(1, 2), keepdims=True)
    energy = np.abs(np.fft.fft2(pictures, (padded, padded))) ** 2                  # (k, padded, padded)
    frequency = np.fft.fftfreq(padded)
    angle = np.arctan2(frequency[:, None], frequency[None, :])
    resultant = np.sum(energy * np.exp(2j * angle), axis=(1, 2)) / energy.sum(axis=(1, 2))
    return np.angle(resultant) / 2 % np.pi, np.abs(resultant)
