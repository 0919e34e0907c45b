"""What the tour shows: one record per model, in the order of the page. To add a model, add its record to EXHIBITS."""

from __future__ import annotations

from .tour_contractive import CONTRACTIVE
from .tour_denoising import DENOISING
from .tour_exhibit import Exhibit
from .tour_plain import PLAIN
from .tour_sparse import SPARSE
from .tour_stacked import STACKED

__all__ = ["EXHIBITS", "Exhibit"]

EXHIBITS: tuple[Exhibit, ...] = (*PLAIN, SPARSE, DENOISING, STACKED, CONTRACTIVE)
