"""L1 on the codes makes zeros, for a price; weight decay makes none (errata E002-11, E003-07)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from .. import plots
from ..datasets import load_digits
from ..models import Autoencoder, SparseAutoencoder
from ..sparseness import population_sparseness, zero_fraction

WEIGHTS = (0.0, 0.03, 0.1, 0.3, 1.0, 3.0)
DECAYS = (0.0, 0.01, 0.1, 0.5)


def l1_sweep(out: Path, quick: bool) -> dict[str, float]:
    """Raise lambda: more exact zeros, a worse reconstruction. Tied weights, so that no scale can be hidden."""
    digits, seeds = load_digits(), range(1 if quick else 3)
    print(f"L1 on 100 tied ReLU codes of the digits: held-out images, mean of {len(seeds)} seed(s)\n")
    print("  lambda   codes exactly 0   squared error per image")
    zeros, errors = [], []
    for weight in WEIGHTS:
        models = [SparseAutoencoder(sparsity="l1", sparsity_weight=weight, hidden_dims=(), latent_dim=100, tied=True,
                                    epochs=60, learning_rate=3e-3, batch_size=100, schedule="cosine", random_state=seed)
                  .fit(digits.X_train) for seed in seeds]
        zeros.append(np.mean([zero_fraction(model.transform(digits.X_test)) for model in models]))
        errors.append(-np.mean([model.score(digits.X_test) for model in models]))
        print(f"  {weight:6g}   {zeros[-1]:15.1%}   {errors[-1]:23.3f}")
    x, name = [f"{weight:g}" for weight in WEIGHTS], "weight \N{GREEK SMALL LETTER LAMDA} (not to scale)"
    panels = [plots.LinePanel("Codes that are exactly zero", x, {"zeros": 100 * np.array(zeros)}, name, "% of all codes",
                              y_limits=(0, 103)),
              plots.LinePanel("What it costs", x, {"zeros": errors}, name, "squared error per image", y_limits=(0, None))]
    (out / "l1-sweep.png").write_bytes(plots.png_bytes(plots.line_panels(panels)))
    return {"l1_zeros_none": zeros[0], "l1_zeros_most": zeros[-1], "l1_zeros_smallest_rise": np.diff(zeros).min(),
            "l1_error_smallest_rise": np.diff(errors).min()}


def weight_decay_is_no_sparsity(out: Path, quick: bool) -> dict[str, float]:
    """A linear autoencoder with L2 decay loses rank, one with L1 decay loses units, and neither gets a sparse code."""
    x = load_digits().X_train.astype(np.float64)
    x = x - x.mean(axis=0)
    linear: dict[str, Any] = {"hidden_dims": (), "latent_dim": 16, "optimizer": "lbfgs", "dtype": "float64",
                              "random_state": 0, "epochs": 60 if quick else 300}
    models: dict[str, Autoencoder] = {f"L2 decay {decay:g}": Autoencoder(weight_decay=decay, **linear) for decay in DECAYS}
    models["L1 decay 0.05"] = Autoencoder(weight_decay=0.05, decay_kind="l1", hidden_dims=(), latent_dim=16, epochs=100,
                                          learning_rate=3e-3, schedule="cosine", random_state=0)
    models["L1 on ReLU codes, 0.3"] = SparseAutoencoder(sparsity="l1", sparsity_weight=0.3, hidden_dims=(), latent_dim=16,
                                                        tied=True, epochs=100, learning_rate=3e-3, random_state=0)
    variances = np.linalg.eigvalsh(x.T @ x / len(x))
    print("What makes a code sparse? (E003-07; linear codes of 16 units of the digits, but for the last line)\n")
    print("  penalty                 codes exactly 0   |z| < 0.001   sparseness   rank   directions of variance > decay")
    measured: dict[str, float] = {}
    for name, model in models.items():
        z = model.fit(x).transform(x)
        W = model.params["encoder.0.W"] @ model._decoder[0].matrix(model.params)
        rank = int(np.sum(np.linalg.svd(W, compute_uv=False) > 1e-2))
        kept = f"{min(16, np.sum(variances > model.weight_decay)):8d}" if name.startswith("L2") else ""
        print(f"  {name:<22} {zero_fraction(z):16.1%} {np.mean(np.abs(z) < 1e-3):13.2%} {population_sparseness(z):12.3f} "
              f"{rank:6d} {kept}")
        if name.startswith("L2"):
            measured |= {f"decay_{model.weight_decay:g}_zeros": zero_fraction(z), f"decay_{model.weight_decay:g}_rank": rank}
    measured["l1_codes_zeros"] = zero_fraction(z)
    print("\n  Decay acts on the weights. L2 lowers the rank; L1 switches whole units (nearly) off, for every image alike.\n"
          "  Zeros that depend on the image need a penalty on the activations.")
    return measured
