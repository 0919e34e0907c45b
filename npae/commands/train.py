"""`npae train`: one model, from data to a folder with the model, its history and its figures."""

from __future__ import annotations

import argparse
import ast
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .. import datasets, models
from ..checkpoint import Checkpoint
from ..files import atomic_write
from ..models import MaskedAutoencoder, Model
from ..models.code_prior import PriorOverCodes
from .presets import NOTE, presets

MODELS: dict[str, type[Model]] = {
    "autoencoder": models.Autoencoder,
    "sparse": models.SparseAutoencoder,
    "denoising": models.DenoisingAutoencoder,
    "stacked": models.StackedDenoisingAutoencoder,
    "contractive": models.ContractiveAutoencoder,
    "probabilistic": models.ProbabilisticAutoencoder,
    "vae": models.VariationalAutoencoder,
    "convolutional": models.ConvolutionalAutoencoder,
    "vq": models.VectorQuantizedAutoencoder,
    "vq2": models.HierarchicalVectorQuantizedAutoencoder,
}
FIRST = ("encoder.0.W", "encoder.bottom.0.W")       # weights that look at the pixels


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `npae train`."""
    parser.add_argument("model", choices=MODELS, metavar="MODEL", help=", ".join(MODELS))
    parser.add_argument("--data", required=True, metavar="DATA",
                        help="digits (embedded), mnist, or a file: .npy, .npz or .csv with one example a row")
    parser.add_argument("--mnist-dir", metavar="DIR", help="folder of the four MNIST files (default: the cache)")
    parser.add_argument("--set", dest="settings", nargs="+", action="extend", default=[], metavar="NAME=VALUE",
                        help="hyperparameters, for instance latent_dim=8 hidden_dims=128,64 loss=bce")
    parser.add_argument("--prior", nargs="+", action="extend", default=[], metavar="NAME=VALUE",
                        help="hyperparameters of the prior over the codes of vq and vq2, for instance epochs=20")
    parser.add_argument("--out", required=True, metavar="DIR", help="folder to write to")
    parser.add_argument("--checkpoint-every", type=int, metavar="N", help="write DIR/checkpoint.npz after every N epochs")
    parser.add_argument("--resume", action="store_true",
                        help="go on from DIR/checkpoint.npz, to the same bits, and keep writing it")
    parser.epilog = NOTE


def run(args: argparse.Namespace) -> int:
    """Train, write everything to the folder, print the summary."""
    kind = MODELS[args.model]
    chosen, prior = parse_settings(args.settings, kind), parse_settings(args.prior, MaskedAutoencoder, "--prior")
    if prior and not issubclass(kind, PriorOverCodes):
        raise ValueError(f"--prior is for models whose codes are whole numbers, vq and vq2; {args.model} has no prior to train")
    x, x_val, image_shape = load_data(args.data, args.mnist_dir)
    preset = presets(args.model, image_shape, len(x))
    model = kind(**{"verbose": True, "random_state": 0, **preset, **chosen})
    out = Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    model.fit(x, X_val=x_val, **_checkpoint(args, out))
    if isinstance(model, PriorOverCodes):
        model.fit_prior(x, X_val=x_val, **{"epochs": model.epochs, **prior})
    model.save(out / "model.npz")
    with atomic_write(out / "history.json", "w") as file:
        json.dump({**model.history_, **model.metrics_, **_of_priors(model)}, file, indent=1)
    written = ["model.npz", "history.json", *_draw(model, x_val, image_shape, out)]
    print(model.summary())
    print(f"  held-out score {model.score(x_val):.6g}")
    if isinstance(model, PriorOverCodes):
        print(f"  held-out codes {-model.code_log_likelihood(x_val).sum(axis=1).mean():.4g} nats under the prior, "
              f"{model.bits * np.log(2):.4g} without one")
    print(f"written to {out}: {', '.join(written)}")
    return 0


def _checkpoint(args: argparse.Namespace, out: Path) -> dict[str, Any]:
    """Return the arguments of `fit` that say whether the run is written while it goes on."""
    if args.checkpoint_every is None and not args.resume:
        return {}
    every = 1 if args.checkpoint_every is None else args.checkpoint_every
    return {"checkpoint": Checkpoint(out, epochs=every), "resume": args.resume}


def parse_settings(settings: Sequence[str], model: type[Model], option: str = "--set") -> dict[str, Any]:
    """Return hyperparameters from NAME=VALUE words; values are Python literals or plain words."""
    known = model().get_params()
    parsed = {}
    for word in settings:
        name, equals, text = word.partition("=")
        if not equals or name not in known:
            raise ValueError(f"{option} takes NAME=VALUE with a hyperparameter of {model.__name__}, got {word!r}; "
                             f"it has {', '.join(known)}")
        try:
            parsed[name] = ast.literal_eval(text)
        except (ValueError, SyntaxError):
            parsed[name] = text
        if isinstance(known[name], tuple) and not isinstance(parsed[name], (tuple, list)):
            parsed[name] = (parsed[name],)
    return parsed


def load_data(data: str, mnist_dir: str | None = None) -> tuple[np.ndarray, np.ndarray, tuple[int, int] | None]:
    """Return training data, held-out data and the image shape (None when the rows are not square images).

    Digits and MNIST come with their split; of a file, a tenth of the rows, at least one, is held out at random.
    """
    if data in ("digits", "mnist"):
        images = datasets.load_digits() if data == "digits" else datasets.load_mnist(mnist_dir)
        return images.X_train, images.X_test, images.image_shape
    x = datasets.load_file(data)
    if len(x) < 2:
        raise ValueError(f"{data}: at least two rows are needed, one to train on and one to hold out, found {len(x)}")
    order = np.random.default_rng(0).permutation(len(x))
    held_out = max(1, len(x) // 10)
    side = round(x.shape[1] ** 0.5)
    return x[order[held_out:]], x[order[:held_out]], (side, side) if side > 3 and side * side == x.shape[1] else None


def _of_priors(model: Model) -> dict[str, dict[str, list[float]]]:
    """Return the histories of the priors over codes, by what they are called in files and figures."""
    levels = [name.partition(".")[2] for name in model.params if name.startswith("codebook")]
    return {f"prior, {level}" if level else "prior": prior.history_
            for level, prior in zip(levels, getattr(model, "priors_", []))}


def _draw(model: Model, x_val: np.ndarray, image_shape: tuple[int, int] | None, out: Path) -> list[str]:
    """Write the figures that suit the data and return their names."""
    from .. import plots
    name, priors = type(model).__name__, _of_priors(model)
    units = {name: _units(model), **dict.fromkeys(priors, "nats per example")}
    figures = {"learning_curves.png": plots.learning_curves({name: model.history_, **priors}, units=units)}
    if image_shape is not None:
        shown = x_val[:12]
        rows = {"original": shown, "reconstruction": model.reconstruct(shown)}
        figures["reconstructions.png"] = plots.reconstructions(rows, image_shape)
        W = next((value for name, value in model.params.items() if name in FIRST), None)
        if W is not None:
            figures["filters.png"] = plots.filters(*_as_columns(W, image_shape))
    for name, figure in figures.items():
        with atomic_write(out / name) as file:
            figure.savefig(file, dpi=150)
    return list(figures)


def _as_columns(W: np.ndarray, image_shape: tuple[int, int]) -> tuple[np.ndarray, tuple[int, int]]:
    """Return the weights into at most 64 units, one in a column, or kernels (o, 1, k, k) likewise, and the shape of a column."""
    if W.ndim == 2:
        return W[:, :64], image_shape
    return W.reshape(len(W), -1).T[:, :64], (W.shape[2], W.shape[3])


def _units(model: Model) -> str:
    if model.loss == "bce" or isinstance(model, models.VariationalAutoencoder):
        return "nats per example"
    return {"mse": "squared error per example", "mae": "absolute error per example"}[model.loss]
