"""The one type that all losses and activation penalties take as `weight`.

None stands for 1/m, the average over the m examples of the batch. An array that broadcasts against (m, n) replaces it
altogether: pixel weights M / m with M (m, n), importance weights (m, 1), feature weights (n,).
"""

from __future__ import annotations

from typing import Union

import numpy as np

Weight = Union[np.ndarray, float, None]


def weighted_sum(w: np.ndarray | float, l: np.ndarray) -> np.floating:
    """Return the sum of w * l; one weight for all entries is multiplied once."""
    return w * l.sum() if np.ndim(w) == 0 else (w * l).sum()
