"""Every estimator of the package, once: what scikit-learn's checks and tools are tried on."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

import npae
from npae import (
    PCA,
    Autoencoder,
    ContractiveAutoencoder,
    ConvolutionalAutoencoder,
    DenoisingAutoencoder,
    GaussianMixture,
    HierarchicalVectorQuantizedAutoencoder,
    KMeans,
    MaskedAutoencoder,
    ProbabilisticAutoencoder,
    ProbabilisticPCA,
    SparseAutoencoder,
    StackedDenoisingAutoencoder,
    VariationalAutoencoder,
    VectorQuantizedAutoencoder,
)
from npae.applications import AnomalyDetector, CodeQuantizer, SegmentationNetwork, SideBySide, SoftmaxRegression
from npae.estimator import Estimator

MODELS = [Autoencoder(), SparseAutoencoder(), DenoisingAutoencoder(), StackedDenoisingAutoencoder(), ContractiveAutoencoder(),
          ProbabilisticAutoencoder(), VariationalAutoencoder(), VectorQuantizedAutoencoder(), MaskedAutoencoder(n_codes=256)]
OF_IMAGES = [ConvolutionalAutoencoder(), HierarchicalVectorQuantizedAutoencoder(), VectorQuantizedAutoencoder(
    channels=(8,), n_slots=None)]
OTHERS = [PCA(), ProbabilisticPCA(), GaussianMixture(), KMeans(), SoftmaxRegression(), CodeQuantizer(), SideBySide([None]),
          AnomalyDetector(PCA(1), false_alarm_rate=0.5, confidence=0.5)]
# The labels of a segmentation network are whole maps, which none of scikit-learn's checks bring.
WITHOUT_CHECKS = [SegmentationNetwork()]


def estimator_classes() -> Iterator[type[Estimator]]:
    """Yield every public class of the package that can be fitted and is not there to be derived from alone."""
    for module in pkgutil.walk_packages(npae.__path__, "npae."):
        if not module.name.endswith("__main__") and not module.name.startswith("npae.exercises"):
            importlib.import_module(module.name)
    waiting = [Estimator]
    while waiting:
        found = waiting.pop()
        waiting += found.__subclasses__()
        if found.__module__.startswith("npae.") and not found.__name__.startswith("_") and "fit" in dir(found):
            yield found
