"""Baselines: the known answers that models are held against."""

from .gaussian_mixture import GaussianMixture
from .noised_density import NoisedDensity
from .noised_density_circle import noised_circle
from .noised_density_linear import LinearDenoiser, masking_filter, salt_and_pepper_filter, wiener_filter
from .pca import PCA
from .probabilistic_pca import ProbabilisticPCA
from .subspace import principal_angles

__all__ = ["GaussianMixture", "LinearDenoiser", "NoisedDensity", "PCA", "ProbabilisticPCA", "masking_filter",
           "noised_circle", "principal_angles", "salt_and_pepper_filter", "wiener_filter"]
