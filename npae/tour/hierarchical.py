"""The two-level vector-quantized autoencoder on the tour: what, then how; and digits drawn from its learned priors."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from .. import plots
from ..applications import nearest, predict_by_neighbours
from ..datasets import ImageData
from ..demos.variational_sharpness import gradient_energy
from ..models import HierarchicalVectorQuantizedAutoencoder
from .code_maps import code_colours, code_maps
from .codes import drawn_by, learn_prior
from .equations import HIERARCHICAL_EQUATION
from .exhibit import Exhibit, Plate
from .training import SEED, squared_error, trained
from .variational import VARIATIONAL
from .vector_quantized import VECTOR_QUANTIZED

SHOWN = 6               # digits with their codes
DRAWS = 2               # of the bottom, with the top kept
SAMPLES = 12            # that are drawn; as many as there are held-out images are measured
ONE = 16                # codes of the one-level model with as many bits
OWN, OTHER, DATA = "two levels", "variational", "held-out digits"


def measure(model: HierarchicalVectorQuantizedAutoencoder, data: ImageData, quick: bool) -> dict[str, Any]:
    """The prior of each level, the one-level model's error, images of kept tops, samples beside the variational ones."""
    levels, count = learn_prior(model, data, quick), len(data.X_test)
    one: Any = VECTOR_QUANTIZED.build()
    one.set_params(n_codes=ONE, epochs=model.epochs, random_state=SEED).fit(data.X_train)
    kept = [redrawn(model, data.X_test, levels[0].slots, seed) for seed in range(DRAWS)]
    images = {OWN: model.sample(count, random_state=SEED), DATA: data.X_test,
              OTHER: trained(VARIATIONAL, data, quick).sample(count, random_state=SEED, mean=True)}
    closest = {name: data.X_train[nearest(data.X_train, drawn, 1)[:, 0]] for name, drawn in images.items()}
    return {"levels": levels, "one": (one.bits, squared_error(one, data.X_test)), "kept": kept, "images": images,
            "closest": closest,
            "named": {name: float(np.mean(predict_by_neighbours(data.X_train, data.y_train, seen) == data.y_test))
                      for name, seen in (("reconstructed", model.reconstruct(data.X_test)), ("redrawn", kept[0]))},
            "distance": {name: float(np.linalg.norm(drawn - closest[name], axis=1).mean()) for name, drawn in images.items()},
            "sharpness": {name: gradient_energy(drawn, data) for name, drawn in images.items()}}


def redrawn(model: HierarchicalVectorQuantizedAutoencoder, X: np.ndarray, slots: int, seed: int) -> np.ndarray:
    """Return images (m, n) with the top's codes of X (m, n), in so many slots, and a bottom drawn from its prior given these."""
    top = model.codes(X)[:, :slots]
    return model.decode_codes(np.hstack([top, model.priors_[1].sample(len(X), given=top, random_state=seed)]))


def remark(result: Any) -> str:
    """Return the error beside that of one level, and the likelihood of the codes."""
    (bits, error), levels = result.found["one"], result.found["levels"]
    nats = "; ".join(f"{level.nats:.2f} nats for each of the {level.slots} at the {level.name}, where counting gives "
                     f"{level.counted:.2f} and log {level.K} is {math.log(level.K):.2f}" for level in levels)
    return (f"{result.bits:.0f} bits an image. One level of {bits:.0f} bits, the exhibit before this one with {ONE} codes, has "
            f"an error of {error:.2f}. Codes of held-out digits under the learned priors: {nats}.")


def plate(result: Any, data: ImageData) -> Plate:
    """Codes of both levels with what each is good for, and samples with their nearest training images."""
    found = result.found
    top, bottom = found["levels"]
    distance, sharpness, named = found["distance"], found["sharpness"], found["named"]
    return Plate(
        "First what, then how",
        f"The top has {top.slots} codes of {top.K} for the whole image, the bottom {bottom.slots} of {bottom.K} for its places. "
        f"Keep the top of a held-out digit, draw the bottom from its prior given that top, and the strokes change while the "
        f"digit tends to stay: neighbours among the training images name {named['redrawn']:.0%} of such images right, and "
        f"{named['reconstructed']:.0%} of the reconstructions. Below that nothing was encoded: the top is drawn from its prior, "
        f"the bottom given the top; then draws of the variational autoencoder. All are shown, good or bad, and under each "
        f"stands the training image nearest to it: {distance[OWN]:.2f} away on average, {distance[OTHER]:.2f} for the "
        f"variational ones; a copy would be at 0, a new digit is at {distance[DATA]:.2f}. Sharpness, as the gradient energy over "
        f"that of new digits: {sharpness[OWN]:.2f}, and {sharpness[OTHER]:.2f} for the variational ones.",
        "Digits with the codes of two levels and images decoded from them; samples, each above its nearest training image",
        (_code_maps(result, data), _samples("Drawn from the two priors", OWN, found, data),
         _samples("Drawn from the variational autoencoder’s prior", OTHER, found, data)))


def _code_maps(result: Any, data: ImageData) -> Figure:
    model, images = result.model, data.X_test[:SHOWN]
    codes, shown = model.codes(data.X_train), model.codes(images)
    rows, colours = {"held-out digit": images}, {}
    for level in result.found["levels"]:
        label = f"{level.name}, {level.slots} codes"
        rows[label] = shown[:, level.columns]
        colours[label] = code_colours(drawn_by(codes[:, level.columns], level.K, data.X_train).mean(axis=1))
    rows["reconstruction"] = model.reconstruct(images)
    rows |= {f"same top,\nbottom drawn{' again' * draw}": kept[:SHOWN] for draw, kept in enumerate(result.found["kept"])}
    return code_maps(rows, data.image_shape[0], colours)


def _samples(title: str, name: str, found: dict[str, Any], data: ImageData) -> Figure:
    rows = {"drawn": found["images"][name][:SAMPLES], "nearest in training": found["closest"][name][:SAMPLES]}
    return plots.image_rows(rows, data.image_shape, title=title)


HIERARCHICAL = Exhibit(
    title="Two levels",
    idea="Four codes see the whole image and are quantized first; sixteen more stand for its places, know what the four have "
         "said, and need not say it again. Each level has a codebook of its own, and at each the gradient is copied. A masked "
         "autoencoder for each level makes a generator of it: one is the prior of the top, the other that of the bottom given "
         "the top. Draw the top code by code, then the bottom, then decode.",
    equation=HIERARCHICAL_EQUATION,
    build=lambda: HierarchicalVectorQuantizedAutoencoder(latent_dim=8, n_codes_top=16, n_codes_bottom=8, activation="tanh",
                                                         epochs=60, learning_rate=1e-2, batch_size=32, schedule="cosine"),
    remark=remark,
    twin={"n_codes_top": 4, "n_codes_bottom": 4},
    measure=measure,
    plate=plate,
)
