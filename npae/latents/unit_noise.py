r"""Unit noise: the latent of the probabilistic autoencoder, a Gaussian of variance one around the code.

Key: m examples, k latent units. f code (m, k), eps ~ N(0, 1), z sample; dz = dL/dz.

Forward
    z = f + eps                                         (1)
Backward
    df = dz                                             (2)

The noise has a fixed size, the code has not: f -> c f with the decoder's input divided by c leaves g(f) as it is and makes
the noise small beside it. By itself the noise does not regularize (fact E001-13); a price on |f|^2 does.
Source: 001 vanilla slides 1 to 8.
"""

from __future__ import annotations

import numpy as np


def unit_noise(f: np.ndarray, eps: np.ndarray) -> np.ndarray:
    """Return z = f + eps."""
    return f + eps                                      # (1)


def unit_noise_backward(dz: np.ndarray) -> np.ndarray:
    """Return df for dz, a fresh array."""
    return +dz                                          # (2)
