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
from ..files import atomic_write
from ..models import Model

MODELS: dict[str, type[Model]] = {
    "autoencoder": models.Autoencoder,
    "sparse": models.SparseAutoencoder,
    "denoising": models.DenoisingAutoencoder,
    "stacked": models.StackedDenoisingAutoencoder,
    "contractive": models.ContractiveAutoencoder,
    "probabilistic": models.ProbabilisticAutoencoder,
    "vae": models.VariationalAutoencoder,
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `npae train`."""
    parser.add_argument("model", choices=MODELS, metavar="MODEL", help=", ".join(MODELS))
    parser.add_argument("--data", required=True, metavar="DATA",
                        help="digits (embedded), mnist, or a file: .npy, .npz or .csv with one example a row")
    parser.add_argument("--mnist-dir", metavar="DIR", help="folder of the four MNIST files (default: the cache)")
    parser.add_argument("--set", dest="settings", nargs="+", action="extend", default=[], metavar="NAME=VALUE",
                        help="hyperparameters, for instance latent_dim=8 hidden_dims=128,64 loss=bce")
    parser.add_argument("--out", required=True, metavar="DIR", help="folder to write to")


def run(args: argparse.Namespace) -> int:
    """Train, write everything to the folder, print the summary."""
    settings = {"verbose": True, "random_state": 0, **parse_settings(args.settings, MODELS[args.model])}
    model = MODELS[args.model](**settings)
    x, x_val, image_shape = load_data(args.data, args.mnist_dir)
    out = Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    model.fit(x, X_val=x_val)
    model.save(out / "model.npz")
    with atomic_write(out / "history.json", "w") as file:
        json.dump({**model.history_, **model.metrics_}, file, indent=1)
    written = ["model.npz", "history.json", *_draw(model, x_val, image_shape, out)]
    print(model.summary())
    print(f"  held-out score {model.score(x_val):.6g}")
    print(f"written to {out}: {', '.join(written)}")
    return 0


def parse_settings(settings: Sequence[str], model: type[Model]) -> dict[str, Any]:
    """Return hyperparameters from NAME=VALUE words; values are Python literals or plain words."""
    known = model().get_params()
    parsed = {}
    for word in settings:
        name, equals, text = word.partition("=")
        if not equals or name not in known:
            raise ValueError(f"--set takes NAME=VALUE with a hyperparameter of {model.__name__}, got {word!r}; "
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


def _draw(model: Model, x_val: np.ndarray, image_shape: tuple[int, int] | None, out: Path) -> list[str]:
    """Write the figures that suit the data and return their names."""
    from .. import plots
    name = type(model).__name__
    figures = {"learning_curves.png": plots.learning_curves({name: model.history_}, units={name: _units(model)})}
    if image_shape is not None:
        shown = x_val[:12]
        rows = {"original": shown, "reconstruction": model.reconstruct(shown)}
        figures["reconstructions.png"] = plots.reconstructions(rows, image_shape)
        if "encoder.0.W" in model.params:
            figures["filters.png"] = plots.filters(model.params["encoder.0.W"][:, :64], image_shape)
    for name, figure in figures.items():
        with atomic_write(out / name) as file:
            figure.savefig(file, dpi=150)
    return list(figures)


def _units(model: Model) -> str:
    if model.loss == "bce" or isinstance(model, models.VariationalAutoencoder):
        return "nats per example"
    return {"mse": "squared error per example", "mae": "absolute error per example"}[model.loss]
