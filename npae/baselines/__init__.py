"""Baselines: the known answers that models are held against."""

from .gaussian_mixture import GaussianMixture
from .independent_codes import independent_codes
from .kmeans import KMeans, lloyd_step, plus_plus
from .noised_density import NoisedDensity
from .noised_density_circle import noised_circle
from .noised_density_linear import LinearDenoiser, masking_filter, salt_and_pepper_filter, wiener_filter
from .pca import PCA
from .probabilistic_pca import ProbabilisticPCA
from .subspace import principal_angles

__all__ = ["GaussianMixture", "KMeans", "LinearDenoiser", "NoisedDensity", "PCA", "ProbabilisticPCA", "independent_codes",
           "lloyd_step", "masking_filter", "noised_circle", "plus_plus", "principal_angles", "salt_and_pepper_filter",
           "wiener_filter"]


def __dir__() -> list[str]:
    return sorted(__all__)
