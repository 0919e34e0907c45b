"""Estimators that make codes: arrays, or data frames for those who ask scikit-learn for them."""

from __future__ import annotations

import sys
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from .estimator import Estimator
from .validation import check_choice

CONTAINERS = ("default", "pandas", "polars")
T = TypeVar("T", bound="Transformer")


class Transformer(Estimator):
    """What is common to everything with `transform`. A class adds `_transform` and `_code_size`."""

    def _transform(self, X: ArrayLike) -> np.ndarray:
        """Return the deterministic codes (m, k) of X (m, n) as an array. The package itself calls this one."""
        raise NotImplementedError

    def _code_size(self) -> int:
        """Return the number of columns of `transform`."""
        raise NotImplementedError

    def transform(self, X: ArrayLike) -> np.ndarray:
        """Return the codes (m, k) of X (m, n), the same at every call.

        They are the output of the encoder; for variational models the posterior means, for vector-quantized ones the vectors
        that were chosen, for a masked autoencoder its last hidden layer. An array, or the data frame that `set_output` (or
        scikit-learn's own setting, where it is loaded) asks for.
        """
        codes, container = self._transform(X), self._container()
        return codes if container == "default" else _frame(container, codes, self.get_feature_names_out(), X)

    def fit_transform(self, X: ArrayLike, y: Any = None) -> np.ndarray:
        """Fit on X (m, n) and return its codes (m, k)."""
        return self.fit(X, y).transform(X)      # type: ignore[attr-defined]

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """Return the names of the code units: the class in lower case and a number."""
        self._check_fitted()
        return np.asarray([f"{type(self).__name__.lower()}{j}" for j in range(self._code_size())], dtype=object)

    def set_output(self: T, *, transform: str | None = None) -> T:
        """Choose what `transform` returns, "default" (an array), "pandas" or "polars", and return self; None changes nothing."""
        if transform is not None:
            check_choice(transform, "transform", CONTAINERS)
            self._sklearn_output_config = {"transform": transform}      # under this name scikit-learn's clone carries it over
        return self

    def __sklearn_tags__(self) -> Any:
        from sklearn.utils import TransformerTags
        tags = super().__sklearn_tags__()
        tags.transformer_tags = TransformerTags()
        return tags

    def _container(self) -> str:
        chosen = getattr(self, "_sklearn_output_config", {}).get("transform")
        sklearn = sys.modules.get("sklearn")        # not imported: who has not loaded it has set nothing there
        return chosen or ("default" if sklearn is None else sklearn.get_config()["transform_output"])


def _frame(container: str, codes: np.ndarray, names: np.ndarray, X: Any) -> Any:
    if container == "pandas":
        import pandas
        return pandas.DataFrame(codes, columns=names, index=X.index if isinstance(X, pandas.DataFrame) else None, copy=False)
    import polars
    return polars.DataFrame(codes, schema=list(names), orient="row")
