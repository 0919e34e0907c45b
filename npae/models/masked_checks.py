"""What makes no sense for a masked autoencoder."""

from __future__ import annotations

from typing import Any

from ..codes import check_n_codes
from ..validation import check_flag, check_integer

NOT_FOR_US = {
    "latent_dim": (2, "it has no bottleneck, its masks keep it from copying; hidden_dims has all the widths"),
    "latent_activation": ("identity", "there is no code layer between the hidden layers and the logits"),
    "loss": ("mse", "the data are codes and the loss their negative log-likelihood"),
    "output_activation": (None, "the outputs are logits, and the likelihood contains the softmax"),
    "tied": (False, "encoder and decoder have different masks"),
    "require_decreasing": (False, "it has no bottleneck, and hidden layers may be of any width"),
    "corruption": (None, "noise between 0 and K - 1 is no code, and the likelihood of corrupted slots is none of the data's"),
    "penalties": ((), "they act on a code layer, and there is none; use weight_decay"),
}


def validate_masked(model: Any) -> None:
    """Raise for hyperparameters of MaskedAutoencoder that make no sense."""
    for name, (neutral, reason) in NOT_FOR_US.items():
        value = getattr(model, name)
        if value != neutral and not (name == "penalties" and len(value) == 0):
            raise ValueError(f"{type(model).__name__} does not take {name}={value!r}: {reason}")
    if len(model.hidden_dims) == 0:
        raise ValueError("hidden_dims must hold at least one width: the masks stand between hidden layers")
    check_n_codes(model.n_codes)
    check_integer(model.n_given, "n_given", 0)
    check_flag(model.direct, "direct")
