"""A denoiser can memorize (erratum E002-10): the best one for finitely many points does, and so does noise drawn once."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..baselines import NoisedDensity, wiener_filter
from ..datasets import load_digits
from ..models import DenoisingAutoencoder
from ..optimizers import Adam
from ..plots import LinePanel, line_panels, png_bytes

POINTS, DIMENSIONS = 20, 10
LEVELS = (0.1, 0.3, 1.0)
DIGITS, NOISE = 200, 0.5


def memory(out: Path, quick: bool) -> dict[str, float]:
    """Print, draw and return both ways of memorizing."""
    points = np.random.default_rng(1).standard_normal((POINTS, DIMENSIONS))
    numbers, left = _memorizing_denoiser(points, quick)
    more, right = _once_and_afresh(quick)
    (out / "memory.png").write_bytes(png_bytes(line_panels([left, right], width=9.2, height=3.9)))
    return {**numbers, **more}


# ---- the best denoiser of twenty points --------------------------------------------------------------------------------

def _memorizing_denoiser(points: np.ndarray, quick: bool) -> tuple[dict[str, float], LinePanel]:
    gaps = np.linalg.norm(points[:, None] - points, axis=2)
    spacing = np.where(gaps > 0, gaps, np.inf).min(axis=1).mean()
    print(f"The best denoiser of a finite set is a softmax-weighted mean of its points: {POINTS} points in "
          f"R^{DIMENSIONS},\n  {spacing:.2f} from one to the nearest other. Squared errors:\n"
          f"  {'noise sd':>10}{'identity':>12}{'memorizer':>12}{'on new points':>15}{'best for new points':>21}")
    numbers: dict[str, float] = {}
    for sd in LEVELS:
        errors = _errors(points, sd, 2_000 if quick else 20_000)
        numbers[f"memorizer_over_identity_{sd:g}"] = errors["memorizer, on its points"] / errors["identity"]
        numbers[f"memorizer_new_over_best_{sd:g}"] = errors["memorizer, on new points"] / errors["best for new points"]
        identity, own, new, best = errors.values()
        print(f"  {sd:>10g}{identity:>12.3g}{own:>12.3g}{new:>15.3g}{best:>21.3g}")
    print("  What fresh noise rules out is the identity, not memory.")
    x = 0.1 * 2 ** (np.arange(11) / 2)
    table = [_errors(points, sd, 1_000) for sd in x]
    panel = LinePanel("The best denoiser of twenty points", [f"{sd:.2g}" for sd in x],
                      {name: [row[name] for row in table] for name in table[0]},
                      "standard deviation of the noise", "squared error, sum over features",
                      f"in {DIMENSIONS} dimensions, {spacing:.1f} to the nearest neighbour", y_limits=(1e-3, 1e3),
                      log=True, legend="upper left")
    return numbers, panel


def _errors(points: np.ndarray, sd: float, count: int) -> dict[str, float]:
    """Squared errors of the identity and of the memorizer on its own points, and of it and the best on new points."""
    memorizer, rng = NoisedDensity(points, sd), np.random.default_rng(0)
    new = rng.standard_normal((count, DIMENSIONS))
    on_new = memorizer.denoise(new + sd * rng.standard_normal(new.shape))
    return {"identity": DIMENSIONS * sd ** 2,
            "memorizer, on its points": float(memorizer.posterior_variance(memorizer.sample(count, rng)[1]).mean()),
            "memorizer, on new points": float(np.mean(np.sum((on_new - new) ** 2, axis=1))),
            "best for new points": wiener_filter(np.zeros(DIMENSIONS), np.eye(DIMENSIONS), sd).error}


# ---- noise drawn once, noise drawn afresh ------------------------------------------------------------------------------

def _once_and_afresh(quick: bool) -> tuple[dict[str, float], LinePanel]:
    data = load_digits()
    train, test = data.X_train[:DIGITS], data.X_test
    steps, every = (400, 20) if quick else (1500, 50)
    curves: dict[str, np.ndarray] = {}
    for name, fresh in (("once", False), ("afresh", True)):
        losses, held_out = _descend(train, test, fresh, steps, every)
        curves[f"noise drawn {name}: training"], curves[f"noise drawn {name}: held out"] = losses, held_out
    numbers = {f"{name}_{what}": float(curves[f"noise drawn {name}: {label}"][-1])
               for name in ("once", "afresh") for what, label in (("training", "training"), ("held_out", "held out"))}
    print(f"\nNoise drawn once can be learnt by heart: {DIGITS} digits, noise sd {NOISE}, {steps} steps. Squared errors:\n"
          f"  drawn once:   training {numbers['once_training']:.2f}, held out {numbers['once_held_out']:.2f}\n"
          f"  drawn afresh: training {numbers['afresh_training']:.2f}, held out {numbers['afresh_held_out']:.2f}\n")
    panel = LinePanel("Noise drawn once, noise drawn afresh", np.arange(0, steps + 1, every), curves,
                      "step", "squared error, sum over pixels", f"{DIGITS} digits, noise sd {NOISE}", log=True,
                      legend="upper right")
    return numbers, panel


def _descend(train: np.ndarray, test: np.ndarray, fresh: bool, steps: int, every: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the training loss and the error on held-out digits with noise, every so many full-batch steps of Adam."""
    rng, adam = np.random.default_rng(0), Adam()
    model = DenoisingAutoencoder(noise_level=NOISE, latent_dim=32, random_state=0)
    model.initialize(train.shape[1])
    noise, noised = model.draw_noise(train, rng), model.corrupt(test, rng)
    adam.start(model.theta)
    losses, held_out = [], []
    for step in range(steps + 1):
        terms, grads = model.loss_and_gradients(train, noise=model.draw_noise(train, rng) if fresh else noise)
        if step % every == 0:
            losses.append(float(terms["loss"]))
            held_out.append(float(np.mean(np.sum((model.reconstruct(noised) - test) ** 2, axis=1))))
        adam.step(model.theta, grads.theta, 2e-3)
    return np.array(losses), np.array(held_out)
