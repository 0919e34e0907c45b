"""Optimizers: they see one flat vector and its gradient, and move the vector in place.

In the order of reading: `sgd`, `momentum`, `rmsprop`, `adam`; then `line_search` and `lbfgs`; and `clipping`,
`schedules`.
"""

from __future__ import annotations

from copy import deepcopy

from .adam import Adam
from .base import Optimizer
from .clipping import clip_by_norm
from .lbfgs import LBFGS
from .momentum import Momentum
from .rmsprop import RMSProp
from .schedules import Schedule, constant, cosine, get_schedule, step, warmup
from .sgd import SGD

OPTIMIZERS: dict[str, type[Optimizer]] = {cls.__name__.lower(): cls for cls in (SGD, Momentum, RMSProp, Adam, LBFGS)}

__all__ = ["OPTIMIZERS", "Adam", "LBFGS", "Momentum", "Optimizer", "RMSProp", "SGD", "Schedule", "clip_by_norm", "constant",
           "cosine", "get_optimizer", "get_schedule", "step", "warmup"]


def get_optimizer(optimizer: str | Optimizer) -> Optimizer:
    """Return a new optimizer of this name, or a copy of this one: the user's object is never changed.

    Raises for an unknown name, and for hyperparameters out of range.
    """
    if isinstance(optimizer, Optimizer):
        optimizer.validate()
        return deepcopy(optimizer)
    if isinstance(optimizer, str) and optimizer in OPTIMIZERS:
        return OPTIMIZERS[optimizer]()
    raise ValueError(f"optimizer must be one of {', '.join(OPTIMIZERS)} or an optimizer such as Adam(beta1=0.8), "
                     f"got {optimizer!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
