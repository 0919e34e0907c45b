"""What comes out for images that are like the training data and for others: pairs of images, and histograms of the errors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from .. import plots
from ..applications import auc, reconstruction_errors
from .unseen_kinds import MEAN, SD, SHAPE, UNSEEN
from .unseen_models import DEEP, LINEAR, SPLITS, Images, Makers


def draw_all(models: Makers, learned: Images, asked: Images, y: np.ndarray, y_test: np.ndarray, out: Path) -> None:
    """Train on seed 0 and write three figures into the folder `out`."""
    deep = {kind: models[DEEP](0).fit(learned[kind]) for kind in ("digits", "letters", "patches", "noise")}
    line = models[LINEAR](0).fit(learned["digits"])
    two = np.concatenate([asked[kind][:2] for kind in UNSEEN])
    titles = [title for kind in UNSEEN for title in (kind, "")]
    rows = {"images": two}
    rows |= {f"trained on\n{kind}": deep[kind].reconstruct(two) for kind in ("digits", "letters", "patches")}
    rows["PCA,\nof digits"] = line.reconstruct(two)
    pictures = {"kinds": (rows, titles), "classes": (_class_rows(models, learned["digits"], asked["digits"], y, y_test), ())}
    for name, (shown, heads) in pictures.items():
        figure = plots.reconstructions(shown, SHAPE, low=MEAN - SD, high=MEAN + 2 * SD, column_titles=heads)
        (out / f"{name}.png").write_bytes(plots.png_bytes(figure))
    (out / "errors.png").write_bytes(plots.png_bytes(_histograms(deep, asked)))


def _class_rows(models: Makers, X: np.ndarray, X_test: np.ndarray, y: np.ndarray, y_test: np.ndarray) -> Images:
    one = X_test[[int(np.argmax(y_test == digit)) for digit in range(10)]]
    rows = {"images": one}
    for split in SPLITS[:2]:
        X_split = X[np.isin(y, split)]
        for name, model in (("autoencoder", models[DEEP]), ("PCA", models[LINEAR])):
            rows[f"{name},\nof {split[0]} to {split[-1]}"] = model(0).fit(X_split).reconstruct(one)
    return rows


def _histograms(deep: dict[str, Any], asked: Images) -> Figure:
    panels = []
    for seen, unseen in (("digits", "letters"), ("patches", "digits"), ("noise", "digits")):
        errors = {kind: np.log10(reconstruction_errors(deep[seen], asked[kind])) for kind in (seen, unseen)}
        values = {"the kind trained on": errors[seen], "the other kind": errors[unseen]}
        panels.append(plots.DensityPanel(f"trained on {seen}", values, (-1.5, 1.5), "log10 of the squared error",
                                         f"asked about {unseen}: AUC {auc(errors[seen], errors[unseen]):.3f}"))
    return plots.density_panels(panels, columns=3, height=2.9)
