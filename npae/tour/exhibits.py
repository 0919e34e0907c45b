"""What the tour shows: one record per model, in the order of the page. To add a model, add its record to EXHIBITS."""

from __future__ import annotations

from .contractive import CONTRACTIVE
from .convolutional import CONVOLUTIONAL
from .denoising import DENOISING
from .exhibit import Exhibit
from .hierarchical import HIERARCHICAL
from .plain import PLAIN
from .probabilistic import PROBABILISTIC
from .sparse import SPARSE
from .stacked import STACKED
from .variational import VARIATIONAL
from .vector_quantized import VECTOR_QUANTIZED

__all__ = ["EXHIBITS", "Exhibit"]

EXHIBITS: tuple[Exhibit, ...] = (*PLAIN, CONVOLUTIONAL, SPARSE, DENOISING, STACKED, CONTRACTIVE, PROBABILISTIC,
                                  VARIATIONAL, VECTOR_QUANTIZED, HIERARCHICAL)
