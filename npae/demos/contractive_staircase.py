"""Where contraction takes place: at the training points, and nowhere else. Staircases in one dimension and in 64."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from .. import network, plots
from ..datasets import bars
from ..models import Autoencoder, ContractiveAutoencoder
from .contractive_tradeoff import fitted, robustness

CENTRES, COUNTS, SPREAD = np.array([-1.5, -0.5, 0.3, 1.4]), np.array([10, 20, 20, 10]), 0.1
WEIGHTS = (0.0, 0.003, 0.03, 0.1)
SD = 0.2                    # of the noise of the exact denoiser


def four_places() -> np.ndarray:
    """Return 60 numbers, (60,), in four groups; every group has the variance SPREAD^2 around its centre exactly."""
    rng = np.random.default_rng(0)
    groups = []
    for centre, count in zip(CENTRES, COUNTS):
        e = rng.standard_normal(count)
        groups.append(centre + SPREAD * (e - e.mean()) / e.std())
    return np.concatenate(groups)


def slopes(model: Autoencoder, x: np.ndarray) -> np.ndarray:
    """Return r'(x) (m,) of a model of one feature."""
    trace = network.forward(model._encoder + model._decoder, model.params, x[:, None])
    return network.jacobian(model.params, trace)[:, 0, 0]


def best_denoiser(x: np.ndarray, training: np.ndarray) -> np.ndarray:
    """Return E[point | point + noise = x]: the training points, averaged by how likely each has become x."""
    log_weight = -(x[:, None] - training) ** 2 / (2 * SD ** 2)
    weight = np.exp(log_weight - log_weight.max(axis=1, keepdims=True))
    return weight @ training / weight.sum(axis=1)


def staircase(out: Path, quick: bool) -> dict[str, float]:
    """With |r'|^2 penalized, r is flat at the training points and steep between them.

    In a group of variance v a straight piece of slope s costs v (1 - s)^2 + lambda s^2: least at s = v / (v + lambda).
    """
    x = four_places()
    settings: dict[str, Any] = {"hidden_dims": (), "latent_dim": 24, "latent_activation": "tanh", "optimizer": "lbfgs",
                                "epochs": 600, "dtype": "float64", "random_state": 3}
    grid = np.linspace(-2, 2, 801)
    between = (grid > CENTRES[0]) & (grid < CENTRES[-1])
    print(f"One dimension: {len(x)} training points in {len(CENTRES)} groups of sd {SPREAD} around "
          f"{', '.join(map(str, CENTRES))}; r is the reconstruction\n")
    print("  lambda   mean |r'| at the points   v / (v + lambda)   largest r' between them   mean squared error")
    maps, steepness = {}, {}
    measured: dict[str, float] = {}
    for weight in WEIGHTS:
        model = ContractiveAutoencoder(tied=False, contraction="reconstruction", contraction_weight=weight, **settings)
        model.fit(x[:, None])
        at, steep = float(np.abs(slopes(model, x)).mean()), float(slopes(model, grid[between]).max())
        theory = SPREAD ** 2 / (SPREAD ** 2 + weight)
        print(f"  {weight:6g} {at:25.3f} {theory:18.3f} {steep:25.2f} {-model.score(x[:, None]):20.5f}")
        if weight in (WEIGHTS[0], WEIGHTS[-1]):
            name = f"contraction {weight:g}" if weight else "no penalty"
            maps[name], steepness[name] = model.reconstruct(grid[:, None])[:, 0], slopes(model, grid)
        measured |= {f"slope_at_{weight:g}": at, f"slope_theory_{weight:g}": theory, f"slope_between_{weight:g}": steep}
    print(f"\n  The best denoiser for noise of sd {SD}, known exactly, is a staircase too: with little noise, denoising is\n"
          "  contraction of the reconstruction.")
    name = f"best denoiser, noise {SD}"
    maps[name] = best_denoiser(grid, x)
    steepness[name] = np.gradient(maps[name], grid)
    _draw_staircase(out, grid, x, maps, steepness)
    return measured


def _draw_staircase(out: Path, grid: np.ndarray, x: np.ndarray, maps: dict, steepness: dict) -> None:
    panels = [plots.LinePanel("The map r(x)", grid, maps, "input x", "reconstruction r(x)", references={"identity": grid},
                              points={"training points": (x, np.full_like(x, -2.3))}, y_limits=(-2.3, 3.1),
                              legend="upper left"),
              plots.LinePanel("Its slope r'(x)", grid, steepness, "input x", "slope", horizontals={"1": 1.0},
                              points={"training points": (x, np.full_like(x, -0.5))}, y_limits=(-0.5, None), legend="")]
    (out / "staircase.png").write_bytes(plots.png_bytes(plots.line_panels(panels, height=3.6)))


def between_the_points(out: Path, quick: bool) -> dict[str, float]:
    """Trained to the end on 0/1 images, saturated units satisfy the penalty; beside the images the map is steep."""
    x = bars(1000 if quick else 2000, 8, random_state=0)[0]
    beside = np.clip(x + 0.2 * np.random.default_rng(1).standard_normal(x.shape), 0, 1)
    print("The same in 64 dimensions: contraction 3 on bars, whose pixels are 0 or 1, 32 tied sigmoid units\n")
    print("  trained with                       |dz/dx|^2 at the images   beside them (noise of sd 0.2)   nats per image")
    choices: dict[str, dict[str, Any]] = {
        "Adam": {"epochs": 100, "learning_rate": 5e-3, "batch_size": 50 if quick else 100, "schedule": "cosine"},
        "L-BFGS": {"optimizer": "lbfgs", "epochs": 300 if quick else 400, "dtype": "float64"}}
    measured: dict[str, float] = {}
    for name, settings in choices.items():
        model = fitted(ContractiveAutoencoder(hidden_dims=(), latent_dim=32, loss="bce", contraction_weight=3.0,
                                              random_state=0, **settings), x)
        at, away = robustness(model, x, repeats=1), robustness(model, beside, repeats=1)
        described = f"{name}, {settings['epochs']} {'iterations' if name == 'L-BFGS' else 'epochs'}"
        print(f"  {described:<32} {at.jacobian:25.4f} {away.jacobian:31.3f} {at.reconstruction:16.2f}")
        measured |= {f"{name}_at": at.jacobian, f"{name}_beside": away.jacobian, f"{name}_nats": at.reconstruction}
    print("\n  The penalty is asked at the training points only. Saturated units have no slope there: the code is a\n"
          "  staircase of 64 variables, robust at the images and not around them.")
    return measured
