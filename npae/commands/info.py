"""`npae info`: what a saved model is; without a file, what this installation is."""

from __future__ import annotations

import argparse
import platform
from importlib import metadata
from pathlib import Path

import numpy as np

from .. import datasets, models
from .._version import __version__
from ..persistence import load


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `npae info`."""
    parser.add_argument("model", nargs="?", metavar="MODEL.npz", help="a model written by `npae train` or model.save()")


def run(args: argparse.Namespace) -> int:
    """Print the summary of a model, or the versions and data that are here."""
    print(load(args.model).summary() if args.model else installation())
    return 0


def installation() -> str:
    """Return versions, models and data as text."""
    cache = datasets.cache_dir()
    names = [name for name in models.__all__ if isinstance(getattr(models, name), type)
             and issubclass(getattr(models, name), models.Model) and name != "Model"]
    rows = {
        "npae": __version__,
        "Python": platform.python_version(),
        "NumPy": np.__version__,
        "matplotlib": metadata.version("matplotlib"),
        "models": ", ".join(names),
        "digits": "embedded, 1,437 training and 360 test images of 8 x 8",
        "MNIST": f"in {cache}" if _has_files(cache) else f"not in {cache} (downloaded when first asked for)",
    }
    return "\n".join(f"{name:<12}{text}" for name, text in rows.items())


def _has_files(folder: Path) -> bool:
    return folder.is_dir() and any(folder.iterdir())
