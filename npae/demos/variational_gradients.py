r"""Two unbiased estimates of the same gradient: pathwise (the reparameterization) and score function.

f(z) = z^2, q = N(phi, 1), phi = 0.7. The gradient of E[f] = phi^2 + 1 is 2 phi = 1.4 (erratum E000-17: moved inside the
expectation without either device it would be 0).
    pathwise    f'(phi + eps) = 2 (phi + eps)                    variance 4
    score       f(z) d log q(z)/d phi = z^2 (z - phi)            variance E[z^4 eps^2] - 4 phi^2 = 22.1
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..plots import DensityPanel, density_panels
from .variational_common import save

PHI = 0.7
DRAWS = 200_000


def gradient_estimators(out: Path, quick: bool) -> dict[str, float]:
    """Draw both, print means and variances beside the exact ones, and write the histograms."""
    eps = np.random.default_rng(0).standard_normal(DRAWS)
    z = PHI + eps
    pathwise, score = 2 * z, z ** 2 * eps
    exact = PHI ** 4 + 18 * PHI ** 2 + 15 - 4 * PHI ** 2        # E[(phi + eps)^4 eps^2] = phi^4 + 6 phi^2 3 + 15
    ratio = score.var() / pathwise.var()
    print(f"Gradient of E[z^2] for z ~ N({PHI}, 1); exact {2 * PHI:g}; {DRAWS:,} draws of one sample each:\n"
          f"  pathwise        mean {pathwise.mean():.4f}, variance {pathwise.var():6.3f} (exact  4)\n"
          f"  score function  mean {score.mean():.4f}, variance {score.var():6.3f} (exact {exact:.3f})\n"
          f"  ratio of the variances {ratio:.2f}: as many more samples are needed for the same precision\n")
    shown = {"Pathwise (reparameterized)": pathwise, f"Score function: {ratio:.1f} times the variance": score}
    panels = [DensityPanel(title, {"estimates": values}, (-14, 18), "estimate of the gradient, one sample",
                           f"mean {values.mean():.3f}, variance {values.var():.2f}",
                           verticals={f"exact, {2 * PHI:g}": 2 * PHI}) for title, values in shown.items()]
    save(density_panels(panels, columns=2, bins=64, height=2.9, logarithmic=True), out, "gradient_estimators")
    return {"pathwise_mean": float(pathwise.mean()), "score_mean": float(score.mean()), "variance_ratio": float(ratio),
            "variance_pathwise": float(pathwise.var()), "variance_score": float(score.var())}
