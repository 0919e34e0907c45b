r"""Anomaly detection: a model that has learnt what is normal is asked how strange an example is.

Key: X (m, n) examples; z (m, k) their codes; x_hat (m, n) their reconstructions. Every score is (m,), high for strange.

    reconstruction   |x - x_hat|^2, summed over the features: how far x lies from what the decoder can say
    loss             what the model itself minimizes per example, -score_samples: minus the evidence bound, in nats, for the
                     variational family, the reconstruction loss for the others
    code             -log p(z) in nats, p a mixture of Gaussians fitted to the codes of normal examples, or, for a
                     vector-quantized model, its prior over codes (`fit_prior`): how unusual what the decoder says is

The first two and the last see different things. An anomaly off the manifold of normal examples has a large error; one that the
decoder can say, though no normal example says it (a code between two clusters, or far out), has an unusual code. A *single*
Gaussian on the codes can be worse than chance: a held-out kind may be encoded near the middle, where a Gaussian expects most.
Minus the evidence bound holds both: the error and, as the KL, the code's distance from the prior.

Deterministic: a row has the same score in any company, at any call (up to rounding, about 1e-6 of it in float32: a matrix
product adds in an order that depends on the number of rows). No noise enters: a denoising autoencoder sees the example
uncorrupted, a variational one uses its means, or in the bound the same fixed noise for every row, and codes are nearest codes.

Failure modes. A code that is too large reconstructs the anomalies too, and the error of normal examples, which it improves,
does not show that: the size has to be chosen with examples of anomalies, or small. Training data that hold anomalies teach them.
Source: 000; 002 l.98; 003.
"""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..baselines import GaussianMixture
from ..estimator import Estimator
from ..validation import Seed, check_choice, check_matrix, check_model, check_real
from .false_alarms import false_alarm_threshold

METHODS = {"reconstruction": "reconstruct", "loss": "score_samples", "code": "transform"}       # what each kind of score needs
FLOOR = 1e-3            # of the mean variance of the code units: no direction of a code is held to be more exact


def reconstruction_errors(model: Any, X: ArrayLike) -> np.ndarray:
    """Return the squared error (m,) of the reconstruction of each row of X (m, n), summed over the features, in float64."""
    check_model(model, "reconstruct")
    x = check_matrix(X)
    return ((np.asarray(model.reconstruct(x), np.float64) - x) ** 2).sum(axis=1)


def model_losses(model: Any, X: ArrayLike) -> np.ndarray:
    """Return what the model itself minimizes, minus score_samples, of each row of X (m, n), in float64."""
    check_model(model, "score_samples")
    return -np.asarray(model.score_samples(X), np.float64)


def fit_code_density(model: Any, X: ArrayLike, n_components: int = 10, random_state: Seed = None,
                     **settings: Any) -> GaussianMixture:
    """Return a mixture of Gaussians fitted to the codes of normal examples X (m, n); settings: more of GaussianMixture."""
    check_model(model, "transform")
    codes = np.asarray(model.transform(X), np.float64)
    spread = codes.var(axis=0).mean()
    if not spread > 0:
        raise ValueError("the codes of X are all the same: the model has collapsed, or X is constant")
    given = {"min_variance": FLOOR * spread, **settings}
    return GaussianMixture(n_components=n_components, random_state=random_state, **given).fit(codes)


def code_surprise(model: Any, X: ArrayLike, density: GaussianMixture | None = None) -> np.ndarray:
    """Return minus the log-likelihood (m,) of the codes of X (m, n), nats, under a density from `fit_code_density`.

    Without a density the model must be vector-quantized and have its own: `model.fit_prior(X)`.
    """
    if density is not None:
        check_model(model, "transform")
        check_model(density, "score_samples", name="density")
        return -density.score_samples(np.asarray(model.transform(X), np.float64))
    if not hasattr(model, "code_log_likelihood"):
        raise TypeError(f"{type(model).__name__} has no prior over its codes: pass density=fit_code_density(model, X)")
    return -np.asarray(model.code_log_likelihood(X), np.float64).sum(axis=1)


@dataclass(repr=False, eq=False)
class AnomalyDetector(Estimator):
    """Trains a model on normal examples and raises an alarm for what is stranger than a threshold.

    model               any model of the package that has what the score needs; it is copied, and left as it is
    kind                of the score: "reconstruction", "loss" or "code"
    false_alarm_rate    the share of normal examples that may raise an alarm
    confidence          how surely it is not exceeded (false_alarms.py)
    n_components, random_state  of the mixture, for "code"; a vector-quantized model is given its prior instead
    validation_share    of the examples, where no others are given for the threshold
    Fitted: model_, density_ (None unless a mixture was fitted), threshold_ (its value, how many validation scores it leaves
    above and of how many, expected_rate).
    For a model that is trained already use the functions of this file and `false_alarm_threshold`: that is all this class does.
    """

    model: Any
    kind: str = "reconstruction"
    false_alarm_rate: float = 0.05
    confidence: float = 0.95
    n_components: int = 10
    random_state: Seed = None
    validation_share: float = 0.3

    def fit(self, X: ArrayLike, y: Any = None, X_val: ArrayLike | None = None) -> AnomalyDetector:
        """Train on normal examples X (m, n), set the threshold with others, X_val (v, n), and return self. y is ignored.

        Without X_val the last rows of X, `validation_share` of them, are kept out of the training for that.
        Raises ValueError if the validation examples are too few for the promised rate, before anything is trained.
        """
        check_choice(self.kind, "kind", METHODS)
        if not hasattr(self.model, METHODS[self.kind]):
            raise TypeError(f"kind={self.kind!r} needs a model with the method {METHODS[self.kind]}, which "
                            f"{type(self.model).__name__} does not have")
        x, x_val = self._parts_of(X, X_val)
        false_alarm_threshold(np.zeros(len(x_val)), self.false_alarm_rate, self.confidence)     # are they enough?
        model, density = copy.deepcopy(self.model).fit(x), None
        if self.kind == "code" and hasattr(model, "fit_prior"):
            model.fit_prior(x)
        elif self.kind == "code":
            density = fit_code_density(model, x, self.n_components, self.random_state)
        scores = _scores(self.kind, model, x_val, density)
        self.model_, self.density_ = model, density
        self.threshold_ = false_alarm_threshold(scores, self.false_alarm_rate, self.confidence)
        self._remember_features(X, x.shape[1])
        return self

    def _parts_of(self, X: ArrayLike, X_val: ArrayLike | None) -> tuple[np.ndarray, np.ndarray]:
        """Return the examples for training and those for the threshold."""
        x = check_matrix(X)
        if X_val is not None:
            return x, check_matrix(X_val, "X_val", x.shape[1])
        check_real(self.validation_share, "validation_share", 0, 1, open_low=True, open_high=True)
        kept = len(x) - math.ceil(self.validation_share * len(x))
        if not kept:
            raise ValueError("X has 1 sample(s), and one is for the threshold: give more, or others as X_val")
        return x[:kept], x[kept:]

    def anomaly_scores(self, X: ArrayLike) -> np.ndarray:
        """Return the score (m,) of each row of X (m, n), high for strange."""
        x = self._check_input(X)
        return _scores(self.kind, self.model_, x, self.density_)

    def score_samples(self, X: ArrayLike) -> np.ndarray:
        """Return minus the anomaly scores (m,): as everywhere in the package, high is usual."""
        return -self.anomaly_scores(X)

    def score(self, X: ArrayLike, y: Any = None) -> float:
        """Return the mean of score_samples(X): of two detectors of one kind the better fits X, normal examples, better."""
        return float(np.mean(self.score_samples(X)))

    def predict(self, X: ArrayLike) -> np.ndarray:
        """Return for each row of X (m, n) whether it raises an alarm, (m,) bool."""
        return self.anomaly_scores(X) > self.threshold_.value


def _scores(kind: str, model: Any, X: np.ndarray, density: GaussianMixture | None) -> np.ndarray:
    if kind == "code":
        return code_surprise(model, X, density)
    return reconstruction_errors(model, X) if kind == "reconstruction" else model_losses(model, X)
