"""The contractive penalties as objects: of the code, of a hidden layer, or of the whole reconstruction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..validation import check_choice, check_integer
from .activation_penalty import ActivationPenalty, encoder_steps
from .deep_contraction import deep_contraction_and_gradients

OUTPUTS = ("code", "reconstruction")


@dataclass(frozen=True)
class Contraction(ActivationPenalty):
    """weight * mean over examples of the squared Frobenius norm of a Jacobian with respect to the input.

    of          "code": dz/dx (of the hidden layer `layer` where given); "reconstruction": dx^/dx of the whole map
    method      "exact", or "probes": an unbiased estimate from n_probes random directions, for very wide codes
    """

    weight: float = 0.1
    of: str = "code"
    method: str = "exact"
    n_probes: int = 1
    layer: int | None = None
    name = "contraction"

    def validate(self) -> None:
        """Raise unless the hyperparameters make sense."""
        super().validate()
        check_choice(self.of, "contraction", OUTPUTS)
        check_choice(self.method, "method of the contraction", ("exact", "probes"))
        check_integer(self.n_probes, "n_probes", 1)
        if self.of == "reconstruction" and self.layer is not None:
            raise ValueError("Contraction(of='reconstruction') is of the whole map: leave layer=None")

    @property
    def is_noisy(self) -> bool:     # type: ignore[override]
        """Whether the penalty draws random numbers."""
        return self.method == "probes"

    def check_layers(self, encoder: Sequence[Any], decoder: Sequence[Any]) -> None:
        """Raise unless every activation on the way has a second derivative."""
        super().check_layers(encoder, decoder)
        for layer in [*encoder, *(decoder if self.of == "reconstruction" else ())]:
            if layer.activation.second_derivative is None:
                raise ValueError(f"the contraction needs the second derivative of every activation; "
                                 f"{layer.activation.name!r} of {layer.name} has none")

    def draw(self, x: np.ndarray, widths: Sequence[int], rng: np.random.Generator) -> np.ndarray:
        """Return probes (m, n_probes, k): independent signs, for the encoder widths (n, ..., k)."""
        k = widths[0] if self.of == "reconstruction" else widths[-1 if self.layer is None else self.layer + 1]
        return (2.0 * rng.integers(0, 2, (len(x), self.n_probes, k)) - 1).astype(x.dtype)

    def __call__(self, params: Mapping[str, np.ndarray], trace: Sequence[Any], given: np.ndarray | None = None):
        """Return the penalty and its gradients at every pre-activation and weight matrix that it depends on."""
        steps = self._steps(trace)
        weights = [step.layer.matrix(params) for step in steps]
        slopes = [step.layer.slope(step.y) for step in steps]
        value, dS, dmatrices = deep_contraction_and_gradients(slopes, weights, self.weight / len(slopes[0]), probes=given)
        gradients: dict[str, np.ndarray] = {}
        for step, ds, dmatrix in zip(steps, dS, dmatrices):
            gradients[f"{step.name}.a"] = ds * step.layer.curvature(step.y)
            name, dW = step.layer.weight, step.layer.from_matrix(dmatrix, params)
            gradients[name] = gradients[name] + dW if name in gradients else dW      # two paths when tied
        return value, gradients

    def _steps(self, trace: Sequence[Any]) -> list[Any]:
        if self.of == "reconstruction":
            return list(trace)
        encoder = encoder_steps(trace)
        return encoder if self.layer is None else encoder[:self.layer + 1]
