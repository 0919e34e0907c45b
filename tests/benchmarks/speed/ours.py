"""npae itself: the training loop that `fit` runs, epoch by epoch."""

from __future__ import annotations

from collections.abc import Callable

from .configurations import Configuration
from .contender import LEARNING_RATE, Contender


def make(workspace: bool = True) -> Contender:
    """Return the contender, with arrays that are used again, or with fresh ones for every step."""
    def contender(configuration: Configuration) -> Callable[[], float]:
        X = configuration.data()
        model = configuration.model().initialize(X.shape[1])
        training = model._training
        training._start(model)
        params = model.params.with_workspace() if workspace else model.params

        def epoch() -> float:
            return training._minibatch_epoch(model, params, X, None, LEARNING_RATE)[0]["loss"]

        return epoch

    return contender
