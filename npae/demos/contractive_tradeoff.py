"""Robustness against reconstruction: a sweep over lambda, and the table of plain, sparse and contractive codes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numpy as np

from .. import plots
from ..datasets import bars, load_digits
from ..models import Autoencoder, ContractiveAutoencoder, SparseAutoencoder

WEIGHTS = (0.0, 0.01, 0.1, 0.3, 1.0, 3.0, 10.0)
COLLAPSED = 0.05        # fewer distinct codes than this share of the distinct inputs: the code has collapsed
NOISE = 0.1
COMMON: dict[str, Any] = {"hidden_dims": (), "latent_dim": 32, "loss": "bce", "tied": True, "epochs": 100,
                          "learning_rate": 5e-3, "batch_size": 100, "schedule": "cosine", "random_state": 0}
Fitted = TypeVar("Fitted", bound=Autoencoder)


class Robustness(NamedTuple):
    """How a fitted model's codes of x behave, means over the examples."""

    jacobian: float         # |dz/dx|^2, squared Frobenius norm
    noise: float            # squared distance that the code moves under Gaussian noise
    reconstruction: float   # loss per example
    codes: int              # distinct codes, units rounded to a tenth
    binary: int             # distinct codes, units on or off
    variance: float         # of a unit, mean over units


def fitted(model: Fitted, x: np.ndarray) -> Fitted:
    """Fit the model to x and return it."""
    model.fit(x)
    return model


def robustness(model: Autoencoder, x: np.ndarray, sd: float = NOISE, repeats: int = 5) -> Robustness:
    """Measure a model on x (m, n), every example `repeats` times with fresh noise."""
    z, rng = model.transform(x), np.random.default_rng(0)
    noisy = [model.transform(x + sd * rng.standard_normal(x.shape)) for _ in range(repeats)]
    moved = [np.mean(np.sum((codes - z) ** 2, axis=1)) for codes in noisy]
    return Robustness(float(np.mean(np.sum(model.jacobian(x) ** 2, axis=(1, 2)))), float(np.mean(moved)), -model.score(x),
                      len(np.unique(z.round(1), axis=0)), len(np.unique(z > 0.5, axis=0)), float(z.var(axis=0).mean()))


def trade_off(out: Path, quick: bool) -> dict[str, float]:
    """Raise lambda on the digits: the code moves less, the images come back worse, and in the end there is one code."""
    digits, weights = load_digits(), WEIGHTS[::2] if quick else WEIGHTS
    print(f"Contraction of 32 tied sigmoid units, digits, held-out images; noise of sd {NOISE}\n")
    print("  lambda   |dz/dx|^2   code moves by   reconstruction, nats   distinct codes of 360, to a tenth")
    found = []
    for weight in weights:
        model = fitted(ContractiveAutoencoder(contraction_weight=weight, **COMMON), digits.X_train)
        found.append(robustness(model, digits.X_test))
        print(f"  {weight:6g} {found[-1].jacobian:11.3f} {found[-1].noise:15.5f} {found[-1].reconstruction:22.2f} "
              f"{found[-1].codes:16d}")
    collapsed = next(weight for weight, item in zip(weights, found) if item.codes < COLLAPSED * len(digits.X_test))
    print(f"\n  Every step is a trade. From lambda = {collapsed:g} on the code has collapsed: hardly anything is left to\n"
          f"  reconstruct from.")
    _draw_trade_off(out, weights, found)
    columns = list(zip(*found))
    return {"largest_rise_jacobian": max(after / before for before, after in zip(columns[0], columns[0][1:])),
            "largest_rise_noise": max(after / before for before, after in zip(columns[1], columns[1][1:])),
            "smallest_rise_reconstruction": np.diff(columns[2]).min(), "codes_first": found[0].codes,
            "codes_last": found[-1].codes, "collapsed_at": collapsed}


def _draw_trade_off(out: Path, weights: Sequence[float], found: list[Robustness]) -> None:
    x, name = [f"{weight:g}" for weight in weights], "weight \N{GREEK SMALL LETTER LAMDA} (not to scale)"
    panels = [
        plots.LinePanel("Jacobian of the code", x, {"value": [item.jacobian for item in found]}, name,
                        "squared Frobenius norm", log=True),
        plots.LinePanel("Sensitivity to noise", x, {"value": [item.noise for item in found]}, name,
                        "squared movement", log=True),
        plots.LinePanel("Reconstruction", x, {"value": [item.reconstruction for item in found]}, name, "nats per image"),
        plots.LinePanel("Distinct codes of 360 images", x, {"value": [item.codes for item in found]}, name,
                        "codes, units to a tenth", y_limits=(0, None)),
    ]
    (out / "trade-off.png").write_bytes(plots.png_bytes(plots.line_panels(panels, height=2.55)))


def bars_table(out: Path, quick: bool) -> dict[str, float]:
    """"The nodes of a contractive autoencoder are not data-dependent" (004): measured (erratum E004-07)."""
    m, seeds = (1000, range(1)) if quick else (2000, range(3))
    x, held_out = bars(m, 8, random_state=0)[0], bars(500, 8, random_state=1)[0]
    choices: dict[str, tuple[type[Autoencoder], dict[str, Any]]] = {
        "plain": (Autoencoder, {"latent_activation": "sigmoid"}),
        "sparse": (SparseAutoencoder, {"rho": 0.125, "sparsity_weight": 1.0}),
        "contractive 0.1": (ContractiveAutoencoder, {"contraction_weight": 0.1}),
        "contractive 1": (ContractiveAutoencoder, {"contraction_weight": 1.0}),
        "contractive 10": (ContractiveAutoencoder, {"contraction_weight": 10.0})}
    inputs = len(np.unique(held_out, axis=0))
    print(f"Bars, 32 tied sigmoid units, 500 held-out images, {inputs} of them distinct; noise of sd {NOISE}; "
          f"means over {len(seeds)} seed(s)\n")
    print("  model              distinct binary codes   variance of a unit   |dz/dx|^2   code moves by   nats per image")
    measured: dict[str, float] = {}
    for name, (cls, settings) in choices.items():
        settings = {**COMMON, "batch_size": m // 20, **settings}
        models = [fitted(cls(**{**settings, "random_state": seed}), x) for seed in seeds]
        item = Robustness(*np.mean([robustness(model, held_out) for model in models], axis=0))
        print(f"  {name:<17} {item.binary:22.1f} {item.variance:20.3f} {item.jacobian:11.2f} {item.noise:15.4f} "
              f"{item.reconstruction:16.2f}")
        key = name.replace(" ", "_")
        measured |= {f"{key}_codes": item.binary / inputs, f"{key}_noise": item.noise, f"{key}_nats": item.reconstruction}
    print("\n  The units of a contractive code depend on the data as all others do, until it collapses. It is the least\n"
          "  sensitive to noise, and pays in reconstruction: a trade, no dominance.")
    return measured
