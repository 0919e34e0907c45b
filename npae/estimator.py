"""The estimator conventions of scikit-learn, without scikit-learn.

Hyperparameters are the fields of a dataclass: keyword arguments with defaults, stored untouched. What `fit` learns ends
in an underscore. `clone`, `Pipeline`, `GridSearchCV` and pickling need nothing more than this file.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from .validation import check_matrix


class NotFittedError(ValueError, AttributeError):
    """The model has no parameters yet: call `fit` (or `initialize`) first."""


@dataclass(kw_only=True, repr=False, eq=False)
class Estimator:
    """Hyperparameters as dataclass fields, and the glue that other tools expect around them."""

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the hyperparameters by name (`deep` is accepted for compatibility)."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def set_params(self, **params: Any) -> Estimator:
        """Set hyperparameters by name and return self; an unknown name raises before anything is set."""
        known = self.get_params()
        for name in params:
            if name not in known:
                raise ValueError(f"{type(self).__name__} has no hyperparameter {name!r}; it has {', '.join(known)}")
        for name, value in params.items():
            setattr(self, name, value)
        return self

    def __repr__(self) -> str:
        changed = [f"{field.name}={getattr(self, field.name)!r}" for field in fields(self)
                   if not _same(getattr(self, field.name), field.default)]
        return f"{type(self).__name__}({', '.join(changed)})"

    def _remember_features(self, X: ArrayLike, n_features: int) -> None:
        self.n_features_in_ = n_features
        columns = getattr(X, "columns", None)
        if columns is not None and all(isinstance(column, str) for column in columns):
            self.feature_names_in_ = np.asarray(columns, dtype=object)
        elif hasattr(self, "feature_names_in_"):
            del self.feature_names_in_

    def _check_input(self, X: ArrayLike, name: str = "X", dtype: DTypeLike | None = None) -> np.ndarray:
        """Return X (m, n) in this dtype, by default the real dtype of the parameters, or raise."""
        self._check_fitted()
        columns = getattr(X, "columns", None)
        names = getattr(self, "feature_names_in_", None)
        if columns is not None and names is not None and list(columns) != list(names):
            raise ValueError(f"{name} has columns {list(columns)}, expected those of fit: {list(names)}")
        return check_matrix(X, name, self.n_features_in_, self._real_dtype() if dtype is None else dtype)

    def _check_fitted(self) -> None:
        if not hasattr(self, "n_features_in_"):
            raise NotFittedError(f"this {type(self).__name__} is not fitted yet: call fit(X) or initialize(n_features)")

    def _real_dtype(self) -> np.dtype:
        return np.dtype(np.float64)

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "n_features_in_")

    def __sklearn_tags__(self):
        # Called by scikit-learn alone, which is therefore installed; npae imports it nowhere else.
        from sklearn.utils import InputTags, Tags, TargetTags, TransformerTags
        return Tags(estimator_type=None, target_tags=TargetTags(required=False),
                    transformer_tags=TransformerTags(), input_tags=InputTags())


def _same(value: Any, default: Any) -> bool:
    return type(value) is type(default) and bool(np.array_equal(value, default))
