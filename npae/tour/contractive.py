"""The contractive autoencoder on the tour: the singular values of its Jacobian, and the directions that it keeps."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import plots
from ..datasets import ImageData
from ..models import ContractiveAutoencoder
from .equations import CONTRACTIVE_EQUATION
from .exhibit import Exhibit, Plate

DIGITS = (0, 2, 3, 4, 7)
DIRECTIONS = 6
OWN, PLAIN = "contractive", "plain, λ = 0"


def measure(model: ContractiveAutoencoder, data: ImageData, quick: bool) -> dict[str, Any]:
    """The model and the same one without its penalty: singular values on held-out images (m, k) of each, by name."""
    plain = ContractiveAutoencoder(**{**model.get_params(), "contraction_weight": 0.0, "verbose": False})
    plain.fit(data.X_train)
    models = {OWN: model, PLAIN: plain}
    spectra = {name: np.linalg.svd(trained.jacobian(data.X_test), compute_uv=False) for name, trained in models.items()}
    errors = {name: -trained.score(data.X_test) for name, trained in models.items()}
    return {"models": models, "spectra": spectra, "errors": errors}


def directions_for(spectrum: np.ndarray, share: float = 0.9) -> int:
    """Return how many directions carry this share of the squared norm, from singular values (m, k), on average."""
    carried = np.cumsum(spectrum ** 2, axis=1) / np.sum(spectrum ** 2, axis=1, keepdims=True)
    return int(round(float(np.mean(np.sum(carried < share, axis=1) + 1))))


def remark(result: Any) -> str:
    """Return the squared norms, and what the small one costs."""
    spectra, errors = result.found["spectra"], result.found["errors"]
    norm = {name: float(np.mean(np.sum(values ** 2, axis=1))) for name, values in spectra.items()}
    return (f"Squared norm of the Jacobian {norm[OWN]:.2f}, without the penalty {norm[PLAIN]:.2f}. The price: an error of "
            f"{errors[OWN]:.2f} instead of {errors[PLAIN]:.2f}.")


def plate(result: Any, data: ImageData) -> Plate:
    """The spectra of both, and the strongest directions at a few digits."""
    spectra = result.found["spectra"]
    counts = {name: directions_for(values) for name, values in spectra.items()}
    rows = [int(np.argmax(data.y_test == digit)) for digit in DIGITS]
    images = data.X_test[rows]
    directions = {f"{name}: {DIRECTIONS} strongest directions": np.linalg.svd(model.jacobian(images))[2][:, :DIRECTIONS]
                  for name, model in result.found["models"].items()}
    panel = plots.LinePanel(
        "Singular values of dz/dx", np.arange(1, spectra[OWN].shape[1] + 1),
        {name: np.median(values, axis=0) for name, values in spectra.items()}, "number", "median over held-out digits",
        bands={name: tuple(np.quantile(values, (0.1, 0.9), axis=0)) for name, values in spectra.items()})
    return Plate(
        "What may still move",
        f"The curves: how far the code moves for a small step of the input, in the direction that moves it most, the next, "
        f"and so on (median, and from the tenth to the ninetieth percentile). The penalty presses on all directions and the "
        f"reconstruction defends a few: nine tenths of the squared norm lie in {counts[OWN]}, without the penalty in "
        f"{counts[PLAIN]}. The images: the strongest directions at five digits; red pixels grow darker, blue ones paler. "
        f"With the penalty they are smooth changes of that digit, strokes that shift or fade; without it all values are "
        f"alike, and so the directions are arbitrary.",
        "A plot of two spectra, and for five digits the strongest directions of both models as images",
        (plots.line_panels([panel], width=3.0, height=3.05),
         plots.direction_images(images, data.image_shape, directions)),
        wide=True)


CONTRACTIVE = Exhibit(
    title="Contractive",
    idea="A code should not tremble when the input does. The penalty is the squared norm of the Jacobian, the sum of "
         "squares of all ∂z/∂x, and its gradient is exact, second derivatives included. It would like a constant code; the "
         "reconstruction insists on telling digits apart. What survives are the directions in which digits really differ.",
    equation=CONTRACTIVE_EQUATION,
    build=lambda: ContractiveAutoencoder(latent_dim=64, hidden_dims=(), contraction_weight=0.5, epochs=150,
                                         learning_rate=5e-3, batch_size=64, schedule="cosine"),
    remark=remark,
    measure=measure,
    plate=plate,
)
