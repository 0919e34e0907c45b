"""The sparse autoencoder on the tour: more code units than pixels, and a digit taken apart into the few that are on."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import plots
from ..baselines import PCA
from ..datasets import ImageData
from ..models import SparseAutoencoder
from .equations import SPARSE_EQUATION
from .exhibit import Exhibit, Plate

DIGITS = (0, 2, 5)      # that are taken apart
PARTS = 6               # of each, the largest ones
ATOMS = 32


def measure(model: SparseAutoencoder, data: ImageData, quick: bool) -> dict[str, Any]:
    """How many units are on for a held-out image, how many for no training image, and PCA with as many numbers."""
    on = int(round((model.transform(data.X_test) > 0).sum(axis=1).mean()))
    used = (model.transform(data.X_train) > 0).mean(axis=0)             # (k,)
    return {"on": on, "used": used, "dead": int((used == 0).sum()),
            "pca_error": -PCA(max(1, on)).fit(data.X_train).score(data.X_test)}


def remark(result: Any) -> str:
    """Return how sparse the code is."""
    found = result.found
    return (f"For an image {found['on']} of {result.code_size} units are on, and the others exactly zero; "
            f"{found['dead']} are on for no training image. PCA with {found['on']} numbers has {found['pca_error']:.2f}.")


def plate(result: Any, data: ImageData) -> Plate:
    """Three digits as sums of parts, and the parts that are used most."""
    model, used = result.model, result.found["used"]
    rows = [int(np.argmax(data.y_test == digit)) for digit in DIGITS]
    images, codes = data.X_test[rows], model.transform(data.X_test[rows])
    atoms = model.params["decoder.0.W"]                                         # (k, n)
    strongest = np.argsort(-codes, axis=1, kind="stable")[:, :PARTS]            # (3, PARTS)
    parts = np.take_along_axis(codes, strongest, axis=1)[:, :, np.newaxis] * atoms[strongest]     # (3, PARTS, n)
    bias = np.broadcast_to(model.params["decoder.0.b"], images.shape)
    titles = ["digit", "bias", *(f"+ {number}" for number in range(1, PARTS + 1)), "all"]
    most = np.argsort(-used, kind="stable")[:ATOMS]
    return Plate(
        "A digit taken apart",
        f"Every digit is the decoder’s bias plus a few parts, each a row of the decoder times how strongly its unit is on. "
        f"The {PARTS} strongest are shown, red for ink added and blue for ink taken away, and below them the sum so far; at "
        f"the end the sum of all that are on. The second picture has the parts that are used most. The penalty leaves few "
        f"units on for any one image, others for another image, and it has switched off {result.found['dead']} of the "
        f"{result.code_size} for good.",
        "Three digits, each as a sum of signed parts, and a grid of the parts that are used most",
        (plots.build_ups(images, bias, parts, model.reconstruct(images), data.image_shape, titles, width=5.45),
         plots.filters(atoms[most].T, data.image_shape, columns=8, tile=0.56, title=f"The {ATOMS} parts used most")),
        wide=True)


SPARSE = Exhibit(
    title="Sparse, L1",
    idea="More than twice as many code units as pixels: no bottleneck forbids copying, a price does. Every unit that is on "
         "costs what it says, λ|z|, and a unit that is not worth it is exactly zero, because that pull does not fade near "
         "zero. The decoder’s rows are held at length one: with long rows and small codes the price could be dodged.",
    equation=SPARSE_EQUATION,
    build=lambda: SparseAutoencoder(latent_dim=144, hidden_dims=(), sparsity="l1", sparsity_weight=0.2, epochs=150,
                                    learning_rate=2e-3, batch_size=32, schedule="cosine"),
    remark=remark,
    twin={"latent_dim": 20},
    measure=measure,
    plate=plate,
)
