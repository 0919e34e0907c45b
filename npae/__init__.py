"""npae: autoencoders down to the last gradient.

Pure NumPy, every backward pass written by hand, every derivation beside the code that implements it, every gradient
checked. `import npae` is light: each name is imported from its room when it is first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from ._version import __version__

if TYPE_CHECKING:
    from .baselines import PCA, GaussianMixture, KMeans, ProbabilisticPCA, principal_angles
    from .checkpoint import Checkpoint
    from .corruption import BlockMaskingNoise, GaussianNoise, MaskingNoise, SaltAndPepperNoise
    from .datasets import (
        DataFileError,
        ImageData,
        arc,
        bars,
        circle,
        correlated_gaussian,
        gaussian_mixture,
        helix,
        load_digits,
        load_mnist,
        load_patches,
        spiral,
        swiss_roll,
    )
    from .estimator import NotFittedError
    from .gradcheck import GradientCheckError, check_gradients, relative_error
    from .interruption import TrainingInterrupted
    from .model_file import ModelFileError
    from .models import (
        Autoencoder,
        ContractiveAutoencoder,
        ConvolutionalAutoencoder,
        DenoisingAutoencoder,
        HierarchicalVectorQuantizedAutoencoder,
        MaskedAutoencoder,
        ProbabilisticAutoencoder,
        SparseAutoencoder,
        StackedDenoisingAutoencoder,
        VariationalAutoencoder,
        VectorQuantizedAutoencoder,
    )
    from .optimizers import LBFGS, SGD, Adam, Momentum, RMSProp
    from .parameters import Parameters
    from .penalties import Contraction, GaussianPrior, KLSparsity, L1Sparsity, StudentTSparsity, WeightDecay
    from .persistence import load
    from .training import TrainingDiverged

_ROOMS = {
    "corruption": ("BlockMaskingNoise", "GaussianNoise", "MaskingNoise", "SaltAndPepperNoise"),
    "baselines": ("PCA", "GaussianMixture", "KMeans", "ProbabilisticPCA", "principal_angles"),
    "datasets": ("DataFileError", "ImageData", "arc", "bars", "circle", "correlated_gaussian", "gaussian_mixture", "helix",
                 "load_digits", "load_mnist", "load_patches", "spiral", "swiss_roll"),
    "gradcheck": ("GradientCheckError", "check_gradients", "relative_error"),
    "estimator": ("NotFittedError",),
    "models": ("Autoencoder", "ContractiveAutoencoder", "ConvolutionalAutoencoder", "DenoisingAutoencoder",
               "HierarchicalVectorQuantizedAutoencoder", "MaskedAutoencoder", "ProbabilisticAutoencoder", "SparseAutoencoder",
               "StackedDenoisingAutoencoder", "VariationalAutoencoder", "VectorQuantizedAutoencoder"),
    "penalties": ("Contraction", "GaussianPrior", "KLSparsity", "L1Sparsity", "StudentTSparsity", "WeightDecay"),
    "optimizers": ("LBFGS", "SGD", "Adam", "Momentum", "RMSProp"),
    "parameters": ("Parameters",),
    "checkpoint": ("Checkpoint",),
    "interruption": ("TrainingInterrupted",),
    "model_file": ("ModelFileError",),
    "persistence": ("load",),
    "training": ("TrainingDiverged",),
    "applications": (), "checks": (), "commands": (), "course": (), "demos": (), "derivations": (), "diagrams": (),
    "distributions": (), "exercises": (), "latents": (), "layers": (), "losses": (), "plots": (), "sources": (), "tour": (),
}
_HOME = {name: room for room, names in _ROOMS.items() for name in names}

__all__ = sorted(["__version__", *_HOME])


def __getattr__(name: str) -> Any:
    if name in _HOME:
        value = getattr(importlib.import_module(f".{_HOME[name]}", __name__), name)
    elif name in _ROOMS:
        value = importlib.import_module(f".{name}", __name__)
    else:
        raise AttributeError(f"module 'npae' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*__all__, *_ROOMS})
