"""The gradient of the probabilistic autoencoder, estimated with S draws of the noise: its variance falls as 1/S.

The variance is that of the noise alone: the batch stays the same. It is summed over all parameters.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..datasets import ImageData
from ..models import ProbabilisticAutoencoder
from ..plots import LinePanel, line_panels
from .variational_common import save

SIZES = (1, 2, 4, 8, 16, 32, 64)
BATCH = 32


def gradient_variance(out: Path, data: ImageData, quick: bool) -> dict[str, float]:
    """Estimate the gradient many times for every S, print the variances and their slope, and draw them."""
    repetitions = 100 if quick else 1000
    model = ProbabilisticAutoencoder(latent_dim=4, hidden_dims=(16,), activation="tanh", code_weight=0.05, epochs=5,
                                     random_state=0).fit(data.X_train)
    variances = [variance_of_gradient(model, data.X_train[:BATCH], S, repetitions) for S in SIZES]
    slope = float(np.polyfit(np.log(SIZES), np.log(variances), 1)[0])
    print(f"Probabilistic autoencoder: variance of the gradient over S, the draws per example; {repetitions} estimates each\n"
          "  S         " + "".join(f"{S:10d}" for S in SIZES) + "\n"
          "  variance  " + "".join(f"{variance:10.4g}" for variance in variances) + "\n"
          f"  slope on logarithmic axes {slope:.3f}; independent draws give -1.\n")
    panel = LinePanel("Twice the draws, half the variance", [str(S) for S in SIZES], {"measured": variances},
                      "S, draws of the noise per example", "variance of the gradient", f"slope {slope:.3f}",
                      references={"slope -1": variances[0] / np.array(SIZES)}, log=True, legend="upper right")
    save(line_panels([panel], width=5.6, height=3.5), out, "gradient_variance")
    return {"variance_slope": slope, "gradient_variance_1": variances[0], "gradient_variance_64": variances[-1]}


def variance_of_gradient(model: ProbabilisticAutoencoder, x: np.ndarray, S: int, repetitions: int) -> float:
    """Return the variance of the S-sample gradient on x (m, n), summed over the parameters."""
    model.set_params(n_samples=S)
    rng = np.random.default_rng(S)
    gradients = [model.loss_and_gradients(x, rng)[1].theta for _ in range(repetitions)]
    return float(np.var(np.array(gradients, np.float64), axis=0, ddof=1).sum())
