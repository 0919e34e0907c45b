"""The probabilistic autoencoder on the tour: noise on the code, and a price that keeps the code from outgrowing it."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import plots
from ..datasets import ImageData
from ..models import ProbabilisticAutoencoder
from .equations import PROBABILISTIC_EQUATION
from .exhibit import Exhibit, Plate

OWN, VANILLA = "with a price", "without, λ = 0"


def measure(model: ProbabilisticAutoencoder, data: ImageData, quick: bool) -> dict[str, Any]:
    """The model and the same one without its price: codes of held-out images, errors with the noise on them, by name."""
    vanilla = ProbabilisticAutoencoder(**{**model.get_params(), "code_weight": 0.0, "verbose": False})
    vanilla.fit(data.X_train)
    models = {OWN: model, VANILLA: vanilla}
    codes = {name: np.asarray(trained.transform(data.X_test), np.float64) for name, trained in models.items()}
    spread = {name: np.sqrt(np.linalg.eigvalsh(np.cov(code, rowvar=False))[::-1]) for name, code in codes.items()}
    noisy = {name: through_noise(trained, data.X_test) for name, trained in models.items()}
    errors = {name: float(np.mean(np.sum((images - data.X_test) ** 2, axis=1))) for name, images in noisy.items()}
    return {"models": models, "square": {name: float(np.mean(code ** 2)) for name, code in codes.items()},
            "spread": spread, "errors": errors}


def through_noise(model: ProbabilisticAutoencoder, X: np.ndarray, seed: int = 0) -> np.ndarray:
    """Return what the decoder makes of the codes of X (m, n), each with one draw of the noise on it."""
    return model.inverse_transform(model.encoder_distribution(X).sample(seed))


def remark(result: Any) -> str:
    """Return the size of the code and the error with the noise, with the price and without."""
    square, errors = result.found["square"], result.found["errors"]
    return (f"A code unit has a mean square of {square[OWN]:.1f} beside noise of variance 1; without the price, "
            f"{square[VANILLA]:.1f}. With the noise on the code the error is {errors[OWN]:.2f}; without the price, "
            f"{errors[VANILLA]:.2f}.")


def plate(result: Any, data: ImageData) -> Plate:
    """The spread of both codes beside the noise, and digits decoded from noisy codes."""
    found, rows = result.found, [int(np.argmax(data.y_test == label)) for label in np.unique(data.y_test)]
    images, (own, vanilla) = data.X_test[rows], found["models"].values()
    spread, square = found["spread"], found["square"]
    panel = plots.LinePanel(
        "Code against noise", np.arange(1, len(spread[OWN]) + 1), spread, "principal direction of the code",
        "standard deviation", "codes of held-out digits", horizontals={"the noise": 1.0}, y_limits=(0, None),
        legend="upper right")
    drawn = {"held-out digits": images, "code": own.reconstruct(images),
             **{f"code + noise, draw {draw}": through_noise(own, images, draw) for draw in (1, 2)},
             "λ = 0: code + noise": through_noise(vanilla, images, 1)}
    return Plate(
        "A code that must be heard through noise",
        f"Noise of variance one is added to every code unit. The curves: how far the codes of held-out digits spread, in "
        f"their principal directions, beside that noise. Nothing but the price keeps them there. Without it the network "
        f"turns its code up until the noise is a whisper: the mean square of a unit is {square[VANILLA]:.1f} instead of "
        f"{square[OWN]:.1f}, and there is no end to it: a larger code would always be a little better. The images: what the "
        f"decoder makes of a code, of the same code with noise, and of a noisy code without the price. With it, two draws "
        f"are two digits that the code could have meant.",
        "The spread of the codes with and without the price, and rows of digits decoded from codes with noise",
        (plots.line_panels([panel], width=3.0, height=3.3),
         plots.image_rows(drawn, data.image_shape, width=7.5)),
        wide=True)


PROBABILISTIC = Exhibit(
    title="Probabilistic",
    idea="An encoder that is never sure: the code is the mean of a Gaussian of variance one, and the decoder is given a draw "
         "from it. Noise alone regularizes nothing, for a larger code leaves it behind. So every code pays for its squared "
         "length. The sum of both is, up to a constant, minus twice the bound of a variational autoencoder whose encoder has "
         "a fixed variance and whose divergence has the weight λ.",
    equation=PROBABILISTIC_EQUATION,
    build=lambda: ProbabilisticAutoencoder(latent_dim=8, hidden_dims=(128, 64), activation="tanh", code_weight=0.05,
                                           epochs=150, learning_rate=5e-3, batch_size=64, schedule="cosine"),
    remark=remark,
    measure=measure,
    plate=plate,
)
