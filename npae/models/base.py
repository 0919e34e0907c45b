"""What every model shares: hyperparameters, parameters, fitting, scoring, saving.

A model adds its architecture (`_build`) and its objective (`_loss_and_gradients`), and little else.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from ..checkpoint import CheckpointWriter, as_checkpoint
from ..corruption import Corruption
from ..initialization import draw_weights
from ..model_file import save
from ..network import Layer
from ..parameters import Parameters, Shapes
from ..penalties import Penalty
from ..rows import ByteImages, Rows, is_bytes
from ..training import Training, TrainingDiverged, check_finite
from ..transformer import Transformer
from ..validation import check_flag, check_generator, check_integer, check_mapping, check_matrix, check_random_state
from .hyperparameters import check_parameter_count, validate_common
from .summary import architecture, summarize

Noise = Mapping[str, np.ndarray]
Terms = dict[str, Any]
M = TypeVar("M", bound="Model")


def with_total(terms: Terms, dtype: np.dtype) -> Terms:
    """Return the terms with their sum, "loss", in front; all scalars of dtype, which NumPy 1 would not keep by itself."""
    scalar = dtype.type
    cast = {name: scalar(value) for name, value in terms.items()}
    return {"loss": scalar(sum(cast.values())), **cast}


@dataclass(kw_only=True, repr=False, eq=False)
class Model(Transformer):
    """Common hyperparameters, all keyword arguments.

    latent_dim              k, the number of code units
    hidden_dims             widths between input and code; the decoder mirrors them, (128,) is n-128-k-128-n
    activation              of the hidden layers: "identity", "relu", "sigmoid", "tanh", "softplus"
    latent_activation       of the code
    loss                    "mse", "mae", or "bce" (data in [0, 1]; the network's output is the logit)
    output_activation       of the last layer; None takes what the loss asks for
    tied                    the decoder uses the transposed weights of the encoder
    require_decreasing      insist on widths that fall from layer to layer down to the code
    weight_decay            lambda in lambda * sum W^2; decay_kind "l1" takes |W|; decay_biases includes the biases
    corruption, penalties   small objects: what happens to the input, what is added to the loss
    initialization          "auto" (He after rectifiers, Glorot otherwise), "glorot", "he"
    optimizer               "adam", "sgd", "momentum", "rmsprop", "lbfgs" (full batches), or an object such as Adam(beta1=0.5)
    learning_rate, schedule step size, and its factor over the epochs ("constant", "cosine", ..., or a function)
    max_gradient_norm       longer gradients are cut to this length; None for no limit
    batch_size, epochs      examples per step, passes over the data (iterations for "lbfgs")
    patience                stop after so many epochs without a lower loss (of X_val where given) and keep the best
    dtype                   "float32" or "float64"
    random_state            None, a seed or a numpy Generator: initial weights, shuffling and noise all come from it
    verbose                 show a progress line when standard error is a terminal

    Data are arrays (m, n) of numbers. An array of dtype uint8 is read as images, its bytes as gray levels b / 255.
    """

    latent_dim: int = 2
    hidden_dims: Sequence[int] = (128,)
    activation: str = "relu"
    latent_activation: str | None = "identity"
    loss: str = "mse"
    output_activation: str | None = None
    tied: bool = False
    require_decreasing: bool = False
    weight_decay: float = 0.0
    decay_kind: str = "l2"
    decay_biases: bool = False
    corruption: Any = None
    penalties: Sequence[Any] = ()
    initialization: str = "auto"
    optimizer: Any = "adam"
    learning_rate: float = 1e-3
    schedule: Any = "constant"
    max_gradient_norm: float | None = None
    batch_size: int = 128
    epochs: int = 20
    patience: int | None = None
    dtype: str = "float32"
    random_state: Any = None
    verbose: bool = False

    # ---- what a model provides ------------------------------------------------------------------------------------

    def _build(self, n: int) -> tuple[Sequence[Layer], Shapes]:
        """Set up the layers for n features; return those that own weights to draw, and the shapes of all parameters."""
        raise NotImplementedError

    def _shapes(self, n: int) -> Shapes:
        """Return the shapes that `_build` returns, without allocating anything that is as large as they are."""
        return self._build(n)[1]

    def _draw_noise(self, x: np.ndarray, rng: np.random.Generator) -> dict[str, np.ndarray]:
        """Return the randomness of one step on x, by name."""
        raise NotImplementedError

    def _loss_and_gradients(self, params: Parameters, x: np.ndarray, noise: Noise) -> tuple[Terms, Parameters]:
        """Return the terms of the loss and the gradient of their sum, at any parameters."""
        raise NotImplementedError

    @property
    def _is_noisy(self) -> bool:
        raise NotImplementedError

    def _after_step(self, x: np.ndarray, noise: Noise) -> None:
        """Move the state that changes with training and is no parameter; the training loop calls this after every step."""

    def _before_run(self, x: Rows) -> None:
        """Note what `_metrics` needs of the data x of a run of `fit` or `partial_fit`."""

    def _before_fit(self, x: Rows) -> None:
        """Set what depends on the training data x, once, before the first step."""

    def _before_epoch(self, epoch: int, x: Rows) -> None:
        """Set what depends on the epoch (0, 1, ...)."""

    def _after_fit(self, x: Rows) -> None:
        """Look at the result of `fit` on x, and warn where it deserves it."""

    def _diagnostics(self) -> list[str]:
        """Return further lines of `summary`."""
        return []

    def _latent_activation(self) -> str:
        return self.latent_activation       # type: ignore[return-value]

    def _corruption(self) -> Corruption | None:
        return self.corruption

    def _named_penalties(self) -> dict[str, Penalty]:
        """Return all penalties by the name of their term."""
        return {}

    def _validate(self) -> None:
        """Raise for hyperparameters that make no sense, alone or together."""
        validate_common(self)

    def _freeze(self, x: np.ndarray, noise: Noise) -> Noise:
        """Return the noise together with what no gradient passes, by name; nothing for a loss without stop-gradients."""
        return noise

    def _code_size(self) -> int:
        """Return the number of columns of `transform`."""
        return self.latent_dim

    def _parts(self) -> dict[str, Model]:
        """Return fitted models that belong to this one and are saved with it, by attribute."""
        return {}

    def _adopt_parts(self, parts: dict[str, Model]) -> None:
        """Take over what `_parts` returned, once everything else is in place."""

    def _row_kind(self) -> str:
        """Return what a row of data is: any "numbers", the pixels of square "images", or "codes", whole numbers from 0 on.

        Bytes are gray levels, unless they are codes.
        """
        return "numbers"

    def _adopt_state(self, state: dict[str, np.ndarray]) -> None:
        """Take over what training had left besides the parameters, once these are in place; raise if it is not this model's."""
        self._state: dict[str, np.ndarray] = state

    def _extras(self) -> dict[str, Any]:
        """Return what `save` must keep besides parameters and state, as JSON values."""
        return {}

    def _adopt_extras(self, extras: Mapping[str, Any]) -> None:
        """Take over what `_extras` returned, before the layers are built."""

    def _check_data(self, x: Rows, name: str) -> None:
        """Raise or warn when the data and the loss do not suit each other."""

    def _metrics(self, terms: Mapping[str, float], x: Rows) -> dict[str, float]:
        """Return what is worth watching besides the terms of the loss."""
        return {}

    # ---- parameters -----------------------------------------------------------------------------------------------

    def initialize(self: M, n_features: int) -> M:
        """Draw initial parameters for n_features inputs and return self; `fit` begins with the same draw."""
        check_integer(n_features, "n_features", 1)
        self._validate()
        self._start(n_features, check_random_state(self.random_state))
        self.n_features_in_ = n_features
        return self

    def _start(self, n_features: int, rng: np.random.Generator) -> None:
        layers, shapes = self._build(n_features)
        check_parameter_count(self, shapes)
        params = Parameters(shapes, dtype=np.dtype(self.dtype))
        for layer in layers:
            shape = shapes[layer.weight]
            params[layer.weight] = draw_weights(rng, shape, layer.activation, self.initialization, layer.fans(shape))
        self._begin(params, rng)

    def _begin(self, params: Parameters, rng: np.random.Generator) -> None:
        """Take these parameters as they are, with an empty history."""
        self._params = params
        self._state = {}
        self._training = Training(self.optimizer, rng)
        self.history_: dict[str, list[float]] = {}
        self.metrics_: dict[str, list[float]] = {}

    @property
    def params(self) -> Parameters:
        """The parameters by name: views into `theta`."""
        self._check_fitted()
        return self._params

    @params.setter
    def params(self, value: Parameters) -> None:
        self._check_fitted()
        if not isinstance(value, Parameters) or value.shapes != self._params.shapes:
            raise ValueError(f"params must be Parameters of the same names and shapes, got {value!r}")
        self._params = value

    @property
    def theta(self) -> np.ndarray:
        """All parameters as one contiguous vector."""
        return self.params.theta

    @theta.setter
    def theta(self, value: np.ndarray) -> None:
        self.params = self.params.with_theta(np.array(value))

    def _real_dtype(self) -> np.dtype:
        return self._params.theta.real.dtype

    # ---- the loss and its gradient: one call ----------------------------------------------------------------------

    def draw_noise(self, X: ArrayLike, rng: np.random.Generator) -> dict[str, np.ndarray]:
        """Return the arrays of randomness that one step on X uses, by name; empty for a deterministic model."""
        check_generator(rng)
        return self._draw_noise(self._check_input(X), rng)

    def loss_and_gradients(self, X: ArrayLike, rng: np.random.Generator | None = None, *,
                           noise: Noise | None = None) -> tuple[Terms, Parameters]:
        """Return (terms, grads) on the batch X (m, n) without changing anything.

        terms["loss"] is the sum of the other terms, each already multiplied by its weight (nats per example where the
        loss is a negative log-likelihood). grads has the names and shapes of `params`. A noisy model needs `noise`
        from draw_noise, or a Generator to draw it from. Raises FloatingPointError, which names the term, where one of them or
        a gradient is too large for the dtype.
        """
        x = self._check_input(X)
        self._check_data(x, "X")
        if rng is not None:
            check_generator(rng)
        if noise is None:
            if rng is None and self._is_noisy:
                raise ValueError(f"{type(self).__name__} is noisy: pass noise=model.draw_noise(X, rng) to fix the "
                                 f"noise, or rng, a numpy Generator, to draw it")
            noise = self._draw_noise(x, rng) if rng is not None else {}
        check_mapping(noise, "noise", "arrays by name, from draw_noise")
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):     # reported on the next line
            terms, grads = self._loss_and_gradients(self._params, x, noise)
        check_finite(terms, grads)
        return terms, grads

    # ---- fitting --------------------------------------------------------------------------------------------------

    def fit(self: M, X: ArrayLike, y: Any = None, X_val: ArrayLike | None = None, checkpoint: Any = None,
            resume: bool = False) -> M:
        """Train from fresh initial parameters on X (m, n) and return self. y is ignored.

        X_val (any number of rows, n) is evaluated after every epoch and steers early stopping.
        checkpoint: a folder, or Checkpoint(folder, epochs=10, seconds=60): the run is written there while it goes on. With
        resume=True it begins where the last checkpoint stands, and ends with the bits of a run that was never interrupted.
        Raises ValueError or TypeError for bad input before anything changes, TrainingDiverged when the loss stops
        being finite (the model then keeps its last good parameters), ModelFileError for a checkpoint that is damaged or of
        another run. After any other error the model is what it was before.
        """
        self._validate()
        check_flag(resume, "resume")
        if resume and checkpoint is None:
            raise ValueError("resume=True needs checkpoint, the folder of the run to go on with")
        x = self._training_data(X, "X", None)
        x_val = None if X_val is None else self._training_data(X_val, "X_val", x.shape[1])
        writer = None if checkpoint is None else CheckpointWriter(as_checkpoint(checkpoint), x, x_val)
        with self._unchanged_on_error(but=TrainingDiverged):
            self._begin_fit(X, x)
            self._training.run(self, x, x_val, self.epochs, writer=writer, resume=resume)
            self._after_fit(x)
        return self

    def _begin_fit(self, X: ArrayLike, x: Rows) -> None:
        self._start(x.shape[1], check_random_state(self.random_state))
        self._remember_features(X, x.shape[1])
        self._before_fit(x)

    def partial_fit(self: M, X: ArrayLike, y: Any = None) -> M:
        """Go on for one epoch over X with the optimizer as it stands; the first call initializes. Returns self."""
        self._validate()
        fitted = hasattr(self, "n_features_in_")
        x = self._training_data(X, "X", self.n_features_in_ if fitted else None)
        with self._unchanged_on_error(but=TrainingDiverged):
            if not fitted:
                self._begin_fit(X, x)
            self._training.run(self, x, None, 1)
        return self

    def _training_data(self, X: ArrayLike, name: str, n_features: int | None) -> Rows:
        x: Rows
        if self._row_kind() != "codes" and is_bytes(X):
            x = ByteImages(check_matrix(X, name, n_features, np.uint8, type(self).__name__), np.dtype(self.dtype))
        else:
            x = check_matrix(X, name, n_features, np.dtype(self.dtype), type(self).__name__)
        self._check_data(x, name)
        return x

    def _check_rows(self, X: ArrayLike, name: str = "X") -> Rows:
        """Return X (m, n) in the real dtype of the parameters, bytes still as bytes, or raise."""
        if self._row_kind() != "codes" and is_bytes(X):
            return ByteImages(super()._check_input(X, name, np.uint8), self._real_dtype())
        return super()._check_input(X, name)

    def _check_input(self, X: ArrayLike, name: str = "X", dtype: DTypeLike | None = None) -> np.ndarray:
        return self._check_rows(X, name)[:]

    # ---- using ----------------------------------------------------------------------------------------------------

    def inverse_transform(self, Z: ArrayLike) -> np.ndarray:
        """Return the reconstructions that the codes Z stand for."""
        raise NotImplementedError

    def score_samples(self, X: ArrayLike) -> np.ndarray:
        """Return one score per example; higher is better."""
        raise NotImplementedError

    def reconstruct(self, X: ArrayLike) -> np.ndarray:
        """Return the reconstructions (m, n) of X (m, n): inverse_transform(transform(X))."""
        return self.inverse_transform(self.transform(X))

    def score(self, X: ArrayLike, y: Any = None) -> float:
        """Return the mean of score_samples(X): higher is better."""
        return float(np.mean(self.score_samples(X), dtype=np.float64))

    def __repr__(self) -> str:
        shown = super().__repr__()
        return f"{shown}  # {architecture(self)}" if hasattr(self, "n_features_in_") else shown

    def summary(self) -> str:
        """Return the architecture, the objective and the state of training as text."""
        return summarize(self)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the model to one .npz file, atomically; `npae.load` reads it back to the same bits."""
        save(self, path)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = []      # the dtype of the codes is that of the parameters, a hyperparameter
        tags.non_deterministic = np.dtype(self.dtype) == np.float32     # BLAS: the last digits of a row depend on its place
        tags.input_tags.two_d_array = self._row_kind() != "images"      # any number of columns, scikit-learn means by that
        tags.input_tags.categorical = tags.input_tags.positive_only = self._row_kind() == "codes"
        return tags
