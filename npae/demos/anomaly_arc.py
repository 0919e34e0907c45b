"""Where a straight line is the wrong idea of normal: points near an arc, and anomalies anywhere in the square around it.

The anomalies are uniform, so the best score there can be is minus the density of the normal points, which is known here; no
AUC is above that (Neyman and Pearson), and it is below 1, as some uniform points fall onto the arc.
Hidden widths, epochs and the number of neighbours were chosen on other draws than those measured here (anomaly_search.py).
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from ..applications import auc, false_alarm_threshold, model_losses, proportion_interval, reconstruction_errors
from ..baselines import PCA, NoisedDensity
from ..datasets import arc
from ..models import Autoencoder
from ..plots import LinePanel, landing_map, line_panels, png_bytes
from .anomaly_recipes import Neighbours, Score, detections_at

NOISE, SIDE = 0.02, 1.5
N_TRAIN, N_VALIDATION, N_TEST = 1000, 500, 2000
MODEL = {"latent_dim": 1, "hidden_dims": (64, 64), "activation": "tanh", "epochs": 100, "learning_rate": 5e-3,
         "schedule": "cosine", "batch_size": 50}
NEIGHBOURS = 5
SEEDS, QUICK_SEEDS = 5, 2
ALARMS = np.linspace(0, 1, 1001)
DEEP, LINE, NEAR, BEST = "deep autoencoder, 1 unit", "PCA, 1 component", f"{NEIGHBOURS} nearest neighbours", "best possible"


def arc_scores(X: np.ndarray, seed: int, neighbours: int = NEIGHBOURS, **settings: object) -> dict[str, Score]:
    """Return the scores by name, of detectors that have learnt from X (m, 2); settings: of the autoencoder, if others."""
    deep = Autoencoder(**{**MODEL, "random_state": seed, **settings}).fit(X)        # type: ignore[arg-type]
    line, near, exact = PCA(1).fit(X), Neighbours(neighbours).fit(X), NoisedDensity(arc_points(), NOISE)
    return {DEEP: lambda x: reconstruction_errors(deep, x), LINE: lambda x: reconstruction_errors(line, x),
            NEAR: lambda x: model_losses(near, x), BEST: lambda x: -exact.log_density(x)}


def arc_points(count: int = 1000) -> np.ndarray:
    """Return points (count, 2) at equal distances along the arc."""
    t = 4 * np.pi / 3 * (np.arange(count) + 0.5) / count
    return np.stack([np.cos(t), np.sin(t)], axis=1)


def draw(count: int, seed: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Return normal points and anomalies, (count, 2) each."""
    rng = np.random.default_rng(seed)
    return arc(count, noise=NOISE, random_state=rng)[0], rng.uniform(-SIDE, SIDE, (count, 2))


def against_an_arc(out: Path, quick: bool) -> dict[str, float]:
    """Measure all detectors on fresh points, draw their curves and what two of them let pass."""
    seeds = range(QUICK_SEEDS if quick else SEEDS)
    found: dict[str, list[float]] = {}
    for seed in seeds:
        scores = arc_scores(draw(N_TRAIN, (seed, 0))[0], seed)
        normal, strange = draw(N_TEST, (seed, 1))
        for name, score in scores.items():
            found.setdefault(name, []).append(auc(score(normal), score(strange)))
        if seed == 0:
            _draw_curves({name: detections_at(score(normal), score(strange), ALARMS) for name, score in scores.items()}, out)
            at = {name: _at_threshold(name, scores[name], out) for name in (DEEP, LINE)}
    numbers = {f"arc {name}{end}": float(value) for name, values in found.items()
               for end, value in (("", np.mean(values)), (", spread", np.std(values, ddof=1)))}
    print(f"Points on an arc (noise {NOISE}) against uniform ones: AUC, mean ± sd over {len(seeds)} seeds.")
    for name in found:
        print(f"  {name:<26} {numbers[f'arc {name}']:.3f} ± {numbers[f'arc {name}, spread']:.3f}")
    print(f"At most 5% false alarms with confidence 95%, from {N_VALIDATION} validation points: the autoencoder detects "
          f"{at[DEEP]:.1%}\nof the anomalies, PCA {at[LINE]:.1%}.\n")
    return {**numbers, "arc detections": at[DEEP], "arc detections, PCA": at[LINE]}


def _at_threshold(name: str, score: Score, out: Path) -> float:
    """Return the detection rate of seed 0 at the promised threshold, and draw which anomalies are missed."""
    strange = draw(N_TEST, (0, 1))[1]
    threshold = false_alarm_threshold(score(draw(N_VALIDATION, (0, 2))[0]))
    alarm = score(strange) > threshold.value
    low, high = proportion_interval(int(alarm.sum()), N_TEST)
    figure = landing_map(f"What {name.split(',')[0]} takes for normal, near an arc",
                         {"alarm": strange[alarm][::4], "missed": strange[~alarm][::4]}, arc_points(),
                         f"uniform points, every fourth; detected: {alarm.mean():.1%} ({low:.1%} to {high:.1%})")
    (out / f"arc_{'autoencoder' if name == DEEP else 'pca'}.png").write_bytes(png_bytes(figure))
    return float(alarm.mean())


def _draw_curves(curves: dict[str, np.ndarray], out: Path) -> None:
    shown = {name: curves[name] for name in (DEEP, LINE, NEAR)}
    whole = LinePanel("An arc against uniform points", ALARMS, shown, "false-alarm rate", "detection rate",
                      f"noise {NOISE}, {N_TEST} points of each kind", references={BEST: curves[BEST]}, x_limits=(0, 1),
                      y_limits=(0, 1.01), legend="lower right")
    corner = replace(whole, title="The corner", note="few false alarms; PCA is below the picture", x_limits=(0, 0.1),
                     y_limits=(0.85, 1), legend="")
    (out / "arc_roc.png").write_bytes(png_bytes(line_panels([whole, corner], height=3.6)))
