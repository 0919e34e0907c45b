"""Which directions a code still follows: singular values and directions of its Jacobian at held-out digits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from .. import plots
from ..datasets import load_digits
from ..models import Autoencoder, ContractiveAutoencoder
from .contractive_tradeoff import fitted, robustness

COMMON: dict[str, Any] = {"loss": "bce", "tied": True, "epochs": 100, "learning_rate": 5e-3, "batch_size": 100,
                          "schedule": "cosine", "random_state": 0}
WEIGHTS = (0.0, 0.1, 0.3, 1.0)
DIGITS = (0, 1, 2, 4)
N_DIRECTIONS = 5


def singular_values(out: Path, quick: bool) -> dict[str, float]:
    """Contraction leaves few directions: those in which the neighbours lie, and not those in which nothing varies."""
    digits = load_digits()
    steps = _steps_to_neighbours(digits.X_test, digits.X_train)
    blank = digits.X_train.std(axis=0) < 0.02
    print(f"Singular values of dz/dx at held-out digits, 64 tied sigmoid units: medians. Number: (sum s^2)^2 / sum s^4,\n"
          f"how many equal ones would be as concentrated. Neighbours: share of the steps to the 10 nearest training images\n"
          f"that lies in the first 10 directions (chance {10 / 64:.2f}). Blank: share of the first 5 directions on the "
          f"{blank.sum()}\npixels without ink.\n")
    print("  lambda   largest   5th    10th   20th   number   neighbours   blank   reconstruction, nats")
    curves, bands, vectors = {}, {}, {}
    measured: dict[str, float] = {}
    for weight in (0.0, 0.3) if quick else WEIGHTS:
        model = ContractiveAutoencoder(hidden_dims=(), latent_dim=64, contraction_weight=weight, **COMMON)
        model.fit(digits.X_train)
        _, s, V = np.linalg.svd(model.jacobian(digits.X_test), full_matrices=False)         # s (m, 64), V (m, 64, 64)
        middle, number = np.median(s, axis=0), float(np.median(np.sum(s ** 2, axis=1) ** 2 / np.sum(s ** 4, axis=1)))
        near = float(np.mean(np.sum((steps @ V[:, :10].swapaxes(1, 2)) ** 2, axis=(1, 2)) / np.sum(steps ** 2, axis=(1, 2))))
        empty = float(np.mean(np.sum(V[:, :5, blank] ** 2, axis=2)))
        print(f"  {weight:6g} {middle[0]:9.3f} {middle[4]:7.3f} {middle[9]:6.3f} {middle[19]:6.3f} {number:8.1f} "
              f"{near:12.3f} {empty:7.3f} {-model.score(digits.X_test):16.2f}")
        title = f"contraction {weight:g}" if weight else "no contraction"
        curves[title], bands[title], vectors[title] = middle, np.percentile(s, [10, 90], axis=0), V
        measured |= {f"number_{weight:g}": number, f"neighbours_{weight:g}": near, f"blank_{weight:g}": empty,
                     f"tenth_over_first_{weight:g}": middle[9] / middle[0]}
    panel = plots.LinePanel("Singular values of the code's Jacobian", np.arange(1, 65), curves,
                            "number of the singular value", "singular value, median and 10 to 90 %",
                            note="held-out digits, 64 tied sigmoid units", bands=bands, log=True,
                            y_limits=(1e-3, 4), legend="lower left")
    (out / "spectrum.png").write_bytes(plots.png_bytes(plots.line_panels([panel], width=5.6, height=3.7)))
    _draw_directions(out, digits.X_test, digits.y_test, vectors)
    return measured


def _steps_to_neighbours(x: np.ndarray, others: np.ndarray, count: int = 10) -> np.ndarray:
    """Return the differences (m, count, n) from each x to its nearest among the others."""
    nearest = [np.argsort(np.sum((others - row) ** 2, axis=1))[:count] for row in x]
    return others[np.array(nearest)] - x[:, None]


def _draw_directions(out: Path, x: np.ndarray, y: np.ndarray, vectors: dict[str, np.ndarray]) -> None:
    chosen = [int(np.flatnonzero(y == digit)[0]) for digit in DIGITS]
    shown = {title: vectors[title][chosen, :N_DIRECTIONS] for title in ("no contraction", "contraction 0.3")}
    (out / "tangents.png").write_bytes(plots.png_bytes(plots.direction_images(x[chosen], (8, 8), shown)))


def shallow_and_deep(out: Path, quick: bool) -> dict[str, float]:
    """The penalty of a deep encoder is that of the whole encoder; the last layer alone is another number."""
    digits = load_digits()
    print("Shallow and deep codes of 32 sigmoid units, tied, digits, held-out images; noise of sd 0.1\n")
    print("  widths       contraction   |dz/dx|^2   of the last layer alone   code moves by   reconstruction, nats")
    measured: dict[str, float] = {}
    for hidden, name in (((), "shallow"), ((64,), "deep")):
        for weight in (0.0, 0.1) if quick else (0.0, 0.1, 1.0):
            settings = {**COMMON, "epochs": 30 if quick else 100, "hidden_dims": hidden, "latent_dim": 32,
                        "activation": "tanh", "latent_activation": "sigmoid"}
            model = fitted(ContractiveAutoencoder(contraction_weight=weight, **settings), digits.X_train)
            item = robustness(model, digits.X_test)
            last = last_layer_alone(model, digits.X_test)
            widths = "-".join(map(str, (64, *hidden, 32)))
            print(f"  {widths:<12} {weight:11g} {item.jacobian:11.2f} {last:25.2f} {item.noise:15.4f} "
                  f"{item.reconstruction:22.2f}")
            measured |= {f"{name}_{weight:g}_jacobian": item.jacobian, f"{name}_{weight:g}_last": last,
                         f"{name}_{weight:g}_nats": item.reconstruction}
    print("\n  The last layer's own Jacobian is another number: it does not see what the layers below do.")
    return measured


def last_layer_alone(model: Autoencoder, x: np.ndarray) -> float:
    """Return the mean |dz/dy|^2, y the outputs of the last hidden layer (or x): what some published code penalizes."""
    last = model._encoder[-1]
    z = model.transform(x)
    return float(np.mean(np.sum(last.slope(z) ** 2 * np.sum(last.matrix(model.params) ** 2, axis=0), axis=1)))
