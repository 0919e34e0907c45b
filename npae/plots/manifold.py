"""The manifold that a two-dimensional latent has learned: the decoder's output over the plane of codes, tile by tile.

The codes stand at equal steps of probability and not of length, through the inverse of the normal distribution function:
each tile is then equally probable under the prior N(0, I), and no tile lies at infinity.
"""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
from matplotlib import colormaps
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from ..validation import check_integer
from .style import GRAY, INK, MUTED, SMALL, label_axes, picture, set_title
from .tiles import as_images

ZOOM = 6                # array pixels for a pixel of an image
MARGIN = 1              # white pixels of the image's size around each: images that fill their frame would grow together
TICKS = (0.025, 0.25, 0.5, 0.75, 0.975)     # of probability; the axes name their quantiles


def quantile_grid(side: int) -> np.ndarray:
    """Return codes (side * side, 2) in reading order: unit 1 grows to the right, unit 2 upwards."""
    check_integer(side, "side", 1)
    steps = np.array([NormalDist().inv_cdf((index + 0.5) / side) for index in range(side)])
    across, up = np.meshgrid(steps, steps[::-1])
    return np.stack([across.ravel(), up.ravel()], axis=1)


def manifold(images: ArrayLike, image_shape: tuple[int, int], title: str = "", note: str = "", width: float = 6.4) -> Figure:
    """Return a figure of decoded images (side * side, height * width) at the codes of `quantile_grid(side)`."""
    pictures = as_images(images, image_shape)
    side = round(len(pictures) ** 0.5)
    if side * side != len(pictures):
        raise ValueError(f"images must be the square of a side, as of quantile_grid(side), got {len(pictures)}")
    pictures = np.pad(pictures, ((0, 0), (MARGIN, MARGIN), (MARGIN, MARGIN)))
    height, across = pictures.shape[1:]
    canvas = pictures.reshape(side, side, height, across).transpose(0, 2, 1, 3).reshape(side * height, side * across)
    canvas = canvas.repeat(ZOOM, axis=0).repeat(ZOOM, axis=1)
    head, foot = (0.52 if note else 0.34) if title else 0.0, 0.5
    inner = width - 0.66
    tall = inner * height / across
    figure, ax = picture(colormaps[GRAY](Normalize(0, 1, clip=True)(canvas)), width, left=0.58, top=head + foot)
    ax.set_position((0.62 / width, foot / (tall + head + foot), inner / width, tall / (tall + head + foot)))
    if title:
        set_title(ax, title, note)
    names = [f"{NormalDist().inv_cdf(place):.2g}" if place != 0.5 else "0" for place in TICKS]
    ax.set_xticks([place * canvas.shape[1] for place in TICKS], names)
    ax.set_yticks([(1 - place) * canvas.shape[0] for place in TICKS], names)
    ax.tick_params(colors=MUTED, labelsize=SMALL, length=3.5, labelcolor=INK)
    label_axes(ax, "latent unit 1 (equal steps of probability)", "latent unit 2 (equal steps of probability)")
    return figure
