r"""The second stage of vector quantization: a prior over the codes, learned once the codes are there, and samples from it.

Key: levels l = 1, 2, ... with S_l slots each, codes c_l (m, S_l); for one codebook there is one level.

    p(c) = p(c_1) p(c_2 | c_1) ...        each factor a masked autoencoder (masked.py), conditioned on the levels above it

Trained by maximum likelihood on the codes of the training data, the autoencoder itself being left alone. It is exact: nats per
example, comparable with S log K (a uniform prior) and with the sum of the slots' entropies (independent slots).
To generate, codes are drawn level by level and slot by slot, and decoded.
Source: 001 VQ-VAE-2 slides; van den Oord et al. 2017, Razavi et al. 2019, where the priors are PixelCNNs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from ..estimator import not_fitted
from ..validation import Seed, check_integer, check_random_state
from .base import Model
from .masked import MaskedAutoencoder
from .quantized import QuantizedAutoencoder

P = TypeVar("P", bound="PriorOverCodes")

PRIOR_DEFAULTS: dict[str, Any] = {"hidden_dims": (128,), "direct": False, "epochs": 60, "batch_size": 128, "weight_decay": 3e-3,
                                  "learning_rate": 5e-3, "schedule": "cosine"}


@dataclass(kw_only=True, repr=False, eq=False)
class PriorOverCodes(QuantizedAutoencoder):
    """A vector-quantized model that can be given a prior over its codes; not for use by itself."""

    def fit_prior(self: P, X: ArrayLike, X_val: ArrayLike | None = None, **hyperparameters: Any) -> P:
        """Train a prior for every level on the codes of X (m, n) and return self; `priors_` holds them, top first.

        X_val is evaluated after every epoch, as in `fit`. hyperparameters are those of MaskedAutoencoder: hidden_dims,
        epochs, learning_rate, patience, ...
        """
        codes, codes_val = self.codes(X), None if X_val is None else self.codes(X_val)
        settings = {**PRIOR_DEFAULTS, "random_state": self.random_state, "dtype": self.dtype, "verbose": self.verbose,
                    **hyperparameters}
        priors = []
        for index in range(len(self._quantizers)):
            above, width = self._columns(index)
            prior = MaskedAutoencoder(**{"n_codes": self._sizes()[:width], "n_given": above, **settings})
            priors.append(prior.fit(codes[:, :width], X_val=None if codes_val is None else codes_val[:, :width]))
        self.priors_ = priors
        return self

    def _columns(self, index: int) -> tuple[int, int]:
        """Return how many slots stand above a level, and how many together with its own."""
        above = sum(quantizer.S for quantizer in self._quantizers[:index])
        return above, above + self._quantizers[index].S

    def _sizes(self) -> tuple[int, ...]:
        return tuple(quantizer.K for quantizer in self._quantizers for _ in range(quantizer.S))

    def code_log_likelihood(self, X: ArrayLike) -> np.ndarray:
        """Return log p(codes) of each row of X (m, n), for each level: (m, levels), nats; their sum is that of the example."""
        self._check_prior()
        codes = self.codes(X)
        return np.stack([prior.score_samples(codes[:, :self._columns(index)[1]])
                         for index, prior in enumerate(self.priors_)], axis=1)

    def sample_codes(self, n: int, random_state: Seed = None) -> np.ndarray:
        """Return n draws (n, S) of codes from the learned prior."""
        self._check_prior()
        check_integer(n, "n", 1)
        rng = check_random_state(random_state)
        codes = np.empty((n, 0), np.intp)
        for prior in self.priors_:
            codes = np.hstack([codes, prior.sample(n, given=codes if codes.shape[1] else None, random_state=rng)])
        return codes

    def sample(self, n: int, random_state: Seed = None, mean: bool = True) -> np.ndarray:
        """Return n generated examples (n, n_features). Only the codes are drawn: the decoder adds no noise, whatever `mean`."""
        return self.decode_codes(self.sample_codes(n, random_state))

    def _check_prior(self) -> None:
        self._check_fitted()
        if not hasattr(self, "priors_"):
            raise not_fitted(f"this {type(self).__name__} has no prior over its codes yet: call fit_prior(X) after fit(X)")

    def _parts(self) -> dict[str, Model]:
        return {f"priors_{index}": prior for index, prior in enumerate(getattr(self, "priors_", []))}

    def _adopt_parts(self, parts: dict[str, Model]) -> None:
        if parts:
            priors = [_prior(parts[f"priors_{index}"], *self._columns(index)) for index in range(len(self._quantizers))]
            for prior in priors:
                if tuple(prior._network.K) != self._sizes()[:prior.n_features_in_]:
                    raise ValueError(f"a prior over its codes must be of {self._sizes()} codes, got {tuple(prior._network.K)}")
            self.priors_ = priors

    def _begin(self, params: Any, rng: np.random.Generator) -> None:
        super()._begin(params, rng)
        self.__dict__.pop("priors_", None)          # they were of other codes

    def partial_fit(self: P, X: ArrayLike, y: Any = None) -> P:
        """Go on for one epoch over X; a prior over the codes as they were is dropped. Returns self."""
        super().partial_fit(X, y)
        self.__dict__.pop("priors_", None)
        return self


def _prior(part: Model, given: int, width: int) -> MaskedAutoencoder:
    """Return a part that is a prior over `width` columns of codes, the first ones given, or raise ValueError."""
    if not isinstance(part, MaskedAutoencoder) or (part.n_given, part.n_features_in_) != (given, width):
        raise ValueError(f"a prior over its codes must be a MaskedAutoencoder of {width} columns, {given} of them given")
    return part
