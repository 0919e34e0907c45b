"""What the tour finds out about codes that are whole numbers: how many are used, what a prior knows of them, what they draw.

Key: m images, S slots on a grid of g x g places, K codes.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from ..baselines import independent_codes
from ..datasets import ImageData
from ..models.code_prior import PRIOR_DEFAULTS, PriorOverCodes
from .training import QUICK


class Level(NamedTuple):
    """The codes of one codebook, held-out images in nats per code: by the learned prior, and by counting alone."""

    name: str               # "" where there is only one, or "top", "bottom"
    K: int
    columns: slice          # of codes(X)
    perplexity: float       # in the last epoch of training
    usage: float
    nats: float
    counted: float

    @property
    def slots(self) -> int:
        """How many codes of this level stand for an image."""
        return int(self.columns.stop - self.columns.start)


def learn_prior(model: PriorOverCodes, data: ImageData, quick: bool) -> list[Level]:
    """Train the prior over the codes of the training images, and return what is known of every level, top first."""
    model.fit_prior(data.X_train, epochs=PRIOR_DEFAULTS["epochs"] // (QUICK if quick else 1))
    codes, held_out = model.codes(data.X_train), model.codes(data.X_test)
    nats = -np.mean(model.code_log_likelihood(data.X_test), axis=0, dtype=np.float64)
    edges = [*(prior.n_given for prior in model.priors_), codes.shape[1]]
    levels = []
    for level, codebook in enumerate(name for name in model.params if name.startswith("codebook")):
        K, columns = len(model.params[codebook]), slice(edges[level], edges[level + 1])
        perplexity, usage = (model.metrics_[codebook.replace("codebook", metric)][-1] for metric in ("perplexity", "usage"))
        counted = -float(np.mean(independent_codes(codes[:, columns], K, held_out[:, columns])))
        S = edges[level + 1] - edges[level]
        levels.append(Level(codebook.partition(".")[2], K, columns, perplexity, usage, nats[level] / S, counted / S))
    return levels


def windows(images: np.ndarray, side: int, g: int, margin: int) -> np.ndarray:
    """Return what lies around each place of a g x g grid: (m, S, w * w) for images (m, side * side), white outside.

    A window is one place wide, with a margin on all four sides, in pixels: w = side / g + 2 margin.
    """
    wide = side // g
    padded = np.pad(images.reshape(-1, side, side), ((0, 0), (margin, margin), (margin, margin)))
    corners = [(y * wide, x * wide) for y in range(g) for x in range(g)]
    return np.stack([padded[:, y:y + wide + 2 * margin, x:x + wide + 2 * margin].reshape(len(images), -1)
                     for y, x in corners], axis=1)


def drawn_by(codes: np.ndarray, K: int, images: np.ndarray, margin: int = 0) -> np.ndarray:
    """Return for each of K codes the mean window at which it stands in codes (m, S) of square images (m, n): (K, w * w)."""
    seen = windows(images, math.isqrt(images.shape[1]), math.isqrt(codes.shape[1]), margin)
    sums = np.zeros((K, seen.shape[2]))
    np.add.at(sums, codes.ravel(), seen.reshape(codes.size, -1))
    return sums / np.maximum(np.bincount(codes.ravel(), minlength=K), 1)[:, np.newaxis]
