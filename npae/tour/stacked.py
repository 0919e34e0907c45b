"""The stacked denoising autoencoder on the tour: what pretraining without labels is worth when labels are few."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import plots
from ..datasets import ImageData
from ..models import StackedDenoisingAutoencoder
from .equations import STACKED_EQUATION
from .exhibit import Exhibit, Plate, some_labels

LABELS = 100
COUNTS = (20, 50, 100, 200)         # labels that the two starts are compared at
DRAWS = 3                           # so many times, with other images labelled and other weights
PRETRAINED, RANDOM = "pretrained, layer by layer", "random weights"


def measure(model: StackedDenoisingAutoencoder, data: ImageData, quick: bool) -> dict[str, Any]:
    """The held-out accuracy of the model, and of both starts by number of labels: arrays (draws, counts)."""
    draws = 1 if quick else DRAWS
    accuracy = {name: np.array([[_accuracy(model, data, draw, count, name == PRETRAINED) for count in COUNTS]
                                for draw in range(draws)]) for name in (PRETRAINED, RANDOM)}
    return {"own": _share(model, data), "accuracy": accuracy}


def _accuracy(model: StackedDenoisingAutoencoder, data: ImageData, draw: int, count: int, pretrained: bool) -> float:
    twin = StackedDenoisingAutoencoder(**model.get_params())
    twin.set_params(random_state=draw, verbose=False, pretrain_epochs=model.pretrain_epochs if pretrained else 0)
    return _share(twin.fit(data.X_train, some_labels(data.y_train, count, draw)), data)


def _share(model: StackedDenoisingAutoencoder, data: ImageData) -> float:
    return float(np.mean(model.predict(data.X_test) == data.y_test))


def remark(result: Any) -> str:
    """Return the accuracy at the number of labels of the exhibit."""
    means = {name: values.mean(axis=0)[COUNTS.index(LABELS)] for name, values in result.found["accuracy"].items()}
    return (f"fit(X, y) with {LABELS} labels, drawn at random, and −1 for the other images names "
            f"{result.found['own']:.1%} of the held-out digits. On average over {_draws(result)}: {means[PRETRAINED]:.1%}, "
            f"from random weights {means[RANDOM]:.1%}.")


def _draws(result: Any) -> str:
    count = len(result.found["accuracy"][PRETRAINED])
    return f"{count} draws of labels and weights" if count > 1 else "one draw of labels and weights"


def plate(result: Any, data: ImageData) -> Plate:
    """Accuracy against the number of labels, from both starts."""
    accuracy = result.found["accuracy"]
    gains = (accuracy[PRETRAINED] - accuracy[RANDOM]).mean(axis=0)
    said = ", ".join(f"{100 * gain:+.1f} points with {count}" for gain, count in zip(gains, COUNTS)).replace("-", "−")
    panel = plots.LinePanel(
        f"Held-out digits named, {_draws(result)}", [str(count) for count in COUNTS],
        {name: 100 * values.mean(axis=0) for name, values in accuracy.items()}, "training images with a label", "percent",
        bands={name: (100 * values.min(axis=0), 100 * values.max(axis=0)) for name, values in accuracy.items()},
        legend="lower right")
    return Plate(
        "When labels are few",
        f"The same network twice: every layer first taught to denoise what comes out of the layer below, on all "
        f"{len(data.X_train):,} images and without a label, or random weights. Then all layers are trained on the labelled "
        f"images, both times for {result.model.epochs} epochs. What pretraining changes: {said} labels (means; the bands "
        f"run from the worst draw to the best).",
        "Accuracy against the number of labels, one curve with pretraining and one from random weights",
        (plots.line_panels([panel], height=3.2),))


STACKED = Exhibit(
    title="Stacked denoising",
    idea="Labels are dear and images are not. Each layer is first taught to denoise what the layer below it says, from all "
         "images, without a label. Then the layers are put on top of each other, a softmax classifier on the code, and all "
         "of them are trained together. Two gradients meet in the code: from the reconstruction and from the classes.",
    equation=STACKED_EQUATION,
    build=lambda: StackedDenoisingAutoencoder(latent_dim=32, hidden_dims=(128, 64), latent_activation="relu",
                                              noise="masking", pretrain_epochs=20, epochs=200, learning_rate=5e-3,
                                              batch_size=64),
    remark=remark,
    labels=LABELS,
    measure=measure,
    plate=plate,
)
