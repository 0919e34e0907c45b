"""Oracles of the probabilistic family: samplers and divergences, the linear models, the probabilistic autoencoder.

A gradient check sees only that the backward pass belongs to the forward pass. That the forward pass is the right one is held
here against exact answers: the sign of the divergence, the meaning of logvar, the constants, the weight beta.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from .probabilistic_oracles_code import code_checks
from .probabilistic_oracles_linear import linear_checks
from .probabilistic_oracles_sampling import sampling_checks
from .result import Check


def probabilistic_oracle_checks(seed: int = 0) -> Iterator[Check]:
    """Yield the checks of the probabilistic and variational autoencoders against what is known exactly."""
    rng = np.random.default_rng(seed)
    yield from sampling_checks(rng)
    yield from linear_checks(rng, seed)
    yield from code_checks(rng, seed)
