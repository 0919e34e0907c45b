"""The estimator conventions of scikit-learn, without scikit-learn.

Hyperparameters are the fields of a dataclass: keyword arguments with defaults, stored untouched. What `fit` learns ends
in an underscore. `clone`, `Pipeline`, `GridSearchCV` and pickling need nothing more than this file.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from .validation import check_matrix


class NotFittedError(ValueError, AttributeError):
    """The model has no parameters yet: call `fit` (or `initialize`) first."""


def not_fitted(message: str) -> NotFittedError:
    """Return the error to raise: where scikit-learn is loaded one that is also its own NotFittedError, which its tools expect."""
    theirs = sys.modules.get("sklearn.exceptions")
    return NotFittedError(message) if theirs is None else _both_kinds(theirs.NotFittedError)(message)


@functools.cache
def _both_kinds(theirs: type[Exception]) -> type[NotFittedError]:
    return type("NotFittedError", (NotFittedError, theirs), {"__reduce__": lambda error: (not_fitted, error.args)})


@dataclass(kw_only=True, repr=False, eq=False)
class Estimator:
    """Hyperparameters as dataclass fields, and the glue that other tools expect around them."""

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the hyperparameters by name; with `deep` also those of estimators among them, as "model__latent_dim"."""
        params = {field.name: getattr(self, field.name) for field in fields(self)}
        if deep:
            for name, value in list(params.items()):
                if isinstance(value, Estimator):
                    params |= {f"{name}__{inner}": inside for inner, inside in value.get_params().items()}
        return params

    def set_params(self, **params: Any) -> Estimator:
        """Set hyperparameters by name and return self; an unknown name raises before anything is set."""
        own = self.get_params(deep=False)
        for name in params:
            outer, _, inner = name.partition("__")
            inside = params.get(outer, own.get(outer))
            if outer not in own or inner and not (isinstance(inside, Estimator) and inner in inside.get_params()):
                raise ValueError(f"{type(self).__name__} has no hyperparameter {name!r}; it has {', '.join(self.get_params())}")
        for name in sorted(params, key=lambda name: "__" in name):      # first the estimators, then what is inside of them
            outer, _, inner = name.partition("__")
            if inner:
                getattr(self, outer).set_params(**{inner: params[name]})
            else:
                setattr(self, name, params[name])
        return self

    def __repr__(self) -> str:
        changed = [f"{field.name}={getattr(self, field.name)!r}" for field in fields(self)
                   if not _same(getattr(self, field.name), field.default)]
        return f"{type(self).__name__}({', '.join(changed)})"

    @contextmanager
    def _unchanged_on_error(self, but: type[Exception] | tuple = ()) -> Iterator[None]:
        """What the block has set is taken back when it raises, unless it raises `but`."""
        before = dict(self.__dict__)
        try:
            yield
        except but:
            raise
        except Exception:
            self.__dict__ = before
            raise

    def _remember_features(self, X: ArrayLike, n_features: int) -> None:
        self.n_features_in_ = n_features
        names = _column_names(X)
        if names is not None:
            self.feature_names_in_ = names
        elif hasattr(self, "feature_names_in_"):
            del self.feature_names_in_

    def _check_input(self, X: ArrayLike, name: str = "X", dtype: DTypeLike | None = None) -> np.ndarray:
        """Return X (m, n) in this dtype, by default the real dtype of the parameters, or raise."""
        self._check_fitted()
        given, expected = _column_names(X), getattr(self, "feature_names_in_", None)
        if given is not None and expected is not None and list(given) != list(expected):
            raise ValueError(f"The feature names should match those that were passed during fit: {name} has columns "
                             f"{list(given)}, expected those of fit: {list(expected)}")
        return check_matrix(X, name, self.n_features_in_, self._real_dtype() if dtype is None else dtype, type(self).__name__)

    def _check_fitted(self) -> None:
        if not hasattr(self, "n_features_in_"):
            how = "fit(X) or initialize(n_features)" if hasattr(self, "initialize") else "fit(X) first"
            raise not_fitted(f"this {type(self).__name__} is not fitted yet: call {how}")

    def _real_dtype(self) -> np.dtype:
        return np.dtype(np.float64)

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "n_features_in_")

    def __sklearn_tags__(self) -> Any:
        # Called by scikit-learn alone, which is therefore installed; npae imports it nowhere else.
        from sklearn.utils import InputTags, Tags, TargetTags
        return Tags(estimator_type=None, target_tags=TargetTags(required=False), input_tags=InputTags())


def _column_names(X: Any) -> np.ndarray | None:
    """Return the names of a data frame's columns, or None where X is none or has columns without names."""
    columns = getattr(X, "columns", None)
    if columns is None or not all(isinstance(column, str) for column in columns):
        return None
    return np.asarray(list(columns), dtype=object)


def _same(value: Any, default: Any) -> bool:
    return type(value) is type(default) and bool(np.array_equal(value, default))
