"""Models, one idea a file, in the order of the course."""

from .autoencoder import Autoencoder
from .base import Model
from .contractive import ContractiveAutoencoder
from .denoising import DenoisingAutoencoder
from .probabilistic import ProbabilisticAutoencoder
from .sparse import SparseAutoencoder
from .stacked import StackedDenoisingAutoencoder
from .variational import VariationalAutoencoder

__all__ = ["Autoencoder", "ContractiveAutoencoder", "DenoisingAutoencoder", "Model", "ProbabilisticAutoencoder",
           "SparseAutoencoder", "StackedDenoisingAutoencoder", "VariationalAutoencoder"]
