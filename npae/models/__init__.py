"""Models, one idea a file, in the order of the course."""

from .autoencoder import Autoencoder
from .base import Model
from .estimator import NotFittedError

__all__ = ["Autoencoder", "Model", "NotFittedError"]
