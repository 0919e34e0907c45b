"""Reconstruction minus input is the score: r(x) - x over sd^2 against the exact score of the *noised* density."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure

from ..baselines import NoisedDensity, noised_circle
from ..checks.denoising_oracles import example_mixture
from ..datasets import circle
from ..models import DenoisingAutoencoder
from ..plots import FieldPanel, png_bytes, vector_fields
from ..plots.fields import Window
from ..plots.style import INK

N_TRAIN, N_TEST, TEST_SEED = 20_000, 5_000, 1_000


class Problem(NamedTuple):
    """Data in the plane whose noised density is known."""

    name: str
    truth: NoisedDensity
    draw: Callable[[int], np.ndarray]           # seed -> clean training data (N_TRAIN, 2)
    window: Window
    zoom: Window
    curve: np.ndarray | None = None


def problems() -> list[Problem]:
    """Return the circle with sd 0.2 and a mixture of three Gaussians with sd 0.4."""
    ring, mixture = noised_circle(0.2), example_mixture(0.4)
    return [
        Problem("circle", ring, lambda seed: circle(N_TRAIN, random_state=seed)[0], (-1.8, 1.8, -1.8, 1.8),
                (-0.47, 0.23, 0.65, 1.35), np.vstack([ring.means, ring.means[:1]])),
        Problem("mixture", mixture, lambda seed: mixture.sample(N_TRAIN, seed)[0], (-2.3, 2.3, -2.3, 2.3),
                (-0.75, 0.15, 0.55, 1.45)),
    ]


def train(problem: Problem, seed: int, quick: bool) -> DenoisingAutoencoder:
    """Fit 2-64-64-64-2 tanh with fresh noise (2-32-32-32-2 when quick)."""
    width = 32 if quick else 64
    model = DenoisingAutoencoder(noise_level=problem.truth.sd, hidden_dims=(width,), latent_dim=width, activation="tanh",
                                 latent_activation="tanh", epochs=60 if quick else 100, batch_size=500 if quick else 250,
                                 learning_rate=5e-3, schedule="cosine", random_state=seed)
    model.fit(problem.draw(seed))
    return model


def compare(model: DenoisingAutoencoder, truth: NoisedDensity) -> dict[str, float]:
    """Return how far the model's score is from the truth on noised data that it has not seen."""
    noised = truth.sample(N_TEST, TEST_SEED)[1]
    score, estimate = truth.score(noised), model.score_field(noised)
    cosine = cosines(score, estimate)
    error = np.sum((estimate - score) ** 2)
    return {"relative_squared_error": error / np.sum(score ** 2), "median_cosine": np.median(cosine),
            "mean_cosine": cosine.mean(), "excess_over_sd2": error / len(noised) * truth.sd ** 2}


def cosines(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the cosine of the angle between the rows of a and b, (m,)."""
    return (a * b).sum(axis=1) / (np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1))


def scores(out: Path, quick: bool) -> dict[str, float]:
    """Print, draw and return the comparison for both problems, over three seeds (one when quick)."""
    print("Reconstruction minus input, over sd^2, is the score of the noised density (Tweedie).\n"
          "  On noised data that training has not seen; excess = squared error beyond the best denoiser's, over sd^2.")
    numbers: dict[str, float] = {}
    for problem in problems():
        models = [train(problem, seed, quick) for seed in range(1 if quick else 3)]
        results = [compare(model, problem.truth) for model in models]
        for key in results[0]:
            values = [float(result[key]) for result in results]
            numbers[f"{problem.name}_{key}"] = float(np.mean(values))
            numbers[f"{problem.name}_{key}_spread"] = max(values) - min(values)
            print(f"  {problem.name:<8} {key.replace('_', ' '):<24} {np.mean(values):.5f}   "
                  f"({min(values):.5f} to {max(values):.5f}, {len(values)} seed{'s' * (len(values) > 1)})")
        (out / f"{problem.name}_field.png").write_bytes(png_bytes(_figure(problem, models[0], results[0])))
        if problem.name == "circle":
            numbers.update(_far_from_the_circle(models[0], problem.truth))
    print()
    return numbers


def _figure(problem: Problem, model: DenoisingAutoencoder, result: dict[str, float]) -> Figure:
    note = f"relative squared error {result['relative_squared_error']:.4f}, median cosine {result['median_cosine']:.4f}"
    panels = [FieldPanel("Learnt: (r(x) \N{MINUS SIGN} x) / sd\N{SUPERSCRIPT TWO}", model.score_field, problem.window, note,
                         problem.truth.score, problem.zoom),
              FieldPanel("Exact: score of the noised density", problem.truth.score, problem.window,
                         f"noise sd {problem.truth.sd:g}; dots: noised data; arrows on one scale", None, problem.zoom, INK)]
    return vector_fields(panels, problem.truth.sample(500, TEST_SEED)[1], problem.curve)


def _far_from_the_circle(model: DenoisingAutoencoder, truth: NoisedDensity, radius: float = 10.0) -> dict[str, float]:
    """A circle is no example of misbehaviour: r(x) finds it from ten times as far away as any training point."""
    x = radius * truth.means
    cosine = cosines(truth.score(x), model.reconstruct(x) - x).min()
    miss = np.abs(np.linalg.norm(model.reconstruct(x), axis=1) - 1).mean()
    print(f"  from radius {radius:g} it still points home: smallest cosine {cosine:.4f}, lands {miss:.3f} off the circle")
    return {"circle_far_cosine": float(cosine), "circle_far_miss": float(miss)}
