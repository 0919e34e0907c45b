"""How the sizes of the codes in unseen_models.py were chosen: `python -m npae.demos.unseen_search` chooses them again.

By the mean AUC over all pairs of kinds and of classes: digits on the last 287 training images, the other kinds on draws of
their own. The same number serves all pairs.
"""

from __future__ import annotations

import numpy as np

from ..datasets import load_digits
from .unseen import VALIDATION
from .unseen_kinds import standardized
from .unseen_models import EPOCHS, images, makers, pairs_of_classes, pairs_of_kinds

SIZES = (4, 8, 12, 16, 24, 32)
SEEDS = (100, 101)


def main() -> None:
    """Print for each size and model the mean AUC over pairs of kinds, over pairs of classes, and of both."""
    data = load_digits()
    (X, X_val), (y, y_val) = (np.split(array, [-VALIDATION]) for array in (data.X_train, data.y_train))
    for size in SIZES:
        for name, model in makers(EPOCHS, size, size).items():
            kinds = [value[0] for seed in SEEDS for value in pairs_of_kinds(model, *images(X, X_val, seed), seed).values()]
            classes = [value[0] for seed in SEEDS for value in
                       pairs_of_classes(model, standardized(X), y, standardized(X_val), y_val, seed).values()]
            print(f"{size:3}  {name.split(',')[0]:<12} kinds {np.mean(kinds):.4f}, classes {np.mean(classes):.4f}, "
                  f"both {(np.mean(kinds) + np.mean(classes)) / 2:.4f}", flush=True)


if __name__ == "__main__":
    main()
