"""The probabilistic autoencoder without a price on its code: it outgrows its noise (fact E001-13).

The price must suit the data: a linear model drops every direction of a variance below code_weight (fact E001-14), and the
largest of the digits is 0.7. With a weight of 1 nothing would be left.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..datasets import ImageData
from ..models import ProbabilisticAutoencoder
from ..plots import LinePanel, line_panels
from .variational_common import save

WEIGHTS = {"vanilla, no price": 0.0, "regularized, code_weight = 0.05": 0.05}


def code_norm(out: Path, data: ImageData, quick: bool) -> dict[str, float]:
    """Train both, watch |f(x)|^2 per unit beside the variance 1 of the noise, and the squared error."""
    epochs = 30 if quick else 150
    norms: dict[str, list[float]] = {name: [] for name in WEIGHTS}
    errors: dict[str, list[float]] = {name: [] for name in WEIGHTS}
    for name, weight in WEIGHTS.items():
        model = ProbabilisticAutoencoder(latent_dim=8, hidden_dims=(64,), activation="tanh", code_weight=weight,
                                         batch_size=64, learning_rate=2e-3, random_state=0)
        for _ in range(epochs):
            model.partial_fit(data.X_train)
            f = model.transform(data.X_test)
            noisy = model.inverse_transform(f + np.random.default_rng(0).standard_normal(f.shape))
            norms[name].append(float(np.mean(f ** 2, dtype=np.float64)))
            errors[name].append(float(np.mean(np.sum((noisy - data.X_test) ** 2, axis=1, dtype=np.float64))))
    vanilla, regularized = norms.values()
    print("Probabilistic autoencoder, 8 units, unit noise on the code, held-out digits: mean square of a code unit, "
          "squared error")
    for name in WEIGHTS:
        print(f"  {name:<32} after 5 epochs {norms[name][4]:7.2f}, after {epochs}: {norms[name][-1]:7.2f}; "
              f"error {errors[name][-1]:.2f}")
    print("  The noise does not regularize by itself: scaled up, the code leaves it behind.\n")
    x = np.arange(1, epochs + 1)
    panels = [LinePanel("The code outgrows its noise", x, norms, "epoch", "mean square of a code unit",
                        "held-out digits, 8 units; dotted: the noise",
                        horizontals={"variance of the noise": 1.0}, log=True, legend=""),
              LinePanel("What that buys", x, errors, "epoch", "squared error per image",
                        "held-out digits, with the noise on their codes",
                        y_limits=(0, None), legend="upper right")]
    save(line_panels(panels, height=3.2), out, "code_norm")
    return {"norm_vanilla_early": vanilla[4], "norm_vanilla": vanilla[-1], "norm_regularized": regularized[-1],
            "norm_regularized_early": regularized[4]}
