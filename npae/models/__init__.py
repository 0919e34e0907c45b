"""Models, one idea a file, in the order of the course."""

from .autoencoder import Autoencoder
from .base import Model
from .contractive import ContractiveAutoencoder
from .convolutional import ConvolutionalAutoencoder
from .denoising import DenoisingAutoencoder
from .hierarchical import HierarchicalVectorQuantizedAutoencoder
from .masked import MaskedAutoencoder
from .probabilistic import ProbabilisticAutoencoder
from .sparse import SparseAutoencoder
from .stacked import StackedDenoisingAutoencoder
from .variational import VariationalAutoencoder
from .vector_quantized import VectorQuantizedAutoencoder

__all__ = [
    "Autoencoder", "ContractiveAutoencoder", "ConvolutionalAutoencoder", "DenoisingAutoencoder",
    "HierarchicalVectorQuantizedAutoencoder", "MaskedAutoencoder", "Model", "ProbabilisticAutoencoder", "SparseAutoencoder",
    "StackedDenoisingAutoencoder", "VariationalAutoencoder", "VectorQuantizedAutoencoder",
]


def __dir__() -> list[str]:
    return sorted(__all__)
