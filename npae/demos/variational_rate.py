"""beta between rate and distortion: nats spent on the code, nats lost on the image; and how blur follows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ..datasets import ImageData
from ..models import VariationalAutoencoder
from ..plots import LinePanel, line_panels
from ..plots.style import MUTED, SMALL
from .variational_common import VARIANCE, active_units, kl_per_unit, save, variational
from .variational_sharpness import gradient_energy

BETAS = (0.1, 0.3, 1.0, 2.0, 4.0, 8.0)
UNITS = 20
SHOWN = 4.0             # the traversals are drawn for this beta, where some units are on and some are off
BETA = "\N{GREEK SMALL LETTER BETA}"


def rate_distortion(out: Path, data: ImageData, quick: bool) -> tuple[dict[str, float], VariationalAutoencoder]:
    """Train at every beta; return the numbers and the model whose units are worth traversing."""
    betas = (0.1, 1.0, 4.0) if quick else BETAS
    models = {beta: variational(data, UNITS, quick, beta=beta) for beta in betas}
    rate = np.array([kl_per_unit(model, data.X_test).sum() for model in models.values()])
    elbo = np.array([model.score(data.X_test) for model in models.values()])
    distortion = -elbo - rate                                       # E[-log p(x|z)], nats
    squared = 2 * VARIANCE * distortion - 64 * VARIANCE * np.log(2 * np.pi * VARIANCE)
    active = [int(active_units(model, data.X_test).sum()) for model in models.values()]
    blur = [gradient_energy(model.reconstruct(data.X_test), data) for model in models.values()]
    print(f"Rate and distortion, {UNITS} units, held-out digits. Rate: KL. Distortion: E[|x - g(z)|^2], z drawn.\n"
          f"    beta   rate, nats   distortion   ELBO, nats   active units   "
          f"gradient energy of reconstructions, over the data's")
    for index, beta in enumerate(betas):
        print(f"  {beta:6g}{rate[index]:13.2f}{squared[index]:13.3f}{elbo[index]:13.2f}{active[index]:15d}"
              f"{blur[index]:13.2f}")
    print(f"  The ELBO, which is minus rate minus distortion over {2 * VARIANCE:g} and a constant, is for beta = 1; the "
          f"others trade one for the other.\n")
    save(_draw(betas, rate, squared, active, blur), out, "rate_distortion")
    return {"rate_largest_step": float(np.diff(rate).max()), "distortion_smallest_step": float(np.diff(squared).min()),
            "best_elbo_beta": betas[int(elbo.argmax())], "active_first": active[0], "active_last": active[-1],
            "blur_first": blur[0], "blur_last": blur[-1]}, models[SHOWN]


def _draw(betas: Sequence[float], rate: np.ndarray, squared: np.ndarray, active: list[int], blur: list[float]) -> Figure:
    names = [f"{beta:g}" for beta in betas]
    panels = [LinePanel("Rate against distortion", rate, {"models": squared}, "rate: KL(q || p), nats per image",
                        "distortion: squared error per image", f"one point for each {BETA}", x_limits=(0, rate.max() * 1.25),
                        y_limits=(0, squared.max() * 1.1)),
              LinePanel("Active units", names, {"models": active}, f"{BETA} (not to scale)",
                        f"units of {UNITS} with Var(mean) > 0.01",
                        "the price of a unit rises", y_limits=(0, UNITS * 1.08)),
              LinePanel("Sharpness of reconstructions", names, {"models": blur}, f"{BETA} (not to scale)",
                        "gradient energy, over the data's", "falls as the posteriors overlap more", y_limits=(0, 1))]
    figure = line_panels(panels, columns=3, width=11.0, height=3.3)
    figure.axes[1].yaxis.set_major_locator(MaxNLocator(integer=True))
    for name, x, y in zip(names, rate, squared):
        figure.axes[0].annotate(f"{BETA} = {name}", (x, y), (7, 5), textcoords="offset points", fontsize=SMALL, color=MUTED)
    return figure
