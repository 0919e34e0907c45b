"""How the settings in reduction_recipes.py were chosen: `python -m npae.demos.reduction_search` chooses them again.

Models learn from the first 1,150 training images; the 287 validation images judge them. No test image is looked at.
"""

from __future__ import annotations

import itertools

import numpy as np

from ..applications import continuity, error_by_code_size, trustworthiness
from .reduction_recipes import CHOSEN, EPOCHS, MAP_NETWORK, MAP_VARIANCE, NETWORKS, VARIANCES, autoencoder, variational
from .three_parts import digits_in_three_parts

SEEDS = (0, 1, 2)


def validation_error(k: int, network: str, epochs: int = EPOCHS) -> float:
    """Return the squared error per validation image of autoencoders of k units, the mean over the seeds."""
    train, validation, _ = digits_in_three_parts()
    models = [autoencoder(k, seed, epochs, network).fit(train.X) for seed in SEEDS]
    return float(np.mean([error_by_code_size({k: model}, validation.X)[k] for model in models]))


def neighbourhoods_kept(network: str, sigma2: float, epochs: int = EPOCHS) -> float:
    """Return the mean of trustworthiness and continuity of the validation images' codes, over the seeds."""
    train, validation, _ = digits_in_three_parts()
    codes = [variational(seed, epochs, network, sigma2).fit(train.X).transform(validation.X) for seed in SEEDS]
    return float(np.mean([measure(validation.X, z) for z in codes for measure in (trustworthiness, continuity)]))


def main() -> None:
    """Print every choice, and mark what is written."""
    for k, written in CHOSEN.items():
        print(f"{k} units, squared error per validation image")
        for network in NETWORKS:
            print(f"  {validation_error(k, network):.3f}  {network}{'  (written)' if network == written else ''}", flush=True)
    print("variational, 2 units: mean of trustworthiness and continuity")
    for network, sigma2 in itertools.product(NETWORKS, VARIANCES):
        mark = "  (written)" if (network, sigma2) == (MAP_NETWORK, MAP_VARIANCE) else ""
        print(f"  {neighbourhoods_kept(network, sigma2):.4f}  {network}, sigma2={sigma2:g}{mark}", flush=True)


if __name__ == "__main__":
    main()
