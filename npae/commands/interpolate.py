"""`npae interpolate`: straight lines between the codes of held-out examples, decoded.

For the variational family the codes are the means of the posteriors. In between there is no example: what the decoder makes
of such codes shows whether it has learned a space or only places. Codes that are whole numbers are places and nothing else:
there is no line between the 7th and the 12th vector of a codebook that the decoder has ever seen a point of.
"""

from __future__ import annotations

import argparse

import numpy as np

from ..models import MaskedAutoencoder, Model
from ..models.code_prior import PriorOverCodes
from ..persistence import load
from ..validation import check_integer
from .sample import gray_scale, image_shape, write
from .train import load_data

ROWS = 6                # drawn when no pair is named: examples 0 and 1, 2 and 3, ...


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `npae interpolate`."""
    parser.add_argument("model", metavar="MODEL.npz", help="a model written by `npae train` or model.save()")
    parser.add_argument("--data", required=True, metavar="DATA", help="as for `npae train`; the held-out examples are taken")
    parser.add_argument("--mnist-dir", metavar="DIR", help="folder of the four MNIST files (default: the cache)")
    parser.add_argument("--from", dest="first", type=int, metavar="I", help="number of the held-out example to begin with")
    parser.add_argument("--to", dest="last", type=int, metavar="J",
                        help=f"and of that to end with (default: the first {ROWS} pairs)")
    parser.add_argument("--steps", type=int, default=9, metavar="N",
                        help="pictures in a row, both ends included (default: 9)")
    parser.add_argument("--out", required=True, metavar="ROWS.png", help="file to write")


def run(args: argparse.Namespace) -> int:
    """Interpolate and write."""
    check_integer(args.steps, "--steps", 2, 40)
    model = load(args.model)
    if isinstance(model, (PriorOverCodes, MaskedAutoencoder)):
        raise ValueError(f"{args.model}: the codes of {type(model).__name__} are whole numbers, and between two of them is "
                         f"nothing that a decoder knows. `npae sample` draws new ones")
    shape = image_shape(model, args.model)
    held_out = load_data(args.data, args.mnist_dir)[1]
    if held_out.shape[1] != model.n_features_in_:
        raise ValueError(f"{args.model} has {model.n_features_in_} features, {args.data} has {held_out.shape[1]}: "
                         f"interpolate between examples of the kind that the model was trained on")
    pairs = choose_pairs(args.first, args.last, len(held_out))
    rows = {}
    for i, j in pairs:
        a, b = held_out[[i]], held_out[[j]]
        rows[f"{i} to {j}"] = np.vstack([a, interpolate(model, a, b, args.steps), b])
    from ..plots import image_rows
    low, high = gray_scale(np.vstack(list(rows.values())))
    titles = ["example", *(f"{share:.0%}" for share in np.linspace(0, 1, args.steps)), "example"]
    write(image_rows(rows, shape, column_titles=titles, low=low, high=high, apart=(1, args.steps + 1)), args.out)
    print(f"{len(rows)} row{'s' * (len(rows) > 1)} of {args.steps} steps written to {args.out}: held-out examples "
          + ", ".join(rows))
    return 0


def choose_pairs(first: int | None, last: int | None, count: int) -> list[tuple[int, int]]:
    """Return the one pair asked for, or the first pairs of `count` held-out examples."""
    if (first is None) != (last is None):
        raise ValueError("--from and --to go together: name both examples, or neither")
    if first is None:
        if count < 2:
            raise ValueError(f"two held-out examples are needed, found {count}")
        return [(i, i + 1) for i in range(0, min(2 * ROWS, count - 1), 2)]
    check_integer(first, "--from", 0, count - 1)
    check_integer(last, "--to", 0, count - 1)
    return [(first, int(last or 0))]


def interpolate(model: Model, a: np.ndarray, b: np.ndarray, steps: int) -> np.ndarray:
    """Return decodings (steps, n) of equally spaced codes on the line from that of a (1, n) to that of b (1, n)."""
    share = np.linspace(0, 1, steps)[:, None]
    z_a, z_b = model.transform(a), model.transform(b)
    return model.inverse_transform((1 - share) * z_a + share * z_b)
