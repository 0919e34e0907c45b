r"""How much of a codebook is used: perplexity and usage.

Key: n (K,) how often each of the K codes was chosen, p = n / sum n.

    perplexity = exp(-sum_j p_j log p_j)      from 1 (one code does everything) to K (all equally often)
    usage      = share of codes with n_j > 0

A codebook of K codes carries at most log2 K bits a slot; it carries log2 perplexity, and a prior that sees the other slots
finds fewer still. Over a single batch of few slots both are small by chance: they are reported over a whole epoch.
"""

from __future__ import annotations

import numpy as np


def perplexity(counts: np.ndarray) -> float:
    """Return the perplexity of a codebook from counts (K,), which are not all zero."""
    p = counts[counts > 0] / np.sum(counts)
    return float(np.exp(-np.sum(p * np.log(p))))


def usage(counts: np.ndarray) -> float:
    """Return the share, 0 to 1, of the codes that were chosen at all, from counts (K,)."""
    return float(np.mean(counts > 0))
