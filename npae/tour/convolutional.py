"""The convolutional autoencoder on the tour: the same few weights at every place, and what they see in a digit."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import network
from ..datasets import ImageData
from ..models import Autoencoder, ConvolutionalAutoencoder
from .equations import CONVOLUTIONAL_EQUATION
from .exhibit import Exhibit, Plate, square
from .kernel_maps import kernel_maps
from .training import squared_error

DIGITS = (0, 1, 4)      # that are looked at
KERNELS = 9             # that are drawn, the largest ones
DENSE = ((128,), (256,))    # layers of the rivals: as many parameters, and twice as many


def measure(model: ConvolutionalAutoencoder, data: ImageData, quick: bool) -> dict[str, Any]:
    """The held-out errors of dense networks with the same code, and of the model on images with their pixels shuffled."""
    names = ("latent_dim", "epochs", "learning_rate", "batch_size", "schedule", "weight_decay", "random_state")
    same = {name: getattr(model, name) for name in names}               # activation: "relu", the better one for them
    dense = [Autoencoder(**same, hidden_dims=widths).fit(data.X_train) for widths in DENSE]
    order = np.random.default_rng(0).permutation(data.X_train.shape[1])
    shuffled = ConvolutionalAutoencoder(**{**model.get_params(), "verbose": False}).fit(data.X_train[:, order])
    return {"dense": [(rival.theta.size, squared_error(rival, data.X_test)) for rival in dense],
            "shuffled": squared_error(shuffled, data.X_test[:, order])}


def remark(result: Any) -> str:
    """Return the sizes and errors."""
    rivals = ", ".join(f"{error:.2f} with {size:,}" for size, error in result.found["dense"])
    return (f"{result.model.theta.size:,} parameters. Dense networks with the same code, trained alike: {rivals}. With the "
            f"pixels of all images shuffled, in one and the same way, the convolutions leave {result.found['shuffled']:.2f}.")


def plate(result: Any, data: ImageData) -> Plate:
    """The largest kernels of the first layer, and their maps of a few digits."""
    model = result.model
    W = model.params["encoder.0.W"][:, 0]                                       # (o, k, k): images have one channel
    largest = np.sort(np.argsort(-np.linalg.norm(W, axis=(1, 2)), kind="stable")[:KERNELS])
    digits = data.X_test[[int(np.argmax(data.y_test == digit)) for digit in DIGITS]]
    seen = network.forward(model._encoder[:1], model.params, digits)[-1].y.reshape(len(digits), len(W), -1)
    width, side = W.shape[-1], data.image_shape[0] // model.stride
    return Plate(
        "Nine weights, everywhere",
        f"On top {KERNELS} of the {len(W)} kernels of the first layer, {square(width)} weights each, red for positive "
        f"and blue for negative. Below, three held-out digits and what each kernel makes of them: its answer at "
        f"{square(side)} places, {model.stride} pixels apart. A kernel answers to the same piece of a stroke wherever it "
        f"finds it, and learns from all places of all images at once: {W[0].size + 1} parameters for {side * side} units, where "
        f"a dense layer has {data.X_train.shape[1] + 1} for one.",
        "Small signed weight images, and under each of them the maps that it makes of three digits",
        (kernel_maps(W[largest], digits, seen[:, largest]),))


CONVOLUTIONAL = Exhibit(
    title="Convolutional",
    idea="A stroke is a stroke wherever it stands, but a dense layer has to learn it anew for every place. Here a unit sees a "
         "window of 3 × 3 pixels, and all units of a channel share their nine weights. Every such layer halves the sides of the "
         "image, and the way back doubles them, with transposed maps. What the network is told in this way, that neighbours "
         "belong together and places are alike, it need not learn.",
    equation=CONVOLUTIONAL_EQUATION,
    build=lambda: ConvolutionalAutoencoder(latent_dim=8, channels=(16, 32), hidden_dims=(32,), activation="tanh",
                                           weight_decay=1e-3, epochs=100, learning_rate=1e-2, batch_size=32,
                                           schedule="cosine"),
    remark=remark,
    measure=measure,
    plate=plate,
)
