"""The figures of the tour, each with what it is called, what it shows, and what to look at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import plots
from ..applications import neighbour_accuracy
from ..datasets import ImageData
from ..losses import bernoulli_entropy
from .exhibit import Plate
from .training import Result

NEIGHBOURS = 5
UNITS = 32              # of a first layer, the largest ones
TILE = 0.565            # inches, of a filter; eight of them fill half of the page


def plates(results: Sequence[Result], data: ImageData) -> list[Plate]:
    """Return the figures in the order of the page: those of all models without one of their own, then the others'."""
    shared = [result for result in results if result.exhibit.plate is None]
    drawn = [figure(shared, data) for figure in (reconstructions, maps, filters, curves)] if shared else []
    own = [result.exhibit.plate(result, data) for result in results if result.exhibit.plate is not None]
    return [plate for plate in (*drawn, *own) if plate.pictures]


def reconstructions(results: Sequence[Result], data: ImageData) -> Plate:
    """The first held-out image of each class, and what every model makes of it, the smallest code first."""
    labels = np.unique(data.y_test)
    originals = data.X_test[[int(np.argmax(data.y_test == label)) for label in labels]]
    rows = {"held-out images": originals}
    for result in sorted(results, key=lambda result: result.code_size):
        for name, model, size, error in (("PCA", result.pca, result.pca.n_components, result.pca_error),
                                         (result.exhibit.title, result.model, result.code_size, result.error)):
            rows[f"{name}\n{size} numbers, error {error:.2f}"] = model.reconstruct(originals)
    return Plate(
        "Ten digits through the bottleneck",
        "Read a column downwards: the image on top has passed through 2, then 8, then 16 numbers. Where numbers are "
        "scarce, PCA blends digits into a gray average; a nonlinear decoder commits itself to strokes, sometimes to "
        "those of another digit. Trained to the end, the linear network draws the same pictures as PCA. Errors are "
        "averages over all held-out images.",
        "Rows of digits: originals on top, below them the reconstructions by PCA and by each model",
        (plots.reconstructions(rows, data.image_shape, column_titles=[str(label) for label in labels]),))


def maps(results: Sequence[Result], data: ImageData) -> Plate:
    """The codes of every model with two code units, beside PCA's."""
    models: dict[str, Any] = {result.exhibit.title: result.model for result in results if result.code_size == 2}
    if models:
        models["PCA, two numbers"] = next(result.pca for result in results if result.code_size == 2)
    codes = {name: model.transform(data.X_test) for name, model in models.items()}
    notes = {name: f"{NEIGHBOURS} nearest neighbours name {_accuracy(model, data):.1%} of the digits"
             for name, model in models.items()}
    return Plate(
        "A map of the digits",
        "Every held-out digit at its two-number code; the large numerals stand at the median of each class. Look for "
        "classes that PCA piles up on one another and the curved map pulls apart. The line under each title says how "
        f"often the {NEIGHBOURS} nearest training codes name the right digit. The networks never saw a label.",
        "Two maps of the held-out digits, by the autoencoder and by PCA, each point drawn as its digit",
        tuple(plots.scatter_codes({name: points}, data.y_test, notes, panel=5.2) for name, points in codes.items()),
        wide=True)      # a picture each: side by side where there is room, else one below the other


def filters(results: Sequence[Result], data: ImageData) -> Plate:
    """The first layer of every model whose first weights are images, and PCA's components beside the linear one's."""
    pictures = []
    for result in results:
        weights = result.model.params.get("encoder.0.W")
        if weights is None or weights.ndim != 2 or len(weights) != data.X_train.shape[1]:
            continue
        if not result.model.hidden_dims:
            components = result.pca.components_
            pictures.append(plots.filters(components.T, data.image_shape, title=f"PCA: {len(components)} components",
                                          tile=TILE))
        shown = min(weights.shape[1], UNITS)
        count = f"{shown} units" if shown == weights.shape[1] else f"the {shown} largest of {weights.shape[1]} units"
        pictures.append(plots.filters(weights, data.image_shape, columns=8, max_units=UNITS, tile=TILE,
                                      title=f"{result.exhibit.title}: {count}"))
    return Plate(
        "What the first layer looks for",
        "The weights into each unit as an image: ink on red raises the unit, ink on blue lowers it. PCA’s components "
        "come in order, from coarse to fine; the linear network’s are mixtures of them. In the deep networks most of "
        "the strongest weights sit in the outermost columns, in pixels that fewer than one digit in fifty inks: Adam "
        "measures each step by the weight’s own gradients, so pixels that hardly ever speak are moved as far as the "
        "others. Weight decay has wiped them white.",
        "Grids of small weight images, red positive and blue negative",
        tuple(pictures), wide=True)


def curves(results: Sequence[Result], data: ImageData) -> Plate:
    """The reconstruction term over the epochs, with the value that it is held against."""
    entropy = float(bernoulli_entropy(data.X_train).sum(axis=1).mean())
    histories, units, floors = {}, {}, {}
    for result in results:
        name = result.exhibit.title
        histories[name] = result.model.history_
        in_nats = result.model.loss == "bce"
        units[name] = "nats per image" if in_nats else "squared error per image"
        floors[name] = ("entropy of the pixels", entropy) if in_nats else (f"PCA, {result.pca.n_components} numbers",
                                                                           result.pca.floor_)
    return Plate(
        "How they learnt",
        "The reconstruction loss in every epoch (for the linear network, every L-BFGS iteration). Dotted: the least "
        "that an affine map through so many numbers can reach on the training images. The linear network comes down to "
        "that line and stays on it; a nonlinear one can pass below. In nats the dotted line is the entropy of the gray "
        "pixels, and nothing passes below it. The gap between the curves is what was learnt by heart. Validation "
        "images steer nothing here.",
        "Learning curves of each model, training and validation",
        (plots.learning_curves(histories, units, floors, term="reconstruction"),))


def _accuracy(model: Any, data: ImageData) -> float:
    return neighbour_accuracy(model.transform(data.X_train), data.y_train, model.transform(data.X_test), data.y_test,
                              NEIGHBOURS)
