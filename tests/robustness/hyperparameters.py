"""Every hyperparameter of every estimator, set to what it must not be: an error that names it, or a finite result.

Values that are allowed and would take for ever (a billion epochs) are left out, by name and with the reason.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from dataclasses import fields
from typing import Any, NamedTuple

import numpy as np

from npae import TrainingDiverged
from npae.estimator import Estimator
from npae.models.base import Model
from tests.ecosystem.estimators import MODELS, OF_IMAGES, OTHERS, WITHOUT_CHECKS

HUGE = 10 ** 12
VALUES: list[Any] = [
    -1, 0, -0.5, 1.5, float("nan"), float("inf"), float("-inf"), HUGE, 1e300, np.float64("nan"), 1 + 1j, True, None, "",
    "no such", "\0", b"bytes", [], (), {}, object(), [-1], (0,), [HUGE], ["relu"], [[1]], np.array([1, 2]), np.zeros((2, 2)),
    lambda *given: None]
FOR_EVER = {"epochs", "max_iterations", "n_init", "n_starts", "n_samples", "pretrain_epochs"}   # huge: allowed, more of the same


class Setting(NamedTuple):
    """One hyperparameter of one estimator and the value it was given."""

    estimator: Estimator
    name: str
    value: Any


def settings() -> Iterator[Setting]:
    """Yield every wrong, extreme or unusual setting of every estimator, one at a time."""
    for estimator in (*MODELS, *OF_IMAGES, *OTHERS, *WITHOUT_CHECKS):
        for field in fields(estimator):
            for value in VALUES:
                endless = field.name in FOR_EVER and isinstance(value, int) and value == HUGE
                if not endless:
                    yield Setting(estimator, field.name, value)


def row_kind(estimator: Estimator) -> str:
    """Return what the rows of the estimator's data are: "numbers", "images" or "codes"."""
    return estimator._row_kind() if isinstance(estimator, Model) else "numbers"


def small(estimator: Estimator) -> Estimator:
    """Return the estimator as new, small and quick."""
    params = estimator.get_params(deep=False)
    widths = {"channels": (2,), "top_channels": (2,)} if row_kind(estimator) == "images" else {"hidden_dims": (4,)}
    usual = {"epochs": 1, "random_state": 0, **widths}
    return type(estimator)(**{**params, **{name: value for name, value in usual.items() if name in params}})


def data_for(estimator: Estimator) -> tuple[np.ndarray, ...]:
    """Return data on which the estimator can be fitted."""
    rng = np.random.default_rng(0)
    makers = {"numbers": lambda: rng.normal(size=(12, 4)), "images": lambda: rng.uniform(size=(6, 64)),
              "codes": lambda: rng.integers(0, 3, (12, 4)).astype(float)}
    X = makers[row_kind(estimator)]()
    if type(estimator).__name__ == "SegmentationNetwork":
        return X, rng.integers(0, 2, X.shape)
    labelled = type(estimator).__name__ in ("SoftmaxRegression", "StackedDenoisingAutoencoder")
    return (X, np.arange(len(X)) % 2) if labelled else (X,)


def what_is_wrong(setting: Setting) -> str | None:
    """Fit with the setting; return what is not as it must be, or None."""
    estimator, name, value = setting
    model, data = small(estimator), data_for(estimator)
    try:
        model.set_params(**{name: value})
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", category=UserWarning)     # ours; NumPy's are RuntimeWarnings
            model.fit(*data)
    except TrainingDiverged:
        return None
    except (ValueError, TypeError) as error:
        named = re.search(rf"\b{name}\b", str(error))
        left = [attribute for attribute in vars(model) if attribute.endswith("_") and not attribute.endswith("__")]
        return None if named and not left else f"{error!r} {'leaves ' + ', '.join(left) if left else f'does not name {name}'}"
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    params = getattr(model, "theta", np.zeros(1)) if isinstance(model, Model) else np.zeros(1)
    return None if np.isfinite(params).all() else "parameters that are not finite"


def described(setting: Setting) -> str:
    """Return the setting as code."""
    value = "function" if callable(setting.value) else repr(setting.value)
    return f"{type(setting.estimator).__name__}({setting.name}={value})"
