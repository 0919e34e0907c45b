"""`npae sample`: new examples from a generative model, as a grid of pictures."""

from __future__ import annotations

import argparse
import math
from typing import Any

import numpy as np

from ..files import atomic_write
from ..models import MaskedAutoencoder
from ..models.code_prior import PriorOverCodes
from ..persistence import load
from ..validation import check_integer


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `npae sample`."""
    parser.add_argument("model", metavar="MODEL.npz", help="a generative model, from `npae train vae` for instance")
    parser.add_argument("-n", dest="count", type=int, default=64, metavar="N", help="how many (default: 64)")
    parser.add_argument("--out", required=True, metavar="GRID.png", help="file to write")
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="of the draws (default: 0)")
    parser.add_argument("--noise", action="store_true",
                        help="draw from p(x|z); the default is its mean, without the noise of the pixels")


def run(args: argparse.Namespace) -> int:
    """Draw and write."""
    check_integer(args.count, "-n", 1)
    check_integer(args.seed, "--seed", 0)
    model = load(args.model)
    if not hasattr(model, "sample"):
        raise ValueError(f"{args.model}: {type(model).__name__} does not generate, it has no prior over its codes. `npae "
                         f"train` vae, probabilistic, vq or vq2, or fit a mixture to its codes with "
                         f"npae.applications.sample_from_codes")
    if isinstance(model, MaskedAutoencoder):
        raise ValueError(f"{args.model}: a MaskedAutoencoder generates codes, not images; name the model whose codes they are")
    if isinstance(model, PriorOverCodes):
        _check_codes_can_be_drawn(model, args)
    shape = image_shape(model, args.model)
    images = model.sample(args.count, random_state=args.seed, mean=not args.noise)
    from ..plots import image_grid
    low, high = gray_scale(images)
    write(image_grid(images, shape, columns=math.ceil(math.sqrt(args.count)), low=low, high=high), args.out)
    print(f"{args.count} {'draws' if args.noise else 'means'} of {shape[0]} x {shape[1]} written to {args.out} "
          f"(seed {args.seed}, white is {low:.3g}, black {high:.3g})")
    return 0


def _check_codes_can_be_drawn(model: PriorOverCodes, args: argparse.Namespace) -> None:
    if not hasattr(model, "priors_"):
        raise ValueError(f"{args.model}: this {type(model).__name__} has no prior over its codes to draw from. `npae train` vq "
                         f"and vq2 give it one, in Python it is model.fit_prior(X)")
    if args.noise:
        raise ValueError(f"--noise: {type(model).__name__} draws codes, and its decoder makes one image of them; it has no "
                         f"p(x|z) to draw from")


def image_shape(model: Any, name: str) -> tuple[int, int]:
    """Return the height and width of the images that the model was trained on: its own word, or a square."""
    own = getattr(model, "image_shape", None)
    if own is not None:
        return int(own[0]), int(own[1])
    side = math.isqrt(model.n_features_in_)
    if side * side != model.n_features_in_:
        raise ValueError(f"{name}: the model has {model.n_features_in_} features, which make no square image to draw")
    return side, side


def gray_scale(images: np.ndarray) -> tuple[float, float]:
    """Return what is white and what is black: 0 and 1 for gray values, the extremes for data on another scale.

    Gaussian outputs overshoot 0 and 1, and draws do by their noise: most of the values decide, and with a tolerance.
    """
    lowest, low, high, highest = (float(value) for value in np.percentile(images, (1, 10, 90, 99)))
    if low > -0.5 and high < 1.5 and highest > 0.3:
        return 0.0, 1.0
    return lowest, max(highest, lowest + 1e-6)


def write(figure: Any, path: str) -> None:
    """Write a figure as PNG, all of it or nothing."""
    from ..plots import png_bytes
    with atomic_write(path) as file:
        file.write(png_bytes(figure))
