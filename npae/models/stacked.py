r"""The stacked denoising autoencoder: learn layer by layer without labels, then all layers together.

1. Greedy pretraining. Layer l is the encoder of a shallow denoising autoencoder, trained on the (clean) outputs of the
   layers below, with noise of its own on that input. No gradient passes through more than one hidden layer.
2. Unrolling. The encoders on top of each other, the decoders mirrored: one deep denoising autoencoder that starts where
   pretraining has ended.
3. Fine-tuning. One objective for *all* layers, not for the top alone:
       L = denoising reconstruction  +  classification_weight * softmax cross-entropy of the code (with labels)

With labels a linear softmax classifier stands on the code, o_c = z W + b, and its gradient goes two ways into z. Unlabelled
examples (label -1) take part in pretraining, where labels are not needed, and not in fine-tuning.
Source: 000 reference [7], Vincent et al. 2010; the softmax classifier is losses/softmax_nll.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .. import network
from ..initialization import draw_weights
from ..layers import ACTIVATIONS, affine, affine_backward
from ..losses import softmax, softmax_nll, softmax_nll_backward
from ..parameters import Parameters
from ..training import TrainingDiverged
from ..validation import as_array, check_flag, check_integer, check_labels, check_random_state, check_weight, distinct_labels
from .base import Model, Noise, Terms
from .denoising import DenoisingAutoencoder

UNLABELLED = -1
LONGEST_CLASSES = 2 ** 20       # characters that their names may take in a file: as many for each as for the longest


@dataclass(kw_only=True, repr=False, eq=False)
class StackedDenoisingAutoencoder(DenoisingAutoencoder):
    __doc__ = f"""Denoising autoencoder with greedy pretraining and, given labels, a classifier on its code.

    pretrain_epochs         epochs for every layer before fine-tuning; 0 starts from random weights
    classification_weight   weight of the cross-entropy beside the reconstruction, with labels
    Noise as in DenoisingAutoencoder. fit(X, y): y holds class labels, -1 for examples without one.

    {Model.__doc__}
    Fitted with labels: classes_, predict(X), predict_proba(X). pretraining_: the history of every layer.
    """

    hidden_dims: Sequence[int] = (128, 64)
    pretrain_epochs: int = 10
    classification_weight: float = 1.0

    def _validate(self) -> None:
        check_integer(self.pretrain_epochs, "pretrain_epochs", 0)
        check_weight(self.classification_weight, "classification_weight")
        check_flag(self.tied, "tied")
        if self.tied:
            raise ValueError("tied=True is not for stacked pretraining: every layer brings a decoder of its own")
        super()._validate()

    # ---- fitting --------------------------------------------------------------------------------------------------

    def fit(self, X: ArrayLike, y: Any = None, X_val: ArrayLike | None = None, checkpoint: Any = None,
            resume: bool = False) -> StackedDenoisingAutoencoder:
        """Pretrain on X (m, n), then fine-tune: without labels on all of X, with labels y (m,) on the labelled rows.

        Raises ValueError for a checkpoint: a training of several stages writes none.
        """
        self._validate()
        if checkpoint is not None or resume:
            raise ValueError(f"{type(self).__name__} trains in several stages and writes no checkpoints: leave checkpoint=None")
        x = self._training_data(X, "X", None)[:]
        x_val = None if X_val is None else self._training_data(X_val, "X_val", x.shape[1])
        classes, numbers = _read_labels(y, len(x))
        with self._unchanged_on_error(but=TrainingDiverged):
            rng = self._begin_stages(X, x, classes)
            self._pretrain(x, rng)
            labelled = np.arange(len(x)) if numbers is None else np.flatnonzero(numbers >= 0)
            targets = None if numbers is None else np.eye(len(classes), dtype=x.dtype)[numbers[labelled]]
            self._training.run(self, x[labelled], x_val if targets is None else None, self.epochs, targets)
        return self

    def _begin_stages(self, X: ArrayLike, x: np.ndarray, classes: np.ndarray) -> np.random.Generator:
        self._n_classes = len(classes)
        rng = check_random_state(self.random_state)
        self._start(x.shape[1], rng)
        self._remember_features(X, x.shape[1])
        self.__dict__.pop("classes_", None)
        if len(classes):
            self.classes_ = classes
        return rng

    def _pretrain(self, x: np.ndarray, rng: np.random.Generator) -> None:
        self.pretraining_: list[dict[str, list[float]]] = []
        depth = len(self._encoder)
        for level, layer in enumerate(self._encoder):
            if not self.pretrain_epochs:
                return
            shallow = self._shallow(level, rng).fit(x)
            self._params[f"encoder.{level}.W"] = shallow.params["encoder.0.W"]
            self._params[f"encoder.{level}.b"] = shallow.params["encoder.0.b"]
            self._params[f"decoder.{depth - 1 - level}.W"] = shallow.params["decoder.0.W"]
            self._params[f"decoder.{depth - 1 - level}.b"] = shallow.params["decoder.0.b"]
            self.pretraining_.append(shallow.history_)
            x = network.forward([layer], self._params, x)[-1].y

    def _shallow(self, level: int, rng: np.random.Generator) -> DenoisingAutoencoder:
        """Return the one-layer denoiser whose input is the output of layer level - 1 (the data for level 0)."""
        below = self._encoder[level - 1].activation.name if level else None
        common = {name: getattr(self, name) for name in (
            "noise", "noise_level", "noise_mean", "corrupted_weight", "untouched_weight", "optimizer", "learning_rate",
            "batch_size", "dtype", "weight_decay", "decay_kind", "decay_biases", "max_gradient_norm", "initialization",
            "verbose")}
        return DenoisingAutoencoder(
            hidden_dims=(), latent_dim=self._encoder[level].bias_size(self._params), epochs=self.pretrain_epochs,
            latent_activation=self._encoder[level].activation.name, loss=self.loss if below is None else "mse",
            output_activation=self.output_activation if below is None else below, random_state=rng, **common)

    # ---- objective ------------------------------------------------------------------------------------------------

    def _build(self, n: int):
        layers, shapes = super()._build(n)
        count = getattr(self, "_n_classes", 0)
        if count:
            shapes = {**shapes, "classifier.W": (self.latent_dim, count), "classifier.b": (count,)}
        return layers, shapes

    def _start(self, n_features: int, rng: np.random.Generator) -> None:
        super()._start(n_features, rng)
        if "classifier.W" in self._params:
            W = self._params["classifier.W"]
            self._params["classifier.W"] = draw_weights(rng, W.shape, ACTIVATIONS["identity"])

    def _code_terms(self, params: Parameters, z: np.ndarray, noise: Noise, terms: Terms, grads: Parameters):
        """Add the classification term and its gradients where there are labels; return the gradient in z, or None."""
        if "labels" not in noise:
            return None
        o = affine(z, params["classifier.W"], params["classifier.b"])
        terms["classification"] = float(self.classification_weight) * softmax_nll(o, noise["labels"])
        do = float(self.classification_weight) * softmax_nll_backward(o, noise["labels"])
        dz, grads["classifier.W"], grads["classifier.b"] = affine_backward(do, z, params["classifier.W"])
        return dz

    def _extras(self) -> dict[str, Any]:
        return {"classes": self.classes_.tolist()} if hasattr(self, "classes_") else {}

    def _adopt_extras(self, extras: Mapping[str, Any]) -> None:
        if "classes" in extras:
            self.classes_ = _read_classes(extras["classes"])
            self._n_classes = len(self.classes_)

    def encode_labels(self, y: ArrayLike) -> np.ndarray:
        """Return labels (m,) as the rows (m, c) that `loss_and_gradients` takes as noise["labels"]."""
        self._check_classifier()
        y = as_array(y, "y")
        if y.ndim != 1 or not len(y):
            raise ValueError(f"y must hold one label for each example, got shape {y.shape}")
        if not np.isin(y, self.classes_).all():
            raise ValueError(f"y has labels that fit has not seen; known are {self.classes_.tolist()}")
        return (y[:, np.newaxis] == self.classes_).astype(self._params.theta.real.dtype)

    # ---- using ----------------------------------------------------------------------------------------------------

    def predict_proba(self, X: ArrayLike) -> np.ndarray:
        """Return the probabilities (m, c) of the classes `classes_`."""
        self._check_fitted()
        self._check_classifier()
        return softmax(affine(self._transform(X), self._params["classifier.W"], self._params["classifier.b"]))

    def predict(self, X: ArrayLike) -> np.ndarray:
        """Return the most probable label (m,) of every example."""
        chosen = np.argmax(self.predict_proba(X), axis=1)
        return self.classes_[chosen]

    def _check_classifier(self) -> None:
        if not hasattr(self, "classes_"):
            raise AttributeError("there is no classifier: fit(X, y) with labels trains one")


def _read_labels(y: Any, m: int) -> tuple[np.ndarray, np.ndarray | None]:
    """Return the classes and the number of each example's class, -1 where it has none; (empty, None) without labels."""
    if y is None:
        return np.array([]), None
    y = check_labels(y, m)
    known = y != UNLABELLED if y.dtype.kind in "iuf" else np.ones(m, dtype=bool)
    classes = distinct_labels(y[known])
    return classes, np.where(known, np.searchsorted(classes, y), UNLABELLED)


def _read_classes(classes: Any) -> np.ndarray:
    """Return the labels that a file names, as an array, or raise ValueError; an array of strings is as wide as its longest."""
    kinds = {type(label) for label in classes}
    if kinds not in ({int}, {bool}, {str}) or len(set(classes)) != len(classes) or len(classes) < 2:
        raise ValueError(f"classes must be two or more different labels, all integers, booleans or strings, got {classes!r}")
    if kinds == {str} and len(classes) * max(map(len, classes)) > LONGEST_CLASSES:
        raise ValueError("classes must have shorter names")
    return np.asarray(classes)
