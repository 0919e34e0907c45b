"""The variational autoencoder on the tour: digits that nobody has written, beside digits that somebody has."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import plots
from ..applications import nearest_distances
from ..datasets import ImageData
from ..models import VariationalAutoencoder
from .equations import VARIATIONAL_EQUATION
from .exhibit import Exhibit, Plate

SHOWN = 64              # samples that are drawn, and held-out digits beside them


def measure(model: VariationalAutoencoder, data: ImageData, quick: bool) -> dict[str, Any]:
    """The bound on held-out images, samples, and how far these and the held-out images are from the training images."""
    samples = model.sample(len(data.X_test), random_state=0, mean=True)
    return {"elbo": float(np.mean(model.score_samples(data.X_test), dtype=np.float64)), "samples": samples,
            "distance": float(nearest_distances(samples, data.X_train).mean()),
            "held_out_distance": float(nearest_distances(data.X_test, data.X_train).mean())}


def remark(result: Any) -> str:
    """Return the bound and the number of units that are used."""
    model = result.model
    return (f"ELBO on held-out digits {_signed(result.found['elbo'])} nats per image (a density, so it may pass zero). "
            f"{model.active_units_} of {model.latent_dim} units are active: their means vary from digit to digit. Together "
            f"they carry {float(np.sum(model.kl_per_unit_)):.1f} nats.")


def _signed(value: float) -> str:
    return f"{value:.1f}".replace("-", "−")


def plate(result: Any, data: ImageData) -> Plate:
    """Samples from the prior beside held-out digits."""
    found = result.found
    grids = {"Drawn from the prior": found["samples"][:SHOWN], "Held-out digits": data.X_test[:SHOWN]}
    notes = {"Drawn from the prior": f"nearest training image: {found['distance']:.2f} away on average",
             "Held-out digits": f"nearest training image: {found['held_out_distance']:.2f} away on average"}
    return Plate(
        "Digits out of noise",
        f"On the left no digit was encoded: {result.code_size} numbers drawn from a standard normal distribution went "
        f"through the decoder, and every draw is shown, good or bad. On the right are digits that somebody wrote and the "
        f"network never saw. The samples are no copies: the nearest training image is as far away from them as from a new "
        f"digit, or farther. They are softer, because the decoder gives the mean of all images that a code could stand for; "
        f"some lie between two digits, where the prior puts draws and the training images few codes.",
        "Two grids of small digits, drawn from the model and held out from training",
        (plots.grid_panels(grids, data.image_shape, notes),))


VARIATIONAL = Exhibit(
    title="Variational",
    idea="The encoder says how sure it is: for every image a mean and a variance of the code. A draw from that is decoded, "
         "and the divergence from one prior for all images is paid in nats. The sum is a bound on the log-density of the "
         "image. Gradients pass through the draw because it is the mean plus a standard deviation times noise. Afterwards, "
         "draws from the prior are codes, and the decoder turns them into new digits.",
    equation=VARIATIONAL_EQUATION,
    build=lambda: VariationalAutoencoder(latent_dim=10, hidden_dims=(128, 64), activation="tanh", sigma2=0.04, epochs=150,
                                         learning_rate=5e-3, batch_size=64, schedule="cosine"),
    remark=remark,
    measure=measure,
    plate=plate,
)
