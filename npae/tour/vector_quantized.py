"""The vector-quantized autoencoder on the tour: a digit as sixteen words of an alphabet, and what the words draw."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .. import plots
from ..baselines import KMeans
from ..datasets import ImageData
from ..models import VectorQuantizedAutoencoder
from .code_maps import code_colours, code_maps
from .codes import drawn_by, learn_prior, windows
from .equations import VECTOR_QUANTIZED_EQUATION
from .exhibit import Exhibit, Plate, square
from .training import SEED

SHOWN = 6               # digits with their codes
MARGIN = 1              # pixels around the place of a code that are shown with it
ACROSS = 16             # strokes in a row of the alphabet
ROUNDS = 30             # of k-means


def measure(model: VectorQuantizedAutoencoder, data: ImageData, quick: bool) -> dict[str, Any]:
    """How many codes are used, what a learned prior knows of them, and the error of as many bits without a network."""
    level = learn_prior(model, data, quick)[0]
    g, side = math.isqrt(level.slots), data.image_shape[0]
    pieces, held_out = (windows(X, side, g, 0).reshape(len(X) * level.slots, -1) for X in (data.X_train, data.X_test))
    kmeans = KMeans(n_clusters=level.K, max_iterations=ROUNDS, random_state=SEED).fit(pieces)
    missed = kmeans.centers_[kmeans.predict(held_out)] - held_out
    return {"level": level, "kmeans": float(np.sum(missed ** 2) / len(data.X_test))}


def remark(result: Any) -> str:
    """Return the size of the code, the use of the codebook, and the likelihood of the codes."""
    level = result.found["level"]
    return (f"{level.slots} codes out of {level.K} are {result.bits:.0f} bits an image; k-means on pieces of the image, as many "
            f"bits and no network, has {result.found['kmeans']:.2f}. {level.usage:.0%} of the codes are in use, as evenly as "
            f"{level.perplexity:.0f} equally frequent ones would be (the perplexity). A code of a held-out digit costs, exactly: "
            f"{level.nats:.2f} nats under the learned prior; {level.counted:.2f} under one that has only counted how often each "
            f"code occurs at its place; log {level.K} = {math.log(level.K):.2f} under none.")


def plate(result: Any, data: ImageData) -> Plate:
    """Digits, their codes and reconstructions; and what each code draws."""
    model, level, side = result.model, result.found["level"], data.image_shape[0]
    codes, images, grid = model.codes(data.X_train), data.X_test[:SHOWN], f"{level.slots} codes"
    ink = drawn_by(codes, level.K, data.X_train).mean(axis=1)
    strokes = drawn_by(codes, level.K, data.X_train, MARGIN)[np.argsort(ink, kind="stable")]
    window = math.isqrt(strokes.shape[1])
    rows = {"held-out digit": images, grid: model.codes(images), "reconstruction": model.reconstruct(images)}
    places, wide = math.isqrt(level.slots), side // math.isqrt(level.slots)
    return Plate(
        f"A digit in {level.slots} words",
        f"Each of {square(places)} places holds one of {level.K} codes. Its number is a name; its colour is the ink "
        f"where it stands in training images, from pale to dark. The reconstruction is all that the decoder makes of these "
        f"{level.slots} whole numbers. Below, the alphabet: for every code the mean of the training images around the places "
        f"where it stands, the inner {square(wide)} pixels its own place. Ends, edges, corners and bars: the few words "
        f"of which most digits can be made.",
        "Digits, below each a grid of numbers on colours, and the digit that is decoded from them; a table of small strokes",
        (code_maps(rows, side, {grid: code_colours(ink)}),
         plots.image_grid(strokes, (window, window), columns=ACROSS, title="The alphabet, from pale to dark")))


VECTOR_QUANTIZED = Exhibit(
    title="Vector-quantized",
    idea="A code of whole numbers. For each of sixteen places the encoder writes a vector z; the nearest of 64 learned vectors, "
         "e, takes its stead, and its number is all that the decoder is told. Under a small step the nearest one stays the "
         "same, so the true gradient is zero; instead, the decoder’s gradient is copied from e to z. Running averages draw the "
         "codebook after the encodings, and the price β keeps these near their codes. Afterwards a masked autoencoder, each of "
         "whose outputs sees earlier codes only, learns which codes go together.",
    equation=VECTOR_QUANTIZED_EQUATION,
    build=lambda: VectorQuantizedAutoencoder(latent_dim=16, n_codes=64, n_slots=16, channels=(32,), activation="tanh",
                                             epochs=60, learning_rate=1e-2, batch_size=32, schedule="cosine"),
    remark=remark,
    twin={"n_slots": None, "n_codes": 4},
    measure=measure,
    plate=plate,
)
