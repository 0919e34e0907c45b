"""Baselines: the known answers that models are held against."""

from .pca import PCA
from .subspace import principal_angles

__all__ = ["PCA", "principal_angles"]
