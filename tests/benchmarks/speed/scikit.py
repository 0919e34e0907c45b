"""scikit-learn's MLPRegressor, which reproduces its input as well as any other target. Squared error only."""

from __future__ import annotations

from collections.abc import Callable

from .configurations import Configuration
from .contender import LEARNING_RATE, Contender, Missing


def make() -> Contender:
    """Return the contender."""
    return mlp_regressor


def mlp_regressor(configuration: Configuration) -> Callable[[], float]:
    """Return an epoch of partial_fit, which goes over the data once in batches."""
    try:
        from sklearn.neural_network import MLPRegressor
    except ImportError as error:
        raise Missing("scikit-learn is not installed") from error
    if (configuration.kind, configuration.loss) != ("ae", "mse"):
        raise Missing("MLPRegressor has squared error alone")
    X = configuration.data()
    model = MLPRegressor(hidden_layer_sizes=configuration.widths[1:-1], activation=configuration.activation,
                         batch_size=configuration.batch, learning_rate_init=LEARNING_RATE, alpha=0.0, random_state=0)

    def epoch() -> float:
        return model.partial_fit(X, X).loss_

    return epoch
