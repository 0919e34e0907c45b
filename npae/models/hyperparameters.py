"""Validation of the hyperparameters that all models share: one readable list of what makes sense."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from ..corruption import Corruption
from ..initialization import SCHEMES
from ..layers import ACTIVATIONS
from ..losses import LOSSES
from ..optimizers import get_optimizer, get_schedule
from ..penalties import Penalty, WeightDecay
from ..validation import check_choice, check_flag, check_integer, check_real, check_sequence, check_size

MOST_PARAMETERS = 2 ** 30
SIZES = ("latent_dim", "hidden_dims", "channels", "top_channels", "kernel_size", "n_codes", "n_codes_top", "n_codes_bottom",
         "n_slots", "n_classes")
DTYPES = ("float32", "float64")


def validate_common(model: Any) -> None:
    """Raise ValueError or TypeError, naming the hyperparameter, for the first that makes no sense."""
    _validate_architecture(model)
    _validate_objective(model)
    _validate_training(model)


def _validate_architecture(model: Any) -> None:
    check_size(model.latent_dim, "latent_dim")
    check_sequence(model.hidden_dims, "hidden_dims", "widths such as (128,)")
    for index, width in enumerate(model.hidden_dims):
        check_size(width, f"hidden_dims[{index}]")
    if model.latent_activation is not None:
        check_choice(model.latent_activation, "latent_activation", ACTIVATIONS)
    check_choice(model.activation, "activation", ACTIVATIONS)
    check_choice(model._latent_activation(), "latent_activation", ACTIVATIONS)
    check_choice(model.initialization, "initialization", SCHEMES)
    check_flag(model.tied, "tied")
    check_flag(model.require_decreasing, "require_decreasing")


def _validate_objective(model: Any) -> None:
    check_choice(model.loss, "loss", LOSSES)
    if model.output_activation is not None:
        check_choice(model.output_activation, "output_activation", ACTIVATIONS)
        loss = LOSSES[model.loss]
        if loss.on_logits and model.output_activation != loss.link:
            raise ValueError(f"output_activation must be None or {loss.link!r} with loss={loss.name!r}, which works on "
                             f"logits and contains the {loss.link}; got {model.output_activation!r}")
    WeightDecay(model.weight_decay, model.decay_kind, model.decay_biases).validate()
    if not isinstance(model.penalties, (list, tuple)):
        raise TypeError(f"penalties must be a list or tuple of penalty objects, got {model.penalties!r}")
    for penalty in model.penalties:
        if not isinstance(penalty, Penalty):
            raise TypeError(f"penalties takes Penalty objects such as L1Sparsity(0.1), got {penalty!r}")
        penalty.validate()
    if model.corruption is not None:
        if not isinstance(model.corruption, Corruption):
            raise TypeError(f"corruption takes None or a Corruption such as GaussianNoise(0.3), got {model.corruption!r}")
        model.corruption.validate()


def _validate_training(model: Any) -> None:
    optimizer = get_optimizer(model.optimizer)
    optimizer.validate()
    if optimizer.full_batch and model._is_noisy:
        raise ValueError(f"optimizer={model.optimizer!r} needs a loss without noise; use 'adam' with a corruption or a "
                         f"stochastic latent")
    get_schedule(model.schedule)
    check_real(model.learning_rate, "learning_rate", 0, open_low=True)
    if model.max_gradient_norm is not None:
        check_real(model.max_gradient_norm, "max_gradient_norm", 0, open_low=True)
    check_integer(model.batch_size, "batch_size", 1)
    check_integer(model.epochs, "epochs", 0)
    if model.patience is not None:
        check_integer(model.patience, "patience", 1)
    check_flag(model.verbose, "verbose")
    if _dtype_name(model.dtype) not in DTYPES:
        raise ValueError(f"dtype must be 'float32' or 'float64', got {model.dtype!r}")


def _dtype_name(dtype: Any) -> str | None:
    try:
        return np.dtype(dtype).name
    except TypeError:
        return None


def check_parameter_count(model: Any, shapes: Mapping[str, tuple[int, ...]]) -> None:
    """Raise ValueError where the architecture asks for more parameters than are ever meant."""
    count = sum(math.prod(shape) for shape in shapes.values())
    if count > MOST_PARAMETERS:
        sizes = ", ".join(name for name in SIZES if name in model.get_params())
        largest = max(shapes, key=lambda name: math.prod(shapes[name]))
        raise ValueError(f"{type(model).__name__} would have {count:,} parameters ({largest} alone is {shapes[largest]}), more "
                         f"than {MOST_PARAMETERS:,}: make what sets its size smaller ({sizes})")
