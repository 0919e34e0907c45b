r"""Softmax regression: a linear classifier. On codes it is the linear probe, which asks what a code makes easy to see.

Key: m examples, d features, c classes; X (m, d), T (m, c) one-hot labels, W (d, c), b (c,).

    o = X W + b
    L = softmax_nll(o, T) + decay * sum W^2                             (mean over the examples; biases are not decayed)

L is convex, and strictly so in W when decay > 0: there is one W, whatever the start, and L-BFGS comes to it. That is why
it serves as a yardstick: no seed, no learning rate, no number of epochs. Of b only a constant added to all of it is free,
which no probability sees; starting from b = 0, its sum stays 0.

With decay = 0 and classes that a plane parts, the loss falls for ever while W grows: the largest number of iterations
ends it. The decay has the scale of X in it: bring codes of different models to one scale before comparing them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..estimator import Estimator
from ..layers import affine, affine_backward
from ..losses import softmax, softmax_nll, softmax_nll_backward
from ..optimizers import LBFGS
from ..parameters import Parameters
from ..penalties import l2_decay, l2_decay_backward
from ..validation import as_array, check_integer, check_labels, check_matrix, check_real, distinct_labels


@dataclass(kw_only=True, repr=False, eq=False)
class SoftmaxRegression(Estimator):
    """Linear classifier, trained to its optimum.

    decay           lambda in lambda * sum W^2, beside the mean negative log-likelihood
    max_iterations  of L-BFGS; it stops earlier when nothing is left to gain
    Fitted: classes_ (c,), params ("W" (d, c), "b" (c,)), loss_ at the optimum, converged_, n_iter_.
    """

    decay: float = 1e-3
    max_iterations: int = 1000

    def fit(self, X: ArrayLike, y: Any) -> SoftmaxRegression:
        """Train on X (m, d) with the labels y (m,)."""
        check_real(self.decay, "decay", 0)
        check_integer(self.max_iterations, "max_iterations", 1)
        x = check_matrix(X)
        y = check_labels(y, len(x))
        self.classes_ = classes = distinct_labels(y)
        self._params = Parameters({"W": (x.shape[1], len(classes)), "b": (len(classes),)}, dtype=np.float64)
        self._remember_features(X, x.shape[1])
        self._minimize(x, (y[:, np.newaxis] == classes).astype(np.float64))
        return self

    @property
    def params(self) -> Parameters:
        """The parameters by name: "W" (d, c), "b" (c,)."""
        self._check_fitted()
        return self._params

    def _minimize(self, x: np.ndarray, t: np.ndarray) -> None:
        def objective(theta: np.ndarray) -> tuple[float, np.ndarray]:
            loss, grads = self._loss_and_gradients(self._params.with_theta(theta), x, t)
            return loss, grads.theta

        optimizer = LBFGS()
        optimizer.start(self._params.theta)
        self.n_iter_ = 0
        while self.n_iter_ < self.max_iterations and not optimizer.converged:
            self.loss_ = optimizer.iterate(objective, self._params.theta)
            self.n_iter_ += 1
        self.converged_ = optimizer.converged

    def _loss_and_gradients(self, params: Parameters, x: np.ndarray, t: np.ndarray) -> tuple[float, Parameters]:
        o, grads = affine(x, params["W"], params["b"]), params.gradients()
        loss = softmax_nll(o, t) + self.decay * l2_decay(params["W"])
        _, dW, grads["b"] = affine_backward(softmax_nll_backward(o, t), x, params["W"], need_dx=False)
        grads["W"] = dW + self.decay * l2_decay_backward(params["W"])       # two paths: the likelihood, and the decay
        return float(loss), grads

    def predict_proba(self, X: ArrayLike) -> np.ndarray:
        """Return the probabilities (m, c) of the classes `classes_`."""
        return softmax(affine(self._check_input(X), self._params["W"], self._params["b"]))

    def predict(self, X: ArrayLike) -> np.ndarray:
        """Return the most probable label (m,) of every example."""
        best = np.argmax(self.predict_proba(X), axis=1)
        return self.classes_[best]

    def score(self, X: ArrayLike, y: Any) -> float:
        """Return the share of examples whose label is predicted rightly."""
        predicted = self.predict(X)
        labels = as_array(y, "y")
        if labels.shape != predicted.shape:
            raise ValueError(f"y must have shape {predicted.shape}, got {labels.shape}")
        return float(np.mean(predicted == labels))

    def __sklearn_tags__(self) -> Any:
        from sklearn.utils import ClassifierTags
        tags = super().__sklearn_tags__()
        tags.estimator_type, tags.classifier_tags = "classifier", ClassifierTags()
        tags.target_tags.required = True
        return tags
