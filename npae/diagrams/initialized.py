"""The model that is drawn: the one that was given, or one like it with initial parameters."""

from __future__ import annotations

from typing import Any


def initialized(model: Any, n_features: int | None) -> Any:
    """Return the model if it has parameters, else a copy of it that has, for n_features; ValueError without them."""
    if hasattr(model, "n_features_in_"):
        return model
    if n_features is None:
        raise ValueError("n_features must be given for a model that has not been initialized")
    return type(model)(**model.get_params(deep=False)).initialize(n_features)
