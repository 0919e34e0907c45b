"""KL sparsity on the digits: mean activations reach rho, constant units satisfy it too, small batches bias it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from .. import plots
from ..datasets import load_digits
from ..models import Model, SparseAutoencoder
from ..penalties import bernoulli_kl
from ..sparseness import lifetime_sparseness

RHO, UNITS = 0.1, 64
BATCHES = (10, 32, 100, 320)
MOMENTUM = 0.9


def fit(x: np.ndarray, **changes: Any) -> Model:
    """Return a shallow sigmoid autoencoder with KL sparsity, fitted to x (m, 64)."""
    settings: dict[str, Any] = {"rho": RHO, "latent_dim": UNITS, "hidden_dims": (), "loss": "bce", "epochs": 80,
                                "learning_rate": 5e-3, "batch_size": 144, "schedule": "cosine", "random_state": 0}
    return SparseAutoencoder(**{**settings, **changes}).fit(x)


def mean_activations(out: Path, quick: bool) -> dict[str, float]:
    """With a large beta every unit's mean is at rho; what the penalty does not see is whether the unit still speaks."""
    x = load_digits().X_train
    print(f"KL sparsity, {UNITS} sigmoid units on the digits, rho = {RHO}\n")
    print("  beta   mean activations   largest |rho-hat - rho|   lifetime sparseness   reconstruction, nats")
    means, notes = {}, {}
    measured: dict[str, float] = {}
    for beta in (0, 1, 10, 100):
        model = fit(x, sparsity_weight=float(beta))
        z = model.transform(x).astype(np.float64)
        r, sparseness = z.mean(axis=0), lifetime_sparseness(z)
        print(f"  {beta:4d}   {r.min():6.3f} to {r.max():5.3f}   {np.abs(r - RHO).max():23.4f}   {sparseness:19.3f}   "
              f"{model.history_['reconstruction'][-1]:20.2f}")
        title = f"\N{GREEK SMALL LETTER BETA} = {beta}"
        means[title], notes[title] = r, f"lifetime sparseness {sparseness:.2f}"
        measured |= {f"kl_deviation_{beta}": np.abs(r - RHO).max(), f"kl_lifetime_{beta}": sparseness}
    print("\n  A unit that is near rho for every image pays nothing and says nothing (E002-03): a large beta gets its\n"
          "  means and a low lifetime sparseness (a unit that is on for one image in ten has 0.70).")
    figure = plots.histograms(means, "mean activation", notes, target=(f"\N{GREEK SMALL LETTER RHO} = {RHO}", RHO))
    (out / "kl-means.png").write_bytes(plots.png_bytes(figure))
    return measured


def batch_means(out: Path, quick: bool) -> dict[str, float]:
    """The penalty of a small batch is too high; a running average of the means takes most of that away (E002-13)."""
    x = load_digits().X_train
    z = fit(x, sparsity_weight=1.0).transform(x).astype(np.float64)
    rng, n_batches = np.random.default_rng(0), 1000 if quick else 5000
    print(f"KL of batch means minus KL of all {len(x)} examples, summed over {UNITS} units of one fitted model, nats\n")
    print(f"  batch size   batch mean   Var(z) KL'' / (2B)   running average, gamma = {MOMENTUM}   the same over 19")
    found: dict[str, list[float]] = {"batch mean": [], "running average": []}
    predicted = []
    for B in BATCHES:
        alone, running = _excess(z, B, n_batches, rng)
        r = z.mean(axis=0)
        predicted.append(np.sum(z.var(axis=0) * (RHO / r ** 2 + (1 - RHO) / (1 - r) ** 2)) / (2 * B))
        found["batch mean"].append(alone)
        found["running average"].append(running)
        print(f"  {B:10d}   {alone:10.4f}   {predicted[-1]:18.4f}   {running:28.4f}   {predicted[-1] / 19:16.4f}")
    theory = "variance of the mean \N{MULTIPLICATION SIGN} KL\N{DOUBLE PRIME} / 2"
    panel = plots.LinePanel("How much too high the penalty is", [str(B) for B in BATCHES], found, "batch size", "nats",
                            references={theory: predicted}, log=True)
    (out / "kl-batches.png").write_bytes(plots.png_bytes(plots.line_panels([panel], width=5.6, height=3.2)))
    return {"bias_over_theory_100": found["batch mean"][2] / predicted[2], "bias_batch_10": found["batch mean"][0],
            "bias_running_10": found["running average"][0], **_training_with_small_batches(x, 15 if quick else 30)}


def _excess(z: np.ndarray, B: int, n_batches: int, rng: np.random.Generator) -> tuple[float, float]:
    """Return the mean KL over batches, of batch means and of their running average, less the KL of all examples."""
    average = z.mean(axis=0)            # a stationary average: started where it settles
    alone = running = 0.0
    for _ in range(n_batches):
        r = z[rng.integers(len(z), size=B)].mean(axis=0)
        average = MOMENTUM * average + (1 - MOMENTUM) * r
        alone += bernoulli_kl(r, RHO) / n_batches
        running += bernoulli_kl(average, RHO) / n_batches
    exact = bernoulli_kl(z.mean(axis=0), RHO)
    return float(alone - exact), float(running - exact)


def _training_with_small_batches(x: np.ndarray, epochs: int, B: int = 10) -> dict[str, float]:
    """Train with batches of 10: the penalty that training reports, and the one that the final units have."""
    print(f"\n  Training with batches of {B}: the penalty as training saw it in its last epoch, and over all examples\n")
    print("  mean activations from   seen     over all   largest |rho-hat - rho|")
    measured = {}
    for name, momentum, beta in (("batch", None, 1.0), ("running", MOMENTUM, 1 / (1 - MOMENTUM))):
        model = fit(x, batch_size=B, epochs=epochs, learning_rate=2e-3, rho_momentum=momentum, sparsity_weight=beta)
        r = model.transform(x).astype(np.float64).mean(axis=0)
        seen, real = model.history_["sparsity"][-1] / beta, bernoulli_kl(r, RHO)
        print(f"  {name:<21} {seen:6.3f} {real:12.3f} {np.abs(r - RHO).max():25.3f}")
        measured[f"seen_minus_real_{name}"] = seen - real
    return measured
