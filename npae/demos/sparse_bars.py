"""The bars problem: a sparse code finds the causes of its data, one unit for each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from .. import plots
from ..datasets import bars
from ..models import SparseAutoencoder

SIZE = 8
SHOWN = {"bars-l1": "L1 0.3, tied, squared error", "bars-plain": "no penalty, tied"}     # figures by file name


def single_bars() -> np.ndarray:
    """Return the 16 bars (16, 64), each an image of length one, the rows first."""
    images = np.zeros((2 * SIZE, SIZE, SIZE))
    for i in range(SIZE):
        images[i, i, :] = images[SIZE + i, :, i] = 1
    return images.reshape(2 * SIZE, -1) / np.sqrt(SIZE)


def best_matches(W: np.ndarray) -> np.ndarray:
    """Return, for each bar, the largest |cosine| with a column of W (64, k)."""
    length = np.linalg.norm(W, axis=0)
    return np.abs(single_bars() @ (W / np.where(length > 0, length, 1))).max(axis=1)


def find_bars(out: Path, quick: bool) -> dict[str, float]:
    """Tied ReLU units with L1 find all 16 bars from every start; other sparse models find some."""
    x, _ = bars(3000, SIZE, random_state=0)
    common = {"hidden_dims": (), "latent_dim": 32, "epochs": 100, "learning_rate": 3e-3, "batch_size": 100}
    choices: dict[str, dict[str, Any]] = {
        "L1 0.3, tied, squared error": {"sparsity": "l1", "sparsity_weight": 0.3, "tied": True},
        "L1 0.3, untied, cross-entropy": {"sparsity": "l1", "sparsity_weight": 0.3, "loss": "bce"},
        "KL 0.125, tied, cross-entropy": {"rho": 0.125, "sparsity_weight": 3.0, "tied": True, "loss": "bce"},
        "no penalty, tied": {"sparsity": "l1", "sparsity_weight": 0.0, "tied": True}}
    if quick:
        choices = {name: choices[name] for name in SHOWN.values()}
    seeds = range(1 if quick else 4)
    print(f"Bars: 3000 unions of 16 bars on {SIZE} x {SIZE} pixels, 32 units. A bar is found when the weights of some unit\n"
          f"match it, |cos| > 0.9\n")
    print("  model                           bars found, one number a start   worst matched bar: |cos|")
    measured: dict[str, float] = {}
    shown: dict[str, np.ndarray] = {}
    for name, choice in choices.items():
        models = [SparseAutoencoder(**{**common, **choice, "random_state": seed}).fit(x) for seed in seeds]
        weights = [model.params["encoder.0.W"] for model in models]
        matches = np.array([best_matches(W) for W in weights])                     # (seeds, 16)
        found = (matches > 0.9).sum(axis=1)
        print(f"  {name:<30}  {' '.join(map(str, found)):<30}   {matches.min():.3f}")
        shown[name] = weights[0]
        if not measured:
            measured = {"bars_found_fewest": found.min(), "bars_worst_match": matches.min()}
    measured["bars_without_penalty"] = found.max()
    for file, name in SHOWN.items():
        W = shown[name]
        figure = plots.filters(W, (SIZE, SIZE), columns=16, title=f"Weights of 32 units on the bars: {name}")
        (out / f"{file}.png").write_bytes(plots.png_bytes(figure))
    return measured
