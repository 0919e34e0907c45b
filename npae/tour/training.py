"""From an exhibit to a result: train, measure on held-out digits, compare with PCA, check the gradients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TextIO

import numpy as np

from ..baselines import PCA
from ..datasets import ImageData
from ..gradcheck import Report, check_gradients
from ..models import Model
from .exhibit import Exhibit, some_labels

SEED = 0
QUICK = 5                           # a quick tour has so many times fewer epochs
TWIN_FEATURES, TWIN_EXAMPLES = 16, 6        # images of 4 x 4: two convolutions with stride 2 fit
TWIN_WIDTHS = {"hidden_dims": 5, "channels": 2, "top_channels": 2}     # of its layers, by the hyperparameter that lists them


@dataclass(frozen=True)
class Result:
    """A trained exhibit and its figures. Errors are squared errors, summed over pixels and averaged over images."""

    exhibit: Exhibit
    model: Model
    pca: PCA                        # of the same code size
    code_size: int                  # how many numbers, real ones or whole ones
    floor: float                    # of any affine map through so many numbers, on the training images
    error: float                    # on held-out images
    pca_error: float
    report: Report                  # of the gradient check
    found: Mapping[str, Any] = field(default_factory=dict)      # what the exhibit itself has measured

    @property
    def bits(self) -> float | None:
        """The size of a code of whole numbers in bits; None for a code of real numbers."""
        return getattr(self.model, "bits", None)

    @property
    def deep(self) -> bool:
        """Whether there are layers between the pixels and the code."""
        return any(len(getattr(self.model, name, ())) for name in TWIN_WIDTHS)

    @property
    def compared(self) -> bool:
        """Whether PCA is the measure: not for a code of whole numbers or of as many as pixels, nor for learning with labels."""
        return self.floor > 0 and not self.exhibit.labels and self.bits is None

    @property
    def ratio(self) -> float:
        """The error in units of PCA's; nan where there is nothing to compare."""
        return self.error / self.pca_error if self.compared else float("nan")

    @property
    def seconds(self) -> float:
        """Time of training."""
        return sum(self.model.history_["seconds"])

    @property
    def epochs(self) -> int:
        """Epochs of training; iterations for L-BFGS."""
        return len(self.model.history_["loss"])

    @property
    def terms(self) -> dict[str, float]:
        """The loss and its terms on the training images, in the last epoch."""
        return {name: values[-1] for name, values in self.model.history_.items()
                if name != "seconds" and not name.startswith("val_")}

    @property
    def worst_gradient(self) -> float:
        """The largest relative error of the gradient check over all parameters."""
        return max((row.error for row in self.report.rows), default=float("nan"))


def train_all(exhibits: Sequence[Exhibit], data: ImageData, quick: bool, stream: TextIO) -> list[Result]:
    """Train the exhibits one after the other, a line or two on stream for each."""
    results = []
    for number, exhibit in enumerate(exhibits, start=1):
        print(f"{number}/{len(exhibits)}  {exhibit.title}: training", file=stream, flush=True)
        result = train(exhibit, data, quick)
        pca = f" (PCA {result.pca_error:.3f})" if result.compared else ""
        print(f"     {result.epochs} epochs in {result.seconds:.1f} s, held-out error {result.error:.3f}{pca}, "
              f"gradients {result.report.verdict}", file=stream, flush=True)
        results.append(result)
    return results


def train(exhibit: Exhibit, data: ImageData, quick: bool = False) -> Result:
    """Train one exhibit, measure it, and check its gradients."""
    model = trained(exhibit, data, quick)
    code = model.codes(data.X_test[:1]) if hasattr(model, "codes") else model.transform(data.X_test[:1])
    code_size = code.shape[1]
    pca = PCA(min(code_size, data.X_train.shape[1])).fit(data.X_train)
    return Result(exhibit, model, pca, code_size, pca.floor_, squared_error(model, data.X_test),
                  squared_error(pca, data.X_test), check_twin(exhibit), exhibit.measure(model, data, quick))


def trained(exhibit: Exhibit, data: ImageData, quick: bool = False) -> Any:
    """Return the model of an exhibit, trained: the same one every time.

    The held-out images give the validation curve and steer nothing.
    """
    model = exhibit.build()
    model.set_params(random_state=SEED, verbose=True)       # the progress line shows on a terminal only
    if quick:
        model.set_params(epochs=max(1, model.epochs // QUICK))
    if exhibit.labels:
        return model.fit(data.X_train, some_labels(data.y_train, exhibit.labels, SEED))
    return model.fit(data.X_train, X_val=data.X_test)


def squared_error(model: Any, X: np.ndarray) -> float:
    """Return the squared error of model.reconstruct(X) per image, whatever the loss that trained the model."""
    difference = np.asarray(model.reconstruct(X), dtype=np.float64) - X
    return float((difference ** 2).sum(axis=1).mean())


def check_twin(exhibit: Exhibit) -> Report:
    """Check every gradient of a small model of the same kind, in float64, on random data in [0, 1]."""
    twin: Any = exhibit.build()
    widths = {name: (width,) * len(getattr(twin, name)) for name, width in TWIN_WIDTHS.items() if hasattr(twin, name)}
    twin.set_params(**{**widths, "latent_dim": 3, "dtype": "float64", "random_state": SEED, **exhibit.twin})
    rng = np.random.default_rng(SEED)
    X = rng.random((TWIN_EXAMPLES, TWIN_FEATURES))
    if not exhibit.labels:
        return check_gradients(twin.initialize(TWIN_FEATURES), X)
    y = np.arange(TWIN_EXAMPLES) % 3
    twin.set_params(epochs=0, pretrain_epochs=0).fit(X, y)          # the classifier takes its shape from labels
    return check_gradients(twin, X, noise={**twin.draw_noise(X, rng), "labels": twin.encode_labels(y)})
