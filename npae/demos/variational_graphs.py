"""The reparameterization before and after, and the variational autoencoder in training and in inference, as drawings."""

from __future__ import annotations

from pathlib import Path

from ..diagrams import reparameterization, training_and_inference
from ..plots import png_bytes


def graphs(out: Path, quick: bool) -> dict[str, float]:
    """Write the two drawings; there are no numbers in them."""
    (out / "reparameterization.png").write_bytes(png_bytes(reparameterization()))
    (out / "training_and_inference.png").write_bytes(png_bytes(training_and_inference()))
    print("Drawings: reparameterization.png (before, after), training_and_inference.png\n")
    return {}
