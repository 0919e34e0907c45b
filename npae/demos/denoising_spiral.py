"""Where a denoiser misbehaves: far from a spiral, and halfway between its arms (erratum E002-15).

That |r(x) - x| is large far away is no fault: it is what a good denoiser does there. The fault is where r(x) lands, off the
data, and, between two arms, on which side: there the exact field changes its mind, and a smooth network does so elsewhere.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from ..baselines import NoisedDensity
from ..datasets import spiral
from ..models import DenoisingAutoencoder
from ..plots import FieldPanel, LinePanel, landing_map, line_panels, png_bytes, vector_fields
from ..plots.fields import Window, grid
from .denoising_scores import N_TRAIN, cosines

SD, TURNS = 0.05, 2.0
NEAR, FAR = 0.1, 1.2
WIDE: Window = (-2.5, 2.5, -2.5, 2.5)
ARMS: Window = (-1.15, 1.15, -1.15, 1.15)


def spiral_points(count: int = 1000) -> np.ndarray:
    """Return points (count, 2) along the spiral, as densely as `datasets.spiral` draws them."""
    r = (np.arange(count) + 0.5) / count
    return np.stack([r * np.cos(2 * np.pi * TURNS * r), r * np.sin(2 * np.pi * TURNS * r)], axis=1)


def distances(x: np.ndarray, curve: np.ndarray) -> np.ndarray:
    """Return the distance (m,) of the points x (m, 2) from the nearest point of the curve."""
    return np.concatenate([np.sqrt(((block[:, None] - curve) ** 2).sum(axis=2).min(axis=1))
                           for block in np.array_split(x, -(-len(x) // 500))])


def wide_spiral(out: Path, quick: bool) -> dict[str, float]:
    """Train, and ask on a grid much wider than the data."""
    curve = spiral_points()
    truth, x = NoisedDensity(curve, SD), grid(WIDE, 50 if quick else 100)
    before, exact = distances(x, curve), truth.denoise(x) - x
    results = []
    for seed in range(1 if quick else 3):
        model = _train(seed, quick)
        moved = model.reconstruct(x) - x
        results.append(_measure(before, distances(x + moved, curve), cosines(exact, moved)))
        if seed == 0:
            after = {"learnt": distances(x + moved, curve), "best denoiser": distances(x + exact, curve)}
            figures = {"field": _field_figure(model, truth, curve), "distance": _distance_figure(before, after),
                       "landing": _landing_figure(x + moved, before, curve)}
            for name, figure in figures.items():
                (out / f"spiral_{name}.png").write_bytes(png_bytes(figure))
    numbers = {key: float(np.mean([result[key] for result in results])) for key in results[0]}
    numbers["spiral_far_over_near"] = min(result["spiral_far"] / result["spiral_near"] for result in results)
    _tell(numbers, len(results))
    return numbers


def _train(seed: int, quick: bool) -> DenoisingAutoencoder:
    x, _ = spiral(N_TRAIN, turns=TURNS, random_state=seed)
    model = DenoisingAutoencoder(noise_level=SD, hidden_dims=(64,), latent_dim=64, latent_activation="relu",
                                 epochs=60 if quick else 150, batch_size=250, learning_rate=5e-3, schedule="cosine",
                                 random_state=seed)
    model.fit(x)
    return model


def _measure(before: np.ndarray, after: np.ndarray, cosine: np.ndarray) -> dict[str, float]:
    near, far, between = before < NEAR, before > FAR, (before > NEAR) & (before < 0.3)
    return {"spiral_near": after[near].mean(), "spiral_far": after[far].mean(),
            "spiral_wrong_near": np.mean(cosine[near] < 0), "spiral_wrong_between": np.mean(cosine[between] < 0),
            "spiral_wrong_far": np.mean(cosine[far] < 0), "spiral_wrong_all": np.mean(cosine < 0)}


def _tell(numbers: dict[str, float], seeds: int) -> None:
    print(f"Far from the data, r(x) is not to be trusted: a spiral, noise sd {SD}, {seeds} seed{'s' * (seeds > 1)}.\n"
          f"  r(x) lands {numbers['spiral_near']:.4f} off the spiral for inputs nearer than {NEAR}, "
          f"{numbers['spiral_far']:.3f} for inputs further than {FAR}\n"
          f"  (at least {numbers['spiral_far_over_near']:.0f} times as far, in every run).\n"
          f"  Against the exact direction (cosine < 0) point {numbers['spiral_wrong_near']:.1%} of the vectors nearer than "
          f"{NEAR},\n  {numbers['spiral_wrong_between']:.1%} of those at {NEAR} to 0.3, between the arms, and "
          f"{numbers['spiral_wrong_far']:.1%} of those further than {FAR}.\n")


def _field_figure(model: DenoisingAutoencoder, truth: NoisedDensity, curve: np.ndarray) -> Figure:
    def learnt(x: np.ndarray) -> np.ndarray:
        return model.reconstruct(x) - x

    def exact(x: np.ndarray) -> np.ndarray:
        return truth.denoise(x) - x

    panels = [FieldPanel("Far from the data", learnt, WIDE, "r(x) \N{MINUS SIGN} x, in relative length", exact),
              FieldPanel("Between the arms", learnt, ARMS, "directions only; red: against the exact one (cosine < 0)", exact,
                         arrows=35, equal=True)]
    return vector_fields(panels, curve=curve)


def _landing_figure(landed: np.ndarray, before: np.ndarray, curve: np.ndarray) -> Figure:
    groups = {f"x further off than {FAR}": landed[before > FAR][::7], f"x nearer than {NEAR}": landed[before < NEAR]}
    return landing_map("Where r(x) lands", groups, curve, f"inputs x from a square of side {WIDE[1] - WIDE[0]:g}")


def _distance_figure(before: np.ndarray, after: dict[str, np.ndarray]) -> Figure:
    """Median and middle 80% of the distance of r(x) from the spiral, over that of x."""
    edges = np.linspace(0, 2.4, 21)
    chosen = [(before >= low) & (before < high) for low, high in zip(edges, edges[1:])]

    def quantile(name: str, q: float) -> np.ndarray:
        return np.array([np.quantile(after[name][rows], q) for rows in chosen])

    panel = LinePanel("How far off it lands", (edges[:-1] + edges[1:]) / 2, {name: quantile(name, 0.5) for name in after},
                      "distance of the input x from the spiral", "distance of r(x) from the spiral",
                      f"medians, with the middle 80%; noise sd {SD:g}",
                      bands={name: (quantile(name, 0.1), quantile(name, 0.9)) for name in after},
                      y_limits=(1e-3, 2), log=True)
    return line_panels([panel], width=5.2, height=3.9)
