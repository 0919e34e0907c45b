"""Baselines: the known answers that models are held against."""

from .noised_density import NoisedDensity
from .noised_density_circle import noised_circle
from .noised_density_linear import LinearDenoiser, masking_filter, wiener_filter
from .pca import PCA
from .subspace import principal_angles

__all__ = ["LinearDenoiser", "NoisedDensity", "PCA", "masking_filter", "noised_circle", "principal_angles", "wiener_filter"]
